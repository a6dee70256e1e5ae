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
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        place = self._locate(path) if path else None
        about = {"field": field, **about}
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
        return not self.fatal and all(f.name != "legacy-unknown-field" for f in self)
