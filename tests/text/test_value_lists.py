"""Lists, commas and braces where a field takes one value: one finding, and a fix if it is clear."""

from __future__ import annotations

import pytest

import protogen
from protogen.text import read
from tests.text.repairs import CONVOLUTION, DATA, NET, POOLING, RELU, errors, fixed, only_error

DIMS = "dim: 1 dim: 3 dim: 8 dim: 8"
ELTWISE = 'layer { name: "e" type: "Eltwise" bottom: "c" bottom: "c" top: "e" }\n'


def replaced(old: str, new: str, layer: str) -> tuple[str, str]:
    assert old in layer
    return DATA + CONVOLUTION + layer.replace(old, new), DATA + CONVOLUTION + layer


CASES = {
    "commas": (NET.replace(DIMS, "dim: 1,3,8,8"), NET),
    "commas and blanks": (NET.replace(DIMS, "dim: 1, 3, 8, 8"), NET),
    "blanks": (NET.replace(DIMS, "dim: 1 3 8 8"), NET),
    "parentheses": (NET.replace(DIMS, "dim: (1, 3, 8, 8)"), NET),
    "braces": (NET.replace(DIMS, "dim: {1, 3, 8, 8}"), NET),
    "list of two": replaced("kernel_size: 3", "kernel_size: [3, 3]", POOLING),
    "list of one": replaced("kernel_size: 3", "kernel_size: [3]", POOLING),
    "two values": replaced("kernel_size: 3", "kernel_size: 3, 3", POOLING),
    "two in parentheses": replaced("kernel_size: 3", "kernel_size: (3,3)", POOLING),
    "list of an enum value": replaced("pool: MAX", "pool: [MAX]", POOLING),
    "enum value in a message": replaced("pool: MAX", 'pool { type: "max" }', POOLING),
    "enum value in braces": replaced("pool: MAX", "pool: { MAX }", POOLING),
    "strings with commas": replaced('bottom: "c" bottom: "c"', 'bottom: "c", "c"', ELTWISE),
    "string in a list": replaced('"ReLU"', '["ReLU"]', RELU),
}


@pytest.mark.parametrize(("broken", "intended"), CASES.values(), ids=CASES)
def test_one_error_and_a_safe_fix(broken: str, intended: str) -> None:
    found = only_error(broken)
    assert (found.code, found.fixable) == ("T122", True)
    assert protogen.loads(broken).message == protogen.loads(intended).message
    assert fixed(broken) == intended


def test_the_message_of_a_repeated_field() -> None:
    found = only_error(NET.replace(DIMS, "dim: 1,3,8,8"))
    assert found.message == 'expected "dim:" before each of its 4 values'
    assert found.hint == f"write {DIMS}"


def test_different_values_are_not_fixed() -> None:
    text = DATA + POOLING.replace("kernel_size: 3", "kernel_size: [3, 5]")
    found = only_error(text)
    assert found.message == '"kernel_size" takes one value, got a list of 2 values'
    assert found.hint == "write kernel_h: 3 kernel_w: 5"
    assert fixed(text) == text


def test_a_decimal_comma_is_not_two_values() -> None:
    text = 'layer { name: "d" type: "Dropout" dropout_param { dropout_ratio: 0,5 } }'
    found = only_error(text)
    assert found.hint == "write dropout_ratio: 0.5"
    assert not found.fixable
    for value in ("0,5", "5,5"):
        assert fixed(text.replace("0,5", value)) == text.replace("0,5", value)


def test_braces_around_something_else() -> None:
    found = only_error('layer { pooling_param { kernel_size { size: "x" } } }')
    assert (found.code, found.fix) == ("T101", None)
    assert found.message == '"kernel_size" takes one value, got a message'


def test_one_value_of_a_repeated_field_in_braces() -> None:
    text = "layer { convolution_param { kernel_size { 5 weight_filler { a: b } } } }"
    assert [each.code for each in errors(text)] == ["T122"]
    assert list(read(text).message.layer[0].convolution_param.kernel_size) == [5]


@pytest.mark.parametrize(
    "text",
    [
        "layer { convolution_param { kernel_size: [3, 3] } }",
        'layer { bottom: "a" "b", top: "c"; top: "d" }',
        'layer { bottom: ["a", "b"] }',
    ],
)
def test_legal_lists_and_separators(text: str) -> None:
    assert not errors(text)


def test_one_finding_for_the_elements_of_a_list() -> None:
    found = only_error('input_shape { dim: ["1", "3", "8", "8"] }')
    assert found.code == "T107"
    assert found.message == '"dim": expected an integer, got a string, and 3 more of its values'


def test_one_finding_for_the_values_of_a_field() -> None:
    text = 'input_shape { dim: "1" dim: "3" dim: "8" dim: "8" }'
    found = only_error(text)
    assert found.message.endswith(", and 3 more of its values")
    assert fixed(text) == f"input_shape {{ {DIMS} }}"


def test_two_messages_have_a_finding_each() -> None:
    assert len(errors('input_shape { dim: "1" dim: "3" } input_shape { dim: "1" }')) == 2


def test_a_word_gets_its_quotes() -> None:
    text = DATA + RELU.replace('"ReLU"', "ReLU")
    assert fixed(text) == DATA + RELU


def test_the_places_of_the_values() -> None:
    text = NET.replace(DIMS, "dim: 1, 3, 8, 8")
    document = read(text)
    spans = [document.span(("layer", 0, "input_param", "shape", 0, "dim", i)) for i in range(4)]
    assert [text[span.start : span.end] for span in spans if span] == ["1", "3", "8", "8"]


def test_sizes_of_three_axes() -> None:
    """`repeated uint32 kernel_size` is in the branch 3D of yjxiong/caffe only."""
    text = 'layer { type: "Pooling" pooling_param { kernel_size: [1, 2, 2] } }'
    (found,) = read(text).diagnostics
    assert found.hint == (
        'keep one value of "kernel_size"; only yjxiong\'s 3D fork of Caffe takes one for each of'
        " three axes"
    )
