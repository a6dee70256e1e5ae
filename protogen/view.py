"""What has been found out about one content of a net."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from protogen import sources
from protogen.analysis import Analysis
from protogen.content import Content
from protogen.current import Current, upgraded
from protogen.diagnostics import Diagnostic, did_you_mean
from protogen.graph import State, Wiring, read_wiring
from protogen.inference import Inputs, given_shapes
from protogen.rules.text import reading_errors
from protogen.shapes import Shape
from protogen.text import Document

__all__ = ["View"]

#: How many analyses are kept: for both phases, with and without the caller's inputs.
_KEPT = 8

#: A line and a column.
_Position = tuple[int, int]


class _Origin(Protocol):
    """The net itself, which knows the program that composed its layers."""

    @property
    def stated_shapes(self) -> Mapping[int, Sequence[Shape]]: ...

    def place_all(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]: ...


class View:
    """What has been found out about one content of a net, each part when it is first asked for.

    It is about the content with the ``key``; a net whose content has another one needs a new view.
    """

    def __init__(self, content: Content) -> None:
        self.key = content.key
        self._content = content
        self._analyses: dict[Any, Analysis] = {}

    @cached_property
    def current(self) -> Current:
        """The net in Caffe's current format."""
        return upgraded(self._content.message, self._content.document)

    @cached_property
    def damaged_layers(self) -> frozenset[int]:
        """The layers of `current` with an error in their text."""
        return _damaged_layers(self.current, self._content.document)

    def analysis(self, net: _Origin, state: State, inputs: Inputs) -> Analysis:
        """The analysis of the net in this state, kept with the view."""
        key = (state, tuple(given_shapes(inputs).items()), sources.are_opened())
        if key not in self._analyses:
            _check_input_names(inputs, self.current.message)
            if len(self._analyses) >= _KEPT:
                self._analyses.clear()
            self._analyses[key] = Analysis(
                self.current.message,
                state,
                inputs,
                wirings=self._wirings,
                earlier=self.current.findings,
                place=net.place_all,
                damaged=self.damaged_layers,
                stated=net.stated_shapes,
            )
        return self._analyses[key]

    @cached_property
    def _wirings(self) -> Sequence[Wiring]:
        """The wiring of each layer, known from composing or read once for all states."""
        composed = self._content.wirings
        if composed and self.current.origins is None:
            return composed
        return [read_wiring(layer) for layer in self.current.message.layer]


def _check_input_names(inputs: Inputs, message: Any) -> None:
    """Raise `ValueError` for a shape of a blob that no layer produces, in any state."""
    if not inputs:
        return
    produced: set[str] = set()
    for layer in message.layer:
        produced.update(layer.top)
    # A net without layers could not be read, and its errors say more.
    if not produced:
        return
    for name in inputs:
        if name in produced:
            continue
        message = f'inputs: no layer produces blob "{name}"'
        hint = did_you_mean(str(name), produced)
        if hint:
            message += f"; {hint}"
        raise ValueError(message)


def _damaged_layers(current: Current, document: Document | None) -> frozenset[int]:
    """The layers that are not what their text says, because the reader could not use all of it."""
    if document is None:
        return frozenset()
    errors = _damaging(document.diagnostics)
    positions = _positions(document, errors)
    if not positions:
        return frozenset()
    # Which layers the unlisted errors are in is unknown; they are later than those listed.
    unlisted = "too-many-errors" in {found.name for found in errors}
    damaged = set()
    for index in range(len(current.message.layer)):
        place = document.locate(current.path(index))
        if place is None:
            continue
        start, end = (place.line, place.column), (place.end_line, place.end_column)
        is_later = unlisted and end > positions[-1]
        if is_later or _any_between(start, end, positions):
            damaged.add(index)
    return frozenset(damaged)


def _damaging(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings of a text after which a layer may not be what was intended."""
    errors = reading_errors(found)
    for each in found:
        # An unknown field may be a misspelled one, which is then missing.
        if each.name == "unknown-field":
            errors.append(each)
    return errors


def _positions(document: Document, errors: Iterable[Diagnostic]) -> list[_Position]:
    """The lines and columns of the errors, and of the text that the reader left out, in order."""
    positions = list(map(document.lines.at, document.parse_result.damage))
    for found in errors:
        place = found.location
        if place is not None and place.line:
            positions.append((place.line, place.column))
    return sorted(positions)


def _any_between(start: _Position, end: _Position, positions: Sequence[_Position]) -> bool:
    """Whether a position is in this range; ``positions`` are in order."""
    # By bisection: a net may have as many errors as layers.
    first = bisect_left(positions, start)
    return first < len(positions) and positions[first] <= end
