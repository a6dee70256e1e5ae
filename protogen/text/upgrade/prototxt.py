"""The upgrade of a whole file: a text in, and the text of the same net or solver out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from protogen import proto
from protogen.diagnostics import Diagnostic, Severity
from protogen.text.document import Document
from protogen.text.parse import ParseResult, decode, parse
from protogen.text.splices import Splice, splice
from protogen.text.tree import find
from protogen.text.upgrade.formats import in_one_format
from protogen.text.upgrade.messages import MessageUpgrade, upgrade_net, upgrade_solver
from protogen.text.upgrade.rewrite import rewrite_net
from protogen.text.upgrade.upgrade_findings import Locate

__all__ = ["Kind", "Upgrade", "upgrade"]

Kind = Literal["net", "solver"]

_MESSAGES: Mapping[Kind, Any] = {"net": proto.NetParameter, "solver": proto.SolverParameter}

_UPGRADES: Mapping[Kind, Callable[[Any, Locate], MessageUpgrade]] = {
    "net": upgrade_net,
    "solver": upgrade_solver,
}


@dataclass(frozen=True)
class Upgrade:
    """An upgraded file.

    ``ok`` says that nothing was lost. ``text`` and ``message`` are the upgraded file, also if a
    field does not exist in the new format and was left out, as Caffe does; they are None if the
    file cannot be read, or if Caffe aborts.
    """

    kind: Kind
    ok: bool
    message: Any | None
    text: str | None
    diagnostics: list[Diagnostic]


def upgrade(
    text: str | bytes,
    kind: Kind | None = None,
    filename: str = "",
    classes: Mapping[Kind, Any] = _MESSAGES,
) -> Upgrade:
    """The net or solver in ``text`` in the current format, as Caffe's own upgrade tools write it.

    What needs no change stays as it is written, and comments move with the fields that they belong
    to. Without ``kind``, the fields decide whether it is a net or a solver; ``filename`` is what
    diagnostics call the file, and ``classes`` are the messages of the schema to read it with.
    """
    if kind not in (None, *_MESSAGES):
        raise ValueError(f'expected the kind "net" or "solver", got "{kind}"')
    kind, old = _read(decode(text), kind, filename, classes)
    # Caffe rejects a net of two formats, but what was intended is clear.
    document, notes = in_one_format(Document.from_result(old))
    old = document.parse_result
    if not old.is_complete:
        return Upgrade(kind, False, None, None, old.diagnostics)
    message = old.message()
    result = _UPGRADES[kind](message, old.locate)
    diagnostics = [*notes, *old.diagnostics, *result.diagnostics]
    if result.message is None:
        return Upgrade(kind, False, None, None, diagnostics)
    # Caffe's tools cannot read a file with an unknown field; the upgraded text still has it.
    ok = result.ok and not any(each.severity is Severity.ERROR for each in diagnostics)
    if result.message == message:
        return Upgrade(kind, ok, message, old.text, diagnostics)
    new = _rewrite(kind, old, message, result)
    return Upgrade(kind, ok, new.message(), new.text, diagnostics)


def _read(
    text: str, kind: Kind | None, filename: str, classes: Mapping[Kind, Any]
) -> tuple[Kind, ParseResult]:
    """The text, read as what it is if no kind is given."""
    result = parse(text, classes[kind or "net"], filename)
    if kind is not None:
        return kind, result
    # A solver read as a net has unknown fields only, which is enough to recognize it.
    kind = _kind_of(result)
    if kind == "solver":
        result = parse(text, classes[kind], filename)
    return kind, result


def _rewrite(kind: Kind, old: ParseResult, message: Any, result: MessageUpgrade) -> ParseResult:
    """The text with what the upgrade changed in the message."""
    if kind == "solver":
        return _rewrite_solver(old, result.message)
    return rewrite_net(old, message, result.message, result.origins)


def _kind_of(result: ParseResult) -> Kind:
    """Whether more of the outermost fields are those of a solver than those of a net."""
    net = set(proto.NetParameter.DESCRIPTOR.fields_by_name)
    solver = set(proto.SolverParameter.DESCRIPTOR.fields_by_name)
    names = {name for name, *_ in result.root.entries}
    if len(names & solver) > len(names & net):
        return "solver"
    return "net"


def _rewrite_solver(old: ParseResult, new: Any) -> ParseResult:
    """Replace ``solver_type``; Caffe changes nothing else in a solver."""
    span, _ = find(old.root, ("solver_type",))
    assert span is not None
    replacement = Splice(span.start, span.end, f'type: "{new.type}"')
    return parse(splice(old.text, [replacement]), old.message_class)
