"""The findings of an upgrade, each with its rule and its place in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.rules import named

__all__ = ["Findings", "Locate", "Path"]

#: The way to a field, as in ``("layers", 3, "layer", "kernelsize")``.
Path = tuple[str | int, ...]
#: The location in the file of the field at a path, or None if it is unknown.
Locate = Callable[[Path], Location | None]


class Findings(list[Diagnostic]):
    """The diagnostics of one upgrade, in the order in which they were found."""

    def __init__(self, locate: Locate | None = None) -> None:
        super().__init__()
        self._locate = locate or (lambda path: None)

    def report(self, name: str, message: str, path: Path = (), **about: Any) -> None:
        """Add a finding of the rule ``name``; ``path`` is the field it is about."""
        about = {"field": _field(path), **about}
        place = None
        if path:
            place = self._locate(path)
        # The index is that in the file, where an upgraded layer may be elsewhere.
        if len(path) > 1 and path[0] in ("layer", "layers"):
            about["layer_index"] = path[1]
        self.append(named(name).diagnostic(message, location=place, **about))

    @property
    def fatal(self) -> bool:
        """Whether Caffe's own tool would have aborted."""
        return any(finding.severity is Severity.ERROR for finding in self)

    @property
    def lossless(self) -> bool:
        """Whether Caffe's own tool would have reported success."""
        if self.fatal:
            return False
        return all(finding.name != "legacy-unknown-field" for finding in self)


def _field(path: Path) -> str:
    """The name of the field that a path leads to, without the index of an element."""
    for step in reversed(path):
        if isinstance(step, str):
            return step
    return ""
