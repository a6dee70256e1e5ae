"""Each form of the language separately. The verdicts are those of a real Caffe (BVLC 1.0.0)."""

from __future__ import annotations

import math
from typing import Any

import pytest

from protogen import proto
from protogen.text import Document, read

BLOB = 'input: "data" input_shape { dim: 1 dim: 3 dim: 4 dim: 4 }'


def refusals(document: Document) -> list[str]:
    taken = {"not-utf8", "empty-file"}
    return [d.name for d in document.diagnostics if d.name not in taken]


def field(name: str, text: str) -> Document:
    return read(f'{BLOB} layer {{ name: "a" {name.format(text)} }}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("0x4", 4),
        ("0X4", 4),
        ("010", 8),
        ("4;", 4),
        ("4,", 4),
        ("4#x\n", 4),
        ("4294967295", 2**32 - 1),
    ],
)
def test_unsigned_integers(text: str, value: int) -> None:
    document = field("convolution_param {{ num_output: {} }}", text)
    assert not refusals(document)
    assert document.message.layer[0].convolution_param.num_output == value


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0b11", "wrong-value-type"),
        ("1_0", "wrong-value-type"),
        ("4f", "wrong-value-type"),
        ("4e0", "wrong-value-type"),
        ("4.", "wrong-value-type"),
        ("08", "wrong-value-type"),
        ("4a", "wrong-value-type"),
        ("0x4g", "wrong-value-type"),
        ('"4"', "wrong-value-type"),
        ("4294967296", "out-of-range"),
        ("-4", "out-of-range"),
        ("-0", "out-of-range"),
        ("+4", "syntax"),
        ("4,,", "syntax"),
        ("4 num_output: 4", "field-given-twice"),
        ("4 unknown_f: 3", "unknown-field"),
    ],
)
def test_unsigned_integers_rejected(text: str, rule: str) -> None:
    assert rule in refusals(field("convolution_param {{ num_output: {} }}", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5f", 0.5),
        ("0.5F", 0.5),
        ("0f", 0.0),
        (".5", 0.5),
        ("0.", 0.0),
        ("5e-1", 0.5),
        ("-0.5", -0.5),
        ("- 0.5", -0.5),
        ("-\n0.5", -0.5),
        ("-#x\n0.5", -0.5),
        ("inf", math.inf),
        ("INFINITY", math.inf),
        ("-inf", -math.inf),
        ("1e400", math.inf),
        ("99999999999999999999999", 1e23),
    ],
)
def test_floats(text: str, value: float) -> None:
    document = field("dropout_param {{ dropout_ratio: {} }}", text)
    assert not refusals(document)
    assert document.message.layer[0].dropout_param.dropout_ratio == pytest.approx(value)


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan"])
def test_not_a_number(text: str) -> None:
    document = field("dropout_param {{ dropout_ratio: {} }}", text)
    assert not refusals(document)
    assert math.isnan(document.message.layer[0].dropout_param.dropout_ratio)


@pytest.mark.parametrize(
    "text",
    ["0x0", "00", "01", "00.5", "inff", "5e", "0.1_1", "+0.5", '"0.5"', "t", "- -1", "1.2.3"],
)
def test_floats_rejected(text: str) -> None:
    assert refusals(field("dropout_param {{ dropout_ratio: {} }}", text))


@pytest.mark.parametrize(("text", "value"), [("AVE", 1), ("1", 1), ("0x1", 1), ("0", 0)])
def test_enums(text: str, value: int) -> None:
    document = field("pooling_param {{ pool: {} }}", text)
    assert not refusals(document)
    assert document.message.layer[0].pooling_param.pool == value


@pytest.mark.parametrize("text", ["-1", "77", '"AVE"', "ave", "[MAX]", "1.0", "AVE."])
def test_enums_rejected(text: str) -> None:
    assert refusals(field("pooling_param {{ pool: {} }}", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [(t, True) for t in ("true", "True", "t", "1", "01", "0x1")]
    + [(t, False) for t in ("false", "False", "f", "0", "00")],
)
def test_booleans(text: str, value: bool) -> None:
    document = field("convolution_param {{ bias_term: {} }}", text)
    assert not refusals(document)
    assert document.message.layer[0].convolution_param.bias_term is value


@pytest.mark.parametrize("text", ["TRUE", "T", "2", "-0", '"true"', '""', "yes", "1.0"])
def test_booleans_rejected(text: str) -> None:
    assert refusals(field("convolution_param {{ bias_term: {} }}", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a" "b"', "ab"),
        ("\"a\" 'b'", "ab"),
        ('"a""b"', "ab"),
        ('"a"\n#c\n"b"', "ab"),
        (r'"\a\b\f\n\r\t\v\\\?\'\" \101 \x41"', "\a\b\f\n\r\t\v\\?'\" A A"),
        (r'"\1012\x41g"', "A2Ag"),
        (r'"\u00e9\U0001F600\ud83d\ude00"', "\u00e9\U0001f600\U0001f600"),
        (r'"\303\251"', "\u00e9"),
        (r'"\U00110000"', r"\U00110000"),
        ('"a\tb\x01"', "a\tb\x01"),
        ("'a\"#{'", 'a"#{'),
        ('""', ""),
    ],
)
def test_strings(text: str, value: str) -> None:
    document = read(f"name: {text} {BLOB}")
    assert not refusals(document)
    assert document.message.name == value


@pytest.mark.parametrize("text", [r'"\377"', r'"\777"', r'"\ud83d"', b'"\xe9"'])
def test_caffe_takes_strings_that_are_not_utf8(text: str | bytes) -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    document = read(b"name: " + raw)
    assert [d.name for d in document.diagnostics] == ["not-utf8"]
    assert document.data == b"name: " + raw


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (r'"\X41"', "invalid-escape"),
        (r'"\q"', "invalid-escape"),
        (r'"\xg"', "invalid-escape"),
        (r'"\u12"', "invalid-escape"),
        ('"a\nb"', "unterminated-string"),
        ('"a\\\nb"', "unterminated-string"),
        ('"abc', "unterminated-string"),
        ("abc", "wrong-value-type"),
        ('"a"b', "syntax"),
    ],
)
def test_strings_rejected(text: str, rule: str) -> None:
    assert rule in refusals(read(f"name: {text}\n{BLOB}"))


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("< dim: 1 dim: 3 >", [[1, 3]]),
        (": { dim: 1 }", [[1]]),
        ("{ dim: [1,3,4,4] }", [[1, 3, 4, 4]]),
        ("{ dim: [] }", [[]]),
        ("[{dim: 1}, <dim: 3>]", [[1], [3]]),
        (": [{dim: 1}, {dim: 3}],", [[1], [3]]),
        ("[]", []),
        ("{ dim: 1; dim: 3, };", [[1, 3]]),
        ("{}", [[]]),
        ("{ dim: 1\r dim: 3 \r}", [[1, 3]]),
        ("{ dim: 1\f dim: 3 \v}", [[1, 3]]),
        ("{ dim: - 1 }", [[-1]]),
        ("{ dim: 9223372036854775807 dim: -9223372036854775808 }", [[2**63 - 1, -(2**63)]]),
        ("{ dim: 1 } # end", [[1]]),
    ],
)
def test_messages_and_lists(text: str, dims: list[list[int]]) -> None:
    document = read(f"input_shape {text}")
    assert not refusals(document)
    assert [list(shape.dim) for shape in document.message.input_shape] == dims


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{ dim: 1 >", "stray-brace"),
        ("{ dim: 1 } }", "stray-brace"),
        ("{ dim: 1", "unclosed-brace"),
        ("{ dim: [1,] }", "syntax"),
        ("{ dim: [1;2] }", "syntax"),
        ("{ dim: [1 2] }", "syntax"),
        ("{ dim: [[1]] }", "syntax"),
        ("[{dim: 1},]", "syntax"),
        ("[{dim: 1} {dim: 1}]", "syntax"),
        ("{ dim: 1;; }", "syntax"),
        ("{ ; dim: 1 }", "syntax"),
        ("{ dim { } }", "syntax"),
        ("{ dim 1 }", "syntax"),
        ("{ dim:: 1 }", "syntax"),
        ("{ 1: 3 }", "syntax"),
        ("{ dim: 1 } // c", "syntax"),
        (": 5", "syntax"),
        ("{ [a.b]: 3 }", "unknown-field"),
        ("{ [type.googleapis.com/a.b] { } }", "unknown-field"),
        ("{ dim: 1\x01 dim: 3 }", "invalid-character"),
        ("{ dim: 1\0 dim: 3 }", "invalid-character"),
        ("{ dim: 1\u00a0}", "invalid-character"),
        ("{ dim:1dim:3 }", "wrong-value-type"),
        ("{ dim: 9223372036854775808 }", "out-of-range"),
    ],
)
def test_messages_and_lists_rejected(text: str, rule: str) -> None:
    assert rule in refusals(read(f'name: "x" input_shape {text}'))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('name: "a" name: "b"', "field-given-twice"),
        ('state { level: 1 } state { stage: "a" }', "field-given-twice"),
        ("state { } state { }", "field-given-twice"),
        ('Name: "x"', "unknown-field"),
        ("layer { clip_param { min: 1 } }", "missing-required-field"),
        ('\ufeffname: "x"', "byte-order-mark"),
    ],
)
def test_whole_files_rejected(text: str, rule: str) -> None:
    assert refusals(read(text)) == [rule]


def test_bytes_fields() -> None:
    document = read(r'data: "\377a" "\0"', proto.Datum)
    assert not document.diagnostics
    assert document.message.data == b"\xffa\0"


@pytest.mark.parametrize("kind", [proto.NetParameter, proto.SolverParameter, proto.BlobProto])
def test_an_empty_text_is_an_empty_message(kind: Any) -> None:
    document = read(" # nothing\n", kind)
    assert document.message == kind()
    assert [d.name for d in document.diagnostics] == ["empty-file"]


def test_a_comma_in_a_comment_does_not_continue_a_list() -> None:
    document = read('layer [{ name: "a" } # one, two\n]')
    assert not document.diagnostics
    assert [layer.name for layer in document.message.layer] == ["a"]
