"""Our verdicts beside a real OpenCV and a real Caffe. ``make consumers`` installs both.

In a plain test run they are skipped, unless this Python has OpenCV 4.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import protogen
from protogen import targets
from protogen.portability import judge, subject_of
from tests.conftest import rows
from tests.portability.test_opencv import DATA, FAILS, OTHERWISE, REFUSED, RUNS

CONSUMERS = Path(__file__).parent / "consumers"
OPENCV4 = targets.get("opencv4")
#: How far two programs may be apart that compute the same.
TOLERANCE = 2e-3
#: The layers compared: one in so many of those that OpenCV has.
SAMPLED = int(os.environ.get("PROTOGEN_CONSUMERS_SAMPLED", "3"))


@pytest.fixture(scope="module")
def opencv() -> str:
    named = os.environ.get("PROTOGEN_OPENCV_PYTHON")
    if not named and importlib.util.find_spec("cv2") is None:
        pytest.skip("no OpenCV 4 to compare with; make consumers installs it")
    return named or sys.executable


@pytest.fixture(scope="module")
def caffe() -> str:
    named = os.environ.get("PROTOGEN_CAFFE_PYTHON")
    if not named:
        pytest.skip("no real Caffe to compare with; make consumers installs it")
    return named


def written(folder: Path, jobs: list[dict[str, Any]]) -> Path:
    path = folder / "jobs.jsonl"
    path.write_text("".join(f"{json.dumps(job)}\n" for job in jobs), encoding="utf-8")
    return path


def answers(python: str, folder: Path, jobs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What OpenCV does with each job."""
    command = [python, CONSUMERS / "opencv_child.py", written(folder, jobs), folder]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return {each.pop("id"): each for each in found}


def job(name: str, text: str) -> dict[str, Any]:
    """A net with weights of the shapes that protogen computes."""
    net = protogen.loads(text)
    subject = subject_of(net)
    weights = {layer: shapes for layer, shapes in subject.weights.items() if shapes}
    inputs = [list(top.shape or ()) for step in subject.analysis.steps for top in step.tops
              if step.type == "Input"]  # fmt: skip
    return {"id": name, "text": net.text, "inputs": inputs, "weights": weights}


def test_the_steps_of_small_nets(opencv: str, tmp_path: Path) -> None:
    nets = {**REFUSED, **OTHERWISE, **RUNS}
    # STOCHASTIC and an axis from the end build, and fail when they run.
    nets |= {name: text for name, text in FAILS.items() if "STOCH" not in name}
    nets = {name: text for name, text in nets.items() if "V1" not in name and "axis" not in name}
    # With an unknown field, the shapes of weights are not known to protogen.
    nets = {name: text for name, text in nets.items() if "by an unknown field" not in name}
    nets.pop("an unknown string in param")
    found = answers(opencv, tmp_path, [job(name, DATA + text) for name, text in nets.items()])
    wrong = {}
    for name, text in nets.items():
        verdict = protogen.check(protogen.loads(DATA + text), target="opencv4").verdict("opencv4")
        wanted = verdict if verdict in ("refused", "fails later") else "builds"
        if found[name]["step"] != wanted:
            wrong[name] = verdict, found[name]
    assert wrong == {}


def compared_layers() -> list[dict[str, Any]]:
    """Recorded layers that BVLC Caffe accepts, of types that OpenCV has."""
    found = []
    for row in rows("layers.jsonl.gz"):
        kinds = set(re.findall(r' type: "([A-Z]\w+)"', row["prototxt"]))
        if row["engine"] == "bvlc" and row["accepts"] and kinds <= OPENCV4.known_types:
            found.append(row)
    return found[::SAMPLED]


def test_the_values_of_layers(opencv: str, caffe: str, tmp_path: Path) -> None:
    jobs = []
    for row in compared_layers():
        jobs.append({**job(row["id"], row["prototxt"]), "phase": row["phase"]})
    command = [caffe, CONSUMERS / "caffe_child.py", written(tmp_path, jobs), tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    found = answers(opencv, tmp_path, jobs)
    confusion: Counter[tuple[str, str]] = Counter()
    wrong = {}
    for each in jobs:
        subject = subject_of(protogen.loads(each["text"]), phases=(each["phase"],))
        verdict = judge(subject, OPENCV4).verdict
        seen = seen_verdict(found[each["id"]])
        confusion[seen, verdict] += 1
        # Caffe leaves out the shape of a blob without axes; the verdict is for one that has it.
        scalar = [[]] in subject.weights.values() or [[], []] in subject.weights.values()
        if seen not in (verdict, "unseen") and not scalar and not is_excused(each["text"]):
            wrong[each["id"]] = seen, verdict
    print(confusion)
    assert wrong == {}


def seen_verdict(answer: dict[str, Any]) -> str:
    """The verdict that an answer of OpenCV shows."""
    if answer["step"] != "runs":
        return "unseen" if answer["step"] in ("builds", "crashed") else str(answer["step"])
    equal = all(each <= TOLERANCE for each in answer["differences"].values())
    return "runs" if equal else "computes otherwise"


def is_excused(text: str) -> bool:
    """Nets of inputs alone, two layers with one name, and an MVN of two values, which is noise."""
    names = re.findall(r'layer \{ name: "(\w+)"', text)
    twos = "MVN" in text and text.count("dim: 2") == text.count("dim:")
    return text.count("layer") == text.count('"Input"') or len(set(names)) < len(names) or twos
