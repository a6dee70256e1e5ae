"""Values, comments and long calls as Python source."""

from __future__ import annotations

import keyword
import math
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
    if text.startswith("# "):
        return text
    return f"# {text.lstrip('#').strip()}".rstrip()


def shown(text: str) -> str:
    """The text with each character that cannot be printed as an escape."""
    return "".join(map(_printable, text))


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return repr(letter)[1:-1]


# Values ----------------------------------------------------------------------------------------


def value_text(node: Node, names: dict[int, str]) -> str:
    """A value as Python; ``names`` are those of parameters."""
    match node:
        case Var(number=number):
            return names[number]
        case Times(factor=factor, var=var):
            return f"{factor} * {names[var.number]}"
        case Text(atoms=atoms):
            return _text(atoms, names)
        case Word(word=word):
            return quoted(word)
        case Code(code=code):
            return code
        case Items(items=items):
            return _list_text(items, names)
        case Fields():
            return _fields_text(node, names)
        case tuple():
            return _list_text(node, names)
        case str():
            return quoted(node)
    if node is ABSENT:
        return "None"
    # Python prints these as ``nan`` and ``inf``, which are names that it does not know.
    if isinstance(node, float) and not math.isfinite(node):
        return f'float("{node}")'
    return repr(node)


def _list_text(nodes: Sequence[Node], names: dict[int, str]) -> str:
    return f"[{', '.join([value_text(each, names) for each in nodes])}]"


def _fields_text(node: Fields, names: dict[int, str]) -> str:
    texts = {key: value_text(value, names) for key, value in node.items}
    # A name such as lambda cannot be a keyword of a call.
    if all(map(_is_name, texts)):
        arguments = [f"{key}={text}" for key, text in texts.items()]
        return f"{node.function}({', '.join(arguments)})"
    items = [f"{quoted(key)}: {text}" for key, text in texts.items()]
    return f"{{{', '.join(items)}}}"


def _is_name(key: str) -> bool:
    """Whether Python takes a text as the name of a keyword argument."""
    return key.isidentifier() and not keyword.iskeyword(key)


def _text(atoms: Atoms, names: dict[int, str]) -> str:
    if len(atoms) == 1 and isinstance(atoms[0], Var):
        name = names[atoms[0].number]
        # The counter of a loop is a number.
        if isinstance(name, Index):
            return f"str({name})"
        return name
    parts = []
    is_constant = True
    for atom in atoms:
        if isinstance(atom, Var):
            is_constant = False
            parts.append(f"{{{names[atom.number]}}}")
        else:
            # In an f-string a brace is written twice.
            escaped = _escaped(atom)
            parts.append(escaped.replace("{", "{{").replace("}", "}}"))
    if is_constant:
        return quoted("".join(map(str, atoms)))
    inside = "".join(parts)
    return f'f"{inside}"'


def quoted(text: str) -> str:
    """A string in double quotes."""
    return f'"{"".join(map(_escaped, text))}"'


def docstring(text: str) -> str:
    """A text that can be a docstring."""
    return shown(text).replace("\\", "/").replace('"', "'")


def _escaped(letter: str) -> str:
    if letter in ('"', "\\"):
        return f"\\{letter}"
    return _printable(letter)


def wrapped(head: str, pieces: Sequence[str], tail: str, indent: int = 0) -> Iterator[str]:
    """The pieces between head and tail, on one line or on as many as they need."""
    line = f"{head}{', '.join(pieces)}{tail}"
    if len(line) + indent <= _WIDTH or not pieces:
        yield line
        return
    yield head
    # Each piece begins with a space, the fourth of its line.
    begin = "   "
    current = begin
    for piece in pieces:
        extended = f"{current} {piece},"
        if len(extended) + indent > _WIDTH and current != begin:
            yield current
            current = begin
            extended = f"{begin} {piece},"
        if len(extended) + indent > _WIDTH:
            # Too long even alone on its line.
            for line in _broken(piece, indent + 4):
                yield f"    {line}"
        else:
            current = extended
    if current != begin:
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
            # The letter after a backslash does not end the string.
            if letter == "\\":
                position += 1
            elif letter == quote:
                quote = ""
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[start:position].strip()
            start = position + 1
        position += 1
    last = text[start:].strip()
    if last:
        yield last
