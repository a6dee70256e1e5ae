"""The contract of a transform, and how it is verified."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from protogen.analysis import Analysis
from protogen.diagnostics import Diagnostic, ProtogenError
from protogen.edits import Edit, layer_changes
from protogen.graph import State
from protogen.net import Net
from protogen.rules.text import reading_errors
from protogen.shapes import format_shape, is_known
from protogen.transforms._weight_changes import WeightChange

__all__ = [
    "Origins",
    "Result",
    "Sequential",
    "Transform",
    "TransformError",
    "check_text",
    "compose_origins",
    "origins_after",
]

#: For each layer of the new net the index of the old layer it came from; ``None`` for a new one.
Origins = tuple[int | None, ...]


class TransformError(RuntimeError):
    """A transform did not keep its promise: a bug in the transform, not a fault of the net."""


@dataclass(frozen=True)
class Result:
    """What a transform returns.

    ``modified`` is whether ``net`` differs from the net given. ``diagnostics`` report what was
    done. ``origins`` maps the layers of the new net to those of the old one, both in the current
    format. ``changed`` names the blobs whose shape the transform changes on purpose. ``report``
    has a line for each change that no diagnostic reports, and ``weights`` the learnable blobs that
    do not have their weights under the same name in a caffemodel of the net given.
    """

    net: Net
    modified: bool
    diagnostics: list[Diagnostic]
    origins: Origins
    changed: frozenset[str] = field(default=frozenset())
    report: tuple[str, ...] = ()
    weights: tuple[WeightChange, ...] = ()

    @classmethod
    def unmodified(cls, net: Net) -> Result:
        """The result before anything is done."""
        return cls(net, False, [], tuple(range(len(net.current.message.layer))))

    def then(self, transform: Transform) -> Result:
        """The result of another transform after this one, with what both did."""
        step = transform(self.net)
        return Result(
            step.net,
            self.modified or step.modified,
            [*self.diagnostics, *step.diagnostics],
            compose_origins(self.origins, step.origins),
            self.changed | step.changed,
            (*self.report, *step.report),
            (*self.weights, *step.weights),
        )


class Transform(ABC):
    """A pure function from a net to a `Result`.

    A subclass says in ``requires`` and ``ensures`` what it expects and what it promises. It checks
    the former in `check`, and does its work in `run`.
    """

    requires: ClassVar[str] = "any net"
    ensures: ClassVar[str] = "no new error; every blob that stays keeps its shape"

    def __call__(self, net: Net) -> Result:
        """The transformed net. Raises `ProtogenError` for a net that it does not accept."""
        self.check(net)
        result = self.run(net)
        # A net that is not modified keeps every promise, and inferring it may take seconds.
        if result.modified:
            self.verify(net, result)
        return result

    def check(self, net: Net) -> None:  # noqa: B027 (most transforms accept any net)
        """Raise `ProtogenError` for a net that does not meet ``requires``."""

    @abstractmethod
    def run(self, net: Net) -> Result:
        """The result; ``net`` itself must stay as it is."""

    def verify(self, before: Net, result: Result) -> None:
        """Raise `TransformError` if inference does not confirm what the transform ensures."""
        # Both phases, because a transform may be right in the one and wrong in the other.
        after = result.net
        if len(result.origins) != len(after.current.message.layer):
            raise TransformError(f"{type(self).__name__}: its origins do not cover the new layers")
        for phase in before.meant_phases():
            state = State(phase)
            self._verify_phase(before.analysis(state), after.analysis(state), result)

    def _verify_phase(self, before: Analysis, after: Analysis, result: Result) -> None:
        # Errors in the text hide others, and an upgrade that repairs it brings them to light.
        if before.text_has_errors:
            return
        # Counted by code and layer, because the message of an old error may now name other sizes.
        new_errors = after.errors - before.errors
        if new_errors:
            code, layer = next(iter(new_errors))
            raise TransformError(
                f'{type(self).__name__}: causes error {code} in layer "{layer}" ({after.phase})'
            )
        for name, shape in before.blobs.items():
            if name in result.changed or name not in after.blobs:
                continue
            # An unknown shape may become known.
            is_changed = after.blobs[name] != shape
            if is_changed and is_known(shape):
                raise TransformError(
                    f'{type(self).__name__}: changes the shape of blob "{name}" in {after.phase}'
                    f" from {format_shape(shape)} to {format_shape(after.blobs[name])}"
                )


class Sequential(Transform):
    """Apply several transforms in order; the origins are layers of the first net."""

    ensures = "what each transform ensures, verified separately"

    def __init__(self, *transforms: Transform) -> None:
        self.transforms = transforms

    def run(self, net: Net) -> Result:
        result = Result.unmodified(net)
        for transform in self.transforms:
            result = result.then(transform)
        return result

    def verify(self, before: Net, result: Result) -> None:
        """Nothing to do: each transform was verified by itself."""


def compose_origins(first: Origins, second: Origins) -> Origins:
    """The origins in the first of three nets, from those of the second and of the third net."""
    composed: list[int | None] = []
    for origin in second:
        composed.append(None if origin is None else first[origin])
    return tuple(composed)


def known_origins(origins: Origins, old: int, new: int) -> Origins:
    """The origins after the text has changed from ``old`` layers to ``new`` ones.

    If their numbers are equal, the layers are taken for the same; otherwise none is known.
    """
    return origins if old == new else (None,) * new


def origins_after(number: int, edits: Iterable[Edit]) -> Origins:
    """The origins of the layers after edits that insert and delete some of ``number`` layers."""
    inserted, deleted = layer_changes(edits)
    new_before = Counter(inserted)
    removed = set(deleted)
    found: list[int | None] = []
    for index in range(number):
        found += [None] * new_before[index]
        if index not in removed:
            found.append(index)
    # Layers that are appended.
    return (*found, *[None] * new_before[number])


def check_text(net: Net) -> None:
    """Raise `ProtogenError` if the text of a net could not be read completely."""
    document = net.document
    # It was composed in Python.
    if document is None:
        return
    found = reading_errors(document.diagnostics)
    if found:
        raise ProtogenError(found)
