"""Calls in a row that do the same become a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from protogen.render.program.nodes import Call, Loop
from protogen.render.program.unification import call_structure, unify

__all__ = ["with_loops"]

#: The fewest calls of a loop.
_TURNS = 3


def with_loops(body: Sequence[Any], usage: dict[str, list[int]]) -> list[Call | Loop]:
    """The calls, with a loop for each three or more in a row that do the same."""
    found: list[Call | Loop] = []
    position = 0
    while position < len(body):
        end, chain = _run(body, position, usage)
        if end - position >= _TURNS:
            found.append(_loop(list(body[position:end]), chain))
            position = end
        else:
            found.append(body[position])
            position += 1
    return found


def _run(
    body: Sequence[Call], start: int, usage: dict[str, list[int]]
) -> tuple[int, tuple[int, int] | None]:
    """The end of the calls that are like the one at ``start``, and how they are connected."""
    first = body[start]
    if first.raw or start + 1 >= len(body):
        return start + 1, None
    # The first two calls show how all must be connected.
    chain = _chain(first, body[start + 1])
    key = call_structure(first)
    end = start + 1
    while end < len(body):
        call = body[end]
        # A comment above one of the calls has no place in a loop.
        if call.comments or call_structure(call) != key:
            break
        if not _follows(body[end - 1], call, end, chain, usage):
            break
        end += 1
    return end, chain


def _chain(one: Call, other: Call) -> tuple[int, int] | None:
    """Which bottom of a call is which top of the one before it."""
    for position, name in enumerate(other.bottoms):
        if name in one.outs:
            return position, one.outs.index(name)
    return None


def _follows(
    one: Call, other: Call, place: int, chain: tuple[int, int] | None, usage: dict[str, list[int]]
) -> bool:
    """Whether a call reads what the one before it reads, or its top, and nothing else does."""
    expected = list(one.bottoms)
    chained = -1
    if chain is not None:
        bottom, chained = chain
        # A call without this bottom is not like the one before it.
        if bottom < len(expected):
            expected[bottom] = one.outs[chained]
    if list(other.bottoms) != expected:
        return False
    # The top of a call in the middle has no variable after the loop.
    for index, name in enumerate(one.outs):
        allowed = set()
        if index == chained:
            allowed.add(place)
        if set(usage.get(name, ())) != allowed:
            return False
    return True


def _loop(calls: list[Call], chain: tuple[int, int] | None) -> Loop:
    unified = unify([[call] for call in calls], inside=True)
    template = replace(calls[0], args=unified.calls[0].args)
    rows = list(zip(*unified.values)) if unified.values else [()] * len(calls)
    return Loop(calls, template, unified.parameters, rows, chain)
