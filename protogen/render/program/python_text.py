"""Values, comments and long calls as Python source."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence

from protogen.render.program.nodes import (
    ABSENT,
    Atoms,
    Code,
    Fields,
    Items,
    Node,
    Text,
    Times,
    Var,
    Word,
)

__all__ = ["Index", "comment_line", "docstring", "quoted", "value_text", "wrapped"]

#: The length of a line.
_WIDTH = 100


class Index(str):
    """The name of a variable with a number where a text is meant."""

    __slots__ = ()


def comment_line(text: str) -> str:
    """A comment of a prototxt as one of Python, without what would end it: a carriage return."""
    text = shown(text)
    return text if text.startswith("# ") else f"# {text.lstrip('#').strip()}".rstrip()


def shown(text: str) -> str:
    """The text with each character that cannot be printed as an escape."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


# Values ----------------------------------------------------------------------------------------


def value_text(node: Node, names: dict[int, str]) -> str:
    """A value as Python; ``names`` are those of parameters."""
    if isinstance(node, Var):
        return names[node.number]
    if isinstance(node, Times):
        return f"{node.factor} * {names[node.var.number]}"
    if isinstance(node, Text):
        return _text(node.atoms, names)
    if isinstance(node, Word):
        return quoted(node.word)
    if isinstance(node, Code):
        return node.code
    if isinstance(node, Items):
        return f"[{', '.join(value_text(each, names) for each in node.items)}]"
    if isinstance(node, tuple):
        return f"[{', '.join(value_text(each, names) for each in node)}]"
    if isinstance(node, Fields):
        return _fields_text(node, names)
    if node is ABSENT:
        return "None"
    if isinstance(node, str):
        return quoted(node)
    if isinstance(node, float) and (node != node or node in (float("inf"), -float("inf"))):
        return f'float("{node}")'
    return repr(node)


def _fields_text(node: Fields, names: dict[int, str]) -> str:
    texts = [(key, value_text(value, names)) for key, value in node.items]
    if all(key.isidentifier() and not keyword.iskeyword(key) for key, _ in texts):
        return f"{node.function}({', '.join(f'{key}={text}' for key, text in texts)})"
    return "{" + ", ".join(f"{quoted(key)}: {text}" for key, text in texts) + "}"


def _text(atoms: Atoms, names: dict[int, str]) -> str:
    if not any(isinstance(atom, Var) for atom in atoms):
        return quoted("".join(map(str, atoms)))
    if len(atoms) == 1:
        (var,) = atoms
        assert isinstance(var, Var)
        name = names[var.number]
        return f"str({name})" if isinstance(name, Index) else name
    parts = []
    for atom in atoms:
        if isinstance(atom, Var):
            parts.append(f"{{{names[atom.number]}}}")
        else:
            parts.append(quoted(atom)[1:-1].replace("{", "{{").replace("}", "}}"))
    return f'f"{"".join(parts)}"'


def quoted(text: str) -> str:
    """A string in double quotes."""
    letters = [_escaped(letter) for letter in text]
    return f'"{"".join(letters)}"'


def docstring(text: str) -> str:
    """A text that can be a docstring."""
    return shown(text).replace("\\", "/").replace('"', "'")


def _escaped(letter: str) -> str:
    if letter in ('"', "\\"):
        return f"\\{letter}"
    return letter if letter.isprintable() else repr(letter)[1:-1]


def wrapped(head: str, pieces: Sequence[str], tail: str, indent: int = 0) -> Iterator[str]:
    """The pieces between head and tail, on one line or on as many as they need."""
    line = f"{head}{', '.join(pieces)}{tail}"
    if len(line) + indent <= _WIDTH or not pieces:
        yield line
        return
    yield head
    current = "   "
    for piece in pieces:
        if len(current) + len(piece) + 2 + indent > _WIDTH and current.strip():
            yield current
            current = "   "
        if len(piece) + 5 + indent > _WIDTH:
            yield from (f"    {each}" for each in _broken(piece, indent + 4))
        else:
            current += f" {piece},"
    if current.strip():
        yield current
    yield tail


def _broken(piece: str, indent: int) -> list[str]:
    """A long argument on several lines: what is in its brackets, if it has any."""
    opening = re.match(r"[^\"'\[({]*[\[({]", piece)
    if opening is None or piece[-1] not in ")]}":
        return [f"{piece},"]
    inner = list(_split(piece[opening.end() : -1]))
    return list(wrapped(opening[0], inner, f"{piece[-1]},", indent))


def _split(text: str) -> Iterator[str]:
    """The parts between the commas that are in no bracket and no string."""
    depth, start, quote, position = 0, 0, "", 0
    while position < len(text):
        letter = text[position]
        if quote:
            position += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and not depth:
            yield text[start:position].strip()
            start = position + 1
        position += 1
    if text[start:].strip():
        yield text[start:].strip()
