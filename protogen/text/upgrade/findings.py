"""What an upgrade has to say, each finding with its rule and its place in the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from protogen.diagnostics import Diagnostic, Location, Severity

__all__ = ["RULES", "Findings", "Locate", "Path"]

#: The way to a field, as in ``("layers", 3, "layer", "kernelsize")``.
Path = tuple[str | int, ...]
#: Where in the file the field at a path was written, where that is known.
Locate = Callable[[Path], Location | None]


class Rule(NamedTuple):
    severity: Severity
    code: str


#: Notes tell what was changed. A warning is a field that the upgraded net lacks; an error is where
#: Caffe dies.
RULES = {
    "legacy-v0": Rule(Severity.NOTE, "T201"),
    "legacy-v1": Rule(Severity.NOTE, "T202"),
    "legacy-data-transform": Rule(Severity.NOTE, "T203"),
    "legacy-input": Rule(Severity.NOTE, "T204"),
    "legacy-batch-norm": Rule(Severity.NOTE, "T205"),
    "legacy-solver-type": Rule(Severity.NOTE, "T206"),
    "legacy-unknown-field": Rule(Severity.WARNING, "T210"),
    "legacy-dropped-field": Rule(Severity.WARNING, "T211"),
    "legacy-unknown-type": Rule(Severity.ERROR, "T220"),
    "legacy-unknown-bottom": Rule(Severity.ERROR, "T221"),
    "legacy-padding": Rule(Severity.ERROR, "T222"),
    "legacy-mixed": Rule(Severity.ERROR, "T223"),
    "legacy-input-shape": Rule(Severity.ERROR, "T224"),
    "legacy-solver-type-twice": Rule(Severity.ERROR, "T225"),
}


class Findings(list[Diagnostic]):
    """The diagnostics of one upgrade, in the order in which they were found."""

    def __init__(self, locate: Locate | None = None) -> None:
        super().__init__()
        self._locate = locate or (lambda path: None)

    def tell(self, name: str, message: str, path: Path = (), **about: Any) -> None:
        """Add a finding of the rule ``name``; ``path`` is the field it is about."""
        severity, code = RULES[name]
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        place = self._locate(path) if path else None
        about = {"layer": "", "field": field, **about}
        if len(path) > 1 and path[0] in ("layer", "layers"):
            about["layer_index"] = path[1]
        self.append(Diagnostic(severity, code, message=message, location=place, name=name, **about))

    @property
    def fatal(self) -> bool:
        """Whether Caffe's own tool would have died."""
        return any(finding.severity is Severity.ERROR for finding in self)

    @property
    def lossless(self) -> bool:
        """Whether Caffe's own tool would have been content."""
        return not self.fatal and all(f.name != "legacy-unknown-field" for f in self)
