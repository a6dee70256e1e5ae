"""SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from protogen._version import __version__
from protogen.checks import all_rules
from protogen.diagnostics import Diagnostic, Location
from protogen.edits import Fix
from protogen.net import Net
from protogen.net_files import loads
from protogen.render.context import Context
from protogen.render.json import dumps
from protogen.render.rules import markdown, plain
from protogen.reports.findings import CheckedFile
from protogen.reports.replacements import replacements
from protogen.rules import Rule
from protogen.transforms.safe_fixes import applicable_fixes

__all__ = ["render"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """The log of one run, with the documentation of every rule."""
    rules = list(all_rules())
    index = {rule.code: number for number, rule in enumerate(rules)}
    driver = {"name": "protogen", "version": __version__, "rules": [_rule(each) for each in rules]}
    results: list[dict[str, object]] = []
    for file in files:
        fixes = _fixes(file, context)
        for finding, fix in zip(file.findings, fixes):
            result = _result(file, finding, index)
            if fix is not None:
                result["fixes"] = [fix]
            results.append(result)
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file.file)}} for file in files],
        "results": results,
    }
    yield dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary.replace("`", "")},
        "fullDescription": {"text": f"{rule.what}\n\n{rule.why}".replace("`", "")},
        "help": {"text": plain(rule), "markdown": markdown(rule)},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(file: CheckedFile, finding: Diagnostic, index: dict[str, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": "\n".join([finding.fact, *finding.notes])},
        "locations": [_location(finding, finding.location or Location(file.file))],
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    return result


def _fixes(file: CheckedFile, context: Context) -> list[dict[str, object] | None]:
    """The fix of each finding in a file, if it has one that can be written into the text."""
    # The findings are those of the text as it was read, so that offsets in it are valid.
    text = context.source(file.file)
    if not text or not any(finding.fix for finding in file.findings):
        return [None] * len(file.findings)
    net = loads(text, file.file)
    fixes = []
    with net.freeze():
        for finding in applicable_fixes(net, file.findings):
            fixes.append(None if finding.fix is None else _fix(file, finding.fix, net))
    return fixes


def _fix(file: CheckedFile, fix: Fix, net: Net) -> dict[str, object] | None:
    """A fix as replacements of text; ``None`` if it cannot be written into the file."""
    changes = []
    for each in replacements(net, fix):
        region = _region(each.location)
        changes.append({"deletedRegion": region, "insertedContent": {"text": each.text}})
    if not changes:
        return None
    artifact = {"artifactLocation": {"uri": _uri(file.file)}, "replacements": changes}
    return {"description": {"text": fix.title}, "artifactChanges": [artifact]}


def _location(finding: Diagnostic, place: Location) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(place.file)}}
    # Without a region the finding is about the whole file.
    if place.line:
        physical["region"] = _region(place)
    location: dict[str, object] = {"physicalLocation": physical}
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
    # SARIF counts from 1, and 0 is unknown here.
    return {key: number for key, number in region.items() if number}


def _uri(file: str) -> str:
    path = Path(file)
    if path.is_absolute():
        return path.as_uri()
    # Code scanning services resolve a relative URI against the root of the repository.
    return quote(path.as_posix(), errors="surrogateescape")
