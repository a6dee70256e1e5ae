"""A diagnostic as text: one line that is complete by itself, and notes below it."""

from __future__ import annotations

import pytest

from protogen.diagnostics import (
    Diagnostic,
    Location,
    MultiLine,
    ProtogenError,
    Severity,
    one_line,
    plural,
    times,
)
from protogen.edits import Fix


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("net.prototxt"), "net.prototxt"),
        (Location("net.prototxt", 12), "net.prototxt:12"),
        (Location("net.prototxt", 12, 3, 12, 9), "net.prototxt:12:3"),
    ],
)
def test_a_location_as_editors_read_it(location: Location, text: str) -> None:
    assert str(location) == text


def test_a_severity_is_its_word() -> None:
    assert f"{Severity.ERROR} {Severity.WARNING}" == "error warning"
    assert str(Severity.NOTE) == "note"


@pytest.mark.parametrize(
    ("layer", "layer_type", "fact"),
    [
        ("conv1", "Convolution", 'layer "conv1" (Convolution): is wrong'),
        ("conv1", "", 'layer "conv1": is wrong'),
        ("", "ReLU", "a layer without a name (ReLU): is wrong"),
        ("", "", "is wrong"),
    ],
)
def test_a_fact_names_the_layer(layer: str, layer_type: str, fact: str) -> None:
    found = Diagnostic(Severity.ERROR, "S101", layer, "is wrong", type=layer_type)
    assert found.fact == fact
    assert found.headline == f"error[S101] {fact}"


def test_notes_stand_below_the_headline() -> None:
    found = Diagnostic(
        Severity.WARNING,
        "S101",
        "a",
        "is wrong",
        Location("n", 4),
        where='bottom "x" is 1',
        why=MultiLine.of(["first", "second"]),
        hint="change it",
    )
    assert str(found) == (
        'n:4: warning[S101] layer "a": is wrong\n'
        '  where: bottom "x" is 1\n'
        "  why:   first\n"
        "         second\n"
        "  hint:  change it"
    )


def test_control_characters_are_escaped() -> None:
    assert one_line("a\nb\x1b[1m\u2028\x9fé") == r"a\nb\x1b[1m\u2028\x9fé"
    found = Diagnostic(Severity.NOTE, "S101", "a\nb", "c\rd", Location("e\tf"))
    assert found.headline == r'e\tf: note[S101] layer "a\nb": c\rd'


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202e\u2066\u2069\x85\x9b\x7f")
def test_marks_that_turn_the_direction_are_escaped(mark: str) -> None:
    code = f"\\u{ord(mark):04x}" if ord(mark) > 255 else f"\\x{ord(mark):02x}"
    assert one_line(f"a{mark}b") == f"a{code}b"


def test_names_in_notes_are_escaped() -> None:
    found = Diagnostic(
        Severity.NOTE, "S101", "", "", where='"a\nb"', why='"\x1b[1m"', hint='"c\u202e"?'
    )
    assert found.notes == [
        r'  where: "a\nb"',
        r'  why:   "\x1b[1m"',
        r'  hint:  "c\u202e"?',
    ]
    assert MultiLine.of(["a\nb", "c"]) == "a\\nb\nc"


def test_no_line_is_a_command_of_github() -> None:
    assert one_line("::error::x") == r"\x3a:error::x"
    assert one_line("\u3000 ::error::x") == "\u3000 \\x3a:error::x"
    assert one_line("a ##[error]x") == r"a \x23#[error]x"
    assert one_line("a::b # c [d]") == "a::b # c [d]"


def test_a_long_name_is_shortened_in_the_middle() -> None:
    name = "a" * 600_000 + "b" * 600_000
    found = Diagnostic(Severity.ERROR, "S101", name, f'reads "{name}"', hint=f'"{name}" or "c"?')
    short = "a" * 300 + "..." + "b" * 300
    assert found.headline == f'error[S101] layer "{short}": reads "{short}"'
    assert found.hint == f'"{short}" or "c"?'
    assert one_line("x" * 1000) == "x" * 1000


def test_only_a_safe_fix_makes_a_finding_fixable() -> None:
    def fixable(fix: Fix | None) -> bool:
        return Diagnostic(Severity.NOTE, "S101", "", "", fix=fix).fixable

    assert not fixable(None)
    assert not fixable(Fix("change it", ()))
    assert fixable(Fix("change it", (), safe=True))


def test_an_error_has_diagnostics_and_their_text() -> None:
    first = Diagnostic(Severity.ERROR, "S101", "a", "is wrong")
    second = Diagnostic(Severity.ERROR, "S102", "b", "is wrong, too")
    with pytest.raises(ProtogenError, match=r'^error\[S101\] layer "a": is wrong$') as caught:
        raise ProtogenError(first)
    assert caught.value.diagnostics == [first]
    error = ProtogenError(each for each in (first, second))
    assert error.diagnostics == [first, second]
    assert str(error) == f"{first}\n{second}"


def test_numbers_with_nouns() -> None:
    assert [plural(n, "layer") for n in (0, 1, 2)] == ["0 layers", "1 layer", "2 layers"]
    assert [times(n) for n in (1, 2)] == ["once", "2 times"]
