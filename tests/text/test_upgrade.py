"""Old nets and solvers: what Caffe's own upgrade tools made of them, and what Caffe says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.text.upgrade import needs_upgrade, upgrade_net, upgrade_solver

DATA = Path(__file__).parent.parent / "data" / "upgrade.jsonl.gz"
ROWS = [json.loads(line) for line in gzip.decompress(DATA.read_bytes()).splitlines()]
MESSAGES = {"net": proto.NetParameter, "solver": proto.SolverParameter}
UPGRADES = {"net": upgrade_net, "solver": upgrade_solver}
FOUR_DIMS = "".join(f"input_dim: {dim}\n" for dim in (1, 2, 3, 4))


def parse(text, kind="net"):
    return text_format.Parse(text, MESSAGES[kind]())


def upgraded(text, kind="net"):
    return UPGRADES[kind](parse(text, kind))


def names(result):
    return [finding.name for finding in result.diagnostics]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_message_is_the_one_that_caffe_makes(row):
    result = upgraded(row["prototxt"], row["kind"])
    assert result.ok == (row["exit"] == 0)
    if row["upgraded"] is None:
        assert result.message is None
    else:
        assert result.message == parse(row["upgraded"], row["kind"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["exit"]], ids=lambda row: row["id"])
def test_a_row_that_fails_is_explained(row):
    result = upgraded(row["prototxt"], row["kind"])
    assert [f for f in result.diagnostics if f.severity != "note" and f.message]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_needs_upgrade_when_caffe_thinks_so(row):
    if row["kind"] == "net":
        latest = any("already in latest proto format" in line for line in row["log"])
        assert needs_upgrade(parse(row["prototxt"])) is not latest


def test_the_message_given_stays_as_it_is():
    text = 'input: "a"\n' + FOUR_DIMS + 'layers { layer { type: "relu" } bottom: "a" top: "b" }'
    net = parse(text)
    upgrade_net(net)
    assert net == parse(text)


# Real Caffe: v0mix loads without the ReLU "r", dims3 has 0 for the height it read past the end
# of the list, shape1of2 dies of signal 11.
RELU = 'layer { name: "r" type: "ReLU" bottom: "a" top: "t" }\n'
V0_RELU = 'layers { layer { name: "x" type: "relu" } bottom: "a" top: "b" }\n'


def test_v0_net_loses_its_current_layers():
    result = upgraded('input: "a"\n' + FOUR_DIMS + V0_RELU + RELU)
    assert result.ok
    assert [layer.name for layer in result.message.layer] == ["input", "x"]
    assert "legacy-dropped-field" in names(result)


def test_v0_net_loses_its_input_shape():
    result = upgraded('input: "a"\ninput_shape { dim: 1 dim: 2 }\n' + V0_RELU)
    assert result.ok
    assert [layer.name for layer in result.message.layer] == ["x"]
    assert names(result).count("legacy-dropped-field") == 2


def test_surplus_shapes_are_ignored():
    result = upgraded('input: "a"\ninput_shape { dim: 1 dim: 2 }\ninput_shape { dim: 3 }\n' + RELU)
    assert result.message.layer[0] == text_format.Parse(
        'name: "input" type: "Input" top: "a" input_param { shape { dim: 1 dim: 2 } }',
        proto.LayerParameter(),
    )


def test_v0_negative_size_wraps_as_in_c():
    result = upgraded('layers { layer { type: "images" new_height: -1 } top: "a" }')
    assert result.message.layer[0].image_data_param.new_height == 4294967295


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        (
            'input: "a"\ninput: "b"\ninput_shape { dim: 1 }\n' + RELU,
            "legacy-input-shape",
            'input "b" has no input_shape; there are 1',
        ),
        (
            'input: "a" input_dim: 1 input_dim: 2 input_dim: 3\n' + RELU,
            "legacy-input-shape",
            'input "a" lacks its four input_dim; there are 3 in all',
        ),
        (
            'layers { name: "x" type: RELU bottom: "a" top: "b" }\n' + RELU,
            "legacy-mixed",
            "both layer { } and layers { }",
        ),
        (
            'layers { layer { name: "x" type: "rleu" } top: "b" }',
            "legacy-unknown-type",
            'no layer type "rleu"',
        ),
        (
            V0_RELU,
            "legacy-unknown-bottom",
            'bottom "a" is made by no layer before this one',
        ),
    ],
)
def test_what_caffe_dies_of_is_an_error(text, name, message):
    result = upgraded(text)
    assert result.message is None
    assert not result.ok
    (finding,) = [f for f in result.diagnostics if f.name == name]
    assert finding.severity == "error"
    assert message in finding.message


PADDED = """
input: "a" input_dim: 1 input_dim: 1 input_dim: 8 input_dim: 8
layers {{ layer {{ name: "p" type: "padding" pad: 2 }} {bottom} {top} }}
layers {{ layer {{ name: "c" type: "{type}" }} {consumer} top: "y" }}
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "relu"}, 'padding layer "p" feeds a layer that has no pad'),
        ({"consumer": 'bottom: "b" bottom: "a"'}, "must have one bottom, and this has 2"),
        ({"bottom": ""}, "must have one bottom and one top, and has 0 and 1"),
        ({"top": 'top: "b" top: "z"'}, "must have one bottom and one top, and has 1 and 2"),
    ],
)
def test_padding_that_caffe_refuses(change, message):
    form = {"type": "conv", "bottom": 'bottom: "a"', "top": 'top: "b"', "consumer": 'bottom: "b"'}
    assert upgraded(PADDED.format(**form)).message.layer[1].convolution_param.pad == [2]
    result = upgraded(PADDED.format(**form | change))
    assert result.message is None
    assert message in " ".join(f.message for f in result.diagnostics if f.name == "legacy-padding")


def test_a_field_without_a_place_names_its_layer_and_path():
    text = 'layers { layer { name: "x" type: "relu" kernelsize: 3 } top: "b" }'
    paths = []
    result = upgrade_net(parse(text), locate=paths.append)
    (finding,) = [f for f in result.diagnostics if f.name == "legacy-unknown-field"]
    assert not result.ok
    assert result.message is not None
    assert (finding.layer, finding.type, finding.field) == ("x", "relu", "kernelsize")
    assert finding.layer_index == 0
    assert ("layers", 0, "layer", "kernelsize") in paths


def test_notes_count_what_was_changed():
    v1 = 'layers { name: "d" type: DATA data_param { scale: 2 } }'
    result = upgraded(v1 * 2 + 'layers { name: "e" type: RELU }')
    notes = {f.name: f.message for f in result.diagnostics}
    assert list(notes) == ["legacy-v1", "legacy-data-transform"]
    assert "3 layers" in notes["legacy-v1"]
    assert "2 data layers" in notes["legacy-data-transform"]
    assert result.origins == (0, 1, 2)
