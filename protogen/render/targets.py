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
    facts = asdict(target)
    return {key: value for key, value in facts.items() if value not in (None, "", ())}


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
        yield _filled(f"known: {', '.join(fact.known)}", "  ")
        if fact.aliases:
            aliases = (f"{alias} as {kind}" for alias, kind in fact.aliases.items())
            yield _filled(f"taken for another: {', '.join(aliases)}", "  ")
        if fact.skipped:
            yield _filled(f"left out: {', '.join(fact.skipped)}", "  ")
        yield f"  another type: {fact.unknown}"
        for kind, other in fact.instead.items():
            yield _filled(f"instead of {kind}: {other}", "    ")
    elif isinstance(fact, Schema):
        yield from _schema_lines(fact)
    else:
        for each in fields(fact):
            value = getattr(fact, each.name)
            if each.name != "source" and value:
                yield f"  {each.name}: {_word(value)}"


def _schema_lines(schema: Schema) -> Iterator[str]:
    forks = "".join(f" and {fork}" for fork in schema.forks)
    yield f"  the fields of bvlc{forks}"
    if schema.lacks:
        yield _filled(f"without {', '.join(schema.lacks)}", "  ")
    for path, declared in {**schema.fields, **schema.values}.items():
        yield f"  {path}: {declared}"


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return value if isinstance(value, str) else ", ".join(value)


def _listed(title: str, target: Target, facts: Iterable[Any], line: Any) -> Iterator[str]:
    lines = [_filled(f"- {line(each)} ({target.source(each).mark})", "  ") for each in facts]
    if lines:
        yield "\n".join([title, *lines])


def _limit(limit: Limit) -> str:
    least = f"at least {limit.least}" if limit.least is not None else ""
    most = f"at most {limit.most}" if limit.most is not None else ""
    bounds = " and ".join(filter(None, [least, most]))
    return f"{', '.join(limit.types)}: {limit.value} {bounds}, else {limit.effect}"


def _quirk(quirk: Quirk) -> str:
    types = f"{', '.join(quirk.types)}: " if quirk.types else ""
    return f"{types}{quirk.says}"


def _filled(text: str, indentation: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indentation,
        subsequent_indent=f"{indentation}  ",
        break_on_hyphens=False,
    )
