"""What several calls have in common, and the parameters for what differs between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from protogen.render.program.nodes import (
    ABSENT,
    Atoms,
    Call,
    Fields,
    Items,
    Node,
    Text,
    Times,
    Var,
    is_complex,
    variables,
)

__all__ = ["Unified", "call_structure", "unify"]

_numbers = count()

#: How many ways to split the texts of a column are tried.
_TRIED = 12


@dataclass(frozen=True)
class _Slot:
    """Stands for a column of values that differ."""

    column: int


@dataclass
class Unified:
    """Calls with parameters, and the values of the parameters in each occurrence."""

    calls: list[Call]
    parameters: list[Var] = field(default_factory=list)
    #: For each parameter its value in each occurrence.
    values: list[list[Node]] = field(default_factory=list)


def _structure(node: Node) -> Any:
    """What must be the same in values that are unified: all except scalars."""
    if isinstance(node, Fields):
        return (node.function, tuple((key, _structure(value)) for key, value in node.items))
    if isinstance(node, Items):
        return tuple(map(_structure, node.items))
    return None if node is not None else ""


def call_structure(call: Call) -> Any:
    """What must be the same in calls that are unified."""
    parts = tuple(
        (key, _structure(value))
        for key, value in call.args.items()
        if is_complex(value) or key in ("", "ntop")
    )
    return (
        call.function,
        call.types if call.function == "L.Layer" or call.raw else (),
        len(call.bottoms),
        len(call.outs),
        call.in_place,
        call.phase,
        parts,
    )


def unify(occurrences: Sequence[Sequence[Call]], *, inside: bool = False) -> Unified:
    """The calls that all occurrences have in common; they have the same structure.

    ``inside`` is whether the result stays in the same function, whose parameters it can use.
    """
    columns = _Columns(inside)
    calls = []
    for together in zip(*occurrences):
        args: dict[Any, Node] = {}
        for key in _keys(together):
            stem = key.stem if isinstance(key, Var) else key
            args[key] = columns.add(stem, [call.args.get(key, ABSENT) for call in together])
        first = together[0]
        calls.append(
            Call(
                first.function, (), (), args, first.phase, first.types,
                in_place=first.in_place, raw=first.raw,
            )
        )  # fmt: skip
    solution = _solve(columns)
    for call in calls:
        call.args = {key: _substitute(value, solution.nodes) for key, value in call.args.items()}
    return Unified(calls, solution.parameters, solution.values)


def _keys(calls: Iterable[Call]) -> Iterator[str | Var]:
    """The keywords of any of the calls, in the order of the first ones that have them."""
    found: dict[str | Var, None] = {}
    for call in calls:
        found.update(dict.fromkeys(call.args))
    return iter(found)


class _Columns:
    """The values that differ, each column once."""

    def __init__(self, inside: bool) -> None:
        self.inside = inside
        self.keys: list[str] = []
        self.values: list[list[Node]] = []
        self._known: dict[Any, int] = {}

    def add(self, key: str, values: list[Node]) -> Node:
        """The common value, with slots where the values differ."""
        first = values[0]
        # 1 == True == 1.0, but they are not the same value.
        is_local = self.inside or not variables(first)
        if is_local and all(_same(first, each) for each in values[1:]):
            return first
        if isinstance(first, Fields) and all(isinstance(each, Fields) for each in values):
            items = []
            for position, (name, _) in enumerate(first.items):
                parts = [each.items[position][1] for each in values]
                items.append((name, self.add(name, parts)))
            return Fields(first.function, tuple(items))
        if isinstance(first, Items) and all(isinstance(each, Items) for each in values):
            parts_of = zip(*(each.items for each in values))
            return Items(tuple(self.add(key, list(parts)) for parts in parts_of))
        identity = tuple((type(each), each) for each in values)
        if identity not in self._known:
            self._known[identity] = len(self.values)
            self.keys.append(key)
            self.values.append(values)
        return _Slot(self._known[identity])


def _same(one: Node, other: Node) -> bool:
    return type(one) is type(other) and one == other


def _substitute(node: Node, nodes: dict[int, Node]) -> Node:
    if isinstance(node, _Slot):
        return nodes[node.column]
    if isinstance(node, Fields):
        items = tuple((key, _substitute(value, nodes)) for key, value in node.items)
        return Fields(node.function, items)
    if isinstance(node, Items):
        return Items(tuple(_substitute(each, nodes) for each in node.items))
    return node


# From columns to parameters --------------------------------------------------------------------


@dataclass
class _Solution:
    nodes: dict[int, Node] = field(default_factory=dict)
    parameters: list[Var] = field(default_factory=list)
    values: list[list[Node]] = field(default_factory=list)

    def sort(self) -> None:
        """Put the parameters into the order in which the calls use them, names first."""
        first: dict[Var, int] = {}
        for index in sorted(self.nodes):
            for var in variables(self.nodes[index]):
                first.setdefault(var, index)

        def place(pair: tuple[Var, list[Node]]) -> tuple[bool, int]:
            return not isinstance(pair[1][0], Text), first[pair[0]]

        pairs = sorted(zip(self.parameters, self.values), key=place)
        self.parameters = [var for var, _ in pairs]
        self.values = [values for _, values in pairs]

    def new(self, stem: str, values: list[Node]) -> Var:
        var = Var(next(_numbers), stem)
        self.parameters.append(var)
        self.values.append(values)
        return var


def _solve(columns: _Columns) -> _Solution:
    solution = _Solution()
    texts = {}
    for index, values in enumerate(columns.values):
        if all(isinstance(each, Text) for each in values):
            texts[index] = [each.atoms for each in values]
    _solve_texts(texts, columns, solution)
    for index, values in enumerate(columns.values):
        if index not in texts:
            node = _multiple(values, solution)
            solution.nodes[index] = node or solution.new(columns.keys[index], values)
    solution.sort()
    return solution


def _multiple(values: Sequence[Node], solution: _Solution) -> Times | None:
    """The column as a multiple of an earlier one."""
    if not all(type(each) is int and each > 0 for each in values):
        return None
    for var, others in zip(solution.parameters, solution.values):
        if all(type(each) is int and each > 0 for each in others):
            factor, rest = divmod(values[0], others[0])
            if rest == 0 and all(a == b * factor for a, b in zip(values, others)):
                return Times(var, factor)
    return None


def _solve_texts(texts: dict[int, list[Atoms]], columns: _Columns, solution: _Solution) -> None:
    """Few parameters by which all the texts can be written."""
    remaining = dict(texts)
    while remaining:
        best: tuple[int, int, list[Atoms], dict[int, Atoms]] | None = None
        tried: set[tuple[Atoms, ...]] = set()
        for column in list(remaining.values()):
            values = _middle(column, columns.inside)
            if tuple(values) in tried or len(tried) >= _TRIED:
                continue
            tried.add(tuple(values))
            var = Var(-1, "name")
            written = {}
            for index, other in remaining.items():
                template = _template(other, values, var, columns.inside)
                if template is not None and (columns.inside or _is_closed(template)):
                    written[index] = template
            length = len(values[0])
            if best is None or (len(written), length) > best[:2]:
                best = (len(written), length, values, written)
        assert best is not None  # each column can be written by its own middle
        _, _, values, written = best
        # The numbers of a loop stay numbers.
        if not (columns.inside and all(map(_is_number, values))):
            values, written = _widened(values, written)
        key = columns.keys[next(iter(written))]
        var = solution.new("name" if key == "top" else key, [Text(each) for each in values])
        for index, template in written.items():
            atoms = [var if isinstance(a, Var) and a.number == -1 else a for a in template]
            solution.nodes[index] = Text(tuple(atoms))
            del remaining[index]


def _is_closed(template: Atoms) -> bool:
    """Whether a text has no parameters of another function."""
    return all(isinstance(atom, str) or atom.number == -1 for atom in template)


def _common(column: Sequence[Atoms], inside: bool) -> int:
    """The length of the common beginning; ``inside`` a function, with parameters in it."""
    shortest = min(map(len, column))
    length = 0
    first = column[0]
    while length < shortest and all(each[length] == first[length] for each in column):
        if not inside and isinstance(first[length], Var):
            break
        length += 1
    return length


def _middle(column: Sequence[Atoms], inside: bool) -> list[Atoms]:
    """The texts without their common beginning and end."""
    start, end = _ends(column, inside)
    return [each[start : len(each) - end] for each in column]


def _ends(column: Sequence[Atoms], inside: bool) -> tuple[int, int]:
    start = _common(column, inside)
    # A number is not cut in two: of conv10 and conv11 the middle is 10 and 11.
    while (
        start
        and _is_digit(column[0][start - 1])
        and any(start < len(each) and _is_digit(each[start]) for each in column)
    ):
        start -= 1
    rest = [each[start:][::-1] for each in column]
    end = _common(rest, inside)
    while (
        end
        and _is_digit(rest[0][end - 1])
        and any(end < len(each) and _is_digit(each[end]) for each in rest)
    ):
        end -= 1
    return start, end


def _is_number(atoms: Atoms) -> bool:
    return bool(atoms) and all(map(_is_digit, atoms))


def _is_digit(atom: str | Var) -> bool:
    return isinstance(atom, str) and atom.isdigit()


def _template(
    column: Sequence[Atoms], values: Sequence[Atoms], var: Var, inside: bool
) -> Atoms | None:
    """The texts written with a parameter, if they can be."""
    for first, last in _cuts(tuple(column), inside):
        template = _around(column, values, var, first, last)
        if template is not None:
            return template
    if not all(values):
        return None
    template = _replaced(column[0], values[0], var)
    if var not in template:
        return None
    # Most columns differ in the second text already.
    if all(_replaced(each, value, var) == template for each, value in zip(column, values)):
        return template
    return None


@lru_cache(maxsize=4096)
def _cuts(column: tuple[Atoms, ...], inside: bool) -> tuple[tuple[int, int], ...]:
    """Where the texts begin and end to differ: with whole numbers, and with single digits."""
    backwards = [each[::-1] for each in column]
    exact = _common(column, inside), _common(backwards, inside)
    return _ends(column, inside), exact


def _around(
    column: Sequence[Atoms], values: Sequence[Atoms], var: Var, start: int, end: int
) -> Atoms | None:
    """The texts as a common beginning, the parameter and a common end."""
    first, value = column[0], values[0]
    if min(map(len, column)) < start + end:
        return None
    middle = first[start : len(first) - end]
    # The parameter may be longer than the middle, or shorter.
    for shift in range(len(middle) - len(value) + 1):
        if middle[shift : shift + len(value)] != value:
            continue
        before = start + shift
        after = len(first) - before - len(value)
        if all(
            each[before : len(each) - after] == other
            and each[:before] == first[:before]
            and each[len(each) - after :] == first[len(first) - after :]
            for each, other in zip(column, values)
        ):
            return (*first[:before], var, *first[len(first) - after :])
    return None


def _replaced(atoms: Atoms, value: Atoms, var: Var) -> Atoms:
    found: list[str | Var] = []
    position = 0
    while position < len(atoms):
        if atoms[position : position + len(value)] == value:
            found.append(var)
            position += len(value)
        else:
            found.append(atoms[position])
            position += 1
    return tuple(found)


def _widened(
    values: list[Atoms], written: dict[int, Atoms]
) -> tuple[list[Atoms], dict[int, Atoms]]:
    """Move what is before the parameter in all texts into it: 3a becomes inception_3a."""
    while True:
        before = {_before(template) for template in written.values()}
        if len(before) != 1:
            return values, written
        (atom,) = before
        if not isinstance(atom, str):
            return values, written
        values = [(atom, *each) for each in values]
        written = {index: _without_before(template) for index, template in written.items()}


def _before(template: Atoms) -> str | Var | None:
    """The atom before each parameter in a text, if it is the same one everywhere."""
    found = set()
    for position, atom in enumerate(template):
        if isinstance(atom, Var) and atom.number == -1:
            found.add(template[position - 1] if position else None)
    return found.pop() if len(found) == 1 else None


def _without_before(template: Atoms) -> Atoms:
    found: list[str | Var] = []
    for atom in template:
        if isinstance(atom, Var) and atom.number == -1:
            found.pop()
        found.append(atom)
    return tuple(found)
