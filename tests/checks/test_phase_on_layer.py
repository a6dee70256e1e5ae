"""A real Caffe runs a layer with ``phase: TEST`` in TRAIN too."""

from __future__ import annotations

from protogen.checks import check
from protogen.net_files import loads
from tests.checks.nets import BOTH, TRAINED, findings, fixed, image, layer

ACCURACY = layer("acc", "Accuracy", "fc", "label").replace('top: "acc"', 'top: "acc" phase: TEST')


def test_the_whole_message() -> None:
    assert findings(TRAINED + ACCURACY, "G305", phases=BOTH) == [
        'net.prototxt:15:43: warning[G305] layer "acc" (Accuracy): phase: TEST does not keep the'
        " layer out of other phases; include { phase: TEST } does\n"
        "  why:   Caffe runs the layer in every phase, and it computes as in TEST\n"
        "  hint:  replace phase: TEST with include { phase: TEST }"
    ]


def test_the_fix_keeps_the_layer_out_of_the_other_phase() -> None:
    net = loads(fixed(TRAINED + ACCURACY, "G305", BOTH))
    assert check(net, phases=["TRAIN"], select=["G211"]).diagnostics == []
    assert "include { phase: TEST }" in net.text
    assert " phase: TEST\n" not in net.text


def test_a_layer_that_others_need_in_both_phases_has_no_fix() -> None:
    relu = layer("relu", "ReLU", "data").replace('top: "relu"', 'top: "relu" phase: TEST')
    (text,) = findings(image(3, 8) + relu + layer("t", "TanH", "relu"), "G305", phases=BOTH)
    assert "hint:" not in text


def test_an_include_rule_for_the_same_phase() -> None:
    limited = ACCURACY.replace("phase: TEST", "phase: TEST include { phase: TEST }")
    assert findings(TRAINED + limited, "G305", phases=BOTH) == []


def test_a_net_that_caffe_wrote_has_the_field_in_every_layer() -> None:
    data = image(3, 8).replace("top:", "phase: TEST top:")
    relu = layer("relu", "ReLU", "data").replace('top: "relu"', 'top: "relu" phase: TEST')
    assert findings(data + relu, "G305", phases=BOTH) == []
