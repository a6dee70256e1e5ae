from __future__ import annotations

from tests.checks.nets import BOTH, DATA, fc, findings, image, in_phase, layer


def test_the_whole_message() -> None:
    net = image(3, 8) + image(1, 8, name="mask") + layer("relu", "ReLU", "data")
    assert findings(net, "G201") == [
        'net.prototxt:2:36: warning[G201] layer "mask" (Input): no layer reads its top "mask"'
    ]


def test_data_that_one_phase_reads() -> None:
    net = DATA + fc("fc", "data") + in_phase("TEST", layer("acc", "Accuracy", "fc", "label"))
    assert findings(net, "G201", phases=BOTH) == []
    assert len(findings(net, "G201", phases=("TRAIN",))) == 1
