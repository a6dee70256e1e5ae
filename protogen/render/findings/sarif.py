"""SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from protogen._version import __version__
from protogen.checks import all_rules
from protogen.checks._rule import Rule
from protogen.diagnostics import Diagnostic, Location
from protogen.render.context import Context
from protogen.render.json import dumps
from protogen.reports.findings import CheckedFile

__all__ = ["render"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """The log of one run, with the documentation of every rule."""
    rules = all_rules()
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": "protogen", "version": __version__, "rules": [_rule(each) for each in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file.file)}} for file in files],
        "results": [_result(file, each, index) for file in files for each in file.findings],
    }
    yield dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    plain = rule.documentation.replace("``", "").replace("**", "")
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary.replace("``", "")},
        "fullDescription": {"text": plain},
        "help": {"text": plain, "markdown": rule.documentation.replace("``", "`")},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(file: CheckedFile, finding: Diagnostic, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": "\n".join([finding.fact, *finding.notes])},
        "locations": [_location(finding, finding.location or Location(file.file))],
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    return result


def _location(finding: Diagnostic, place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = _region(place)
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.layer:
        location["logicalLocations"] = [{"name": finding.layer, "kind": "element"}]
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
