from __future__ import annotations

import pytest

from tests.checks.nets import DATA, FIRST, LOSS, fc, findings, in_place, layer

HINT = "  hint:  give the top another name, and let the later layers read it"


def test_a_sum_loses_its_first_bottom() -> None:
    """A real Caffe adds 1 and 1 in place to 1."""
    net = DATA.replace("dim: 4 }", "dim: 4 dim: 8 dim: 2 dim: 2 }")
    net += layer("sum", "Eltwise", "data", "label").replace('top: "sum"', 'top: "data"')
    assert findings(net, "G204") == [
        'net.prototxt:5:34: warning[G204] layer "sum" (Eltwise): overwrites its bottom "data",'
        f" which it still needs for the sum: Caffe clears the top before it adds\n{HINT}"
    ]


#: A real Caffe computes the gradients of these wrongly in place, by differences of the loss.
@pytest.mark.parametrize("kind", ["LRN", "MVN", "Log", "BNLL", "Power"])
def test_gradients_that_need_the_bottom(kind: str) -> None:
    net = DATA + FIRST + in_place("act", kind, "first") + fc("fc", "first") + LOSS
    assert findings(net, "G204", phases=("TRAIN",)) == [
        f'net.prototxt:10:19: warning[G204] layer "act" ({kind}): overwrites its bottom "first",'
        f" which it still needs for its gradient\n{HINT}"
    ]
    assert findings(net, "G204", phases=("TEST",)) == []


#: And the gradients of these correctly.
@pytest.mark.parametrize("kind", ["ReLU", "TanH", "Sigmoid", "ELU", "Exp", "Softmax", "Dropout"])
def test_gradients_that_do_not(kind: str) -> None:
    net = DATA + FIRST + in_place("act", kind, "first") + fc("fc", "first") + LOSS
    assert findings(net, "G204", "G205", phases=("TRAIN",)) == []


def test_no_gradient_goes_to_data() -> None:
    net = DATA + in_place("scale", "Power", "data") + fc("fc", "data") + LOSS
    assert findings(net, "G204", phases=("TRAIN",)) == []
