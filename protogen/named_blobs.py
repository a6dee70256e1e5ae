"""Blobs that a user names: the phase that has them, and the value of each name in the end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from protogen import rules
from protogen.analysis import Analysis
from protogen.diagnostics import ProtogenError, did_you_mean
from protogen.graph import Value

__all__ = ["analysis_with", "blob_name", "find_value"]


def blob_name(blob: Any) -> str:
    """The name of a blob that is being composed, or the name as the user gives it."""
    return str(getattr(blob, "name", blob))


def analysis_with(names: Collection[str], analyses: Sequence[Analysis]) -> Analysis:
    """The first phase that has all these blobs, or else the first phase."""
    for analysis in analyses:
        if analysis.values.keys() >= set(names):
            return analysis
    return analyses[0]


def find_value(analysis: Analysis, name: str) -> Value:
    """The blob of this name as it is in the end. Raises `ProtogenError` if there is none."""
    value = analysis.values.get(name)
    if value is None:
        raise ProtogenError(
            rules.named("unknown-bottom").diagnostic(
                f'no layer produces a blob "{name}"', hint=did_you_mean(name, analysis.values)
            )
        )
    return value
