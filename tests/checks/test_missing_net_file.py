from __future__ import annotations

from pathlib import Path

import pytest

from protogen import check_solver
from tests.checks.nets import SOLVER, solver_findings

MESSAGE = (
    'solver.prototxt:1:1: error[V102] net "trainval.prototxt" does not exist in the current folder,'
    " the folder of the solver, or a folder above it\n"
    "  why:   Caffe opens the path relative to the folder that it runs in"
)
TYPO = SOLVER.replace("train_val", "trainval")


def test_a_net_with_a_similar_name(in_folder: Path) -> None:
    (in_folder / "train_val.prototxt").write_text('layer { name: "data" }\n')
    (in_folder / "solver.prototxt").write_text(TYPO)
    (found,) = check_solver("solver.prototxt").diagnostics
    assert str(found) == f'{MESSAGE}\n  hint:  did you mean "train_val.prototxt"?'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deploy.prototxt", 'layer { name: "data" }\n'),  # another name
        ("trainval_solver.prototxt", SOLVER),  # another solver
    ],
)
def test_other_files_are_not_suggested(in_folder: Path, name: str, text: str) -> None:
    (in_folder / name).write_text(text)
    (in_folder / "solver.prototxt").write_text(TYPO)
    assert list(map(str, check_solver("solver.prototxt").diagnostics)) == [MESSAGE]


def test_several_weights_in_one_value(in_folder: Path) -> None:
    (in_folder / "a.caffemodel").write_text("")
    (text,) = solver_findings(SOLVER + 'weights: "a.caffemodel, b.caffemodel"', "V102")
    assert 'weights "b.caffemodel" does not exist' in text


def test_a_path_from_a_folder_above(in_folder: Path) -> None:
    folder = in_folder / "models" / "lenet"
    folder.mkdir(parents=True)
    (folder / "train_val.prototxt").write_text("")
    text = SOLVER.replace("train_val", "models/lenet/train_val")
    (folder / "solver.prototxt").write_text(text)
    assert check_solver(folder / "solver.prototxt").ok


def test_a_folder_and_an_empty_path(in_folder: Path) -> None:
    (in_folder / "train_val").mkdir()
    (text,) = solver_findings(SOLVER.replace("train_val.prototxt", "train_val"), "V102")
    assert 'net "train_val" is a folder, not a file' in text
    (text,) = solver_findings(SOLVER.replace("train_val.prototxt", ""), "V102")
    assert 'net "" is empty, and names no file' in text
