"""What the wiring of a net reports: bottoms that no layer produces, and names of any kind."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, proto
from protogen.graph import CONDITIONS, State, build, read_wiring, runs_in

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 } } }'


def parse(text: str) -> Any:
    return text_format.Parse(text, proto.NetParameter())


def test_only_the_first_of_many_unknown_bottoms_get_a_hint() -> None:
    lost = "".join(f'layer {{ type: "ReLU" bottom: "dta" top: "r{i}" }}' for i in range(30))
    hints = [found.hint for found in infer_shapes(parse(DATA + lost)).diagnostics]
    assert hints == ['did you mean "data"?'] * 20 + [""] * 10


def test_a_finding_is_one_line_whatever_a_name_contains() -> None:
    net = parse(DATA + r'layer { name: "a\nb" type: "ReLU" bottom: "\033[1m" top: "t" }')
    (found,) = infer_shapes(net).diagnostics
    assert found.headline == (
        r'error[G101] layer "a\nb" (ReLU): reads blob "\x1b[1m", which no earlier layer produces'
    )


def test_an_empty_top_cannot_have_a_loss_weight() -> None:
    net = parse(
        'layer { name: "x" type: "Input" top: "x" loss_weight: 1'
        " input_param { shape { dim: 0 dim: 4 } } }"
        'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    )
    (found,) = infer_shapes(net).diagnostics  # Caffe: blob.cpp:145] Check failed: diff_
    assert found.message == "an empty top cannot have a loss_weight"


# Which layers run ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ("", True),
        ("phase: TEST", True),
        ("phase: TRAIN", False),
        ("min_level: 2 max_level: 2", True),
        ("min_level: 3", False),
        ("max_level: 1", False),
        ('stage: "a"', True),
        ('stage: "a" stage: "c"', False),
        ('not_stage: "c"', True),
        ('not_stage: "c" not_stage: "b"', False),
    ],
)
def test_a_state_meets_a_rule(rule: str, met: bool) -> None:
    state = State("TEST", level=2, stages=("a", "b"))
    assert state.meets(text_format.Parse(rule, proto.NetStateRule())) is met


@pytest.mark.parametrize(
    ("rules", "phases"),
    [
        ("", ["TRAIN", "TEST"]),
        ("include { phase: TRAIN }", ["TRAIN"]),
        ("include { phase: TRAIN } include { phase: TEST }", ["TRAIN", "TEST"]),
        ("exclude { phase: TRAIN }", ["TEST"]),
        ("exclude { phase: TRAIN } exclude { phase: TEST }", []),
        # Caffe rejects the net in either phase.
        ("include { phase: TRAIN } exclude { phase: TRAIN }", ["TRAIN", "TEST"]),
    ],
)
def test_the_phases_in_which_a_layer_runs(rules: str, phases: list[str]) -> None:
    layer = text_format.Parse(rules, proto.LayerParameter())
    assert [phase for phase in ("TRAIN", "TEST") if runs_in(layer, State(phase))] == phases


def test_only_layers_that_run_are_connected() -> None:
    train = 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" include { phase: TRAIN } }'
    test = 'layer { name: "t" type: "TanH" bottom: "data" top: "t" }'
    graph = build(parse(DATA + train + test), State("TEST"))
    assert [(step.name, step.index) for step in graph.steps] == [("data", 0), ("t", 2)]
    assert [reader.name for reader in graph.values["data"].readers] == ["t"]


# Values and Split layers -----------------------------------------------------------------------

RELU = 'layer { name: "relu" type: "ReLU" bottom: "data" top: "data" }'


def reader(name: str, bottom: str = "data") -> str:
    return f'layer {{ name: "{name}" type: "AbsVal" bottom: "{bottom}" top: "{name}" }}'


def test_each_write_of_a_blob_is_a_value() -> None:
    graph = build(parse(DATA + RELU + reader("a") + reader("b")), State())
    data, relu, a, b = graph.steps
    assert data.tops[0].readers == [relu]
    assert relu.tops[0].readers == [a, b]
    assert graph.values["data"] is relu.tops[0]
    assert relu.in_place == {0}
    # Caffe splits only the second one.
    assert [value.split for value in (data.tops[0], relu.tops[0], a.tops[0])] == [
        False,
        True,
        False,
    ]
    assert [value.name for value in graph.outputs()] == ["a", "b"]


def test_a_loss_weight_counts_as_a_reader() -> None:
    weighted = DATA.replace('top: "data"', 'top: "data" loss_weight: 1')
    graph = build(parse(weighted + reader("a")), State())
    assert graph.values["data"].weighed
    assert graph.values["data"].split
    zero = DATA.replace('top: "data"', 'top: "data" loss_weight: 0')
    assert not build(parse(zero + reader("a")), State()).values["data"].split


@pytest.mark.parametrize(
    ("others", "message"),
    [
        (reader("a"), 'overwrites "data" in place, but layer "a" reads it too'),
        (
            reader("a") + reader("b"),
            'overwrites "data" in place, but layers "a", "b" read it too',
        ),
        (
            "".join(map(reader, "abcde")),
            'overwrites "data" in place, but layers "a", "b", "c" and 2 more read it too',
        ),
    ],
)
def test_overwriting_in_place_what_others_read(others: str, message: str) -> None:
    # Caffe: net.cpp] Top blob 'data' produced by multiple sources.
    graph = build(parse(DATA + others + RELU), State())
    (fault,) = graph.steps[-1].faults
    assert (fault.name, fault.message) == ("in-place-after-split", message)
    assert not graph.steps[-1].in_place


def test_a_layer_that_reads_twice_what_it_overwrites() -> None:
    net = DATA + 'layer { name: "s" type: "Eltwise" bottom: "data" bottom: "data" top: "data" }'
    (fault,) = build(parse(net), State()).steps[-1].faults
    assert fault.message == 'overwrites "data" in place, but reads it twice'


def test_overwriting_what_counts_in_the_objective() -> None:
    weighted = DATA.replace('top: "data"', 'top: "data" loss_weight: 1')
    (fault,) = build(parse(weighted + RELU), State()).steps[-1].faults
    assert fault.message == 'overwrites "data" in place, but it also counts in the objective'


def test_a_blob_that_is_produced_twice() -> None:
    (fault,) = build(parse(DATA + DATA), State()).steps[-1].faults
    assert fault.name == "duplicate-top"
    assert fault.message == 'produces blob "data", which an earlier layer produces too'
    assert fault.field == "top[0]"


def test_in_place_the_top_and_the_bottom_have_the_same_position() -> None:
    two = DATA.replace('top: "data"', 'top: "data" top: "label"').replace(
        "{ shape", "{ shape { dim: 2 } shape"
    )
    swapped = 'layer { name: "s" type: "Silly" bottom: "data" bottom: "label" top: "label" }'
    (fault,) = build(parse(two + swapped), State()).steps[-1].faults
    assert fault.message.startswith('writes "label" in place as top 0;')


# Steps -----------------------------------------------------------------------------------------


def test_a_layer_counts_in_the_objective_by_its_weight_or_its_type() -> None:
    loss = 'layer { name: "l" type: "EuclideanLoss" bottom: "data" bottom: "data" top: "l" %s }'
    losses = [
        build(parse(DATA + loss % weight), State()).steps[-1].is_loss
        for weight in ("", "loss_weight: 0", "loss_weight: 0.5")
    ]
    assert losses == [True, False, True]
    relu = 'layer { type: "ReLU" bottom: "data" top: "r" %s }'
    assert not build(parse(DATA + relu % ""), State()).steps[-1].is_loss
    assert build(parse(DATA + relu % "loss_weight: 1"), State()).steps[-1].is_loss


def test_a_layer_with_a_condition_is_not_plain() -> None:
    layer = proto.LayerParameter(type="ReLU", bottom=["a"], top=["b"])
    assert read_wiring(layer).plain
    for name in CONDITIONS:
        conditional = proto.LayerParameter(type="ReLU")
        field = conditional.DESCRIPTOR.fields_by_name[name]
        if name == "phase":
            conditional.phase = proto.TRAIN
        elif field.message_type is not None:
            getattr(conditional, name).add()
        else:
            getattr(conditional, name).append(True)
        assert not read_wiring(conditional).plain, name


def test_the_path_of_a_field() -> None:
    step = build(parse(DATA + RELU), State()).steps[1]
    assert step.path() == ("layer", 1)
    assert step.path("bottom[0]") == ("layer", 1, "bottom", 0)
