"""``protogen new``: the project that it creates is emitted and checked by make."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands


def new(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["new", *arguments])


def run_make(folder: Path) -> str:
    """Run make with the protogen of this interpreter; return what it prints."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    protogen = f"{sys.executable} -m protogen"
    done = subprocess.run(
        ["make", "-C", str(folder), f"PROTOGEN={protogen}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


FILES = {
    *("net.py", "solver.prototxt", "Makefile", "train.py", "README.md", "protogen.toml"),
    *(".gitignore", "snapshots"),
}


@pytest.mark.parametrize("source", ["", "zoo:densenet121"])
def test_make_emits_and_checks_a_new_project(in_folder: Path, source: str) -> None:
    result = new("digits", *(["--from", source] if source else []))
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path("digits").iterdir()} == FILES
    output = run_make(Path("digits"))
    assert "No findings in 3 files" in output
    assert 'type: "Input"' in Path("digits/deploy.prototxt").read_text()
    assert "SoftmaxWithLoss" in Path("digits/train_val.prototxt").read_text()


def test_a_net_for_segmentation_names_the_databases_of_images_and_labels(in_folder: Path) -> None:
    new("road", "--from", "zoo:fcn8s")
    assert 'TRAIN = "data/train"' in Path("road/net.py").read_text()
    assert "`data/val_label_lmdb`" in Path("road/README.md").read_text()
    assert "label = [1, 1, 500, 500]" in Path("road/protogen.toml").read_text()


def test_what_the_published_network_has_is_ignored(in_folder: Path) -> None:
    new("small", "--from", "zoo:squeezenet-1.0")
    assert 'ignore = ["S203"]' in Path("small/protogen.toml").read_text()


def test_the_solver_is_that_of_the_paper(in_folder: Path) -> None:
    """(source: He et al. 2015, "Deep Residual Learning for Image Recognition", Section 3.4)"""
    new("pets", "--from", "zoo:resnet50")
    solver = Path("pets/solver.prototxt").read_text()
    assert "base_lr: 0.1\n" in solver
    assert "weight_decay: 0.0001\n" in solver
    assert 'snapshot_prefix: "snapshots/pets"' in solver


def test_options_are_in_the_program(in_folder: Path) -> None:
    new("pets", "--from", "zoo:resnet18?classes=37&batch=8")
    program = Path("pets/net.py").read_text()
    assert "OPTIONS = {'classes': 37}" in program
    assert "NETWORK = 'resnet18'" in program


def test_the_scripts_are_valid_python(in_folder: Path) -> None:
    new("o\"dd 'name")
    for name in ("net.py", "train.py"):
        source = Path("o\"dd 'name", name).read_text()
        compile(source, name, "exec")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["used"], "used is not empty; name a folder that does not exist"),
        (["file"], "file exists, and is not a folder"),
        (["a", "--from", "resnet50"], "--from needs a network of the zoo, as in zoo:lenet"),
        (["a", "--from", "zoo:resnet5"], 'unknown network "resnet5"'),
        (["a", "--from", "zoo:lenet?clases=3"], 'no option "clases"; did you mean "classes"?'),
        (["a", "--from", "zoo:yolov2"], "zoo:yolov2 has no form for training"),
        (["file/a"], "file/a cannot be created: Not a directory"),
    ],
)
def test_what_cannot_be_created(in_folder: Path, arguments: list[str], message: str) -> None:
    Path("used").mkdir()
    Path("used/x").touch()
    Path("file").touch()
    result = new(*arguments)
    assert (result.exit_code, message in result.output) == (2, True), result.output
    assert not Path("a").exists()


def test_a_project_that_was_interrupted_is_finished(in_folder: Path) -> None:
    new("digits")
    folder = Path("digits")
    (folder / "train.py").unlink()
    (folder / ".protogen-abc.tmp").write_text("import ca")
    assert new("digits").exit_code == 0
    assert {path.name for path in folder.iterdir()} >= FILES


@pytest.mark.parametrize("other", ["net.py", "snapshots/best.caffemodel"])
def test_what_somebody_wrote_into_a_project_stays(in_folder: Path, other: str) -> None:
    new("digits")
    Path("digits/train.py").unlink()
    Path("digits", other).write_text("mine")
    assert "digits is not empty" in new("digits").output
    assert Path("digits", other).read_text() == "mine"
    assert not Path("digits/train.py").exists()


def test_what_comes_next_is_quoted_for_a_shell(in_folder: Path) -> None:
    assert "next: cd 'my net' && make\n" in new("my net").output
