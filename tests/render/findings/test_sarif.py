"""SARIF 2.1.0, by its specification."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest

from protogen.checks import all_rules
from protogen.render.context import Context
from protogen.render.findings.sarif import render
from protogen.reports.findings import CheckedFile
from tests.render.findings.samples import EMPTY, FILES


def only_run(files: list[CheckedFile]) -> Any:
    log = json.loads("".join(render(files, Context())))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    return run


def test_rules_and_results() -> None:
    run = only_run(FILES)
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "protogen"
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    for rule in rules:
        assert "\nExample\n" in rule["help"]["text"]
        assert "\n## Example\n" in rule["help"]["markdown"]
        assert "`" not in rule["shortDescription"]["text"] + rule["fullDescription"]["text"]
    several_lines, empty, without_place = run["results"]
    assert rules[empty["ruleIndex"]]["name"] == "empty-pooling-window"
    levels = [each["level"] for each in (several_lines, empty, without_place)]
    assert levels == ["note", "error", "warning"]
    [place] = empty["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "nets/a%2Cb.prototxt"},
        "region": {"startLine": 7, "startColumn": 5, "endLine": 7, "endColumn": 14},
    }
    assert place["logicalLocations"][0]["name"] == "pool1"
    [place] = without_place["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "net.py%3Alenet"}}
    assert run["columnKind"] == "unicodeCodePoints"  # as our columns count


@pytest.mark.parametrize("file", ["a b#1.prototxt", "näh.prototxt", "<stdin>", "x\udcff.prototxt"])
def test_files_are_uris(file: str) -> None:
    uri = only_run([CheckedFile(file, [])])["artifacts"][0]["location"]["uri"]
    assert uri.isascii()
    assert not {" ", "#", "<"} & {*uri}
    assert unquote(uri, errors="surrogateescape") == file


def test_an_absolute_path_is_a_file_uri() -> None:
    run = only_run([CheckedFile("/nets/a b.prototxt", [])])
    assert run["artifacts"][0]["location"]["uri"] == "file:///nets/a%20b.prototxt"


def test_a_fix_is_replacements_of_text() -> None:
    text = "\n".join(
        [
            'layer { name: "data" type: "Input" top: "data" }',
            'layer { name: "pool1" type: "Pooling" pooling_param { stride: 2 } }',
        ]
    )
    file = CheckedFile("nets/a,b.prototxt", [EMPTY])
    [run] = json.loads("".join(render([file], Context(source=lambda _: text))))["runs"]
    [fix] = run["results"][0]["fixes"]
    assert fix["description"] == {"text": "round_mode: FLOOR"}
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "nets/a%2Cb.prototxt"}
    # Columns count from 1: "stride: 2" takes 55 to 63.
    region = {"startLine": 2, "startColumn": 64, "endLine": 2, "endColumn": 64}
    assert change["replacements"] == [
        {"deletedRegion": region, "insertedContent": {"text": " round_mode: FLOOR"}}
    ]


def test_a_fix_of_a_program_is_left_out() -> None:
    file = CheckedFile("net.py", [EMPTY])
    for text in ("", "import protogen\n"):  # the text of the program is not that of a net
        [run] = json.loads("".join(render([file], Context(source=lambda _, t=text: t))))["runs"]
        assert "fixes" not in run["results"][0]
