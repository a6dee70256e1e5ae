"""What protogen has to say of a net: a severity, a rule, a layer, a sentence and a place."""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

from protogen.edits import Fix

__all__ = [
    "RULES",
    "Diagnostic",
    "Location",
    "ProtogenError",
    "Severity",
    "did_you_mean",
    "one_line",
    "plural",
    "times",
]


class Severity(str, enum.Enum):
    """How much a diagnostic weighs.

    *error*: Caffe refuses the net, or computes garbage. *warning*: it loads, and is probably not
    what was meant. *note*: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file: lines and columns count from 1; 0 means the whole file (or line)."""

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``code`` and ``name`` (kebab-case) are fixed for each rule, for scripts.

    ``layer`` and ``type`` are empty where a finding is not about one layer. ``why`` is Caffe's
    behaviour, ``where`` the blobs and shapes concerned, ``hint`` a computed way to mend it.
    """

    severity: Severity
    code: str
    layer: str
    message: str
    location: Location | None = None
    hint: str = ""
    name: str = ""
    type: str = ""
    where: str = ""
    why: str = ""
    layer_index: int = -1
    field: str = ""
    fix: Fix | None = None

    @property
    def fixable(self) -> bool:
        """Whether it can be fixed without asking anyone."""
        return self.fix is not None and self.fix.safe

    @property
    def subject(self) -> str:
        """The layer and its type, as every renderer names them: ``layer "pool1" (Pooling)``."""
        if not (self.layer or self.type):
            return ""
        name = f'layer "{self.layer}"' if self.layer else "a layer without a name"
        return name + (f" ({self.type})" if self.type else "")

    @property
    def place(self) -> str:
        """``net.prototxt:12:3: ``, or nothing where it is not known."""
        return one_line(f"{self.location}: ") if self.location else ""

    @property
    def fact(self) -> str:
        """The layer and what is wrong with it, on one line whatever is in a name."""
        return one_line(f"{self.subject}: {self.message}" if self.subject else self.message)

    @property
    def headline(self) -> str:
        """The first line, whole by itself; editors read its ``file:line:col``."""
        return f"{self.place}{self.severity}[{self.code}] {self.fact}"

    @property
    def notes(self) -> list[str]:
        """The lines below the first: where, why, and a hint."""
        notes = (("where", self.where), ("why", self.why), ("hint", self.hint))
        told = [
            f"  {key + ':':6} {text}".replace("\n", "\n" + " " * 9) for key, text in notes if text
        ]
        return [line for note in told for line in note.split("\n")]

    def __str__(self) -> str:
        return "\n".join([self.headline, *self.notes])


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_line(text: str) -> str:
    """Text with its line breaks and other control characters escaped: names may hold any."""
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


class ProtogenError(Exception):
    """Any input protogen cannot use; ``diagnostics`` say where, what and how to mend it.

    Every error that protogen raises on purpose is one of these.
    """

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        found = [diagnostics] if isinstance(diagnostics, Diagnostic) else list(diagnostics)
        super().__init__("\n".join(map(str, found)))
        self.diagnostics: list[Diagnostic] = found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean "Pooling"?`` for the nearest known word, or nothing where none is near."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f'did you mean "{by_lower[near[0]]}"?' if near else ""


def plural(number: int, what: str) -> str:
    """As in "1 layer", "2 layers"."""
    return f"{number} {what}" + "s" * (number != 1)


def times(number: int) -> str:
    """As in "once", "2 times"."""
    return "once" if number == 1 else f"{number} times"


#: The code of each rule that a net must keep to be loaded by Caffe at all. Rules of style and
#: suspicion have files of their own in ``protogen.checks``.
RULES = {
    # S: shapes and parameters of one layer
    "layer-parameter": "S101",
    "blob-count": "S102",
    "axis-out-of-range": "S103",
    "bottom-shape-mismatch": "S104",
    "axis-count": "S105",
    "blob-shape": "S106",
    "kernel-exceeds-bottom": "S107",
    "group-does-not-divide": "S108",
    "filler": "S109",
    "in-place-forbidden": "S110",
    "loss-weight-count": "S111",
    "param-count": "S112",
    "shared-param-mismatch": "S113",
    "required-field": "S114",
    # P: pooling
    "pad-reaches-kernel": "P104",
    # G: the net's own rules
    "unknown-bottom": "G101",
    "duplicate-top": "G102",
    "in-place-after-split": "G103",
    "unknown-type": "G104",
    "include-and-exclude": "G105",
    "propagate-down-count": "G106",
    "no-input-shape": "G108",
    "data-source": "G109",
    "data-source-unread": "G110",
    # F: forks of Caffe
    "fork-dialect": "F101",
}
