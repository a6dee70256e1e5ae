"""Sequences of calls that repeat become functions, and calls in a row become loops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protogen.render.program.loops import with_loops
from protogen.render.program.nodes import (
    ABSENT,
    Call,
    Function,
    Loop,
    Node,
    Program,
    Text,
    is_complex,
    variables,
)
from protogen.render.program.unification import Unified, call_structure, unify

__all__ = ["fold"]

#: The most calls in a function.
_LONGEST = 48

#: How many candidates are looked at closely each time; each is unified, which takes longest.
_CANDIDATES = 16

#: What a function costs in lines: its head, its docstring, two blank lines and the return.
_OVERHEAD = 4

#: The most parameters of a function, besides blobs, and the most that a call gives on average.
_PARAMETERS = 20
_ARGUMENTS = 9

#: How many occurrences are compared to estimate what a function saves.
_SAMPLE = 12

#: Types that begin a part of a net, rather than follow something.
_BEGINNERS = ("Convolution", "InnerProduct", "Deconvolution", "BatchNorm", "ConvolutionDepthwise")


def fold(program: Program) -> None:
    """Replace what repeats in a program by functions and loops, as long as it gets shorter."""
    while True:
        best = _best_repeat(program)
        if best is None:
            break
        _extract(program, best)
    # After the functions, which the calls in a loop may be calls of.
    for body, usage in zip(list(program.bodies()), _usages(program)):
        body[:] = with_loops(body, usage)


# Finding repeats -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Occurrence:
    """Calls in one of the bodies of a program."""

    body: int
    start: int

    def calls(self, bodies: Sequence[list[Any]], length: int) -> list[Call]:
        return bodies[self.body][self.start : self.start + length]


@dataclass
class _Repeat:
    """Occurrences of a sequence that are wired alike."""

    length: int
    occurrences: list[_Occurrence]
    wires: _Wires
    unified: Unified
    #: The number of tops of each call.
    outs: list[int]

    @property
    def phase(self) -> str:
        """The phase in which all of the calls run, or nothing."""
        phases = {call.phase for call in self.unified.calls}
        if len(phases) != 1:
            return ""
        return phases.pop()


@dataclass(frozen=True)
class _Wires:
    """How the calls of an occurrence are connected, whatever the blobs are called.

    A bottom is the pair of a call and the index of its top, or -1 and the index of an input.
    """

    bottoms: tuple[tuple[tuple[int, int], ...], ...]
    inputs: int


def _best_repeat(program: Program) -> _Repeat | None:
    """The repeat that saves most, if any saves something."""
    bodies = list(program.bodies())
    tokens, places = _tokens(bodies)
    usages = _usages(program)
    best: _Repeat | None = None
    best_score = 0.0
    for length, positions in _candidates(tokens):
        # To unify occurrences takes long, so what cannot win is left out first.
        if _bound(len(positions), length) <= best_score:
            continue
        occurrences = [places[position] for position in positions]
        for group, wires in _groups(bodies, occurrences, length):
            if _bound(len(group), length) <= best_score:
                continue
            repeat = _repeat(bodies, group, wires, length, sample=_SAMPLE)
            score = _score(repeat, bodies, usages)
            if score > best_score:
                best, best_score = repeat, score
    if best is None:
        return None
    # The winner was estimated by a sample, but its function must fit all occurrences.
    return _repeat(bodies, best.occurrences, best.wires, best.length)


def _repeat(
    bodies: Sequence[list[Any]],
    group: list[_Occurrence],
    wires: _Wires,
    length: int,
    sample: int = 0,
) -> _Repeat:
    """The occurrences with what they have in common; of a sample, if there are many."""
    chosen = group
    if sample and len(group) > sample:
        # From everywhere in the net, because the first ones have more in common.
        step = -(-len(group) // sample)
        chosen = group[::step]
    parts = [each.calls(bodies, length) for each in chosen]
    return _Repeat(length, group, wires, unify(parts), [len(call.outs) for call in parts[0]])


def _groups(
    bodies: Sequence[list[Any]], occurrences: Sequence[_Occurrence], length: int
) -> Iterator[tuple[list[_Occurrence], _Wires]]:
    """The occurrences that are wired alike, and those among them with equal windows."""
    for group, wires in _by_wiring(bodies, occurrences, length):
        yield group, wires
        alike: dict[Any, list[_Occurrence]] = defaultdict(list)
        for each in group:
            alike[_windows(each.calls(bodies, length))].append(each)
        if len(alike) > 1:
            # Fewer calls with fewer parameters may be the better function.
            largest = max(alike.values(), key=len)
            if len(largest) > 1:
                yield largest, wires


def _windows(calls: Sequence[Call]) -> Any:
    """The scalars of calls, except those that usually differ."""
    found = []
    for call in calls:
        for key, value in call.args.items():
            # The keys of a call of a function are its parameters, which usually differ, too.
            if not isinstance(key, str) or "output" in key:
                continue
            is_scalar = not isinstance(value, Text) and not is_complex(value)
            if is_scalar:
                found.append((key, value))
    return tuple(found)


def _tokens(bodies: Sequence[list[Any]]) -> tuple[list[int], list[_Occurrence]]:
    """A number for each call, equal for calls that may be the same with other parameters."""
    known: dict[Any, int] = {}
    tokens: list[int] = []
    places: list[_Occurrence] = []
    for number, body in enumerate(bodies):
        for start, call in enumerate(body):
            key = call_structure(call)
            if call.raw:
                # A layer that cannot be composed stays where it is, so it equals no other.
                key = (number, start)
            tokens.append(known.setdefault(key, len(known)))
            places.append(_Occurrence(number, start))
        # A negative token, different for each body, so that no sequence goes beyond the end.
        tokens.append(-number - 1)
        places.append(_Occurrence(number, len(body)))
    return tokens, places


def _candidates(tokens: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """The sequences that repeat and are worth most, with the places where they begin."""
    places = defaultdict(list)
    for position, token in enumerate(tokens):
        if token >= 0:
            places[token].append(position)
    alive = _repeated(places.values())
    found: list[tuple[int, int, list[int]]] = []
    # Sequences of n calls are equal if those of n - 1 calls are: each round splits the groups of
    # the last one, which is much faster than comparing all sequences with each other.
    for length in range(2, _LONGEST + 1):
        alive = _longer(tokens, alive, length)
        for positions in alive:
            number = _disjoint(positions, length)
            bound = _bound(number, length)
            if bound > 0 and _is_whole(tokens, positions, length):
                found.append((bound, length, positions))
    # Of those that may save as much, the shortest comes first: fewer calls need fewer parameters.
    found.sort(key=lambda each: (-each[0], each[1]))
    for _, length, positions in found[:_CANDIDATES]:
        yield length, positions


def _repeated(groups: Iterable[list[int]]) -> list[list[int]]:
    """The groups of more than one place."""
    found = []
    for positions in groups:
        if len(positions) > 1:
            found.append(positions)
    return found


def _longer(tokens: Sequence[int], groups: list[list[int]], length: int) -> list[list[int]]:
    """The groups of places from which sequences of this length are equal."""
    found = []
    last = len(tokens) - length
    for positions in groups:
        split = defaultdict(list)
        for position in positions:
            if position > last:
                continue
            token = tokens[position + length - 1]
            # Nothing repeats across the end of a body.
            if token >= 0:
                split[token].append(position)
        found += _repeated(split.values())
    return found


def _is_whole(tokens: Sequence[int], positions: Sequence[int], length: int) -> bool:
    """Whether a sequence neither repeats a shorter one nor cuts what a loop would show."""
    if _is_periodic(tokens[positions[0] : positions[0] + length]):
        return False
    return not _cuts_run(tokens, positions, length)


def _is_periodic(tokens: Sequence[int]) -> bool:
    """Whether a shorter sequence is repeated in it, which a loop shows better."""
    length = len(tokens)
    for period in range(1, length // 2 + 1):
        if length % period:
            continue
        # Shifted by the period, it is the same.
        if tokens[period:] == tokens[:-period]:
            return True
    return False


def _cuts_run(tokens: Sequence[int], positions: Sequence[int], length: int) -> bool:
    """Whether it begins or ends within calls of the same kind in a row, of which some stay out."""
    part = tokens[positions[0] : positions[0] + length]
    if part[0] == part[1]:
        before = [each - 1 for each in positions if each > 0]
        if any(tokens[each] == part[0] for each in before):
            return True
    if part[-1] == part[-2]:
        after = [each + length for each in positions]
        return any(tokens[each] == part[-1] for each in after)
    return False


def _bound(number: int, length: int) -> int:
    """The lines that a function saves at most: one occurrence stays, as its body."""
    return (number - 1) * length - _OVERHEAD


def _disjoint(positions: Sequence[int], length: int) -> int:
    """The number of occurrences that do not overlap."""
    number, end = 0, -1
    for position in positions:
        if position >= end:
            number += 1
            end = position + length
    return number


def _by_wiring(
    bodies: Sequence[list[Any]], occurrences: Sequence[_Occurrence], length: int
) -> Iterator[tuple[list[_Occurrence], _Wires]]:
    """The occurrences that do not overlap, by how they are wired; the largest groups first."""
    groups: dict[_Wires, list[_Occurrence]] = defaultdict(list)
    for each in occurrences:
        part = each.calls(bodies, length)
        phases = {call.phase for call in part}
        # A function is called in one phase or outside of all.
        if len(phases) > 1 and not _may_mix_phases(part):
            continue
        wires, _ = _wires(part)
        group = groups[wires]
        # They are in the order of the net, so only the last one can overlap.
        if not group or not _overlap(group[-1], each, length):
            group.append(each)
    largest_first = sorted(groups.items(), key=lambda item: -len(item[1]))
    for wires, group in largest_first:
        if len(group) > 1:
            yield group, wires


def _overlap(one: _Occurrence, later: _Occurrence, length: int) -> bool:
    return one.body == later.body and one.start + length > later.start


def _may_mix_phases(calls: Sequence[Call]) -> bool:
    """Whether each call with a phase can say so itself."""
    for call in calls:
        if not call.phase:
            continue
        # Only a layer takes ``include``; a function or a block does not.
        takes_include = call.function.startswith("L.")
        if not takes_include or not call.bottoms:
            return False
    return True


def _wires(calls: Sequence[Call]) -> tuple[_Wires, list[str]]:
    """How calls are connected, and the blobs that they read from outside."""
    produced: dict[str, tuple[int, int]] = {}
    inputs: dict[str, int] = {}
    bottoms = []
    for position, call in enumerate(calls):
        read = []
        for name in call.bottoms:
            if name in produced:
                read.append(produced[name])
            else:
                # The same number for the same input: a residual block reads one blob twice.
                read.append((-1, inputs.setdefault(name, len(inputs))))
        bottoms.append(tuple(read))
        for index, name in enumerate(call.outs):
            produced[name] = (position, index)
    return _Wires(tuple(bottoms), len(inputs)), list(inputs)


def _usages(program: Program) -> list[dict[str, list[int]]]:
    """For each body, the positions of the calls that read each blob.

    What a function returns is read after its last call.
    """
    found = [_usage(body) for body in program.bodies()]
    for number, function in enumerate(program.functions, 1):
        for name in function.returns:
            found[number][name].append(len(function.body))
    return found


def _usage(body: Sequence[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for position, call in enumerate(body):
        for name in call.bottoms:
            found[name].append(position)
    return found


def _returned(
    bodies: Sequence[list[Any]], usages: Sequence[dict[str, list[int]]], repeat: _Repeat
) -> list[tuple[int, int]]:
    """The tops that something outside reads, in any occurrence."""
    found = set()
    for each in repeat.occurrences:
        inside = range(each.start, each.start + repeat.length)
        usage = usages[each.body]
        for position, call in enumerate(each.calls(bodies, repeat.length)):
            for index, name in enumerate(call.outs):
                if _is_read_outside(usage.get(name, ()), inside):
                    found.add((position, index))
    return sorted(found)


def _is_read_outside(readers: Sequence[int], inside: range) -> bool:
    return any(reader not in inside for reader in readers)


def _score(
    repeat: _Repeat, bodies: Sequence[list[Any]], usages: Sequence[dict[str, list[int]]]
) -> float:
    """The lines that a function saves, less what makes it hard to read."""
    unified = repeat.unified
    arguments = _arguments(unified)
    if len(unified.parameters) > _PARAMETERS or arguments > _ARGUMENTS:
        return 0
    number, length = len(repeat.occurrences), repeat.length
    returned = _returned(bodies, usages, repeat)
    score = float(_bound(number, length))
    # Calls with one blob in and one out can be a loop.
    score -= (0.5 * number + 2) * max(0, len(returned) - 1)
    score -= (0.2 * number + 2) * max(0, repeat.wires.inputs - 1)
    # What the first call makes is read elsewhere, so that the call can as well be outside.
    if length > 2 and returned and returned[0][0] == 0:
        score -= 4
    score -= number * 0.15 * max(0.0, arguments - 2)
    # Layers of one part of a net have names alike, so that one name is enough for all of them.
    score -= (number * 0.3 + 2.5) * max(0, _texts(unified) - 1)
    first, last = unified.calls[0], unified.calls[-1]
    if first.in_place:
        score -= 0.2 * number + 1
    # A function should begin where a part of the net begins, and end before the next one.
    if len(last.types) == 1 and last.types[0] in _BEGINNERS:
        score -= 0.2 * number + 1
    if first.types and first.types[0] in _BEGINNERS:
        score += 0.5
    return score


def _texts(unified: Unified) -> int:
    """The number of parameters that are texts."""
    return sum(isinstance(values[0], Text) for values in unified.values)


def _arguments(unified: Unified) -> float:
    """How many arguments a call gives on average."""
    total = 0.0
    for values in unified.values:
        usual = Counter((type(each), each) for each in values).most_common(1)[0][1]
        if usual * 2 < len(values):
            total += 1
        else:
            # The usual value becomes the default, which these calls leave out.
            total += 1 - usual / len(values)
    return total


# Functions -------------------------------------------------------------------------------------


def _extract(program: Program, repeat: _Repeat) -> None:
    """Replace the occurrences by calls of a new function."""
    bodies = list(program.bodies())
    usages = _usages(program)
    returned = _returned(bodies, usages, repeat)
    function = _function(program, repeat, returned)
    by_body: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, each in enumerate(repeat.occurrences):
        by_body[each.body].append((each.start, number))
    for body_number, starts in by_body.items():
        body = bodies[body_number]
        changed: list[Any] = []
        position = 0
        for start, number in starts:
            end = start + repeat.length
            changed += body[position:start]
            changed.append(_call_of(function, repeat, number, body[start:end], returned))
            position = end
        # In place, because the program holds the same list.
        body[:] = [*changed, *body[position:]]
    program.functions.append(function)


def _function(program: Program, repeat: _Repeat, returned: Sequence[tuple[int, int]]) -> Function:
    number = len(program.functions)
    inputs = [f"%{number}.in{index}" for index in range(repeat.wires.inputs)]
    names = {(-1, index): name for index, name in enumerate(inputs)}
    body: list[Call | Loop] = []
    types: list[str] = []
    for position, (call, bottoms) in enumerate(zip(repeat.unified.calls, repeat.wires.bottoms)):
        # No blob of the net has a name like these, so the calls can be folded again.
        outs = [f"%{number}.{position}.{index}" for index in range(repeat.outs[position])]
        for index, name in enumerate(outs):
            names[position, index] = name
        read = tuple([names[each] for each in bottoms])
        # If all run in one phase, the call of the function says so.
        phase = "" if repeat.phase else call.phase
        body.append(replace(call, bottoms=read, outs=tuple(outs), phase=phase))
        types += call.types
    return Function(
        f"part{number + 1}",
        tuple(inputs),
        repeat.unified.parameters,
        _defaults(repeat.unified),
        body,
        tuple([names[each] for each in returned]),
        tuple(types),
    )


def _defaults(unified: Unified) -> dict[int, Node]:
    """The parameters that most calls need not give, by number."""
    found = {}
    for var, values in zip(unified.parameters, unified.values):
        # Only the default None can say that a keyword is not given.
        if ABSENT in values:
            found[var.number] = ABSENT
            continue
        # With their types: 1, 1.0 and True are equal, but not the same in a program.
        counts = Counter((type(each), each) for each in values)
        (_, value), number = counts.most_common(1)[0]
        is_usual = number > 1 and number * 2 >= len(values)
        # A default is the same for all calls, so it has no parameters of the function around.
        if is_usual and not variables(value):
            found[var.number] = value
    return found


def _call_of(
    function: Function,
    repeat: _Repeat,
    number: int,
    part: Sequence[Call],
    returned: Sequence[tuple[int, int]],
) -> Call:
    _, inputs = _wires(part)
    args: dict[Any, Node] = {}
    for var, values in zip(function.parameters, repeat.unified.values):
        args[var] = values[number]
    comments: list[str] = []
    for call in part:
        comments += call.comments
    outs = [part[position].outs[index] for position, index in returned]
    return Call(
        function.name,
        tuple(inputs),
        tuple(outs),
        args,
        repeat.phase,
        function.types,
        tuple(comments),
    )
