"""The real programs, as fixtures: the path of the Python that has each of them."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from tests.portability.nets import all_nets, recorded_layers
from tests.portability.programs import ask, job, python_of


@pytest.fixture(scope="session")
def opencv() -> str:
    has_own = importlib.util.find_spec("cv2") is not None
    if has_own and not os.environ.get("PROTOGEN_OPENCV_PYTHON"):
        return sys.executable
    return python_of("opencv")


@pytest.fixture(scope="session")
def caffe() -> str:
    return python_of("caffe")


@pytest.fixture(scope="session")
def sophgo() -> str:
    return python_of("sophgo")


@pytest.fixture(scope="session")
def net_values(caffe: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights, inputs and blobs of the nets in a real Caffe."""
    folder = tmp_path_factory.mktemp("nets")
    found = ask("caffe", caffe, folder, [job(name, text) for name, text in all_nets().items()])
    assert {answer["step"] for answer in found.values()} == {"runs"}
    return folder


@pytest.fixture(scope="session")
def layer_values(caffe: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights, inputs and blobs of recorded layers in a real Caffe."""
    folder = tmp_path_factory.mktemp("layers")
    jobs = []
    for row in recorded_layers():
        jobs.append(job(row["id"], row["prototxt"], row["phase"]))
    ask("caffe", caffe, folder, jobs)
    return folder
