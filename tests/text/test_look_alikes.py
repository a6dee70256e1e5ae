"""Characters that Caffe rejects: one finding for a file, at its place, and the fix of all."""

from __future__ import annotations

import time

import pytest

import protogen
from protogen.text import read
from tests.text.repairs import CONVOLUTION, DATA, NET, POOLING, RELU, errors, fixed, only_error

SOFTMAX = 'layer { name: "s" type: "Softmax" bottom: "data" top: "s" softmax_param { axis: -1 } }\n'


def replaced(old: str, new: str, layer: str = CONVOLUTION) -> tuple[str, str]:
    """A net in which something is written with other characters, and the net that was intended."""
    assert old in layer
    return DATA + layer.replace(old, new), DATA + layer


CASES = {
    "no-break space": replaced(" type", "\u00a0type"),
    "only no-break spaces": replaced(" ", "\u00a0"),
    "ideographic space": replaced(" ", "\u3000"),
    "line separator": replaced(" type", "\u2028type"),
    "zero-width space between words": replaced(" type", "\u200b type"),
    "zero-width space in a name": replaced("kernel_size", "kernel\u200b_size"),
    "zero-width non-joiner before a number": replaced("output: 4", "output: \u200c4"),
    "soft hyphen": replaced("num_output", "num\u00ad_output"),
    "left-to-right mark": replaced("{", "{\u200e"),
    "byte order mark inside": (f"{DATA}\ufeff{CONVOLUTION}", NET),
    "end of a DOS file": (f"{NET}\x1a", NET),
    "typographic quotes": replaced('"c"', "\u201cc\u201d"),
    "one typographic quote for both": replaced('"', "\u201d"),
    "typographic single quotes": replaced('"c"', "\u2018c\u2019"),
    "German quotes": replaced('"c"', "\u201ec\u201c"),
    "guillemets": replaced('"c"', "\u00abc\u00bb"),
    "typographic quote before a string": replaced('top: "c"', 'top: \u201cc"'),
    "typographic quote after a string": replaced('top: "c"', 'top: "c\u201d'),
    "full-width colon": replaced("kernel_size:", "kernel_size\uff1a"),
    "full-width braces": replaced("{", "\uff5b"),
    "full-width digit": replaced("kernel_size: 3", "kernel_size: \uff13"),
    "full-width letter": replaced("type:", "\uff54ype:"),
    "full-width quotes": replaced('"c"', "\uff02c\uff02"),
    "full-width number sign": (f"{DATA}\uff03 \u201cx\u201d \u5377\n{CONVOLUTION}", NET),
    "en dash": replaced("-1", "\u20131", SOFTMAX),
    "minus sign": replaced("-1", "\u22121", SOFTMAX),
    "Cyrillic letter in a name": replaced("type", "typ\u0435"),
    "Cyrillic letter in a value": replaced("MAX", "M\u0410X", POOLING),
}


@pytest.mark.parametrize(("broken", "intended"), CASES.values(), ids=CASES)
def test_one_error_and_a_safe_fix(broken: str, intended: str) -> None:
    found = only_error(broken)
    assert (found.code, found.fixable) == ("T106", True)
    assert protogen.loads(broken).message == protogen.loads(intended).message
    text = fixed(broken)
    assert not errors(text)
    assert protogen.loads(text).message == protogen.loads(intended).message


def test_the_character_is_named_at_its_place() -> None:
    found = only_error(NET.replace("kernel_size:", "kernel_size\uff1a"))
    assert found.message == "U+FF1A FULLWIDTH COLON is allowed only in strings and comments"
    assert found.hint == "write : in its place"
    assert found.location is not None
    assert (found.location.line, found.location.column) == (2, 108)


def test_several_characters_are_counted() -> None:
    found = only_error(NET.replace('"c"', "\u201cc\u201d"))
    assert found.message == (
        "4 characters are allowed only in strings and comments: U+201C LEFT DOUBLE QUOTATION MARK"
        " (2 times), U+201D RIGHT DOUBLE QUOTATION MARK (2 times)"
    )
    assert found.where == "line 2"


def test_the_other_layers_are_checked() -> None:
    broken = DATA.replace(" type", "\u00a0type") + RELU + CONVOLUTION.replace('"data"', '"dta"')
    found = protogen.check(protogen.loads(broken))
    assert [each.code for each in found.diagnostics] == ["T106", "G101"]


@pytest.mark.parametrize(
    "text",
    [
        DATA + RELU.replace('name: "r"', 'name: "\u5377\u00a0\u201cx\u201d"'),
        f"# \u201cx\u201d\u00a0\uff1a \u5377\n{NET}",
        f"{NET}# \u00a0",
    ],
)
def test_strings_and_comments_may_have_them(text: str) -> None:
    assert not errors(text)
    assert fixed(text) == text


def test_strings_and_comments_keep_them() -> None:
    text = f'# \u201cx\u201d\n{DATA}layer {{ name: "\u00a0\u201cx\u201d" type\uff1a "ReLU" }}\n'
    assert fixed(text) == text.replace("type\uff1a", "type:")


def test_a_quote_inside_a_string_stays() -> None:
    assert fixed("name: \u201cit's\u201d") == 'name: "it\'s"'
    assert fixed("name: \u201ca \u201cb\u201d c\u201d") == 'name: "a \u201cb\u201d c"'
    assert fixed('name: \u201ca"b\u201d') == "name: 'a\"b'"


def test_the_end_of_a_string_that_was_typed_otherwise() -> None:
    broken = 'layer {\n  name: "r\u201d\n  type: "ReLU\u201d top: "r"\n}\n'
    assert fixed(broken) == 'layer {\n  name: "r"\n  type: "ReLU" top: "r"\n}\n'


def test_what_stands_for_nothing_is_one_error_without_a_fix() -> None:
    found = only_error(f"\u5377\u79ef\u5c42\n{NET}\u5377\n")
    assert found.code == "T106"
    assert found.fix is None
    assert found.message.startswith("4 characters are allowed only in strings and comments: U+5377")
    assert found.where == "lines 1, 4"


def test_a_control_character_inside_a_word_is_not_removed() -> None:
    found = errors(NET.replace("kernel_size", "kernel\x08_size"))
    assert found[0].code == "T106"
    assert found[0].fix is None


def test_a_byte_order_mark_is_removed() -> None:
    assert fixed(f"\ufeff{NET}") == NET


def test_offsets_are_those_of_the_text() -> None:
    text = NET.replace("kernel_size", "ker\u200bnel_\u200bsize")
    document = read(text)
    span = document.span(("layer", 1, "convolution_param", "num_output"))
    assert span is not None
    assert text[span.start : span.end] == "num_output: 4"


@pytest.mark.parametrize(
    "text",
    [
        "\u201c" * 200_000,
        "\u201ca " * 100_000,
        'name: "\u201d ' * 50_000,
        "\u00a0" * 500_000,
        'name\u00a0: "a" ' * 50_000,
        "\u5377" * 200_000,
    ],
    ids=range(6),
)
def test_many_of_them_take_little_time(text: str) -> None:
    start = time.process_time()
    document = read(text)
    assert document.diagnostics
    assert time.process_time() - start < 20
