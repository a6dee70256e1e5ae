"""Rules of what runs when, and of what TRAIN and TEST have in common; deprecated fields."""

from __future__ import annotations

import pytest

from tests.checks.conftest import image, layer, told
from tests.checks.test_wiring import DATA, LOSS, fc

BOTH = ("TRAIN", "TEST")


RELU = 'layer {{\n  name: "relu" type: "ReLU" bottom: "data" top: "relu"\n  {}\n}}\n'


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ("include { min_level: 2 max_level: 1 }", "none of its include rules can be met"),
        ('include { stage: "a" not_stage: "a" }', "none of its include rules can be met"),
        (
            "exclude { phase: TRAIN } exclude { phase: TEST }",
            "its exclude rules keep it out of TRAIN and of TEST",
        ),
        ("exclude { }", "its exclude rules keep it out of TRAIN and of TEST"),
    ],
)
def test_never_runs(rules: str, why: str) -> None:
    assert told(image(3, 8) + RELU.format(rules), "G301", phases=BOTH) == [
        f'net.prototxt:4:3: warning[G301] layer "relu" (ReLU): never runs: {why}'
    ]


@pytest.mark.parametrize(
    "rules",
    [
        "include { phase: TEST }",
        'include { stage: "deploy" }',
        "exclude { phase: TRAIN }",
        'exclude { phase: TRAIN } exclude { phase: TEST stage: "deploy" }',
    ],
)
def test_some_state_runs_it(rules: str) -> None:
    assert told(image(3, 8) + RELU.format(rules), "G301", phases=BOTH) == []


def fed(phase: str, size: int) -> str:
    return image(3, size).replace("top:", f"include {{ phase: {phase} }} top:")


def test_phases_disagree() -> None:
    net = fed("TRAIN", 8) + fed("TEST", 7) + fc("fc", "data")
    assert told(net, "G302", phases=BOTH) == [
        'net.prototxt:3:1: error[G302] layer "fc" (InnerProduct): learns 8x147 and 8 in TEST, but'
        " 8x192 and 8 in TRAIN\n"
        "  why:   in a test the solver hands the training net's blobs to the layers of the same"
        " name, and Caffe dies if their shapes differ"
    ]


def test_phases_disagree_in_what_a_layer_is() -> None:
    relu = layer("fc", "ReLU", "data")
    both = [
        text.replace("top:", f"include {{ phase: {phase} }} top:")
        for text, phase in ((fc("fc", "data"), "TRAIN"), (relu, "TEST"))
    ]
    (text,) = told(image(3, 8) + "".join(both), "G302", phases=BOTH)
    assert "learns nothing in TEST, but 8x192 and 8 in TRAIN" in text


def test_phases_agree_whatever_the_size() -> None:
    conv = layer("conv", "Convolution", "data", convolution_param="num_output: 4 kernel_size: 3")
    assert told(fed("TRAIN", 8) + fed("TEST", 7) + conv, "G302", phases=BOTH) == []


def test_label_in_one_phase() -> None:
    trained = LOSS.replace('top: "loss"', 'top: "loss" include { phase: TRAIN }')
    assert told(DATA + fc("fc", "data") + trained, "G303", phases=BOTH) == [
        'net.prototxt:1:48: warning[G303] layer "data" (Input): no layer reads its top "label" in'
        ' TEST; in TRAIN "loss" does'
    ]
    assert told(DATA + fc("fc", "data") + LOSS, "G303", phases=BOTH) == []


def test_untrained_layer() -> None:
    other = fc("score", "data").replace('top: "score"', 'top: "score" include { phase: TEST }')
    net = DATA + fc("fc", "data") + LOSS + other
    assert told(net, "G304", phases=BOTH) == [
        'net.prototxt:14:3: warning[G304] layer "score" (InnerProduct): learns in no phase: it runs'
        " in TEST, and TRAIN has no layer of its name\n"
        "  why:   in a test, layers take over the weights of the layers of the same name in the"
        " training net"
    ]
    assert told(net.replace("include { phase: TEST }", ""), "G304", phases=BOTH) == []


def test_deprecated_field() -> None:
    old = layer("join", "Concat", "data", "data", concat_param="concat_dim: 1")
    assert told(image(3, 8) + old, "T301") == [
        'net.prototxt:5:18: note[T301] layer "join" (Concat): concat_param.concat_dim is'
        " deprecated\n"
        "  hint:  axis says the same"
    ]
    assert told(image(3, 8) + old.replace("concat_dim", "axis"), "T301") == []
