"""What several calls have in common, and the parameters for what differs between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, islice
from typing import Any, NamedTuple

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

#: Parameters of different functions never have the same number.
_numbers = count()

#: How many ways to split the texts of a column are tried.
_TRIED = 12

#: Stands for the parameter that is looked for, until it is known which texts can be written by it.
_HOLE = Var(-1, "name")


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
    # The names of the tops of an unknown type have no values, so there is nothing that can vary.
    if node is None:
        return ""
    return None


def call_structure(call: Call) -> Any:
    """What must be the same in calls that are unified."""
    parts = []
    for key, value in call.args.items():
        # The number of tops decides how many variables the call is assigned to.
        if is_complex(value) or key in ("", "ntop"):
            parts.append((key, _structure(value)))
    return (
        call.function,
        _types_that_matter(call),
        len(call.bottoms),
        len(call.outs),
        call.in_place,
        call.phase,
        tuple(parts),
    )


def _types_that_matter(call: Call) -> tuple[str, ...]:
    """The layer types, if the name of the function does not say them."""
    if call.function == "L.Layer" or call.raw:
        return call.types
    return ()


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
            # A keyword that some calls lack is ABSENT there, which is a value like others.
            args[key] = columns.add(stem, [call.args.get(key, ABSENT) for call in together])
        first = together[0]
        calls.append(
            Call(
                first.function, (), (), args, first.phase, first.types,
                in_place=first.in_place, raw=first.raw,
            )
        )  # fmt: skip
    # Only when all columns are known can one parameter be found that serves several of them.
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
        # A parameter of another function has no meaning in the new one, even if it is the same.
        is_local = self.inside or not variables(first)
        if is_local and _are_same(values):
            return first
        # Of dicts and lists only the parts that differ become parameters.
        if _are_all(values, Fields):
            return self._add_fields(values)
        if _are_all(values, Items):
            return self._add_items(key, values)
        # Columns with the same values share a slot, and so a parameter.
        identity = tuple((type(each), each) for each in values)
        if identity not in self._known:
            self._known[identity] = len(self.values)
            self.keys.append(key)
            self.values.append(values)
        return _Slot(self._known[identity])

    def _add_fields(self, values: Sequence[Fields]) -> Fields:
        first = values[0]
        items = []
        for position, (name, _) in enumerate(first.items):
            parts = [each.items[position][1] for each in values]
            items.append((name, self.add(name, parts)))
        return Fields(first.function, tuple(items))

    def _add_items(self, key: str, values: Sequence[Items]) -> Items:
        # call_structure sees to it that the lists have the same length.
        elements = zip(*[each.items for each in values])
        return Items(tuple([self.add(key, list(parts)) for parts in elements]))


def _are_same(values: Sequence[Node]) -> bool:
    """Whether all values are equal; 1 == True == 1.0, but they are not the same value."""
    first = values[0]
    return all(type(each) is type(first) and each == first for each in values)


def _are_all(values: Sequence[Node], kind: type) -> bool:
    return all(isinstance(each, kind) for each in values)


def _substitute(node: Node, nodes: dict[int, Node]) -> Node:
    """The value with what was found for its slots."""
    if isinstance(node, _Slot):
        return nodes[node.column]
    if isinstance(node, Items):
        items = [_substitute(each, nodes) for each in node.items]
        return Items(tuple(items))
    if isinstance(node, Fields):
        fields = [(key, _substitute(value, nodes)) for key, value in node.items]
        return Fields(node.function, tuple(fields))
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
            var, values = pair
            is_name = isinstance(values[0], Text)
            return not is_name, first[var]

        pairs = sorted(zip(self.parameters, self.values), key=place)
        self.parameters = [var for var, _ in pairs]
        self.values = [values for _, values in pairs]

    def new(self, stem: str, values: list[Node]) -> Var:
        var = Var(next(_numbers), stem)
        self.parameters.append(var)
        self.values.append(values)
        return var


def _solve(columns: _Columns) -> _Solution:
    """The parameters with which all columns can be written, as few as possible."""
    solution = _Solution()
    texts: dict[int, list[Atoms]] = {}
    for index, values in enumerate(columns.values):
        if _are_all(values, Text):
            texts[index] = [each.atoms for each in values]
    # Names come first, so that they are the first parameters.
    _solve_texts(texts, columns, solution)
    for index, values in enumerate(columns.values):
        if index in texts:
            continue
        node: Node = _multiple(values, solution)
        if node is None:
            node = solution.new(columns.keys[index], values)
        solution.nodes[index] = node
    solution.sort()
    return solution


def _multiple(values: Sequence[Node], solution: _Solution) -> Times | None:
    """The column as a multiple of an earlier one.

    The last convolution of a bottleneck of ResNet has four times the outputs of the first, so that
    one parameter is enough for both.
    """
    if not _are_counts(values):
        return None
    for var, others in zip(solution.parameters, solution.values):
        if not _are_counts(others):
            continue
        factor, rest = divmod(values[0], others[0])
        if rest:
            continue
        multiples = [factor * other for other in others]
        if values == multiples:
            return Times(var, factor)
    return None


def _are_counts(values: Sequence[Node]) -> bool:
    """Whether all values are positive integers; True and False are not."""
    return all(type(each) is int and each > 0 for each in values)


# Texts -----------------------------------------------------------------------------------------


class _Split(NamedTuple):
    """A parameter for texts: its value in each occurrence, and the columns written by it."""

    values: list[Atoms]
    written: dict[int, Atoms]

    @property
    def worth(self) -> tuple[int, int]:
        """The number of columns, and if that is equal, the length of the first value."""
        return len(self.written), len(self.values[0])


def _solve_texts(texts: dict[int, list[Atoms]], columns: _Columns, solution: _Solution) -> None:
    """Few parameters by which all the texts can be written."""
    remaining = dict(texts)
    while remaining:
        split = _best_split(remaining, columns.inside)
        # The numbers of a loop stay numbers, so that range() can give them.
        is_counter = columns.inside and all(map(_is_number, split.values))
        if not is_counter:
            split = _widened(split)
        key = columns.keys[next(iter(split.written))]
        stem = key
        if key == "top":
            stem = "name"
        var = solution.new(stem, [Text(each) for each in split.values])
        for index, template in split.written.items():
            solution.nodes[index] = Text(_filled(template, var))
            del remaining[index]


def _best_split(texts: dict[int, list[Atoms]], inside: bool) -> _Split:
    """The parameter by which most of the columns can be written.

    What differs within one column is tried for all of them: the names conv1, bn1 and relu1 differ
    in 1, and so do their tops.
    """
    middles: dict[tuple[Atoms, ...], None] = {}
    for column in texts.values():
        middle = tuple(_middle(column, inside))
        middles[middle] = None
    best: _Split | None = None
    # Each try looks at every column, which takes long in a function of many layers.
    for middle in islice(middles, _TRIED):
        values = list(middle)
        split = _Split(values, _written_by(values, texts, inside))
        if best is None or split.worth > best.worth:
            best = split
    assert best is not None
    assert best.written  # each column can be written by its own middle
    return best


def _written_by(
    values: Sequence[Atoms], texts: dict[int, list[Atoms]], inside: bool
) -> dict[int, Atoms]:
    """The columns that can be written by a parameter with these values."""
    written = {}
    for index, column in texts.items():
        template = _template(column, values, inside)
        if template is None:
            continue
        if inside or _is_closed(template):
            written[index] = template
    return written


def _filled(template: Atoms, var: Var) -> Atoms:
    """The text with the parameter that was found for it."""
    found: list[str | Var] = []
    for atom in template:
        if _is_hole(atom):
            found.append(var)
        else:
            found.append(atom)
    return tuple(found)


def _is_hole(atom: str | Var) -> bool:
    return isinstance(atom, Var) and atom.number == _HOLE.number


def _is_closed(template: Atoms) -> bool:
    """Whether a text has no parameters of another function."""
    return all(isinstance(atom, str) or _is_hole(atom) for atom in template)


def _common(column: Sequence[Atoms], inside: bool) -> int:
    """The length of the common beginning; ``inside`` a function, with parameters in it."""
    length = 0
    for atoms in zip(*column):
        if len(set(atoms)) > 1:
            return length
        # Outside, nothing has a value for the parameter of a function.
        if not inside and isinstance(atoms[0], Var):
            return length
        length += 1
    return length


def _middle(column: Sequence[Atoms], inside: bool) -> list[Atoms]:
    """The texts without their common beginning and end."""
    start, end = _ends(column, inside)
    return [each[start : len(each) - end] for each in column]


def _ends(column: Sequence[Atoms], inside: bool) -> tuple[int, int]:
    """The lengths of the common beginning and the common end, without parts of numbers."""
    start = _without_digits(column, _common(column, inside))
    rest = [each[start:][::-1] for each in column]
    return start, _without_digits(rest, _common(rest, inside))


def _without_digits(column: Sequence[Atoms], length: int) -> int:
    """The length of a common beginning that does not end within a number.

    Of conv10 and conv11 the middle is 10 and 11, not 0 and 1.
    """
    first = column[0]
    while length and _is_digit(first[length - 1]):
        # A number that ends here in all texts is whole.
        if not _continues(column, length):
            break
        length -= 1
    return length


def _continues(column: Sequence[Atoms], length: int) -> bool:
    """Whether a digit follows in any of the texts."""
    return any(length < len(each) and _is_digit(each[length]) for each in column)


def _is_number(atoms: Atoms) -> bool:
    return bool(atoms) and all(map(_is_digit, atoms))


def _is_digit(atom: str | Var) -> bool:
    return isinstance(atom, str) and atom.isdigit()


def _template(column: Sequence[Atoms], values: Sequence[Atoms], inside: bool) -> Atoms | None:
    """The texts written with a parameter, if they can be."""
    for first, last in _cuts(tuple(column), inside):
        template = _around(column, values, first, last)
        if template is not None:
            return template
    # An empty value would be found everywhere.
    if not all(values):
        return None
    template = _replaced(column[0], values[0])
    if _HOLE not in template:
        return None
    # Most columns differ in the second text already.
    for each, value in zip(column, values):
        if _replaced(each, value) != template:
            return None
    return template


@lru_cache(maxsize=4096)
def _cuts(column: tuple[Atoms, ...], inside: bool) -> tuple[tuple[int, int], ...]:
    """Where the texts begin and end to differ: with whole numbers, and with single digits."""
    backwards = [each[::-1] for each in column]
    exact = _common(column, inside), _common(backwards, inside)
    return _ends(column, inside), exact


def _around(column: Sequence[Atoms], values: Sequence[Atoms], start: int, end: int) -> Atoms | None:
    """The texts as a common beginning, the parameter and a common end."""
    first, value = column[0], values[0]
    # In a and aa the common beginning and the common end are the same letter.
    if min(map(len, column)) < start + end:
        return None
    middle = first[start : len(first) - end]
    # The parameter may be longer than the middle, or shorter.
    for shift in range(len(middle) - len(value) + 1):
        if middle[shift : shift + len(value)] != value:
            continue
        before = first[: start + shift]
        after = first[len(before) + len(value) :]
        if _have_ends(column, values, before, after):
            return (*before, _HOLE, *after)
    return None


def _have_ends(
    column: Sequence[Atoms], values: Sequence[Atoms], before: Atoms, after: Atoms
) -> bool:
    """Whether each text is a value between the two ends."""
    start = len(before)
    for each, value in zip(column, values):
        end = len(each) - len(after)
        if each[start:end] != value:
            return False
        if each[:start] != before or each[end:] != after:
            return False
    return True


def _replaced(atoms: Atoms, value: Atoms) -> Atoms:
    """The text with the parameter wherever its value occurs."""
    found: list[str | Var] = []
    position = 0
    while position < len(atoms):
        if atoms[position : position + len(value)] == value:
            found.append(_HOLE)
            position += len(value)
        else:
            found.append(atoms[position])
            position += 1
    return tuple(found)


def _widened(split: _Split) -> _Split:
    """Move what is before the parameter in all texts into it: 3a becomes inception_3a.

    A whole name as an argument can be found in the net; a part of one cannot.
    """
    while True:
        before = set(map(_before, split.written.values()))
        # One text has something else, or begins with the parameter.
        if len(before) != 1:
            return split
        (atom,) = before
        if not isinstance(atom, str):
            return split
        values = [(atom, *each) for each in split.values]
        written = {index: _without_before(each) for index, each in split.written.items()}
        split = _Split(values, written)


def _before(template: Atoms) -> str | Var | None:
    """The atom before each parameter in a text, if it is the same one everywhere."""
    found: set[str | Var | None] = set()
    previous: str | Var | None = None
    for atom in template:
        if _is_hole(atom):
            found.add(previous)
        previous = atom
    if len(found) == 1:
        return found.pop()
    return None


def _without_before(template: Atoms) -> Atoms:
    found: list[str | Var] = []
    for atom in template:
        if _is_hole(atom):
            found.pop()
        found.append(atom)
    return tuple(found)
