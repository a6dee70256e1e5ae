from __future__ import annotations

from tests.checks.nets import TRAINED, findings


def test_the_whole_message() -> None:
    assert findings(TRAINED, "G210") == [
        'net.prototxt:8:1: note[G210] layer "loss" (SoftmaxWithLoss): is a loss that runs in TEST,'
        " where the caller provides all data\n"
        "  hint:  add include { phase: TRAIN } to keep it out of TEST"
    ]


def test_training() -> None:
    assert findings(TRAINED, "G210", phases=("TRAIN",)) == []
