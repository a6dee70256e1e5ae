"""protogen runs from a zip file: it finds its modules and its data wherever it is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import google.protobuf
import pytest

from tests.conftest import ROOT

CODE = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path[:0] = [sys.argv.pop(1)]
import protogen
assert ".zip" in protogen.__file__
from protogen.cli import main
main()
"""
NET = """\
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 4, 4] } } }
layer { name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 1 stride: 2 } }
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "protogen.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source in (ROOT / "protogen").rglob("*"):
            if source.is_file() and source.suffix != ".pyc":
                file.write(source, source.relative_to(ROOT))
        for template in (ROOT / "templates").glob("*.j2"):
            file.write(template, f"protogen/templates/{template.name}")
    return path


def test_check(archive: Path) -> None:
    arguments = ["check", "-", "--format", "concise", "--target", "opencv4"]
    packages = Path(google.protobuf.__file__).parents[2]
    result = subprocess.run(
        # Without docstrings and assertions, as `-OO` takes them away.
        [sys.executable, "-OO", "-c", CODE, str(archive), *arguments],
        input=NET,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(packages), "PATH": ""},
        timeout=60,
    )
    # The facts about the target come from a file in the archive.
    assert "warning[F203]" in result.stdout, result.stderr
