"""Why two layers produce one blob.

A real Caffe rejected each of these nets, and accepted each with its fix in both phases.
"""

from __future__ import annotations

import pytest

from protogen.checks import check
from protogen.net_files import loads
from tests.checks.nets import (
    BOTH,
    DATA,
    LOSS,
    fc,
    findings,
    fixed,
    image,
    in_phase,
    in_place,
    layer,
)

CONV = layer("c", "Convolution", "data", convolution_param="num_output: 4 kernel_size: 3")


def explanation(text: str) -> str:
    """The lines after the first one of the first finding, in both phases."""
    return findings(text, "G102", phases=BOTH)[0].partition("\n")[2]


def test_the_whole_message() -> None:
    second = CONV.replace('name: "c"', 'name: "c2"').replace("num_output: 4", "num_output: 5")
    assert findings(image(3, 8) + CONV + second, "G102") == [
        'net.prototxt:9:18: error[G102] layer "c2" (Convolution): produces blob "c", which an'
        " earlier layer produces too\n"
        '  why:   layer "c" (Convolution, line 2) produces "c" first\n'
        '  hint:  set top: "c2"'
    ]


def test_a_name_that_cannot_be_given() -> None:
    net = image(3, 8) + CONV + layer("c", "ReLU", "data")
    assert explanation(net).endswith('"c" first\n  hint:  give this top another name')


def test_a_layer_before_the_layer_that_it_works_on() -> None:
    net = in_place("r", "ReLU", "c") + image(3, 8) + CONV
    assert explanation(net) == (
        '  why:   layer "r" (ReLU, line 1) reads and overwrites "c", but comes before this layer\n'
        '  hint:  move layer "r" down, after layer "c"'
    )


@pytest.mark.parametrize(
    ("bottom", "hint"),
    [('bottom: "conv"', 'set bottom: "c"'), ("", 'add bottom: "c"')],
)
def test_a_layer_in_place_with_the_wrong_bottom(bottom: str, hint: str) -> None:
    net = image(3, 8) + CONV + in_place("r", "ReLU", "c").replace('bottom: "c"', bottom)
    assert explanation(net) == (
        f"  why:   a layer that works in place reads the blob that it writes\n  hint:  {hint}"
    )


def test_two_sources_without_rules() -> None:
    train, test = (
        DATA.replace('"data" type', '"train" type'),
        DATA.replace('"data" type', '"t" type'),
    )
    hint = (
        '  hint:  add include { phase: TRAIN } to layer "train" (Input, line 1) and'
        ' include { phase: TEST } to layer "t" (Input, line 3)\n'
        '         or remove layer "t" (Input, line 3)'
    )
    net = train + test + fc("fc", "data") + LOSS
    assert explanation(net) == (
        '  why:   layer "train" (Input, line 1) is a source of "data" too, and both run in TRAIN\n'
        f"{hint}"
    )
    read = loads(net)
    fix = check(read, phases=BOTH, select=["G102"]).diagnostics[0].fix
    assert fix is not None
    read.apply(fix.edits)
    assert read.text.index("TRAIN") < read.text.index("TEST")


def test_the_source_of_tests_comes_first() -> None:
    first, second = DATA.replace('"data" type', '"val" type'), DATA
    hint = explanation(first + second + fc("fc", "data") + LOSS).partition("hint:  ")[2]
    assert hint.startswith(
        'add include { phase: TEST } to layer "val" (Input, line 1) and include { phase: TRAIN }'
    )


def test_two_sources_one_of_them_with_a_rule() -> None:
    net = DATA + in_phase("TEST", DATA) + fc("fc", "data") + LOSS
    assert explanation(net) == (
        '  why:   layer "data" (Input, line 1) is a source of "data" too, and both run in TEST\n'
        '  hint:  add include { phase: TRAIN } to layer "data" (Input, line 1)\n'
        '         or remove layer "data" (Input, line 3)'
    )


def test_input_fields_and_an_input_layer() -> None:
    net = 'input: "data" input_shape { dim: 1 dim: 3 dim: 8 dim: 8 }\n' + image(3, 8) + CONV
    assert explanation(net) == (
        '  why:   the input fields of the net produce "data" too\n'
        '  hint:  remove layer "data" (Input, line 2)\n'
        "         or remove input and input_shape from the net"
    )
    assert "Input" not in fixed(net, "G102")


def test_a_copied_layer() -> None:
    assert explanation(image(3, 8) + CONV + CONV + layer("r", "ReLU", "c")) == (
        '  why:   layer "c" (Convolution, line 2) is the same layer\n'
        '  hint:  remove layer "c" (Convolution, line 7)'
    )


def test_a_top_in_place_at_another_position() -> None:
    net = image(3, 8) + layer("mask", "ReLU", "data")
    net += layer("sum", "Eltwise", "data", "mask").replace('top: "sum"', 'top: "mask"')
    (text,) = findings(net, "G102")
    assert "a top and its bottom must have the same position" in text
