"""Inference compared with a real Caffe, and what it reports when Caffe aborts."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from protogen import infer_shapes, proto
from tests.checks.nets import findings, layer
from tests.conftest import rows

LAYERS = rows("layers.jsonl.gz")
TYPES = sorted({row["id"].rsplit("/", 1)[0] for row in LAYERS})


def parse(text: str) -> Any:
    return text_format.Parse(text, proto.NetParameter())


def answer(row: dict[str, Any]) -> dict[str, Any]:
    """Our answer in the words of the row."""
    try:
        net = parse(row["prototxt"])
    except text_format.ParseError:
        return {"accepts": False}
    result = infer_shapes(net, phase=row["phase"])
    if not result.ok:
        return {"accepts": False}
    return {
        "accepts": True,
        "blobs": {name: list(shape or ()) for name, shape in result.blobs.items()},
        "params": {name: [list(s or ()) for s in shapes] for name, shapes in result.params.items()},
    }


@pytest.mark.parametrize("kind", TYPES)
def test_layers_are_as_a_real_caffe_has_them(kind: str) -> None:
    wrong = []
    for row in (row for row in LAYERS if row["id"].startswith(kind + "/")):
        expected = {key: row[key] for key in ("accepts", "blobs", "params") if key in row}
        got = answer(row)
        if got != expected:
            wrong.append((row["id"], expected, got, row.get("error")))
    assert not wrong


def test_every_row_was_asked() -> None:
    assert len(LAYERS) == 3540


DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 } } }'


@pytest.mark.parametrize(
    ("layers", "message", "hint"),
    [
        (
            'layer { name: "r" type: "ReLU" bottom: "dta" top: "r" }',
            'reads blob "dta", which no earlier layer produces',
            'did you mean "data"?',
        ),
        (
            'layer { name: "r" type: "ReLu" bottom: "data" top: "r" }',
            'unknown layer type "ReLu"',
            'did you mean "ReLU"?',
        ),
        (
            'layer { name: "a" type: "ReLU" bottom: "data" top: "r" }'
            'layer { name: "b" type: "ReLU" bottom: "data" top: "r" }',
            'produces blob "r", which an earlier layer produces too',
            "give this top its own name",
        ),
        (
            'layer { name: "a" type: "ReLU" bottom: "data" top: "data" }'
            'layer { name: "b" type: "ReLU" bottom: "data" top: "r" loss_weight: 1 }'
            'layer { name: "c" type: "ReLU" bottom: "r" top: "r" }',
            'overwrites "r" in place, but it also counts in the objective',
            'write a new top (say "c") and let the later layers read it',
        ),
        (
            'layer { name: "a" type: "TanH" bottom: "data" top: "a" }'
            'layer { name: "b" type: "ReLU" bottom: "data" top: "data" }',
            'overwrites "data" in place, but layer "a" reads it too',
            'write a new top (say "b") and let the later layers read it',
        ),
        (
            'layer { name: "a" type: "ReLU" bottom: "data" top: "a"'
            " include { phase: TEST } exclude { phase: TRAIN } }",
            "has both include and exclude; Caffe accepts rules of one kind only",
            "",
        ),
        (
            'layer { name: "a" type: "ReLU" bottom: "data" top: "a" propagate_down: true'
            " propagate_down: false }",
            "propagate_down is given 2 times for 1 bottom; give it once for each bottom, or not at"
            " all",
            "",
        ),
        (
            'layer { name: "a" type: "ReLU" bottom: "data" top: "a" param { } }',
            "has 1 param entry for 0 learnable blobs",
            "",
        ),
    ],
)
def test_faults_of_the_net(layers: str, message: str, hint: str) -> None:
    result = infer_shapes(parse(DATA + layers))
    assert [(d.message, d.hint) for d in result.diagnostics] == [(message, hint)]
    assert not result.ok


def test_the_walk_goes_on_past_a_fault() -> None:
    result = infer_shapes(
        parse(
            DATA
            + 'layer { name: "a" type: "Bogus" bottom: "data" top: "a" }'
            + 'layer { name: "b" type: "ReLU" bottom: "a" top: "b" }'
            + 'layer { name: "c" type: "ReLU" bottom: "none" top: "c" }'
            + 'layer { name: "d" type: "TanH" bottom: "data" top: "d" }'
        )
    )
    assert [d.layer for d in result.diagnostics] == ["a", "c"]
    assert result.blobs == {"data": (2, 4), "a": None, "b": None, "c": None, "d": (2, 4)}


def test_inputs_stand_in_for_a_database() -> None:
    net = parse(
        'layer { name: "d" type: "Data" top: "data" top: "label" data_param { batch_size: 8 } }'
        'layer { name: "r" type: "ReLU" bottom: "data" top: "r" }'
    )
    assert infer_shapes(net).blobs["r"] == (8, None, None, None)
    given = infer_shapes(net, inputs={"data": (8, 3, 32, 32), "label": (8,)})
    assert given.blobs == {"data": (8, 3, 32, 32), "label": (8,), "r": (8, 3, 32, 32)}


def test_levels_and_stages_decide_what_runs() -> None:
    net = parse(
        DATA
        + 'layer { name: "a" type: "ReLU" bottom: "data" top: "a" include { min_level: 2 } }'
        + 'layer { name: "b" type: "ReLU" bottom: "data" top: "b" include { stage: "x" } }'
        + 'layer { name: "c" type: "ReLU" bottom: "data" top: "c" include { not_stage: "x" } }'
        + 'layer { name: "e" type: "ReLU" bottom: "data" top: "e" exclude { phase: TEST } }'
    )
    assert set(infer_shapes(net).blobs) == {"data", "c"}
    assert set(infer_shapes(net, phase="TRAIN").blobs) == {"data", "c", "e"}
    assert set(infer_shapes(net, level=2, stages=["x"]).blobs) == {"data", "a", "b"}


def test_stages_of_the_net_itself_are_added_to_those_given() -> None:
    net = parse(
        DATA
        + 'layer { name: "a" type: "ReLU" bottom: "data" top: "a" include { stage: "own" } }'
        + 'layer { name: "b" type: "ReLU" bottom: "data" top: "b"'
        + '        include { stage: "own" stage: "x" } }'
        + 'layer { name: "c" type: "ReLU" bottom: "data" top: "c" include { min_level: 1 } }'
        + 'layer { name: "d" type: "ReLU" bottom: "data" top: "d" include { phase: TRAIN } }'
        + 'state { stage: "own" level: 2 phase: TRAIN }'
    )
    assert set(infer_shapes(net).blobs) == {"data", "a"}  # as a real Caffe has it
    assert set(infer_shapes(net, stages=["x"]).blobs) == {"data", "a", "b"}


def test_stages_are_not_the_letters_of_a_word() -> None:
    with pytest.raises(ValueError, match=r'stages must be a list of names, such as \["deploy"\]'):
        infer_shapes(parse(DATA), stages="deploy")


def test_a_misspelt_phase_is_no_net_fault() -> None:
    with pytest.raises(ValueError, match='unknown phase "TEXT"; did you mean "TEST"'):
        infer_shapes(parse(DATA), phase="TEXT")


def test_ten_thousand_layers() -> None:
    chain = "".join(
        f'layer {{ name: "r{i}" type: "ReLU" bottom: "{"data" if not i else f"r{i - 1}"}"'
        f' top: "r{i}" }}'
        for i in range(10_000)
    )
    result = infer_shapes(parse(DATA + chain))
    assert result.ok
    assert result.blobs["r9999"] == (2, 4)


@pytest.mark.parametrize("shape", ["1x4", 4, (2, -4), (2, 4.5)])
def test_a_shape_given_that_is_none(shape: Any) -> None:
    with pytest.raises(ValueError, match=r'inputs\["data"\] must be a list of sizes'):
        infer_shapes(parse(DATA), inputs={"data": shape})


def test_what_is_no_net_at_all() -> None:
    with pytest.raises(
        TypeError,
        match=r"expected a Net or NetParameter, got 'a.prototxt'; to read a file, use",
    ):
        infer_shapes("a.prototxt")
    with pytest.raises(TypeError, match=r"^expected a Net or NetParameter, got 5$"):
        infer_shapes(5)


def test_a_net_of_another_descriptor_pool() -> None:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(descriptor_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(proto.FILE.serialized_pb)
    theirs = message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))
    assert infer_shapes(text_format.Parse(DATA, theirs())).blobs == {"data": (2, 4)}


def test_an_input_layer_without_a_shape() -> None:
    """A real Caffe accepts it with one reader, and aborts in the Split of two."""
    source = 'layer { name: "data" type: "Input" top: "data" }\n'
    one = layer("relu", "ReLU", "data")
    assert findings(source + one, "G108") == []
    assert findings(source + one + layer("tanh", "TanH", "data"), "G108") == [
        'net.prototxt:1:36: error[G108] layer "data" (Input): gives "data" no shape, and Caffe'
        " cannot split such a blob for its 2 readers\n"
        "  hint:  add one: input_param { shape { dim: ... } }"
    ]
