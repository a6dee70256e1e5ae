"""Files that hold no prototxt, or a vast one: one clear sentence, in bounded time and memory."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from protogen import loads, proto
from protogen.text import read
from protogen.transforms import SafeFixes

NET = proto.NetParameter(name="abc", layer=[{"name": "x", "type": "ReLU", "top": ["a"]}])
SOLVER = 'net: "a.prototxt"\nbase_lr: 0.1\nmax_iter: 5\n'


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (NET.SerializeToString(), "a binary protobuf, such as a caffemodel"),
        ('name: "x"'.encode("utf-16"), "UTF-16 text"),
        ('name: "x"'.encode("utf-16-be"), "UTF-16 text"),
        ('name: "\u5377\u79ef"\n'.encode("utf-16-le"), "UTF-16 text without a byte order mark"),
        (b"\x7fELF\2\1\1" + bytes(9) + b"\3\0\x3e\0\1\0\0\0" + bytes(99), "a compiled program"),
        (b"\1\0\0\0" * 50, "a binary file"),
        (bytes(5) + b"text", "a binary file"),
        (gzip.compress(b"name: 'x'", mtime=0), "a gzip archive"),
        (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file"),
        (bytes(range(256)), "a binary file"),
    ],
)
def test_a_file_that_is_no_text_gives_one_error(data: bytes, what: str) -> None:
    document = read(data)
    (found,) = document.diagnostics
    assert (found.code, found.name) == ("T114", "not-text")
    assert found.message.startswith(f"expected a prototxt, got {what}")
    assert document.data == data
    assert document.message == proto.NetParameter()


def test_a_solver_given_for_a_net_and_the_reverse() -> None:
    (found,) = read(SOLVER).diagnostics
    assert (found.name, found.message) == ("wrong-kind-of-file", "expected a net, got a solver")
    (found,) = read('layer { name: "a" }\n' * 3, proto.SolverParameter).diagnostics
    assert (found.name, found.message) == ("wrong-kind-of-file", "expected a solver, got a net")
    assert not read(SOLVER, proto.SolverParameter).diagnostics


def test_byte_order_mark_line_ends_and_bytes_that_are_not_utf8() -> None:
    data = b'\xef\xbb\xbfname: "caf\xe9" # \xe9t\xe9\r\nforce_backward: true\r\n'
    document = read(data)
    assert document.data == data
    assert document.message.name == "caf\u00e9"
    assert document.message.force_backward
    assert [d.name for d in document.diagnostics] == ["byte-order-mark", "not-utf8"]
    assert len(document.comments) == 1


@pytest.mark.parametrize(
    "value",
    [
        b'"\xff"',
        b"'\xff'",
        b'"\\xff"',
        b"\xff",
        b"A\xff",
        b"-\xff",
        b'"\xed\xb3\xbf"',
        b"9" * 30,
    ],
)
@pytest.mark.parametrize(
    "field",
    [
        "pooling_param { pool: %s }",
        "pooling_param { pad: %s }",
        "pooling_param { global_pooling: %s }",
        "pooling_param: %s",
        "relu_param { negative_slope: %s }",
        "propagate_down: [true, %s]",
        "include [{ phase: %s }, { stage: %s min_level: %s }]",
        "blobs { data: %s double_data: %s raw_data: %s }",
        "odd: %s",
        "odd { %s: 3 }",
    ],
)
def test_bytes_that_are_not_utf8_in_any_field(field: str, value: bytes) -> None:
    data = b'layer { name: "a" ' + field.encode().replace(b"%s", value) + b" }"
    document = read(data)
    assert document.data == data
    assert document.message.layer[0].name == "a"
    if "pool:" in field:
        names = [diagnostic.name for diagnostic in document.diagnostics]
        assert {*names} & {"wrong-value-type", "unknown-enum-value", "syntax", "invalid-character"}


def test_an_enum_number_beyond_32_bits_is_not_cut() -> None:
    (found,) = read("layer { pooling_param { pool: 4294967297 } }").diagnostics
    assert found.message == ('"pool": expected one of MAX, AVE, STOCHASTIC, got 4294967297')


@pytest.mark.parametrize("word", ["x", "layer"])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_is_one_error(word: str, closed: bool) -> None:
    document = read(f"{word} {{" * 10_000 + "}" * 10_000 * closed)
    assert [d.name for d in document.diagnostics].count("nested-too-deep") == 1
    assert len(document.diagnostics) <= 3


def test_a_string_of_100_mb() -> None:
    text = 'name: "' + "a" * 100_000_000 + '"'
    tracemalloc.start()
    document = read(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not document.diagnostics
    assert len(document.message.name) == 100_000_000
    assert peak < 250_000_000


@pytest.mark.parametrize(
    "text",
    [
        'name: "' + "a" * 1_000_000,
        'name: "' + "\\n" * 500_000,
        "\x7f)(*&^%$" * 50_000,
        "[" * 200_000,
        '"\\' * 200_000,
        "a " * 200_000,
        "foo: bar\n" * 20_000,
        'name: "a"\n' * 20_000,
        "input_dim: " + "1" * 500_000,
        "layer {" + "loss_weight: x " * 20_000,
    ],
)
def test_much_nonsense_gives_few_errors(text: str) -> None:
    document = read(text)
    assert document.text == text
    assert 1 <= len(document.diagnostics) <= 201


def test_errors_past_the_first_200_are_counted() -> None:
    *_, last = read("name: bar\n" * 1000).diagnostics
    assert (last.name, last.message) == ("too-many-errors", "800 more errors are not listed")
    assert last.severity == "error"


def test_findings_past_the_limit_are_as_severe_as_their_rules() -> None:
    odd = b'input: "\xff"\n'
    *_, last = read(odd * 1000).diagnostics
    assert (last.severity, last.message) == ("warning", "800 more warnings are not listed")
    *_, last = read(odd * 999 + b"foo: bar").diagnostics
    assert (last.severity, last.message) == ("error", "800 more errors and warnings are not listed")


def test_comments_and_signs_of_other_languages() -> None:
    text = "// a net\nname = 'n'\nlayer { name = 'r' // x\n}\n"
    document = read(text, filename="net.prototxt")
    assert [(each.name, each.hint) for each in document.diagnostics] == [
        ("syntax", "comments start with #"),
        ("syntax", 'write ":" in place of "="'),
        ("syntax", 'write ":" in place of "="'),
        ("syntax", "comments start with #"),
    ]
    repaired = SafeFixes()(loads(text)).net
    assert repaired.text == "# a net\nname: 'n'\nlayer { name: 'r' # x\n}\n"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "<!DOCTYPE html>\n<html><body>layer { }</body></html>",
            "expected a prototxt, got a web page",
            "download the file itself",
        ),
        (
            "name: 'n'\n<<<<<<< HEAD\nlayer { }\n=======\n>>>>>>> other\n",
            "expected a prototxt, got a merge conflict in line 2",
            "resolve it first",
        ),
    ],
)
def test_one_error_for_a_web_page_and_for_a_merge_conflict(
    text: str, message: str, hint: str
) -> None:
    (found,) = read(text, filename="net.prototxt").diagnostics
    assert (found.code, found.message, found.hint) == ("T114", message, hint)


def test_names_in_the_wrong_case_have_a_fix() -> None:
    text = "Layer { Name: 'p' pooling_param { pool: max } include { phase: Test } }"
    repaired = SafeFixes()(loads(text)).net.text
    assert repaired == "layer { name: 'p' pooling_param { pool: MAX } include { phase: TEST } }"
