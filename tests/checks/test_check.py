"""What `check` and `check_solver` look at, and how the findings of several phases are merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from protogen import ProtogenError, check, check_solver, loads
from protogen.graph import meant_phases
from tests.checks.nets import findings, image, solver_findings

DATA = 'layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: 2 }} }}{} }}\n'
TRAIN_ONLY = " include { phase: TRAIN }"


def test_a_finding_of_one_phase_says_which() -> None:
    net = loads(
        DATA.format("")
        + 'layer { name: "d" type: "Dropout" bottom: "x" top: "d" include { phase: TRAIN } }\n'
        + 'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }\n',
        "net.prototxt",
    )
    assert [str(d) for d in check(net, select=["G1"]).diagnostics] == [
        'net.prototxt:3:32: error[G101] layer "r" (ReLU): reads blob "d", which no earlier layer'
        " produces (in phase TEST only)\n"
        '  why:   layer "d" (Dropout, line 2) produces "d", but runs in TRAIN only\n'
        '  hint:  add include { phase: TRAIN } to layer "r"\n'
        '         or remove the rules of layer "d", so that it runs in TEST too'
    ]


def test_a_finding_of_both_phases_is_reported_once() -> None:
    net = loads(DATA.format("") + 'layer { name: "r" type: "ReLU" bottom: "y" top: "r" }')
    assert [d.message for d in check(net, select=["G1"]).diagnostics] == [
        'reads blob "y", which no earlier layer produces'
    ]


def test_a_net_is_intended_for_the_phases_it_has_data_in() -> None:
    relu = 'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    assert meant_phases(loads(DATA.format("")).message) == ("TRAIN", "TEST")
    assert meant_phases(loads(DATA.format(TRAIN_ONLY) + relu).message) == ("TRAIN",)
    assert meant_phases(loads(relu).message) == ("TRAIN", "TEST")
    assert check(loads(DATA.format(TRAIN_ONLY) + relu)).ok
    assert not check(loads(DATA.format(TRAIN_ONLY) + relu), phases=["TEST"]).ok


def test_a_net_is_intended_for_the_phases_that_its_layers_name() -> None:
    accuracy = 'layer { name: "a" type: "ReLU" bottom: "x" top: "a" include { phase: TEST } }'
    assert meant_phases(loads(DATA.format(TRAIN_ONLY) + accuracy).message) == ("TRAIN", "TEST")


def test_a_phase_with_data_in_a_stage_only_is_not_run_without_it() -> None:
    staged = DATA.format(TRAIN_ONLY) + DATA.format(' include { phase: TEST stage: "on-test" }')
    loss = 'layer { name: "a" type: "ReLU" bottom: "x" top: "a" include { phase: TEST } }'
    assert meant_phases(loads(staged + loss).message) == ("TRAIN",)
    assert meant_phases(loads(staged + loss).message, stages=["on-test"]) == ("TRAIN", "TEST")


def test_codes_that_no_rule_has_are_rejected(tmp_path: Path) -> None:
    net = loads(DATA.format(""))
    with pytest.raises(ValueError, match=r'^select must be a list of codes, such as \["P101"\]$'):
        check(net, select="P101")
    with pytest.raises(ValueError, match=r'^unknown rule "P1O1"; did you mean "P101"\?$'):
        check(net, ignore=["G1", "P1O1"])
    with pytest.raises(ValueError, match=r'^unknown rule "V1O1"; did you mean "V101"\?$'):
        check_solver(tmp_path / "solver.prototxt", select=["V1O1"])


def test_a_field_that_no_schema_knows() -> None:
    (text,) = findings(image(3, 8) + 'layer { name: "r" type: "ReLU" botom: "data" }', "T110")
    assert text.startswith('net.prototxt:2:32: error[T110] layer "r" (ReLU): ')


@pytest.mark.parametrize(
    "error",
    [
        'botom: "data"',
        "pooling_param { pool: MAXX }",
        'pooling_param { pad: "1" }',
        "pooling_param { pad: -1 }",
        "pooling_param { pad: [1, 1] }",
    ],
)
def test_a_misspelled_type_and_another_error_are_reported_at_once(error: str) -> None:
    text = f'layer {{ name: "r" type: "Relu" bottom: "data" top: "r" {error} }}'
    unknown, other = findings(image(3, 8) + text)
    assert unknown == (
        'net.prototxt:2:19: error[G104] layer "r" (Relu): unknown layer type "Relu"\n'
        '  hint:  did you mean "ReLU"?'
    )
    assert "error[T1" in other


@pytest.mark.parametrize(
    "text",
    [
        'type: "Conv" + "olution" bias: 1',  # the reader has "Conv"
        'type: "Conv\nolution" bias: 1',
        'type: "Bias" type: "Convolve" bias: 1',
        'typ: "Relu"',  # is not without a type
    ],
)
def test_a_type_that_was_cut_off_is_not_unknown(text: str) -> None:
    found = findings(f'{image(3, 8)}layer {{ name: "c" bottom: "data" top: "c" {text} }}')
    assert not [each for each in found if "G104" in each]
    assert found


def test_a_solver_that_cannot_be_read() -> None:
    with pytest.raises(ProtogenError, match="cannot be read: No such file"):
        check_solver("nowhere.prototxt")


def test_a_solver_whose_text_has_errors_is_not_checked(in_folder: Path) -> None:
    (text,) = solver_findings("base_lr: x")
    assert text.startswith("solver.prototxt:1:10: error[T107] ")


def test_a_net_may_be_given_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text('layer { name: "r" type: "ReLU" bottom: "x" top: "y" }')
    for given in (path, str(path)):
        (found,) = check(given, select=["G1"]).diagnostics
        assert str(found.location) == f"{path}:1:32"
    with pytest.raises(ProtogenError, match="T100"):
        check(tmp_path / "nothing.prototxt")


def test_the_number_of_findings_does_not_decide_how_often_a_net_is_serialized(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = []
    for layers in (2, 40):
        text = image(3, 8)
        for index in range(layers):
            text += f'layer {{ name: "r{index}" type: "ReLU" bottom: "none" top: "r{index}" }}'
        net = loads(text)
        calls: list[object] = []

        def counted(message: Any, calls: list[object] = calls) -> bytes:
            calls.append(message)
            return bytes(message.SerializePartialToString(deterministic=True))

        monkeypatch.setattr("protogen.content.serialized", counted)
        assert len(check(net, select=["G101"]).diagnostics) == layers
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    ("written", "intended", "safe"),
    [
        ("relu", "ReLU", True),
        ("INNER_PRODUCT", "InnerProduct", True),
        ("SOFTMAX_LOSS", "SoftmaxWithLoss", True),
        ("Pool", "Pooling", False),
    ],
)
def test_an_unknown_type_has_a_fix(written: str, intended: str, safe: bool) -> None:
    net = loads(image(3, 8) + f'layer {{ name: "r" type: "{written}" bottom: "data" top: "r" }}')
    (found,) = check(net, select=["G104"]).diagnostics
    assert found.fix is not None
    assert (found.fix.title, found.fix.safe) == (f'set type: "{intended}"', safe)
    net.apply_fix(found.fix)
    assert net.message.layer[-1].type == intended
