"""What a program that composes a net is made of: calls, functions, loops, and their values.

A value of a keyword is a number, a `Word`, a `Text`, a list of these, or a dict (`Fields`). Where a
function is called with different values, a `Var` stands for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "ABSENT",
    "Atoms",
    "Call",
    "Code",
    "Fields",
    "Function",
    "Items",
    "Loop",
    "Node",
    "Program",
    "Text",
    "Times",
    "Var",
    "Word",
    "is_complex",
    "variables",
]


@dataclass(frozen=True)
class Var:
    """A parameter of a function, or the variable of a loop; two with equal numbers are the same."""

    number: int
    stem: str = field(compare=False)


@dataclass(frozen=True)
class Times:
    """A parameter times a number: the output channels of a bottleneck, say."""

    var: Var
    factor: int


#: The characters of a text; a `Var` stands for several.
Atoms = tuple[str | Var, ...]


@dataclass(frozen=True)
class Text:
    """A name, or another text of the user's: letters and parameters."""

    atoms: Atoms

    @classmethod
    def of(cls, text: str) -> Text:
        """A text without parameters."""
        return cls(tuple(text))


@dataclass(frozen=True)
class Word:
    """A word of the schema: the name of an enum's value, or the type of a filler."""

    word: str


@dataclass(frozen=True)
class Code:
    """An expression: ``P.Pooling.MAX``."""

    code: str


@dataclass(frozen=True)
class Items:
    """A list of values, of which some are dicts."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Fields:
    """A dict, or the arguments of a function: ``fillers.xavier``."""

    function: str
    items: tuple[tuple[str, Any], ...]


class _Absent:
    """A keyword that is not given."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()

#: A value: also int, float, bool, bytes, and a tuple of scalars.
Node = Any


@dataclass
class Call:
    """A call of a layer type, a block or a function.

    ``bottoms`` and ``outs`` identify blobs: in the net itself by their names, and in a function by
    names of its own. The keys of ``args`` are keywords or, where a function is called, its
    parameters. A layer in place has no ``outs``. ``phase`` is the only phase in which it
    runs, or empty. ``types`` are the layer types, for comments and names.
    """

    function: str
    bottoms: tuple[str, ...]
    outs: tuple[str, ...]
    args: dict[Any, Node]
    phase: str = ""
    types: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    in_place: bool = False
    #: The fields of a layer that must be added as they are, because it cannot be composed.
    raw: bool = False


@dataclass
class Function:
    """A function of the program: parameters, calls, and the blobs that it returns."""

    name: str
    blobs: tuple[str, ...]
    parameters: list[Var]
    defaults: dict[int, Node]
    body: list[Call | Loop]
    returns: tuple[str, ...]
    types: tuple[str, ...]


@dataclass
class Loop:
    """Calls of one function one after the other, each with a row of values."""

    calls: list[Call]
    template: Call
    variables: list[Var]
    rows: list[tuple[Node, ...]]
    #: The position of the bottom that is the top of the call before, or none.
    chain: tuple[int, int] | None


@dataclass
class Program:
    """A net as a program."""

    main: list[Call | Loop]
    functions: list[Function] = field(default_factory=list)

    def bodies(self) -> Iterator[list[Any]]:
        """The net's own calls, and those of each function."""
        yield self.main
        for function in self.functions:
            yield function.body


def variables(node: Node) -> list[Var]:
    """The parameters in a value."""
    if isinstance(node, Var):
        return [node]
    if isinstance(node, Times):
        return [node.var]
    found = []
    for part in _parts(node):
        found += variables(part)
    return found


def _parts(node: Node) -> list[Any]:
    """The values that a value consists of."""
    if isinstance(node, Fields):
        return [value for _, value in node.items]
    if isinstance(node, Items):
        return list(node.items)
    # The letters of a text have no parameters, and are not values of their own.
    if isinstance(node, Text):
        return [atom for atom in node.atoms if isinstance(atom, Var)]
    return []


def is_complex(node: Node) -> bool:
    """Whether a value has parts that may differ one by one."""
    return isinstance(node, (Fields, Items))
