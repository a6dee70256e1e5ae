"""Texts made at random, valid and broken, read as google.protobuf reads them.

``PROTOGEN_FUZZ=20000`` in the environment sets how many; a short run is the default.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import HealthCheck, given, note, settings

from protogen import proto
from protogen.diagnostics import ProtogenError
from protogen.text import _scanner, format_text, read, reader
from protogen.text.tree import Block
from tests.text.strategies import EXAMPLES, texts

CAFFE_TAKES = {"not-utf8", "byte-order-mark", "empty-file"}

# What Python's parser and C++'s take differently (test_grammar.py has each by itself): signs apart
# from their numbers, plus signs, underscores, binary, octal and hexadecimal numbers, an f after
# inf, names with signs in them, escapes, and characters that only Python takes for blanks.
ONLY_ONE_OF_THEM = re.compile(
    r"""[-+](?![0-9.]) | \+ | -\s*[^0-9.] | [0-9]_ | \b0[0-9bBoOxX] | (?i:inf|infinity|nan)f
      | [A-Za-z_]- | \\ | [\x00-\x08\x0b-\x1f\x7f-\uffff] | [0-9.][eE]?[-+]""",
    re.VERBOSE,
)


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
        # Caffe itself rejects these, and protobuf's Python parser does not.
        only_ours = {d.name for d in refusals} <= {"missing-required-field", "legacy-mixed"}
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
