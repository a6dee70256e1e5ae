from __future__ import annotations

import pytest

from tests.checks.nets import DATA, FIRST, LOSS, fc, findings, in_place, layer


def dropped(kind: str) -> str:
    """A layer of this type, and a Dropout in place on its top."""
    net = DATA + FIRST + layer("act", kind, "first")
    return net + in_place("drop", "Dropout", "act") + fc("fc", "act") + LOSS


@pytest.mark.parametrize("kind", ["TanH", "Sigmoid", "ELU", "Softmax", "Exp", "LRN", "Swish"])
def test_the_whole_message(kind: str) -> None:
    assert findings(dropped(kind), "G205", phases=("TRAIN",)) == [
        'net.prototxt:15:17: warning[G205] layer "drop" (Dropout): overwrites "act", from which'
        f' layer "act" ({kind}) computes its gradient\n'
        "  hint:  give the top another name, and let the later layers read it"
    ]
    assert findings(dropped(kind), "G205", phases=("TEST",)) == []


@pytest.mark.parametrize("kind", ["ReLU", "PReLU", "Log", "BNLL", "Power"])
def test_a_top_that_is_no_longer_needed(kind: str) -> None:
    assert findings(dropped(kind), "G205", phases=("TRAIN",)) == []
