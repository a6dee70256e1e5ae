"""Findings as SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from protogen._version import __version__
from protogen.checks import all_rules
from protogen.diagnostics import Diagnostic, Location
from protogen.render.rules import markdown, plain
from protogen.reports.findings import Checked
from protogen.rules import Rule

__all__ = ["sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(files: Sequence[Checked]) -> dict[str, Any]:
    """The log of one run, with the documentation of every rule."""
    rules = list(all_rules())
    index = {each.code: number for number, each in enumerate(rules)}
    driver = {"name": "protogen", "version": __version__, "rules": [_rule(r) for r in rules]}
    results = [_result(file.file, each, index) for file in files for each in file.found]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file.file)}} for file in files],
        "results": results,
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary.replace("`", "")},
        "fullDescription": {"text": f"{rule.what}\n\n{rule.why}".replace("`", "")},
        "help": {"text": plain(rule), "markdown": markdown(rule)},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(file: str, found: Diagnostic, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": found.severity.value,
        "message": {"text": "\n".join([found.fact, *found.notes])},
        "locations": [_location(found, found.location or Location(file))],
    }
    if found.code in index:
        result["ruleIndex"] = index[found.code]
    return result


def _location(found: Diagnostic, place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = _region(place)
    location: dict[str, Any] = {"physicalLocation": physical}
    if found.layer:
        location["logicalLocations"] = [{"name": found.layer, "kind": "element"}]
    return location


def _region(place: Location) -> dict[str, int]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {key: number for key, number in region.items() if number}


def _uri(file: str) -> str:
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    return quote(path.as_posix(), errors="surrogateescape")
