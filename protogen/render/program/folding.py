"""Sequences of calls that repeat become functions, and calls in a row become loops."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from protogen.render.program.loops import with_loops
from protogen.render.program.nodes import (
    ABSENT,
    Call,
    Function,
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

#: How many candidates are looked at closely each time.
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
    for body, usage in zip(list(program.bodies()), _usages(program)):
        body[:] = with_loops(body, usage)


# Finding repeats -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Occurrence:
    """Calls in one of the bodies of a program."""

    body: int
    start: int


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
        return phases.pop() if len(phases) == 1 else ""


@dataclass(frozen=True)
class _Wires:
    """How the calls of an occurrence are connected, whatever the blobs are called.

    A bottom is the pair of a call and the index of its top, or -1 and the index of an input.
    """

    bottoms: tuple[tuple[tuple[int, int], ...], ...]
    inputs: int


def _best_repeat(program: Program) -> _Repeat | None:
    bodies = list(program.bodies())
    tokens, places = _tokens(bodies)
    usages = _usages(program)
    best: tuple[float, _Repeat] | None = None
    for length, positions in _candidates(tokens):
        if best is not None and _bound(len(positions), length) <= best[0]:
            continue
        occurrences = [places[position] for position in positions]
        for group, wires in _groups(bodies, occurrences, length):
            if best is not None and _bound(len(group), length) <= best[0]:
                continue
            repeat = _repeat(bodies, group, wires, length, sample=_SAMPLE)
            score = _score(repeat, bodies, usages)
            if score > 0 and (best is None or score > best[0]):
                best = (score, repeat)
    if best is None:
        return None
    found = best[1]
    return _repeat(bodies, found.occurrences, found.wires, found.length)


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
        chosen = group[:: -(-len(group) // sample)]
    parts = [bodies[each.body][each.start : each.start + length] for each in chosen]
    return _Repeat(length, group, wires, unify(parts), [len(call.outs) for call in parts[0]])


def _groups(
    bodies: Sequence[list[Any]], occurrences: Sequence[_Occurrence], length: int
) -> Iterator[tuple[list[_Occurrence], _Wires]]:
    """The occurrences that are wired alike, and those among them with equal windows."""
    for group, wires in _by_wiring(bodies, occurrences, length):
        yield group, wires
        alike: dict[Any, list[_Occurrence]] = defaultdict(list)
        for each in group:
            part = bodies[each.body][each.start : each.start + length]
            alike[_windows(part)].append(each)
        if len(alike) > 1:
            largest = max(alike.values(), key=len)
            if len(largest) > 1:
                yield largest, wires


def _windows(calls: Sequence[Call]) -> Any:
    """The scalars of calls, except those that usually differ."""
    found = []
    for call in calls:
        for key, value in call.args.items():
            is_scalar = not (isinstance(value, Text) or is_complex(value))
            if is_scalar and isinstance(key, str) and "output" not in key:
                found.append((key, value))
    return tuple(found)


def _tokens(bodies: Sequence[list[Any]]) -> tuple[list[int], list[_Occurrence]]:
    """A number for each call, equal for calls that may be the same with other parameters."""
    known: dict[Any, int] = {}
    tokens: list[int] = []
    places: list[_Occurrence] = []
    for number, body in enumerate(bodies):
        for start, call in enumerate(body):
            # A layer that cannot be composed stays where it is.
            key = (number, start) if call.raw else call_structure(call)
            tokens.append(known.setdefault(key, len(known)))
            places.append(_Occurrence(number, start))
        tokens.append(-number - 1)  # different at the end of each body
        places.append(_Occurrence(number, len(body)))
    return tokens, places


def _candidates(tokens: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """The sequences that repeat and are worth most, with the places where they begin."""
    groups = defaultdict(list)
    for position, token in enumerate(tokens):
        if token >= 0:
            groups[token].append(position)
    alive = [each for each in groups.values() if len(each) > 1]
    found: list[tuple[int, int, list[int]]] = []
    for length in range(2, _LONGEST + 1):
        alive = _longer(tokens, alive, length)
        for positions in alive:
            bound = _bound(_disjoint(positions, length), length)
            if bound > 0 and _is_whole(tokens, positions, length):
                found.append((bound, length, positions))
    found.sort(key=lambda each: (-each[0], each[1]))
    for _, length, positions in found[:_CANDIDATES]:
        yield length, positions


def _longer(tokens: Sequence[int], groups: list[list[int]], length: int) -> list[list[int]]:
    """The groups of places from which sequences of this length are equal."""
    found = []
    for positions in groups:
        split = defaultdict(list)
        for position in positions:
            end = position + length - 1
            if end < len(tokens) and tokens[end] >= 0:
                split[tokens[end]].append(position)
        found += [each for each in split.values() if len(each) > 1]
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
        if length % period == 0 and tokens[period:] == tokens[:-period]:
            return True
    return False


def _cuts_run(tokens: Sequence[int], positions: Sequence[int], length: int) -> bool:
    """Whether it begins or ends within calls of the same kind in a row, of which some stay out."""
    start, end = positions[0], positions[0] + length
    begins_with_run = tokens[start] == tokens[start + 1]
    if begins_with_run and any(each and tokens[each - 1] == tokens[each] for each in positions):
        return True
    if tokens[end - 1] == tokens[end - 2]:
        return any(tokens[each + length] == tokens[each + length - 1] for each in positions)
    return False


def _bound(number: int, length: int) -> int:
    """The lines that a function saves at most."""
    return (number - 1) * length - _OVERHEAD


def _disjoint(positions: Sequence[int], length: int) -> int:
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
        part = bodies[each.body][each.start : each.start + length]
        if len({call.phase for call in part}) > 1 and not _may_mix_phases(part):
            continue
        wires, _ = _wires(part)
        group = groups[wires]
        last = group[-1] if group else None
        if last is None or last.body != each.body or last.start + length <= each.start:
            group.append(each)
    for wires, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        if len(group) > 1:
            yield group, wires


def _may_mix_phases(calls: Sequence[Call]) -> bool:
    """Whether each call with a phase can say so itself."""
    return all(call.function.startswith("L.") and call.bottoms for call in calls if call.phase)


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
        end = each.start + repeat.length
        body = bodies[each.body]
        for position in range(repeat.length):
            for index, name in enumerate(body[each.start + position].outs):
                readers = usages[each.body].get(name, ())
                if any(not each.start <= reader < end for reader in readers):
                    found.add((position, index))
    return sorted(found)


def _score(
    repeat: _Repeat, bodies: Sequence[list[Any]], usages: Sequence[dict[str, list[int]]]
) -> float:
    """The lines that a function saves, less what makes it hard to read."""
    arguments = _arguments(repeat.unified)
    if len(repeat.unified.parameters) > _PARAMETERS or arguments > _ARGUMENTS:
        return 0
    number, length = len(repeat.occurrences), repeat.length
    score = float(_bound(number, length))
    returned = _returned(bodies, usages, repeat)
    # Calls with one blob in and one out can be a loop.
    score -= (0.5 * number + 2) * max(0, len(returned) - 1)
    score -= (0.2 * number + 2) * max(0, repeat.wires.inputs - 1)
    # What the first call makes is read elsewhere, so that the call can as well be outside.
    score -= 4 * any(position == 0 for position, _ in returned if length > 2)
    score -= number * 0.15 * max(0.0, arguments - 2)
    # Layers of one part of a net have names alike, so that one name is enough for all of them.
    texts = sum(isinstance(values[0], Text) for values in repeat.unified.values)
    score -= (number * 0.3 + 2.5) * max(0, texts - 1)
    first, last = repeat.unified.calls[0], repeat.unified.calls[-1]
    if first.in_place:
        score -= 0.2 * number + 1
    if last.types and last.types[0] in _BEGINNERS and len(last.types) == 1:
        score -= 0.2 * number + 1
    if first.types and first.types[0] in _BEGINNERS:
        score += 0.5
    return score


def _arguments(unified: Unified) -> float:
    """How many arguments a call gives on average."""
    total = 0.0
    for values in unified.values:
        usual = Counter((type(each), each) for each in values).most_common(1)[0][1]
        # Half of the calls leave it out, then.
        total += 1 if usual * 2 < len(values) else 1 - usual / len(values)
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
            part = body[start : start + repeat.length]
            changed += body[position:start]
            changed.append(_call_of(function, repeat, number, part, returned))
            position = start + repeat.length
        body[:] = [*changed, *body[position:]]
    program.functions.append(function)


def _function(program: Program, repeat: _Repeat, returned: Sequence[tuple[int, int]]) -> Function:
    number = len(program.functions)
    names = {}
    body = []
    for position, (call, bottoms) in enumerate(zip(repeat.unified.calls, repeat.wires.bottoms)):
        outs = tuple(f"%{number}.{position}.{index}" for index in range(repeat.outs[position]))
        names.update({(position, index): name for index, name in enumerate(outs)})
        read = tuple(names[each] if each[0] >= 0 else f"%{number}.in{each[1]}" for each in bottoms)
        phase = "" if repeat.phase else call.phase
        body.append(replace(call, bottoms=read, outs=outs, phase=phase))
    types = tuple(each for call in body for each in call.types)
    return Function(
        f"part{number + 1}",
        tuple(f"%{number}.in{index}" for index in range(repeat.wires.inputs)),
        repeat.unified.parameters,
        _defaults(repeat.unified),
        list(body),
        tuple(names[each] for each in returned),
        types,
    )


def _defaults(unified: Unified) -> dict[int, Node]:
    """The parameters that most calls need not give, by number."""
    found = {}
    for var, values in zip(unified.parameters, unified.values):
        counts = Counter((type(each), each) for each in values)
        (_, value), number = counts.most_common(1)[0]
        if ABSENT in values:
            found[var.number] = ABSENT
        elif number > 1 and number * 2 >= len(values) and not variables(value):
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
    comments = tuple(comment for call in part for comment in call.comments)
    outs = tuple(part[position].outs[index] for position, index in returned)
    phase = repeat.phase
    return Call(function.name, tuple(inputs), outs, args, phase, function.types, comments)
