"""JUnit XML: a test suite for each file, a failed test for each finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from protogen.diagnostics import Diagnostic, Severity, one_line
from protogen.render.context import Context
from protogen.reports.findings import CheckedFile

__all__ = ["render"]

#: Characters that XML 1.0 cannot contain.
_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


def render(files: Sequence[CheckedFile], context: Context) -> Iterator[str]:
    """One document; a file without findings has one test, which passes.

    Errors and warnings are failures. A note is the output of a test that passes.
    """
    root = Xml.Element("testsuites", name="protogen")
    for file in files:
        _add_suite(root, file)
    # Some services read only the counts of the whole document.
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum([int(suite.get(key, "0")) for suite in root])))
    Xml.indent(root)
    # In ASCII, with references for other characters: so it is UTF-8 wherever it is written.
    yield _DECLARATION + Xml.tostring(root, encoding="us-ascii", xml_declaration=False).decode()


def _add_suite(root: Xml.Element, file: CheckedFile) -> None:
    failures = []
    for each in file.findings:
        if each.severity is not Severity.NOTE:
            failures.append(each)
    suite = Xml.SubElement(
        root,
        "testsuite",
        name=_text(file.file),
        tests=str(max(1, len(file.findings))),
        failures=str(len(failures)),
        errors="0",
        skipped="0",
        time="0",
    )
    for finding in file.findings:
        _add_test(suite, file.file, finding)
    # A suite needs a test, so that the file is listed as checked.
    if not file.findings:
        Xml.SubElement(suite, "testcase", name="check", classname=_text(file.file), time="0")


def _add_test(suite: Xml.Element, file: str, finding: Diagnostic) -> None:
    place = one_line(str(finding.location) if finding.location else file)
    title = " ".join(filter(None, (finding.code, finding.name, one_line(finding.subject))))
    name, file = _text(f"{title} at {place}"), _text(file)
    test = Xml.SubElement(suite, "testcase", name=name, classname=file, time="0")
    if finding.severity is Severity.NOTE:
        Xml.SubElement(test, "system-out").text = _text(str(finding))
        return
    message, severity = _text(one_line(finding.message)), finding.severity.value
    failure = Xml.SubElement(test, "failure", message=message, type=severity)
    failure.text = _text(str(finding))


def _text(text: str) -> str:
    return _INVALID.sub("\ufffd", text)
