"""What a prototxt file holds: a net, a solver, or something that is not for Caffe's tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from protogen.text import Document

__all__ = ["FileKind", "description", "file_kind"]

FileKind = Literal["net", "solver", "other"]

#: How many field names a sentence about an unknown file lists.
_LISTED = 4


def file_kind(document: Document) -> FileKind:
    """The kind of a file, by the names of its fields.

    A file without any field counts as a net, so that its syntax errors are reported.
    """
    from protogen import proto

    names = {entry[0] for entry in document.tree.entries}
    in_net = len(names & set(proto.NetParameter.DESCRIPTOR.fields_by_name))
    in_solver = len(names & set(proto.SolverParameter.DESCRIPTOR.fields_by_name))
    known = max(in_net, in_solver)
    # Only nets have layers. A misspelled "Layer" is an error to report, and no reason to skip it.
    if any(name.lower() in ("layer", "layers") for name in names):
        return "net"
    if names and known * 2 < len(names):
        return "other"
    return "net" if in_net >= in_solver else "solver"


def description(document: Document) -> str:
    """What a file is instead of a net; empty for a net."""
    kind = file_kind(document)
    if kind == "net":
        return ""
    if kind == "solver":
        return "a solver"
    names = list(dict.fromkeys(entry[0] for entry in document.tree.entries))
    listed = ", ".join(names[:_LISTED])
    if len(names) > _LISTED:
        listed += ", ..."
    return f"not a net or a solver (its fields: {listed})"
