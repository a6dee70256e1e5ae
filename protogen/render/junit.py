"""Findings as JUnit XML: a suite for each file, a failed test for each finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from protogen.diagnostics import Diagnostic, Severity
from protogen.reports.findings import Checked

__all__ = ["junit"]

#: What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(files: Sequence[Checked]) -> str:
    """A document of suites; a file without findings has one test, which passes.

    Errors and warnings are failures. Notes do not fail: they are what a passed test printed.
    """
    root = Xml.Element("testsuites", name="protogen")
    for file in files:
        _suite(root, file)
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False)


def _suite(root: Xml.Element, file: Checked) -> None:
    failures = [each for each in file.found if each.severity is not Severity.NOTE]
    suite = Xml.SubElement(
        root,
        "testsuite",
        name=_text(file.file),
        tests=str(max(1, len(file.found))),
        failures=str(len(failures)),
        errors="0",
        skipped="0",
        time="0",
    )
    for each in file.found:
        _case(suite, file.file, each)
    if not file.found:
        Xml.SubElement(suite, "testcase", name="check", classname=_text(file.file), time="0")


def _case(suite: Xml.Element, file: str, found: Diagnostic) -> None:
    place = str(found.location) if found.location else file
    title = " ".join(filter(None, (found.code, found.name, found.subject)))
    case = Xml.SubElement(
        suite, "testcase", name=_text(f"{title} at {place}"), classname=_text(file), time="0"
    )
    if found.severity is Severity.NOTE:
        Xml.SubElement(case, "system-out").text = _text(str(found))
        return
    failure = Xml.SubElement(
        case, "failure", message=_text(found.message), type=found.severity.value
    )
    failure.text = _text(str(found))


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
