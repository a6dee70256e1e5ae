"""What an `Analysis` answers, on small nets whose shapes and numbers are worked out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.analysis import Analysis
from protogen.checks import check
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.edits import Edit, EditError, delete
from protogen.graph import State
from protogen.inference import Inputs
from protogen.net_files import loads
from protogen.shapes import UNKNOWN

NET = """
layer {
  name: "data" type: "Input" top: "data" top: "label"
  input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } shape { dim: 2 } }
}
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "unread" type: "AbsVal" bottom: "data" top: "unread" }
layer {
  name: "fc" type: "InnerProduct" bottom: "conv" top: "fc"
  inner_product_param { num_output: 5 bias_term: false }
}
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" include { phase: TRAIN } }
layer {
  name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy"
  include { phase: TEST }
}
"""


def parse(text: str) -> proto.NetParameter:
    return text_format.Parse(text, proto.NetParameter())


def analysis(text: str = NET, phase: str = "TRAIN", inputs: Inputs | None = None) -> Analysis:
    return Analysis(parse(text), State(phase), inputs or {})


def names(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(each.layer, each.name) for each in found]


# What is known ---------------------------------------------------------------------------------


def test_facts_of_each_layer() -> None:
    # The convolution has 8 - 3 + 1 = 6 windows on each axis, so its top has 2*4*6*6 elements, each
    # of them a sum of 3*3*3 = 27 products. The 4*6*6 = 144 elements of an image go to 5 outputs.
    facts = {step.name: step.facts for step in analysis().steps}
    assert [name for name in facts if facts[name].blobs] == ["conv", "fc"]
    assert facts["conv"].tops == ((2, 4, 6, 6),)
    assert facts["conv"].blobs == (("weights", (4, 3, 3, 3)), ("bias", (4,)))
    assert facts["conv"].macs == 2 * 4 * 6 * 6 * 27
    assert facts["fc"].tops == ((2, 5),)
    assert facts["fc"].blobs == (("weights", (5, 144)),)
    assert facts["fc"].macs == 2 * 5 * 144


def test_blobs_include_the_top_that_caffe_adds_to_a_loss() -> None:
    assert analysis().blobs == {
        "data": (2, 3, 8, 8),
        "label": (2,),
        "conv": (2, 4, 6, 6),
        "unread": (2, 3, 8, 8),
        "fc": (2, 5),
        "(automatic)": (),
    }


def test_params_are_those_of_layers_that_learn() -> None:
    assert analysis().params == {"conv": [(4, 3, 3, 3), (4,)], "fc": [(5, 144)]}


def test_a_row_for_each_layer_that_runs() -> None:
    rows = analysis(phase="TEST").layers
    assert [(row.index, row.name, row.type) for row in rows] == [
        (0, "data", "Input"),
        (1, "conv", "Convolution"),
        (2, "relu", "ReLU"),
        (3, "unread", "AbsVal"),
        (4, "fc", "InnerProduct"),
        (6, "accuracy", "Accuracy"),
    ]
    assert rows[4].bottoms == (("conv", (2, 4, 6, 6)),)
    assert rows[4].tops == (("fc", (2, 5)),)


def test_layers_of_a_type() -> None:
    found = analysis().of_type("ReLU", "InnerProduct", "Accuracy")
    assert [step.name for step in found] == ["relu", "fc"]


def test_a_loss_trains_the_layers_that_it_depends_on() -> None:
    train = analysis()
    assert train.trained
    assert {step.name for step in train.useful} == {"data", "conv", "relu", "fc", "loss"}


def test_nothing_is_trained_without_a_loss_or_in_another_phase() -> None:
    test = analysis(phase="TEST")
    assert not test.trained
    assert test.useful == set()
    weighed = NET.replace('type: "AbsVal"', 'type: "AbsVal" loss_weight: 1')
    assert not analysis(weighed, phase="TEST").trained
    assert analysis(weighed).trained
    unweighted = NET.replace("SoftmaxWithLoss", "Silence")
    assert not analysis(unweighted).trained


def test_the_state_has_the_stages_of_the_net() -> None:
    net = analysis('state { stage: "deploy" }')
    assert net.state == State("TRAIN", stages=("deploy",))


# What is wrong ---------------------------------------------------------------------------------

BROKEN = NET.replace('bottom: "conv" top: "fc"', 'bottom: "cnv" top: "fc"') + (
    'layer { name: "odd" type: "Relu" bottom: "fc" top: "odd" }'
)


def test_faults_are_in_the_order_of_the_layers() -> None:
    broken = analysis(BROKEN)
    assert names(broken.faults) == [("fc", "unknown-bottom"), ("odd", "unknown-type")]
    assert not broken.ok
    assert broken.errors == {("G101", "fc"): 1, ("G104", "odd"): 1}


def test_a_net_without_errors_is_ok() -> None:
    assert analysis().ok
    assert analysis().errors == {}
    note = Diagnostic(Severity.NOTE, "T000", "", "as it is")
    assert Analysis(parse(NET), State(), {}, earlier=[note]).ok


def test_findings_of_the_text_come_first_and_count() -> None:
    error = Diagnostic(Severity.ERROR, "T000", "", "cannot be read")
    broken = Analysis(parse(BROKEN), State("TRAIN"), {}, earlier=[error])
    assert broken.diagnostics[0] is error
    assert len(broken.diagnostics) == 3
    assert not Analysis(parse(NET), State(), {}, earlier=[error]).ok
    # `errors` are those of inference, with which two analyses are compared.
    assert broken.errors == analysis(BROKEN).errors


def test_nothing_is_reported_about_damaged_layers() -> None:
    damaged = Analysis(parse(BROKEN), State("TRAIN"), {}, damaged=[4])
    assert names(damaged.faults) == [("odd", "unknown-type")]


def test_diagnostics_and_locations_come_from_the_place() -> None:
    def place(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
        lines = {each: 10 + each.layer_index for each in findings}
        return [replace(each, location=Location("net.prototxt", lines[each])) for each in lines]

    broken = Analysis(parse(BROKEN), State("TRAIN"), {}, place=place)
    lines = [each.location.line for each in broken.diagnostics if each.location]
    assert lines == [14, 17]
    assert broken.faults[0].location is None
    assert broken.location(broken.steps[1]) == Location("net.prototxt", 11)
    assert analysis().location(analysis().steps[1]) is None


# What checks ask -------------------------------------------------------------------------------


def test_a_context_has_unknown_sizes_and_the_phase_of_the_layer() -> None:
    text = 'layer { type: "Data" top: "x" data_param { batch_size: 2 } }' + (
        'layer { type: "ReLU" bottom: "x" top: "y" phase: TEST }'
    )
    found = analysis(text, inputs={"x": (2, None)})
    context = found.context(found.steps[1])
    assert context is not None
    assert context.bottom[0] == 2
    assert context.bottom[1] is UNKNOWN
    assert (context.phase, found.state.number) == (proto.TEST, proto.TRAIN)


def test_no_context_for_a_layer_with_faults_or_an_unknown_bottom() -> None:
    broken = analysis(BROKEN)
    assert [step.name for step in broken.steps if broken.context(step) is None] == [
        "fc",  # has a fault
        "odd",
    ]


# What would be ---------------------------------------------------------------------------------


def test_no_context_for_a_layer_whose_text_has_errors() -> None:
    # In such a layer the rules would look for bottoms that it may lack.
    net = loads('layer { name: "p" type: "Pooling" pooling_param { pool: "\\377" } }')
    analysis = net.analysis()
    assert net.damaged_layers == {0}
    assert analysis.context(analysis.steps[0]) is None
    assert [finding.code for finding in check(net).diagnostics] == ["T107"]


def test_edits_make_another_analysis() -> None:
    before = analysis()
    path = before.steps[1].path("convolution_param.num_output")
    after = before.edited([Edit(path, "set", 7), delete(("layer", 3))])
    assert after.blobs["conv"] == (2, 7, 6, 6)
    assert after.params["fc"] == [(5, 7 * 36)]
    assert "unread" not in after.blobs
    assert before.blobs["conv"] == (2, 4, 6, 6)
    assert [step.name for step in before.steps][3] == "unread"


def test_an_edit_that_cannot_be_made() -> None:
    with pytest.raises(EditError, match=r'layer\[9\]: does not exist: "layer" has 7 elements'):
        analysis().edited([delete(("layer", 9))])


def test_further_inputs_are_added_to_those_given() -> None:
    text = (
        'layer { type: "Data" top: "x" top: "y" data_param { batch_size: 2 } }'
        'layer { type: "Concat" bottom: "x" bottom: "z" top: "xz" }'
    )
    data = 'layer { type: "Data" top: "z" data_param { batch_size: 2 } }'
    before = analysis(data + text, inputs={"x": (2, 3, 4, 4), "y": (2,)})
    assert before.blobs["xz"] == (2, None, 4, 4)
    after = before.edited(inputs={"z": (2, 5, 4, 4)})
    assert after.inputs == {"x": (2, 3, 4, 4), "y": (2,), "z": (2, 5, 4, 4)}
    assert after.blobs["xz"] == (2, 8, 4, 4)


def test_an_analysis_is_walked_again_with_other_inputs() -> None:
    # The kernel fits into 3 rows and columns, but not into 2.
    text = 'layer { name: "x" type: "Data" top: "x" data_param { batch_size: 1 } }' + (
        'layer { name: "c" type: "Convolution" bottom: "x" top: "c"'
        " convolution_param { num_output: 1 kernel_size: 3 } }"
        'layer { name: "r" type: "ReLU" bottom: "none" top: "r" }'
    )
    found = analysis(text, inputs={"x": (1, 1, 3, 3)})
    wiring = [("r", "unknown-bottom")]
    assert (found.blobs["c"], names(found.faults)) == ((1, 1, 1, 1), wiring)
    found.walk_again({"x": (1, 1, 2, 2)})
    assert names(found.faults) == [("c", "kernel-exceeds-bottom"), *wiring]
    assert found.blobs["c"] is None
    found.walk_again({"x": (1, 1, 5, 4)})
    assert (found.blobs["c"], names(found.faults)) == ((1, 1, 3, 2), wiring)
    assert found.params["c"] == [(1, 1, 3, 3), (1,)]


def test_an_analysis_says_whether_caffe_accepts_the_net() -> None:
    assert repr(analysis()) == "<analysis in TRAIN: 6 layers, accepted>"
    assert repr(analysis(BROKEN, "TEST")) == "<analysis in TEST: 7 layers, rejected>"
