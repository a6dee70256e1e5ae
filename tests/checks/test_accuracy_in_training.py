from __future__ import annotations

from tests.checks.nets import TRAINED, findings, layer

MEASURED = TRAINED + layer("acc", "Accuracy", "fc", "label")


def test_the_whole_message() -> None:
    assert findings(MEASURED, "G211", phases=("TRAIN",)) == [
        'net.prototxt:13:1: note[G211] layer "acc" (Accuracy): also runs in every iteration of'
        " training\n"
        "  hint:  add include { phase: TEST } to run it in tests only"
    ]


def test_tests() -> None:
    assert findings(MEASURED, "G211", phases=("TEST",)) == []
