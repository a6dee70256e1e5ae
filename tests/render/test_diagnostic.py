"""Diagnostics for people."""

from __future__ import annotations

from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, Fix, delete, insert
from protogen.render.diagnostic import diagnostic_data, diagnostics_text

TEXT = 'name: "n"\nlayer { name: "p" type: "Poling" }\n'


def found(**more: object) -> Diagnostic:
    given = {"location": None, **more}
    return Diagnostic(Severity.ERROR, "G104", "p", "unknown type", **given)  # type: ignore[arg-type]


def test_the_line_and_a_caret_come_before_the_notes() -> None:
    place = Location("n.prototxt", 2, 19, 2, 33)
    shown = diagnostics_text(
        [found(location=place, hint='did you mean "Pooling"?')], lambda _: TEXT
    )
    assert shown.split("\n") == [
        'n.prototxt:2:19: error[G104] layer "p": unknown type',
        '    layer { name: "p" type: "Poling" }',
        "                      ^^^^^^^^^^^^^^",
        '  hint:  did you mean "Pooling"?',
    ]


def test_a_line_without_a_column_has_no_caret() -> None:
    shown = diagnostics_text([found(location=Location("n.py", 2))], lambda _: TEXT)
    assert shown.split("\n")[1:] == ['    layer { name: "p" type: "Poling" }']


def test_without_its_source_a_diagnostic_is_its_headline() -> None:
    assert diagnostics_text([found(location=Location("n.py", 2))], lambda _: "").count("\n") == 0
    assert diagnostics_text([found()], lambda _: TEXT) == 'error[G104] layer "p": unknown type'


def test_several_are_below_each_other() -> None:
    assert diagnostics_text([found(), found()], lambda _: TEXT).count("error[G104]") == 2


def test_color_marks_the_place_the_severity_the_caret_and_the_notes() -> None:
    place = Location("n.prototxt", 2, 19, 2, 33)
    shown = diagnostics_text(
        [found(location=place, hint="write it out")], lambda _: TEXT, color=True
    )
    headline, line, caret, hint = shown.split("\n")
    assert headline == (
        '\x1b[1mn.prototxt:2:19: \x1b[0m\x1b[1m\x1b[31merror[G104]\x1b[0m layer "p": unknown type'
    )
    assert line == '    layer { name: "p" type: "Poling" }'
    assert caret == "\x1b[31m                      ^^^^^^^^^^^^^^\x1b[0m"
    assert hint == "\x1b[34m  hint: \x1b[0m write it out"


def test_edits_as_scripts_read_them() -> None:
    pad = ("layer", 3, "pooling_param", "pad")
    crop = {"name": "crop", "type": "Crop"}
    edits = (
        Edit(pad, "set", 1),
        Edit(("layer", 3, "pooling_param", "global_pooling"), "set", True),
        Edit(("layer", 3, "param", 1, "name"), "set", "w"),
        delete(pad),
        delete(("layer", 3)),
        insert(("layer", 3), crop),
    )
    data = diagnostic_data(found(fix=Fix("several", edits)))
    assert data["fix"] == {
        "title": "several",
        "edits": [
            {"layer_index": 3, "field": "pooling_param.pad", "value": "1"},
            {"layer_index": 3, "field": "pooling_param.global_pooling", "value": "true"},
            {"layer_index": 3, "field": "param[1].name", "value": "w"},
            {"layer_index": 3, "field": "pooling_param.pad", "value": None},
            {"layer_index": 3, "field": "", "value": None},
            {"layer_index": 3, "field": "", "value": crop, "action": "insert"},
        ],
        "safe": False,
    }


def test_changes_of_the_text_as_scripts_read_them() -> None:
    data = diagnostic_data(found(fix=Fix("remove the mark", (), True, ((0, 1, ""), (5, 5, "x")))))
    assert data["fix"] == {
        "title": "remove the mark",
        "edits": [],
        "safe": True,
        "splices": [{"start": 0, "end": 1, "text": ""}, {"start": 5, "end": 5, "text": "x"}],
    }
