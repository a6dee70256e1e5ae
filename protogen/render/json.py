"""Reports as JSON, for scripts: the same for the same report, keys in a fixed order."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from protogen.diagnostics import Diagnostic
from protogen.reports.summary import Row, Summary, Total

__all__ = ["diagnostic", "dumps", "summary"]


def dumps(data: Any) -> str:
    """The data as indented JSON; a size not known is ``null``."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def summary(of: Summary) -> dict[str, Any]:
    """A net in one phase. A total of which some part is not known is ``null``."""
    return {
        "phase": of.phase,
        "layers": [_layer(row) for row in of.rows],
        "parameters": _total(of.parameters),
        "macs": _total(of.macs),
        "activations": _total(of.activations),
    }


def _layer(row: Row) -> dict[str, Any]:
    return {
        "index": row.index,
        "name": row.name,
        "type": row.type,
        "tops": [
            {"name": name, "shape": shape, "in_place": index in row.in_place}
            for index, (name, shape) in enumerate(row.tops)
        ],
        "learnable": [{"name": blob.name, "shape": blob.shape} for blob in row.blobs],
        "parameters": _total(row.parameters),
        "macs": row.macs,
    }


def _total(total: Total) -> int | None:
    return total.known if total.exact else None


def diagnostic(of: Diagnostic) -> dict[str, Any]:
    """A diagnostic, without what it does not say."""
    told = {
        "severity": of.severity.value,
        "code": of.code,
        "name": of.name,
        "layer": of.layer,
        "type": of.type,
        "field": of.field,
        "message": of.message,
        "where": of.where,
        "why": of.why,
        "hint": of.hint,
        "location": asdict(of.location) if of.location else None,
        "fix": asdict(of.fix) if of.fix else None,
    }
    return {key: value for key, value in told.items() if value}
