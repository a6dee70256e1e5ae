"""The upgrade of a whole file: the text of an old net or solver in the current format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from protogen import proto
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules.text import reading_errors
from protogen.text.document import Document, read
from protogen.text.upgrade.formats import in_one_format
from protogen.text.upgrade.messages import upgrade_net, upgrade_solver
from protogen.text.upgrade.rewrite import rewrite_net
from protogen.text.upgrade.splice import splice

__all__ = ["Kind", "Upgrade", "upgrade"]

Kind = Literal["net", "solver"]

_MESSAGES = {"net": proto.NetParameter, "solver": proto.SolverParameter}


@dataclass(frozen=True)
class Upgrade:
    """What became of a file.

    ``ok`` says whether nothing was lost. ``text`` and ``message`` are the upgraded file, even if a
    field has no place in it and is left out, as Caffe does. They are None if the file cannot be
    read or Caffe aborts.
    """

    kind: Kind
    ok: bool
    message: Any | None
    text: str | None
    diagnostics: list[Diagnostic]


def upgrade(text: str | bytes, kind: Kind | None = None, filename: str = "") -> Upgrade:
    """The net or solver in ``text`` in the current format, as Caffe's own upgrade tools convert it.

    What needs no change stays as it is written, and comments move with the fields that they belong
    to. By default, ``kind`` is detected from the fields. ``filename`` is the name in diagnostics.
    """
    if kind not in (None, *_MESSAGES):
        raise ValueError(f'unknown kind "{kind}"; expected net or solver')
    document = read(text, _MESSAGES[kind or "net"], filename)
    kind = kind or _kind_of(document)
    if document.message_class is not _MESSAGES[kind]:
        document = read(text, _MESSAGES[kind], filename)
    document, notes = in_one_format(document)
    if reading_errors(document.diagnostics):
        return Upgrade(kind, False, None, None, document.diagnostics)
    steps = upgrade_net if kind == "net" else upgrade_solver
    result = steps(document.message, document.locate)
    found = [*notes, *document.diagnostics, *result.diagnostics]
    if result.message is None:
        return Upgrade(kind, False, None, None, found)
    if result.message != document.message:
        rewrite = _rewrite_solver if kind == "solver" else rewrite_net
        document = rewrite(document, result.message, result.origins)
    # Caffe's tools cannot read a file with an unknown field; the upgraded text still has it.
    rejected = any(finding.severity is Severity.ERROR for finding in found)
    return Upgrade(kind, result.ok and not rejected, document.message, document.text, found)


def _kind_of(document: Document) -> Kind:
    """Whether the outermost fields look more like those of a net or of a solver."""
    net = set(proto.NetParameter.DESCRIPTOR.fields_by_name)
    solver = set(proto.SolverParameter.DESCRIPTOR.fields_by_name)
    names = {name for name, *_ in document.tree.entries}
    return "solver" if len(names & solver) > len(names & net) else "net"


def _rewrite_solver(document: Document, new: Any, origins: Any) -> Document:
    """Caffe changes nothing else in a solver."""
    span = document.span(("solver_type",))
    edits = [(span.start, span.end, f'type: "{new.type}"')] if span else []
    return read(splice(document.text, edits), document.message_class)
