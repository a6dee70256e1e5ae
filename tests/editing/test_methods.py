"""The editing methods of a net: every reference is right afterwards, or nothing changes."""

from __future__ import annotations

import pytest

import protogen
from protogen import Net, ProtogenError, loads
from protogen.graph import State

NET = """\
name: "small"
# images
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 19, 19] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"  # halves
  convolution_param { num_output: 4 kernel_size: 3 stride: 2 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "skip" type: "Eltwise" bottom: "pool1" bottom: "pool1" top: "skip" }
layer { name: "fc" type: "InnerProduct" bottom: "skip" top: "fc"
  inner_product_param { num_output: 5 } }
"""
OLD = """\
input: "data"
input_dim: 2 input_dim: 3 input_dim: 19 input_dim: 19
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"  # halves
  convolution_param { num_output: 4 kernel_size: 3 } }
"""


def wiring(net: Net) -> list[str]:
    """Each layer as ``name: bottoms -> tops``."""
    return [
        f"{layer.name}: {' '.join(layer.bottom)} -> {' '.join(layer.top)}"
        for layer in net.message.layer
    ]


def check_refused(net: Net, message: str, edit: object) -> None:
    """The edit is rejected with this message, and the net is as before."""
    before = net.text
    with pytest.raises(ProtogenError, match=message):
        edit(net)  # type: ignore[operator]
    assert net.text == before


# Remove ----------------------------------------------------------------------------------------


def test_the_readers_of_a_removed_layer_read_its_bottom() -> None:
    net = loads(NET)
    net.remove("pool1")
    assert wiring(net)[2:4] == ["relu1: conv1 -> conv1", "skip: conv1 conv1 -> skip"]
    assert "# images\n" in net.text
    assert "# halves\n" in net.text
    assert net.analysis().blobs["skip"] == (2, 4, 9, 9)


def test_a_layer_in_place_leaves_its_place_when_what_it_overwrote_is_removed() -> None:
    net = loads(NET)
    net.remove("conv1")
    # ReLU in place on "data" would be wrong for other readers of "data"; later layers read "conv1".
    assert wiring(net)[:3] == ["data:  -> data", "relu1: data -> conv1", "pool1: conv1 -> pool1"]


def test_several_layers_in_a_row_are_removed_by_pattern() -> None:
    net = loads(NET)
    net.remove("relu*", "pool?")
    assert [layer.name for layer in net.message.layer] == ["data", "conv1", "skip", "fc"]
    net.remove("conv1", "fc")
    assert wiring(net) == ["data:  -> data", "skip: data data -> skip"]


def test_a_layer_without_one_bottom_cannot_be_skipped() -> None:
    check_refused(
        loads(NET),
        'layer "conv1" reads its top "data", and it has no bottom',
        lambda net: net.remove("data"),
    )
    check_refused(
        loads(NET),
        'layer "fc" reads its top "skip", and it has 2 bottoms',
        lambda net: net.remove("skip"),
    )
    check_refused(loads(NET), 'no layer is named "rleu1"', lambda net: net.remove("rleu1"))


def test_the_next_layer_with_a_shared_blob_inherits_filler_and_rates() -> None:
    shared = 'param { name: "w" %s } inner_product_param { num_output: 5 %s } }'
    net = loads(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 5] } } }'
        'layer { name: "a" type: "InnerProduct" bottom: "x" top: "a"'
        + shared % ("lr_mult: 3", 'weight_filler { type: "xavier" }')
        + 'layer { name: "b" type: "InnerProduct" bottom: "a" top: "b"'
        + shared % ("", "")
    )
    net.remove("a")
    (layer,) = net.message.layer[1:]
    assert layer.bottom == ["x"]
    assert layer.param[0].lr_mult == 3
    assert layer.inner_product_param.weight_filler.type == "xavier"


def test_an_edit_that_is_right_in_one_phase_only_is_refused() -> None:
    data = 'layer { name: "%s" type: "%s" bottom: "x" top: "y" include { phase: %s } }'
    net = loads(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [2, 5] } } }'
        + data % ("drop", "Dropout", "TRAIN")
        + data % ("tanh", "TanH", "TEST")
        + 'layer { name: "fc" type: "Softmax" bottom: "y" top: "fc" }'
    )
    check_refused(
        net, 'reads "y" of different layers in different states', lambda net: net.remove("drop")
    )
    net.remove("drop", "tanh")
    assert wiring(net)[1] == "fc: x -> fc"


# Rename ----------------------------------------------------------------------------------------


def test_layer_and_blob_are_renamed_everywhere() -> None:
    net = loads(NET)
    net.rename("conv1", "stem")
    assert wiring(net)[1:4] == ["stem: data -> stem", "relu1: stem -> stem", "pool1: stem -> pool1"]
    net.rename("stem", "s", "layer")
    net.rename("stem", "b", "blob")
    assert wiring(net)[1:3] == ["s: data -> b", "relu1: b -> b"]


def test_a_taken_or_unknown_name_is_refused() -> None:
    check_refused(
        loads(NET), 'a layer named "pool1" already exists', lambda n: n.rename("conv1", "pool1")
    )
    check_refused(
        loads(NET),
        'a blob named "pool1" already exists',
        lambda n: n.rename("conv1", "pool1", "blob"),
    )
    check_refused(loads(NET), 'no layer or blob is named "con1"', lambda n: n.rename("con1", "x"))


def test_an_input_field_is_renamed_in_its_own_format() -> None:
    net = loads(OLD)
    net.rename("data", "image")
    assert net.text == OLD.replace('"data"', '"image"')


# Insert and replace ----------------------------------------------------------------------------


def test_insert_after_goes_between_a_layer_and_its_readers() -> None:
    net = loads(NET)
    net.insert_after("conv1", 'name: "bn1" type: "BatchNorm"')
    assert wiring(net)[1:5] == [
        "conv1: data -> conv1",
        "bn1: conv1 -> bn1",
        "relu1: bn1 -> bn1",  # still in place
        "pool1: bn1 -> pool1",
    ]


def test_insert_after_in_place_rewires_nothing() -> None:
    net = loads(NET)
    net.insert_after("conv1", {"name": "bn1", "type": "BatchNorm", "top": "conv1"})
    assert wiring(net)[2:5] == [
        "bn1: conv1 -> conv1",
        "relu1: conv1 -> conv1",
        "pool1: conv1 -> pool1",
    ]


def test_insert_before_rewires_only_that_layer() -> None:
    net = loads(NET)
    net.insert_before("pool1", [{"name": "n", "type": "LRN"}, {"name": "t", "type": "TanH"}])
    assert wiring(net)[3:6] == ["n: conv1 -> n", "t: n -> t", "pool1: t -> pool1"]
    net.insert_before("relu1", {"name": "bn1", "type": "BatchNorm"})
    assert wiring(net)[2:4] == ["bn1: conv1 -> conv1", "relu1: conv1 -> conv1"]


def test_replace_takes_the_place_of_a_layer() -> None:
    net = loads(NET)
    net.replace("relu1", {"name": "prelu1", "type": "PReLU"})
    assert wiring(net)[2] == "prelu1: conv1 -> conv1"
    # A Convolution cannot work in place, so it gets a top of its own, which the pooling reads.
    conv = {"num_output": 8, "kernel_size": 1}
    net.replace("prelu1", {"name": "conv2", "type": "Convolution", "convolution_param": conv})
    assert wiring(net)[2:4] == ["conv2: conv1 -> conv2", "pool1: conv2 -> pool1"]
    assert net.analysis().blobs["skip"] == (2, 8, 4, 4)  # ceil((9 - 3) / 2) + 1


def test_bad_new_layers_are_refused() -> None:
    check_refused(
        loads(NET),
        'a layer named "fc" already exists',
        lambda n: n.insert_after("conv1", 'name: "fc" type: "ReLU"'),
    )
    check_refused(
        loads(NET), 'a layer has no field "nmae"', lambda n: n.insert_after("conv1", {"nmae": "x"})
    )
    check_refused(
        loads(NET), "needs a name and a type", lambda n: n.insert_after("conv1", 'name: "x"')
    )
    check_refused(
        loads(NET), "LayerParameter", lambda n: n.replace("conv1", 'name: "x" type: "ReLU" relu: 1')
    )
    check_refused(
        loads(NET),
        "kernel 30 does not fit",
        lambda n: n.replace(
            "pool1",
            'name: "c" type: "Convolution" convolution_param { num_output: 1 kernel_size: 30 }',
        ),
    )


# Set -------------------------------------------------------------------------------------------


def test_set_changes_the_layers_that_have_the_field() -> None:
    net = loads(NET)
    net.set("*", "convolution_param.engine", "CAFFE")
    net.set("conv*", "param[0].lr_mult", 2)
    net.set("conv1", "convolution_param.pad", 1)
    (conv, *others) = net.message.layer[1:]
    assert conv.convolution_param.engine == 1  # caffe.proto: CAFFE = 1
    assert conv.param[0].lr_mult == 2
    assert list(conv.convolution_param.pad) == [1]
    assert not any(layer.HasField("convolution_param") for layer in others)
    net.set("*", "convolution_param.pad", None)
    assert not net.message.layer[1].convolution_param.pad


def test_a_name_with_brackets_is_a_name_before_it_is_a_pattern() -> None:
    net = loads(NET.replace('"fc"', '"fc[1]"'))
    net.set("fc[1]", "inner_product_param.num_output", 7)
    assert net.message.layer[-1].inner_product_param.num_output == 7
    with pytest.raises(ProtogenError, match=r'no layer has a name that matches "fc\[2\]"'):
        net.set("fc[2]", "inner_product_param.num_output", 7)


def test_set_is_verified() -> None:
    check_refused(
        loads(NET),
        "kernel 30 does not fit",
        lambda n: n.set("conv1", "convolution_param.kernel_size", 30),
    )
    check_refused(
        loads(NET), "no field", lambda n: n.set("conv1", "convolution_param.kernal_size", 3)
    )
    check_refused(
        loads(NET), "relu_param", lambda n: n.set("relu1", "convolution_param.engine", "CAFFE")
    )
    check_refused(
        loads(NET),
        "must be an integer",
        lambda n: n.set("conv1", "convolution_param.num_output", "x"),
    )


# Cut -------------------------------------------------------------------------------------------


def test_cut_puts_an_input_of_the_right_shape_at_the_cut() -> None:
    net = loads(NET)
    net.cut("conv1", "skip")
    # A caffemodel has blobs for a layer "conv1", which an Input does not take.
    assert wiring(net) == [
        "conv1_input:  -> conv1",
        "pool1: conv1 -> pool1",
        "skip: pool1 pool1 -> skip",
    ]
    assert list(net.message.layer[0].input_param.shape[0].dim) == [2, 4, 9, 9]  # (19 - 3) / 2 + 1
    assert net.analysis().blobs["skip"] == (2, 4, 4, 4)


def test_cut_at_one_end() -> None:
    net = loads(NET)
    net.cut(end="conv1")
    assert [layer.name for layer in net.message.layer] == ["data", "conv1", "relu1"]
    net.cut("data")
    assert wiring(net) == ["data:  -> data", "conv1: data -> conv1", "relu1: conv1 -> conv1"]


def test_what_comes_from_beside_the_cut_is_an_input_too() -> None:
    beside = 'layer { name: "side" type: "Pooling" bottom: "data" top: "side"'
    beside += " pooling_param { kernel_size: 4 stride: 5 } }\nlayer"
    text = NET.replace("layer", beside, 2).replace(beside, "layer", 1)
    net = loads(text.replace('bottom: "pool1" bottom: "pool1"', 'bottom: "pool1" bottom: "side"'))
    net.cut("conv1", "skip")
    assert wiring(net)[:3] == [
        "conv1_input:  -> conv1",
        "side_input:  -> side",
        "pool1: conv1 -> pool1",
    ]


def test_cuts_that_cannot_be_made() -> None:
    check_refused(
        loads(NET), '"conv1" is not computed from "pool1"', lambda n: n.cut("pool1", "conv1")
    )
    check_refused(loads(NET), 'no layer produces a blob "relu1"', lambda n: n.cut("relu1"))
    check_refused(loads(NET), "expected a blob", lambda n: n.cut())
    unknown = NET.replace('"Input" top: "data" input_param { shape { dim: [2, 3, 19, 19] } }',
                          '"Data" top: "data"')  # fmt: skip
    check_refused(loads(unknown), 'the shape of "conv1" at the cut is', lambda n: n.cut("conv1"))
    net = loads(unknown)
    net.cut("conv1", inputs={"data": (1, 3, 19, 19)})
    assert net.analysis().blobs["fc"] == (1, 5)


# Whole nets ------------------------------------------------------------------------------------


def test_a_composed_net_is_edited_too() -> None:
    with Net("composed") as net:
        x = protogen.layers.Input(shape=[1, 3, 8, 8], name="data")
        protogen.layers.ReLU(x, name="relu")
    net.rename("data", "image")
    net.insert_after(
        "image", 'name: "p" type: "Pooling" pooling_param { kernel_size: 2 stride: 2 }'
    )
    assert wiring(net) == ["image:  -> image", "p: image -> p", "relu: p -> relu"]
    assert net.analysis(State("TRAIN")).blobs["relu"] == (1, 3, 4, 4)


def test_a_text_that_cannot_be_read_is_not_edited() -> None:
    check_refused(loads(NET + "layer {"), "T101|T1", lambda net: net.remove("relu1"))
