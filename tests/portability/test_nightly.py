"""Further programs beside a real Caffe. ``make nightly`` installs them; else these are skipped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from protogen import targets
from tests.portability.nets import all_nets, is_excused, layers_for
from tests.portability.programs import (
    Confusion,
    ask,
    compare_nets,
    job,
    python_of,
    seen_verdict,
    verdict_of,
)

pytestmark = pytest.mark.nightly


@dataclass(frozen=True)
class Program:
    """What is compared with a program: the verdicts of ``target``, and how many nets run.

    Of ``by_chance``, the nets and the types of layers, a program computes the same or not with
    other values or at another time. ``sound`` is what a program shows for a net that runs, *unseen*
    if it only converts. ``every`` is the sample of the recorded layers.
    """

    target: str
    runs: int
    by_chance: frozenset[str] = field(default=frozenset())
    sound: str = "runs"
    every: int = 1


#: What is seen of nets that a program cannot be given values for, or that have nothing to convert.
NOTHING_SEEN = ("unseen", "empty")

PROGRAMS = {
    # Core ML computes on macOS only.
    "coremltools": Program("coremltools3", 19, sound="unseen"),
    # A MAX pooling differs where a window is all negative. What it does with the window that Caffe
    # drops depends on what lies behind its memory.
    "ncnn": Program("ncnn", 18),
    "nncase": Program("nncase1", 12, frozenset({"floor", "dropped window", "Pooling"})),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_nets(name: str, request: pytest.FixtureRequest) -> None:
    program = PROGRAMS[name]
    python_of(name)
    values: Path = request.getfixturevalue("net_values")
    confusion, wrong = compare_nets(name, program.target, values, all_nets())
    for net, answer in wrong.items():
        seen = seen_verdict(answer)
        if answer["verdict"] == "runs":
            assert seen == program.sound, net
        else:
            assert net in program.by_chance, answer
    assert confusion[program.sound, "runs"] >= program.runs


@pytest.mark.parametrize("name", PROGRAMS)
def test_layers(name: str, request: pytest.FixtureRequest) -> None:
    program = PROGRAMS[name]
    python = python_of(name)
    values: Path = request.getfixturevalue("layer_values")
    chosen = layers_for(targets.get(program.target))[:: program.every]
    jobs = []
    for row in chosen:
        # Caffe aborts on some when it computes.
        if (values / f"{row['id'].replace('/', '_')}.npz").exists():
            jobs.append(job(row["id"], row["prototxt"], row["phase"]))
    found = ask(name, python, values, jobs)
    confusion, misses, alarms = Confusion(), {}, {}
    for each in jobs:
        seen = seen_verdict(found[each["id"]])
        verdict = verdict_of(each["text"], program.target, each["phase"])
        confusion[seen, verdict] += 1
        if is_excused(each["text"]) or '"Input"' not in each["text"] or seen in NOTHING_SEEN:
            continue
        if verdict == "runs" and seen != "runs":
            misses[each["id"]] = seen
        types = set(re.findall(r' type: "([A-Z]\w+)"', each["text"]))
        if seen == "runs" and verdict != "runs" and not types & program.by_chance:
            alarms[each["id"]] = verdict
    print(f"\n{program.target}: {dict(confusion)}")
    assert misses == {}
    # A layer on few values computes the same by chance.
    assert len(alarms) <= len(jobs) // 50
