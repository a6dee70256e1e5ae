"""What is installed is complete: from a wheel, from a source archive, and in place."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

SPEC = """
from protogen import Net, layers as L
with Net("installed") as net:
    x = L.Input(shape=[1, 3, 7, 7], name="data")
    L.Pooling(x, kernel_size=2, stride=2, name="pool")
"""


def run(*command: str | Path, cwd: Path, ok: bool = True) -> str:
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it would be cloned: only what git knows of, or else all of it."""
    folder = tmp_path_factory.mktemp("source") / "protogen"
    ignore = shutil.ignore_patterns(".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignore)
    return folder


@pytest.fixture(scope="module")
def archives(source: Path) -> Path:
    """A folder with the wheel and the source archive."""
    pytest.importorskip("build", reason="the extra [dev] is not installed")
    run(sys.executable, "-m", "build", "--outdir", source / "dist", source, cwd=source)
    return source / "dist"


def install(folder: Path, *what: str | Path) -> Path:
    """A new environment with this installed; the folder of its commands."""
    venv.create(folder / "env", with_pip=True)
    commands = folder / "env" / "bin"
    run(commands / "python", "-m", "pip", "install", "--quiet", *what, cwd=folder)
    return commands


def test_every_package_is_in_setup_cfg() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split()) - {"protogen.templates"}
    folders = (path.parent.relative_to(ROOT) for path in (ROOT / "protogen").rglob("__init__.py"))
    assert listed == {".".join(folder.parts) for folder in folders}


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_every_kind_of_install_emits(
    kind: str, source: Path, archives: Path, tmp_path: Path
) -> None:
    pattern = {"wheel": "*.whl", "sdist": "*.tar.gz"}.get(kind)
    what = [next(archives.glob(pattern))] if pattern else ["--editable", source]
    commands = install(tmp_path, *what)
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "spec.py").write_text(SPEC)
    text = run(commands / "protogen", "emit", "../spec.py", "--annotate", cwd=empty)
    assert '  top: "pool"  # 1x3x4x4' in text
    found = run(
        commands / "python",
        "-c",
        "from importlib.resources import files;"
        "print(*sorted(f.name for f in files('protogen.templates').iterdir()))",
        cwd=empty,
    )
    templates = {path.name for path in (ROOT / "templates").glob("*.j2")}
    assert templates
    assert templates <= set(found.split())
    assert not list(empty.iterdir())


def test_both_archives_contain_the_data_and_the_stubs(archives: Path) -> None:
    files = [path for path in (ROOT / "protogen").rglob("*") if path.is_file()]
    others = [path for path in files if path.suffix not in {".py", ".pyc"}]
    data = {path.relative_to(ROOT).as_posix() for path in others}
    assert {"protogen/py.typed", "protogen/proto/_messages.pyi"} <= data
    with zipfile.ZipFile(next(archives.glob("*.whl"))) as wheel:
        assert data <= set(wheel.namelist())
    with tarfile.open(next(archives.glob("*.tar.gz"))) as source:
        assert data <= {name.partition("/")[2] for name in source.getnames()}


def test_every_package_is_listed() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())
    folders = {path.parent for path in (ROOT / "protogen").rglob("*.py")}
    names = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert listed == names | {"protogen.templates"}
