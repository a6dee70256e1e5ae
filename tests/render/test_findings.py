"""The forms of a report on many files: expected texts were written by hand."""

from __future__ import annotations

import json
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pytest

from protogen.checks import all_rules
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, Fix
from protogen.render.concise import concise
from protogen.render.counts import counts_table, summary
from protogen.render.findings import checked, counts
from protogen.render.github import github
from protogen.render.junit import junit
from protogen.render.sarif import sarif
from protogen.reports.findings import Checked

EMPTY = Diagnostic(
    Severity.ERROR,
    "P101",
    "pool1",
    "100% empty, or so",
    Location("nets/a,b.prototxt", 7, 5, 7, 14),
    "round_mode: FLOOR",
    "empty-pooling-window",
    "Pooling",
    fix=Fix("round_mode: FLOOR", (Edit(("layer", 1, "pooling_param", "round_mode"), "set", "FLOOR"),), safe=True),
)
LONG = Diagnostic(
    Severity.NOTE, "T390", "", "is no rule", Location("nets/a,b.prototxt", 2, 3, 4, 1)
)
BARE = Diagnostic(Severity.WARNING, "W101", "c", "begins at zero", name="missing-filler")
FILES = [
    Checked("nets/a,b.prototxt", [LONG, EMPTY]),
    Checked("good.prototxt", []),
    Checked("net.py:lenet", [BARE]),
]


def test_concise() -> None:
    assert list(concise(FILES)) == [
        "nets/a,b.prototxt:2:3: note[T390] is no rule",
        'nets/a,b.prototxt:7:5: error[P101] layer "pool1" (Pooling): 100% empty, or so [*]',
        'net.py:lenet: warning[W101] layer "c": begins at zero',
    ]


def test_github_escapes_what_its_commands_are_made_of() -> None:
    assert list(github(FILES)) == [
        "::notice file=nets/a%2Cb.prototxt,line=2,endLine=4,title=T390::is no rule",
        "::error file=nets/a%2Cb.prototxt,line=7,endLine=7,col=5,endColumn=14,"
        'title=P101 (empty-pooling-window)::layer "pool1" (Pooling): 100%25 empty, or so'
        "%0A  hint:  round_mode: FLOOR",
        '::warning file=net.py%3Alenet,title=W101 (missing-filler)::layer "c": begins at zero',
    ]


def test_junit() -> None:
    root = Xml.fromstring(junit(FILES))
    assert root.attrib == {"name": "protogen", "tests": "4", "failures": "2", "errors": "0"}
    bad, good, composed = root
    assert (bad.get("name"), bad.get("tests"), bad.get("failures")) == (
        "nets/a,b.prototxt",
        "2",
        "1",
    )
    note, error = bad
    assert [each.tag for each in note] == ["system-out"]
    assert error.get("name") == (
        'P101 empty-pooling-window layer "pool1" (Pooling) at nets/a,b.prototxt:7:5'
    )
    assert error[0].attrib == {"message": "100% empty, or so", "type": "error"}
    assert error[0].text == str(EMPTY)
    assert [(case.get("name"), len(case)) for case in good] == [("check", 0)]
    assert composed[0][0].get("type") == "warning"


def test_junit_of_nothing_at_all() -> None:
    assert Xml.fromstring(junit([])).attrib["tests"] == "0"


def test_junit_has_no_character_that_xml_cannot_write() -> None:
    odd = Diagnostic(Severity.ERROR, "G104", "\x01\udcff<&>\ufffe", "\x1b[31m is no type")
    [[case]] = Xml.fromstring(junit([Checked("\x00.prototxt", [odd])]))
    assert case.get("name") == 'G104 layer "\ufffd\ufffd<&>\ufffd" at \ufffd.prototxt'


def test_sarif() -> None:
    log = sarif(FILES)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "protogen")
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    assert all(rule["help"]["text"] and "``" not in rule["help"]["markdown"] for rule in rules)
    long, empty, bare = run["results"]
    assert rules[empty["ruleIndex"]]["name"] == "empty-pooling-window"
    assert (long["level"], empty["level"], bare["level"]) == ("note", "error", "warning")
    [place] = empty["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "nets/a%2Cb.prototxt"},
        "region": {"startLine": 7, "startColumn": 5, "endLine": 7, "endColumn": 14},
    }
    assert place["logicalLocations"][0]["name"] == "pool1"
    [place] = bare["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": "net.py%3Alenet"}}
    assert run["columnKind"] == "unicodeCodePoints"  # as our columns count


@pytest.mark.parametrize("file", ["a b#1.prototxt", "näh.prototxt", "<stdin>", "x\udcff.prototxt"])
def test_sarif_names_files_by_uris(file: str) -> None:
    [run] = sarif([Checked(file, [])])["runs"]
    uri = run["artifacts"][0]["location"]["uri"]
    assert uri.isascii()
    assert not {" ", "#", "<"} & {*uri}
    assert unquote(uri, errors="surrogateescape") == file


def test_sarif_of_an_absolute_path() -> None:
    [run] = sarif([Checked("/nets/a b.prototxt", [])])["runs"]
    assert run["artifacts"][0]["location"]["uri"] == "file:///nets/a%20b.prototxt"


def test_json() -> None:
    data = json.loads(json.dumps(checked(FILES)))
    assert data["files"] == ["nets/a,b.prototxt", "good.prototxt", "net.py:lenet"]
    assert (data["errors"], data["warnings"], data["notes"], data["fixed"]) == (1, 1, 1, 0)
    _, empty, bare = data["diagnostics"]
    assert empty["fix"]["edits"] == [
        {"layer_index": 1, "field": "pooling_param.round_mode", "value": "FLOOR"}
    ]
    assert (bare["file"], "location" in bare) == ("net.py:lenet", False)


def test_counts() -> None:
    twice = [*FILES, Checked("b.prototxt", [EMPTY])]
    assert counts_table(twice).rows == [
        ("2", "P101", "empty-pooling-window", "[*]"),
        ("1", "T390", "", ""),
        ("1", "W101", "missing-filler", ""),
    ]
    assert counts(twice)[0] == {
        "code": "P101",
        "name": "empty-pooling-window",
        "number": 2,
        "fixable": 2,
    }


def test_summary() -> None:
    assert summary(FILES) == ("Found 1 error, 1 warning, 1 note in 3 files (1 fixable with --fix)")
    assert summary([Checked("a", [])]) == "No findings in 1 file"
    assert summary([]) == "No findings in 0 files"
    assert summary([Checked("a", [BARE, BARE], [EMPTY])]) == (
        "Fixed 1 finding. Found 2 warnings in 1 file"
    )
