"""JUnit XML, read again by an XML parser."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from protogen.diagnostics import Diagnostic, Severity
from protogen.render.context import Context
from protogen.render.findings.junit import render
from protogen.reports.findings import CheckedFile
from tests.render.findings.samples import EMPTY, FILES


def parsed(files: list[CheckedFile]) -> Xml.Element:
    [document] = render(files, Context())
    return Xml.fromstring(document.encode())


def test_suites_and_tests() -> None:
    root = parsed(FILES)
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


def test_without_files() -> None:
    assert parsed([]).attrib["tests"] == "0"


def test_characters_that_xml_cannot_contain_are_replaced() -> None:
    odd = Diagnostic(Severity.ERROR, "G104", "\x01\udcff<&>\ufffe", "\x1b[31m unknown type")
    [[case]] = parsed([CheckedFile("\x00.prototxt", [odd])])
    assert case.get("name") == 'G104 layer "\\x01\ufffd<&>\ufffd" at \\x00.prototxt'
