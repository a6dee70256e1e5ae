from __future__ import annotations

from tests.checks.nets import BOTH, DATA, fc, findings, image, in_phase, layer


def test_the_whole_message() -> None:
    net = DATA + fc("fc", "data") + fc("fc", "fc").replace('top: "fc"', 'top: "fc2"')
    assert findings(net, "G206") == [
        'net.prototxt:9:3: warning[G206] layer "fc" (InnerProduct): an earlier layer'
        " (InnerProduct) has the same name\n"
        "  why:   Caffe loads weights by layer name, into the first layer with that name"
    ]


def test_layers_without_weights_are_a_note() -> None:
    relu = layer("relu", "ReLU", "data")
    net = image(3, 8) + relu + relu.replace('top: "relu"', 'top: "relu2"')
    assert findings(net, "G206") == [
        'net.prototxt:8:3: note[G206] layer "relu" (ReLU): an earlier layer (ReLU) has the same'
        " name"
    ]


def test_the_same_name_in_the_other_phase() -> None:
    both = [in_phase(phase, fc("fc", "data")) for phase in BOTH]
    assert findings(DATA + "".join(both), "G206", phases=BOTH) == []
