"""Old nets and solvers: what Caffe's own upgrade tools turn them into, and what Caffe reports."""

from __future__ import annotations

from collections import Counter

import pytest
from google.protobuf import text_format

from protogen import proto
from protogen.text import parse as parse_module
from protogen.text import read
from protogen.text.upgrade import (
    comment_placement,
    needs_upgrade,
    prototxt,
    rewrite,
    upgrade,
    upgrade_net,
    upgrade_solver,
)
from tests.conftest import conformance_nets, rows

ROWS = rows("upgrade.jsonl.gz")
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
def test_message_is_that_of_caffe(row):
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
# of the list, shape1of2 crashes with signal 11.
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
            'input "b" has no input_shape: expected 2, got 1',
        ),
        (
            'input: "a" input_dim: 1 input_dim: 2 input_dim: 3\n' + RELU,
            "legacy-input-shape",
            'input "a" has no size: expected 4 input_dim for 1 input, got 3',
        ),
        (
            'layers { name: "x" type: RELU bottom: "a" top: "b" }\n' + RELU,
            "legacy-mixed",
            "both layer { } and layers { }",
        ),
        (
            'layers { layer { name: "x" type: "rleu" } top: "b" }',
            "legacy-unknown-type",
            'unknown V0 layer type "rleu"',
        ),
        (
            V0_RELU,
            "legacy-unknown-bottom",
            'bottom "a" is not an input, and no earlier layer produces it',
        ),
    ],
)
def test_where_caffe_aborts_is_an_error(text, name, message):
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
        ({"consumer": 'bottom: "b" bottom: "a"'}, "expected 1 bottom after a padding layer, got 2"),
        ({"bottom": ""}, "expected 1 bottom and 1 top, got 0 and 1"),
        ({"top": 'top: "b" top: "z"'}, "expected 1 bottom and 1 top, got 1 and 2"),
    ],
)
def test_padding_that_caffe_rejects(change, message):
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


# -- whole files


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_text_is_that_of_caffes_message(row):
    result = upgrade(row["prototxt"])
    assert result.kind == row["kind"]
    assert result.ok == (row["exit"] == 0)
    if row["upgraded"] is None:
        assert result.text is None
    else:
        assert parse(result.text, row["kind"]) == parse(row["upgraded"], row["kind"])


def test_comments_of_a_v0_net_travel():
    # A comment goes with its field; where the field is gone, with its layer.
    old = """# AlexNet, of old
name: "x"  # its name
# the picture
input: "data"   # BGR
input_dim: 1 # batch
# planes
input_dim: 3
input_dim: 8 input_dim: 9 # h, w
state { phase: TEST } # lost

# pads
layers {
  layer { name: "p" type: "padding" pad: 2 } # two
  bottom: "data" top: "pd"
} # end pad
# first conv
layers { # conv
  # about the layer
  layer {
    # its name
    name: "c"
    type: "conv" # type
    kernelsize: 3
    # rates
    blobs_lr: 1 # w
    blobs_lr: 2 # b
    # weight_decay: 1
    weight_filler {
      type: "gaussian" # normal
      # tiny
      std: 0.5
    }
    # for scale
    new_num: 3 # dead
  }
  bottom: "pd" # from pad
  top: "c" # to
  # last
} # end conv
# tail
"""
    new = """# AlexNet, of old
name: "x"  # its name
# the picture
layer {
  name: "input"
  type: "Input"
  top: "data"  # BGR
  input_param {
    shape {
      dim: 1  # batch
      # planes
      dim: 3
      dim: 8
      dim: 9  # h, w
    }
  }
}
# lost

# pads
# two
# end pad
# first conv
# about the layer
# for scale
# dead
layer {  # conv
  # its name
  name: "c"
  type: "Convolution"  # type
  bottom: "data"  # from pad
  top: "c"  # to
  param {
    # rates
    lr_mult: 1.0  # w
  }
  param {
    lr_mult: 2.0  # b
  }
  convolution_param {
    pad: 2
    kernel_size: 3
    # weight_decay: 1
    weight_filler {
      type: "gaussian"  # normal
      # tiny
      std: 0.5
    }
  }
  # last
} # end conv
# tail
"""
    assert upgrade(old).text == new


def test_late_inputs_an_unknown_field_and_dos_lines_of_a_v1_net():
    old = """name: "v1"
layers {
  name: "d" # n
  type: DATA  # db
  foo_param { a: 1 # x
  }
  data_param {
    source: "s"
    # why
    scale: 0.5 # half
  }
  include: { phase: TRAIN } # only
}
# in
input: "a" # late
input_shape { dim: 1 # n
dim: [2, 3] }
"""
    new = """name: "v1"
layer {
  name: "input"
  type: "Input"
  # in
  top: "a"  # late
  input_param {
    shape {
      dim: 1  # n
      dim: 2
      dim: 3
    }
  }
}
layer {
  name: "d"  # n
  type: "Data"  # db
  include {  # only
    phase: TRAIN
  }
  transform_param {
    # why
    scale: 0.5  # half
  }
  data_param {
    source: "s"
  }
  foo_param { a: 1 # x
  }
}
"""
    assert upgrade(old).text == new
    assert upgrade(old.replace("\n", "\r\n")).text == new.replace("\n", "\r\n")


def test_layers_of_a_current_net_stay_as_written():
    layers = """
# r
layer { name: "r" # r
 type: "ReLU" bottom: "a" top: "b" } # x
"""
    result = upgrade('input: "a"\ninput_dim: [1, 2,\n 3, 4] # four\n' + layers)
    block, rest = result.text.split("dim: 4  # four")
    assert block.count("dim:") == 3
    assert rest == "\n    }\n  }\n}\n" + layers


def test_only_the_rates_of_old_batch_norm_change():
    text = """layer {
  type: "BatchNorm" # bn
  param {}
  param { name: "v" } # keep
  param {
    lr_mult: 2  # old
    decay_mult: 0
  }
}
"""
    result = upgrade(text)
    assert (
        result.text
        == """layer {
  type: "BatchNorm" # bn
  param {
    lr_mult: 0.0
    decay_mult: 0.0
  }
  param { name: "v" lr_mult: 0.0 decay_mult: 0.0 } # keep
  param {
    lr_mult: 0.0  # old
    decay_mult: 0
  }
}
"""
    )
    again = upgrade(result.text)
    assert (again.text, again.diagnostics) == (result.text, [])


def test_one_line_of_an_old_solver_changes():
    text = "# s\n net: 'x' # y\nsolver_type: 5 # t\n\n"
    assert upgrade(text).text == "# s\n net: 'x' # y\ntype: \"Adam\" # t\n\n"


@pytest.mark.parametrize(
    "text",
    [
        'layers [{ type: RELU bottom: "a" top: "b" # c\n }, { type: TANH }]  # d',
        'layers { type: RELU }, layers < type: TANH # c\n >; input: "a"; input_shape { dim: 1 };',
        'input: "a", input_dim: 1, input_dim: 2, input_dim: 3, input_dim: 4 # c',
        'layers { layer { type: "padding" name: "#" # c\n } bottom: "a" } input: "a" # d',
    ],
)
def test_odd_layouts_are_upgraded_too(text):
    result = upgrade(text)
    assert parse(result.text) == upgraded(text).message
    assert words(result.text) == words(text)


def words(text, message=proto.NetParameter):
    """How often each word occurs in the comments of a text."""
    found = (comment.text for comment in read(text, message).comments)
    return Counter(" ".join(found).replace("#", " ").split())


@pytest.mark.parametrize("path", conformance_nets(), ids=lambda path: path.name)
def test_public_files(path):
    result = upgrade(path.read_bytes())
    old = path.read_bytes().decode("utf-8", "surrogateescape")
    if result.text is None:
        assert any(finding.severity == "error" for finding in result.diagnostics)
    elif result.text != old:
        document = read(result.text, MESSAGES[result.kind])
        assert document.message == result.message
        assert words(result.text, document.message_class) == words(old, document.message_class)
        assert upgrade(result.text).text == result.text


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ('\nlayers {\n  layer { type: "relu" pad: 1 }\n}', "f:3:24", "legacy-unknown-field"),
        ('\nlayers {\n  layer { type: "relux" }\n}', "f:3:11", "legacy-unknown-type"),
        ('layers { layer { }\n bottom: "x" }', "f:2:2", "legacy-unknown-bottom"),
        ('input: "a"\n input: "b"\ninput_shape { }', "f:2:2", "legacy-input-shape"),
        ("layer {}\nlayers { type: NONE }", "f:2:1", "legacy-mixed"),
        ('type: "SGD"\nsolver_type: ADAM', "f:2:1", "legacy-solver-type-twice"),
        ("layers {\n type: RELUX }", "f:2:8", "unknown-enum-value"),
    ],
)
def test_what_cannot_be_upgraded_is_reported_with_its_place(text, place, name):
    result = upgrade(text, filename="f")
    (finding,) = result.diagnostics[:1]
    assert not result.ok
    assert (str(finding.location), finding.name) == (place, name)
    assert all(finding.severity != "note" or result.text for finding in result.diagnostics)


def test_an_unknown_field_of_a_v1_layer_counts_where_the_current_format_knows_it():
    result = upgrade("layers { type: TANH\nbatch_norm_param { eps: 2 } }")
    assert not result.ok  # Caffe's tool cannot read the file
    assert result.message.layer[0].batch_norm_param.eps == 2
    assert parse(result.text) == result.message


def test_kind_given_wins():
    assert upgrade("debug_info: true").kind == "net"
    assert upgrade("debug_info: true", kind="solver").message == proto.SolverParameter(
        debug_info=True
    )


def test_an_unknown_kind_of_file() -> None:
    with pytest.raises(ValueError, match='expected the kind "net" or "solver", got "nett"'):
        upgrade("", kind="nett")


@pytest.mark.parametrize(
    "layer",
    [
        'layers { name: "%d" type: RELU  # r\n }\n',
        'layer { name: "%d" type: "BatchNorm" param {} param {} param { lr_mult: 1 } }\n',
        'layers { layer { name: "%d" type: "relu" } }\n',
    ],
)
def test_the_text_is_read_few_times_however_many_layers(
    layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    read_once = parse_module.parse

    def counted(text, *more):
        readings.append(text)
        return read_once(text, *more)

    for module in (prototxt, rewrite, comment_placement):
        monkeypatch.setattr(module, "parse", counted)
    result = upgrade("".join(layer % n for n in range(100)), kind="net")
    assert result.text is not None
    assert len(readings) <= 3
