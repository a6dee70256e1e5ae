"""Findings about a net: each has a severity, a rule, a layer, a message and a location."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protogen.edits import Fix
from protogen.spelling import nearest

if TYPE_CHECKING:
    from protogen.shapes import Size

__all__ = [
    "Diagnostic",
    "Location",
    "MultiLine",
    "ProtogenError",
    "Severity",
    "alternatives",
    "did_you_mean",
    "escaped",
    "one_line",
    "plural",
    "times",
]


class Severity(str, enum.Enum):
    """How severe a finding is.

    *error*: Caffe rejects the net, or computes garbage. *warning*: Caffe loads the net, but it is
    probably not what was intended. *note*: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    # Without this, str() returns "Severity.ERROR", and since Python 3.11 an f-string does, too.
    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Lines and columns count from 1; 0 means the whole file or line."""

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        words = [self.file]
        if self.line:
            words.append(str(self.line))
        if self.column:
            words.append(str(self.column))
        return ":".join(words)


@dataclass(frozen=True, slots=True, repr=False)
class Diagnostic:
    """One finding. ``code`` and ``name`` (kebab-case) are those of its rule and never change.

    ``layer`` and ``type`` are empty if the finding is not about one layer. ``why`` explains Caffe's
    behavior, ``where`` gives the blobs and shapes, and ``hint`` is a computed way to fix it.
    ``layer_index`` is the layer's index in `Net.current`, -1 if it has none; in what a `Document`
    reports, it is the index as written.
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

    def __post_init__(self) -> None:
        # Names from the net are in all of these, and whoever prints them is safe to do so.
        for name in ("hint", "where", "why"):
            text = getattr(self, name)
            if text and not isinstance(text, MultiLine):
                object.__setattr__(self, name, one_line(text))

    @property
    def fixable(self) -> bool:
        """Whether it can be fixed without asking anyone."""
        return self.fix is not None and self.fix.safe

    @property
    def subject(self) -> str:
        """The layer and its type, as all formats print them: ``layer "pool1" (Pooling)``."""
        if self.layer:
            subject = f'layer "{self.layer}"'
        elif self.type:
            subject = "a layer without a name"
        else:
            return ""
        if self.type:
            subject += f" ({self.type})"
        return subject

    @property
    def place(self) -> str:
        """``net.prototxt:12:3: ``, or an empty string if the location is unknown."""
        if self.location is None:
            return ""
        return one_line(f"{self.location}: ")

    @property
    def fact(self) -> str:
        """The layer and the message, always on one line."""
        if not self.subject:
            return one_line(self.message)
        return one_line(f"{self.subject}: {self.message}")

    @property
    def headline(self) -> str:
        """The first line, complete by itself. Editors read its ``file:line:column``."""
        return f"{self.place}{self.severity}[{self.code}] {self.fact}"

    @property
    def notes(self) -> list[str]:
        """The lines after the first: where, why and hint."""
        texts = {"where:": self.where, "why:": self.why, "hint:": self.hint}
        lines = []
        for label, text in texts.items():
            if not text:
                continue
            first, *others = text.split("\n")
            lines.append(f"  {label:6} {first}")
            # Further lines stand below the text of the first one.
            lines += [" " * 9 + other for other in others]
        return lines

    def __str__(self) -> str:
        return "\n".join([self.headline, *self.notes])

    def __repr__(self) -> str:
        return f"<{self.headline}>"


#: What a terminal, an editor or a log may act on: control characters, among them the one that
#: starts the codes of a terminal; line breaks of Unicode; marks that turn the direction of text.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
    # The runner of GitHub takes a line that contains this as a command.
    r"|##\["
)
#: And a line that begins so.
_COMMAND = re.compile(r"\s*::")

#: A name that is longer is shortened in the middle; Caffe's own nets stay below 300 characters.
_LONG_NAME, _LONG_TEXT, _END = 1_000, 1_500, 300


def one_line(text: str) -> str:
    """The text safe to print on a line: control characters are escaped; a name may contain any.

    A name of more than 1,000 characters is shortened in the middle.
    """
    if len(text) > _LONG_TEXT:
        text = _LONG_RUN.sub(_shortened, text)
    text = escaped(text)
    if _COMMAND.match(text):
        return text.replace(":", r"\x3a", 1)
    return text


def escaped(text: str) -> str:
    """The text with control characters and the like escaped, for a part of a line."""
    return _UNSAFE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    # Several characters are the beginning of a command of GitHub.
    if len(found[0]) > 1:
        return found[0].replace("#", r"\x23", 1)
    # Without the quotes that ascii() adds.
    return ascii(found[0])[1:-1]


#: In a message a name is between quotes.
_LONG_RUN = re.compile(f'[^"\n]{{{_LONG_NAME + 1},}}')


def _shortened(found: re.Match[str]) -> str:
    return f"{found[0][:_END]}...{found[0][-_END:]}"


class MultiLine(str):
    """A text of several lines. In all other texts of a finding, line breaks are escaped."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> MultiLine:
        """The lines, each made safe to print."""
        return cls("\n".join(map(one_line, lines)))


def alternatives(texts: Iterable[str]) -> str:
    """The texts of a hint, one a line: this, or that."""
    lines: list[str] = []
    for text in texts:
        if lines:
            text = f"or {text}"
        lines.append(text)
    return MultiLine.of(lines)


class ProtogenError(Exception):
    """Input that protogen cannot use. ``diagnostics`` says what is wrong, where, and how to fix it.

    All errors that protogen raises on purpose are of this class.
    """

    def __init__(self, diagnostics: Diagnostic | Iterable[Diagnostic]) -> None:
        if isinstance(diagnostics, Diagnostic):
            diagnostics = [diagnostics]
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        super().__init__("\n".join(map(str, self.diagnostics)))

    def __reduce__(self) -> tuple[Any, ...]:
        # By default an error is pickled with its message as the argument of the constructor.
        return type(self), (self.diagnostics,), dict(self.__dict__)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean "Pooling"?`` for what was intended, or "" if nothing clearly was."""
    near = nearest(word, known)
    if not near:
        return ""
    return f'did you mean "{near}"?'


def plural(number: Size, what: str) -> str:
    """A number and a noun: "1 layer", "2 layers"."""
    if number == 1:
        return f"{number} {what}"
    return f"{number} {what}s"


def times(number: int) -> str:
    """How many times, in words: "once", "2 times"."""
    if number == 1:
        return "once"
    return f"{number} times"
