"""What is known of the targets: as text, and as data for scripts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from protogen.render.table import Table
from protogen.targets import Limit, Quirk, Schema, Source, Target, Types

__all__ = ["data", "targets_table", "text"]

_WIDTH = 80


def targets_table(targets: Iterable[Target]) -> Table:
    """A row for each target."""
    rows = [(each.name, each.title, each.versions, each.summary) for each in targets]
    return Table(("name", "program", "versions", ""), rows)


def data(target: Target) -> dict[str, Any]:
    """All facts about a target for scripts, as its file has them."""
    found = {}
    for key, value in asdict(target).items():
        # False and 0 are facts; these are what the file does not say.
        if value not in (None, "", ()):
            found[key] = value
    return found


def text(target: Target) -> str:
    """All facts about a target, each section with its source."""
    parts = [f"{target.name}: {target.title} ({target.versions})", _filled(target.summary)]
    parts.append(f"read by  {target.program}")
    for title, fact in _sections(target):
        parts.append("\n".join([_titled(title, target.source(fact)), *_lines(fact)]))
    parts += _listed("limits", target, target.limits, _limit)
    parts += _listed("quirks", target, target.quirks, _quirk)
    sources = [f"  {name}: {each.text} ({each.mark})" for name, each in target.sources.items()]
    parts.append("\n".join(["sources", *sources]))
    return "\n\n".join(parts)


def _sections(target: Target) -> Iterator[tuple[str, Any]]:
    for name, fact in target.facts():
        if not isinstance(fact, (Limit, Quirk)):
            yield name.replace("_", " "), fact


def _titled(title: str, source: Source) -> str:
    return f"{title} ({source.mark}: {source.text})"


def _lines(fact: Any) -> Iterator[str]:
    """A section: a line for each fact in it."""
    if isinstance(fact, Types):
        yield from _types_lines(fact)
        return
    if isinstance(fact, Schema):
        yield from _schema_lines(fact)
        return
    for each in fields(fact):
        # The title of the section shows the source.
        if each.name == "source":
            continue
        value = getattr(fact, each.name)
        if value:
            word = _word(value)
            yield f"  {each.name}: {word}"


def _types_lines(types: Types) -> Iterator[str]:
    """The layer types that a target knows, and what it does with others."""
    known = ", ".join(types.known)
    yield _filled(f"known: {known}", "  ")
    if types.aliases:
        aliases = [f"{alias} as {kind}" for alias, kind in types.aliases.items()]
        listed = ", ".join(aliases)
        yield _filled(f"taken for another: {listed}", "  ")
    if types.skipped:
        skipped = ", ".join(types.skipped)
        yield _filled(f"left out: {skipped}", "  ")
    yield f"  another type: {types.unknown}"
    for kind, other in types.instead.items():
        yield _filled(f"instead of {kind}: {other}", "    ")


def _schema_lines(schema: Schema) -> Iterator[str]:
    # Every schema begins with that of BVLC, and forks add to it.
    yield f"  the fields of {' and '.join(['bvlc', *schema.forks])}"
    if schema.lacks:
        yield _filled(f"without {', '.join(schema.lacks)}", "  ")
    for path, declared in {**schema.fields, **schema.values}.items():
        yield f"  {path}: {declared}"


def _word(value: Any) -> str:
    """A value in words: a text, a list, or a table of texts."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        value = [f"{key} {each}" for key, each in value.items()]
    return ", ".join(value)


def _listed(title: str, target: Target, facts: Iterable[Any], line: Any) -> Iterator[str]:
    """A section of facts, each with a mark for its source; nothing without facts."""
    lines = []
    for each in facts:
        mark = target.source(each).mark
        lines.append(_filled(f"- {line(each)} ({mark})", "  "))
    if lines:
        yield "\n".join([title, *lines])


def _limit(limit: Limit) -> str:
    bounds = []
    if limit.least is not None:
        bounds.append(f"at least {limit.least}")
    if limit.most is not None:
        bounds.append(f"at most {limit.most}")
    types = ", ".join(limit.types)
    return f"{types}: {limit.value} {' and '.join(bounds)}, else {limit.effect}"


def _quirk(quirk: Quirk) -> str:
    # Without types it is about the program as a whole.
    if not quirk.types:
        return quirk.says
    return f"{', '.join(quirk.types)}: {quirk.says}"


def _filled(text: str, indentation: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indentation,
        subsequent_indent=f"{indentation}  ",
        break_on_hyphens=False,
    )
