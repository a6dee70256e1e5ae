"""Texts made at random, valid and broken, read as google.protobuf reads them.

``PROTOGEN_FUZZ=20000`` in the environment sets how many; a short run is the default.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from protogen import proto
from protogen.diagnostics import ProtogenError
from protogen.text import _scanner, format_text, read, reader
from protogen.text.tree import Block

EXAMPLES = int(os.environ.get("PROTOGEN_FUZZ", "300"))
CAFFE_TAKES = {"not-utf8", "byte-order-mark", "empty-file"}

# What Python's parser and C++'s take differently (test_grammar.py has each by itself): signs apart
# from their numbers, plus signs, underscores, binary, octal and hexadecimal numbers, an f after
# inf, names with signs in them, escapes, and characters that only Python takes for blanks.
ONLY_ONE_OF_THEM = re.compile(
    r"""[-+](?![0-9.]) | \+ | -\s*[^0-9.] | [0-9]_ | \b0[0-9bBoOxX] | (?i:inf|infinity|nan)f
      | [A-Za-z_]- | \\ | [\x00-\x08\x0b-\x1f\x7f-\uffff] | [0-9.][eE]?[-+]""",
    re.VERBOSE,
)

COMMON = ["layer", "name", "type", "top", "bottom", "convolution_param", "kernel_size", "pool",
          "num_output", "param", "lr_mult", "weight_filler", "dim", "shape", "input_shape", "phase",
          "include", "clip_param", "input", "blobs", "data", "transform_param"]  # fmt: skip
GAPS = st.sampled_from([" ", " ", " ", "\n", "\n  ", "", "\t", " # note: {\n", "\r\n", "#\n\n"])
WORDS = ["0", "1", "2", "-1", "3.5", ".5", "1.", "1e3", "1.5f", "true", "false", "t", "True",
         "inf", "-inf", "nan", "4294967295", "4294967296", "-2147483648", "9223372036854775808",
         "MAX", "AVE", "TEST", "TRAIN", "FAN_IN", "abc", "1e400", "-0", "3f", "0x1F", "017",
         "1a", "1.2.3", "infinity"]  # fmt: skip
STRINGS = ['"conv1"', "'conv1'", '""', '"a" "b"', '"a"\n"b"', r'"\n\101\x41"', '"#{}"', "'\"'",
           '"\u00e9"', r'"\u00e9\U0001F600"', '"a"#c\n\'b\'']  # fmt: skip
BREAKS = ["{", "}", "<", ">", "[", "]", ":", ",", ";", '"', "'", "#", "\n", "=", "-", "layer",
          "name", "1", "x", "?", "dim: 1", "}}", "{}", "..", "//", ": :"]  # fmt: skip


@st.composite
def values(draw: st.DrawFn, field: Any, depth: int) -> str:
    """A value of a field, usually one of its type."""
    if field.message_type is not None and draw(st.integers(0, 30)):
        return draw(messages(field.message_type, depth + 1))
    if field.enum_type is not None and draw(st.integers(0, 3)):
        value = draw(st.sampled_from(list(field.enum_type.values)))
        return draw(st.sampled_from([value.name, str(value.number)]))
    if field.cpp_type == field.CPPTYPE_STRING and draw(st.integers(0, 15)):
        return draw(st.sampled_from(STRINGS))
    if field.cpp_type == field.CPPTYPE_BOOL and draw(st.integers(0, 5)):
        return draw(st.sampled_from(["true", "false", "True", "False", "t", "f", "0", "1"]))
    likely = st.sampled_from(WORDS[:4] if draw(st.integers(0, 4)) else WORDS)
    return draw(likely) if draw(st.integers(0, 20)) else draw(st.sampled_from(STRINGS))


@st.composite
def fields(draw: st.DrawFn, descriptor: Any, depth: int) -> str:
    """A field of a message."""
    likely = [name for name in COMMON if name in descriptor.fields_by_name]
    names = likely if likely and draw(st.booleans()) else list(descriptor.fields_by_name)
    name = draw(st.sampled_from(names))
    field = descriptor.fields_by_name[name]
    if depth > 3 and field.message_type is not None:
        return ""
    colon = "" if field.message_type is not None and draw(st.integers(0, 3)) else ":"
    name = name if draw(st.integers(0, 40)) else draw(st.sampled_from(["foo", "nam", "Layer"]))
    value = draw(values(field, depth))
    if not draw(st.integers(0, 6)):
        gap = draw(GAPS)
        listed = [draw(values(field, depth)) for _ in range(draw(st.integers(0, 3)))]
        value = f"[{gap}{f'{gap},'.join(listed)}{gap}]"
    end = draw(st.sampled_from(["", "", "", "", "", ";", ","]))
    return f"{name}{draw(GAPS)}{colon}{draw(GAPS)}{value}{draw(GAPS)}{end}"


@st.composite
def messages(draw: st.DrawFn, descriptor: Any, depth: int) -> str:
    """A message in its braces; at depth 0 without them."""
    count = draw(st.integers(0, 5 if depth < 2 else 3))
    inside = "".join(draw(fields(descriptor, depth)) + draw(GAPS) + "\n" for _ in range(count))
    if not depth:
        return draw(GAPS) + inside
    first, last = draw(st.sampled_from([("{", "}"), ("{", "}"), ("{\n", "}"), ("<", ">")]))
    return f"{first}{draw(GAPS)}{inside}{last}"


PARTS = [f"{field}: @" for field in ("name", "type", "bottom", "bottom", "top", "future")]
PARTS += ["name: @ @", "convolution_param { kernel_size: 3 weight_filler { type: @ std: .1 } }",
          "include { stage: @ }", "param { name: @ lr_mult: 1 }", "param { lr_mult: 1 }",
          "dummy_data_param { data_filler { type: @ } data_filler { value: inf } }",
          "phase: @", "phase: TEST", "type: @ # note", "top: [@, @]", "exclude: { stage: @ };",
          "python_param { module: @ } future { name: @ }", "blobs { data: 1 data: 2 }"]  # fmt: skip
NAMES = ['"a"', '"longer/name"', '""', '"\u00e9"', *STRINGS]


@st.composite
def recurring(draw: st.DrawFn) -> str:
    """Layers in the same words, save for their strings."""
    parts = draw(st.lists(st.sampled_from(PARTS), max_size=7))
    words = draw(st.sampled_from(["", " ", "\n  "])).join(["layer {", *parts, "}\n"])
    names = st.sampled_from(NAMES[:4] if draw(st.booleans()) else NAMES)
    return "".join(
        re.sub("@", lambda _: draw(names), words) for _ in range(draw(st.integers(2, 5)))
    )


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A net; one in two with a few mistakes in it, one in four with layers that recur."""
    text = draw(messages(proto.NetParameter.DESCRIPTOR, 0))
    if not draw(st.integers(0, 3)):
        text += draw(recurring())
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 3]))
        text = text[:at] + draw(st.sampled_from(["", *BREAKS])) + text[at + cut :]
    return text


def verdict(text: str) -> tuple[bool, Any]:
    """Whether google.protobuf takes a text, and its message."""
    try:
        return True, text_format.Parse(text, proto.NetParameter())
    except (text_format.ParseError, UnicodeDecodeError):
        return False, None


def flat(block: Block) -> list[Any]:
    """A tree as plain lists."""
    rows: list[Any] = []
    for name, start, end, child in block.entries:
        inner = child if isinstance(child, list) else [(start, end, child)]
        deeper = [(s, e, flat(b) if b else None) for s, e, b in inner]
        rows.append((name, start, end, isinstance(child, list), deeper))
    return rows


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts())
def test_same_verdict_and_message_as_google(text: str) -> None:
    document = read(text)
    refusals = [d for d in document.diagnostics if d.name not in CAFFE_TAKES]
    accepted, message = verdict(text)
    note(text)
    note(str(refusals))
    assert document.data == text.encode()
    if accepted != (not refusals):
        only_ours = {d.name for d in refusals} == {"missing-required-field"}
        assert only_ours or ONLY_ONE_OF_THEM.search(text)
    elif accepted:
        assert document.message.SerializeToString(deterministic=True) == message.SerializeToString(
            deterministic=True
        )


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts())
def test_the_common_way_reads_as_the_careful_one(text: str) -> None:
    common = read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "ITEM", re.compile(r"(?!)"))
        careful = read(text)
    assert reader.ITEM is _scanner.ITEM
    assert common.diagnostics == careful.diagnostics
    assert str(common.message) == str(careful.message)
    assert flat(common.tree) == flat(careful.tree)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts())
def test_formatting_twice_is_formatting_once_and_changes_no_meaning(text: str) -> None:
    try:
        formatted = format_text(text)
    except ProtogenError:
        return
    before, after = read(text), read(formatted)
    note(formatted)
    assert format_text(formatted) == formatted
    assert str(before.message) == str(after.message)
    assert [d.name for d in before.diagnostics] == [d.name for d in after.diagnostics]
    assert sorted(c.text.rstrip() for c in before.comments) == sorted(
        c.text for c in after.comments
    )
