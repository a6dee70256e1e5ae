"""Fixes applied to the text of a net: nothing else in it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import text_format

from protogen import proto
from protogen.compose.loaded import LoadedNet
from protogen.diagnostics import Diagnostic, Fix, ProtogenError, Severity
from protogen.proto.fields import is_repeated
from protogen.text import Document, read
from protogen.text.tree import Path, Span

__all__ = ["Fixed", "fix", "fixable", "writable"]

#: Each round must mend something, so this ends; it is for rules that undo each other's fixes.
_ROUNDS = 50

#: Finds all that is wrong with a net, whatever was asked for.
Examine = Callable[[LoadedNet], list[Diagnostic]]
Wanted = Callable[[LoadedNet, list[Diagnostic]], list[Diagnostic]]


@dataclass
class Fixed:
    """The net after its fixes, the findings left in it, and those that were mended."""

    net: LoadedNet
    found: list[Diagnostic]
    mended: list[Diagnostic] = field(default_factory=list)


def fixable(diagnostic: Diagnostic) -> bool:
    """Whether it can be mended without asking anyone."""
    return diagnostic.fix is not None and diagnostic.fix.safe


def fix(net: LoadedNet, examine: Examine, wanted: Wanted) -> Fixed:
    """Apply the safe fixes of the wanted findings, round by round, until there are none.

    ``examine`` finds all that is wrong with a net, and ``wanted`` picks those findings that may be
    mended. A fix after which the net has an error that it had not is left out. A text that is
    not `writable` is not touched.
    """
    state = Fixed(net, examine(net))
    refused: set[Fix] = set()
    if not writable(net):
        return state
    for _ in range(_ROUNDS):
        todo = [d for d in filter(fixable, wanted(state.net, state.found)) if d.fix not in refused]
        chosen = _apart(state.net, todo)
        if not chosen:
            break
        state = _tried(state, chosen, examine) or _one_of(state, chosen, examine, refused)
    return state


def _one_of(state: Fixed, chosen: list[Diagnostic], examine: Examine, refused: set[Fix]) -> Fixed:
    """The net with the first fix that does no harm by itself; those that do are refused."""
    for each in chosen:
        after = _tried(state, [each], examine)
        if after is not None:
            return after
        if each.fix is not None:
            refused.add(each.fix)
    return state


def _tried(state: Fixed, chosen: list[Diagnostic], examine: Examine) -> Fixed | None:
    """The net with these fixes; ``None`` if they cannot be written or bring a new error."""
    document = read(state.net.text, proto.NetParameter, state.net.document.filename)
    edits = [edit for each in chosen for edit in _edits(state.net, each)]
    try:
        for path, value in edits:
            if value is not None:
                _write(document, path, value)
        # From below, so that the paths of those still to be taken out stay true.
        for path in sorted((path for path, value in edits if value is None), reverse=True):
            _take_out(document, path)
    except ProtogenError:
        return None
    fresh = LoadedNet(document)
    found = examine(fresh)
    if _errors(found) - _errors(state.found):
        return None
    return Fixed(fresh, found, [*state.mended, *chosen])


def _edits(net: LoadedNet, found: Diagnostic) -> list[tuple[Path, str | None]]:
    """The fields of the file that a fix changes, and their new values."""
    edits = found.fix.edits if found.fix else ()
    return [(net.path(edit.layer_index, edit.field), edit.value) for edit in edits]


def _errors(found: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    """The errors; their words may change with the sizes they speak of."""
    return Counter((e.code, e.layer) for e in found if e.severity is Severity.ERROR)


def _apart(net: LoadedNet, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Findings whose fixes touch different fields; the others wait for the next round."""
    chosen: list[Diagnostic] = []
    taken: list[Path] = []
    for each in found:
        paths = [path for path, _ in _edits(net, each)]
        if not any(_overlap(path, other) for path in paths for other in taken):
            chosen.append(each)
            taken += paths
    return chosen


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def writable(net: LoadedNet) -> bool:
    """Whether fixes can be written into its text: it was read whole, and is not of the first form.

    Nets of that form have their fields elsewhere; they are to be upgraded first.
    """
    broken = any(each.severity is Severity.ERROR for each in net.document.diagnostics)
    return not broken and not any(layer.HasField("layer") for layer in net.message.layers)


def _write(document: Document, path: Path, text: str) -> None:
    """Give a field the value that stands in ``text``; a repeated field has it alone."""
    field = _field(document, path)
    if is_repeated(field) and isinstance(path[-1], str):
        for index in range(len(_elements(document, path)) - 1, 0, -1):
            document.delete((*path, index))
        path = (*path, 0)
    document.set(path, _parsed(field, text))


def _take_out(document: Document, path: Path) -> None:
    """Remove a field, all of it where it is repeated, or the layer of the path."""
    if isinstance(path[-1], int) or _elements(document, path):
        document.delete(path)


def _elements(document: Document, path: Path) -> list[Span]:
    """The places where a field is written, each element of a list for itself."""
    around = document.span(path[:-1]) if path[:-1] else None
    block = around.block if around else document.tree
    return block.by_name.get(str(path[-1]), []) if block else []


def _field(document: Document, path: Path) -> Any:
    """The field of the schema that a path leads to.

    An Input layer that Caffe makes of ``input`` fields is written nowhere, and has none.
    """
    kind, field = document.message_class.DESCRIPTOR, None
    path = path if path != ("input",) else ()
    for step in path:
        if isinstance(step, str):
            field = kind.fields_by_name.get(step) if kind else None
            kind = field.message_type if field else None
    if field is None:
        told = ".".join(map(str, path))
        raise _impossible(f"{told} is no field")
    return field


def _parsed(field: Any, text: str) -> Any:
    """A value as it is written in prototxt; a string may stand without quotes."""
    if field.type == field.TYPE_STRING:
        return text.strip("\"'")
    holder = proto.message_class(field.containing_type)()
    try:
        text_format.Merge(f"{field.name}: {text}", holder)
    except text_format.ParseError as error:
        raise _impossible(f"{text} is no value of {field.name}: {error}") from None
    value = getattr(holder, field.name)
    return value[0] if is_repeated(field) else value


def _impossible(message: str) -> ProtogenError:
    return ProtogenError(Diagnostic(Severity.ERROR, "T121", "", message, name="impossible-edit"))
