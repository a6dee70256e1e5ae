"""OpenVINO beside a real Caffe. ``make consumers`` installs both; else these are skipped."""

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

#: Model Optimizer takes a second or more for each net.
SAMPLED = 12


def test_nets(net_values: Path) -> None:
    confusion, wrong = compare_nets("openvino", "openvino2023", net_values, all_nets())
    assert wrong == {}
    assert confusion["runs", "runs"] >= 18


def test_layers(layer_values: Path) -> None:
    chosen = layers_for(targets.get("openvino2023"))[::SAMPLED]
    jobs = [job(row["id"], row["prototxt"], row["phase"]) for row in chosen]
    found = ask("openvino", python_of("openvino"), layer_values, jobs)
    confusion, misses, alarms = Confusion(), {}, {}
    for each in jobs:
        seen = seen_verdict(found[each["id"]])
        verdict = verdict_of(each["text"], "openvino2023", each["phase"])
        confusion[seen, verdict] += 1
        if is_excused(each["text"]) or seen == "unseen":
            continue
        if verdict == "runs" and seen != "runs":
            misses[each["id"]] = seen
        # Along one axis, MVN across channels is the one of each channel.
        if seen == "runs" and verdict != "runs" and "MVN" not in each["text"]:
            alarms[each["id"]] = verdict
    print(f"\nopenvino2023: {dict(confusion)}")
    assert misses == {}
    assert alarms == {}
