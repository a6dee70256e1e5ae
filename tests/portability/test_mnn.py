"""MNN beside a real Caffe. ``make consumers`` installs both; else these are skipped."""

from __future__ import annotations

from pathlib import Path

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


def test_nets(net_values: Path) -> None:
    confusion, wrong = compare_nets("mnn", "mnn", net_values, all_nets())
    assert wrong == {}
    assert confusion["runs", "runs"] >= 20


def test_layers(layer_values: Path) -> None:
    jobs = [job(row["id"], row["prototxt"], row["phase"]) for row in layers_for(targets.get("mnn"))]
    jobs = jobs[::3]
    found = ask("mnn", python_of("mnn"), layer_values, jobs)
    confusion = Confusion()
    misses, alarms = {}, {}
    for each in jobs:
        seen = seen_verdict(found[each["id"]])
        verdict = verdict_of(each["text"], "mnn", each["phase"])
        confusion[seen, verdict] += 1
        if "Silence" in each["text"] or is_excused(each["text"]):
            continue
        if verdict == "runs" and seen not in ("runs", "unseen"):
            misses[each["id"]] = seen
        # A Reshape along part of the axes keeps the values, not the shape.
        if seen == "runs" and verdict != "runs" and "Reshape" not in each["text"]:
            alarms[each["id"]] = verdict
    print(f"\nmnn: {dict(confusion)}")
    assert misses == {}
    # MNN reads past the end of some blobs, and may find the right values there.
    assert len(alarms) <= len(jobs) // 100
