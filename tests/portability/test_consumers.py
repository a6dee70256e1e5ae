"""Our verdicts beside a real OpenCV and a real Caffe. ``make consumers`` installs both.

In a plain test run they are skipped, unless this Python has OpenCV 4.
"""

from __future__ import annotations

from pathlib import Path

import protogen
from protogen import targets
from protogen.portability import judge, subject_of
from tests.portability.nets import all_nets, is_excused, layers_for
from tests.portability.programs import Confusion, ask, compare_nets, job, seen_verdict
from tests.portability.test_opencv import DATA, FAILS, OTHERWISE, REFUSED, RUNS

OPENCV4 = targets.get("opencv4")


def test_the_steps_of_small_nets(opencv: str, tmp_path: Path) -> None:
    nets = {**REFUSED, **OTHERWISE, **RUNS}
    # STOCHASTIC, an axis from the end and an MVN of no size build, and fail when they run.
    only_run = ("STOCH", "MVN without")
    for name, text in FAILS.items():
        if not any(part in name for part in only_run):
            nets[name] = text
    nets = {name: text for name, text in nets.items() if "V1" not in name and "axis" not in name}
    # With an unknown field, the shapes of weights are not known to protogen.
    nets = {name: text for name, text in nets.items() if "by an unknown field" not in name}
    nets.pop("an unknown string in param")
    found = ask("opencv", opencv, tmp_path, [job(name, DATA + text) for name, text in nets.items()])
    wrong = {}
    for name, text in nets.items():
        verdict = protogen.check(protogen.loads(DATA + text), target="opencv4").verdict("opencv4")
        wanted = verdict if verdict in ("refused", "fails later") else "builds"
        if found[name]["step"] != wanted:
            wrong[name] = verdict, found[name]
    assert wrong == {}


def test_the_values_of_layers(opencv: str, layer_values: Path) -> None:
    chosen = layers_for(OPENCV4)
    jobs = [job(row["id"], row["prototxt"], row["phase"]) for row in chosen]
    found = ask("opencv", opencv, layer_values, jobs)
    confusion = Confusion()
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
    assert confusion["runs", "runs"] >= 300
    assert wrong == {}


def test_the_values_of_nets(opencv: str, net_values: Path) -> None:
    confusion, wrong = compare_nets("opencv", "opencv4", net_values, all_nets())
    assert wrong == {}
    assert confusion["runs", "runs"] >= 20
