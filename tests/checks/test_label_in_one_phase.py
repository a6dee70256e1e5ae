from __future__ import annotations

from tests.checks.nets import BOTH, DATA, LOSS, TRAINED, fc, findings, in_phase


def test_the_whole_message() -> None:
    net = DATA + fc("fc", "data") + in_phase("TRAIN", LOSS)
    assert findings(net, "G303", phases=BOTH) == [
        'net.prototxt:1:48: warning[G303] layer "data" (Input): no layer reads its top "label" in'
        ' TEST, but layer "loss" reads it in TRAIN'
    ]


def test_a_label_that_both_phases_read() -> None:
    assert findings(TRAINED, "G303", phases=BOTH) == []
