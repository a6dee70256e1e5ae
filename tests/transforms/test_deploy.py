"""Deploy nets: what becomes of data, losses, heads and the fields that only training reads.

The whole text of a deploy net is written by hand. Published pairs of a training and a deploy net
are compared where their files are there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen import ProtogenError, loads
from protogen.differences import weights_fit
from protogen.transforms import Deploy

DATA = """\
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 24 mean_value: 104 mean_value: 117 mean_value: 123 }
  data_param { source: "train_lmdb" batch_size: 64 backend: LMDB } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  transform_param { crop_size: 24 mean_value: 104 mean_value: 117 mean_value: 123 }
  data_param { source: "val_lmdb" batch_size: 50 backend: LMDB } }
"""


def fc(name: str, bottom: str, number: int = 10) -> str:
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}"'
        " param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }"
        f' inner_product_param {{ num_output: {number} weight_filler {{ type: "xavier" }} }} }}\n'
    )


def loss(
    name: str, bottom: str, label: str = "label", kind: str = "SoftmaxWithLoss", more: str = ""
) -> str:
    return (
        f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" bottom: "{label}"'
        f' top: "{name}" {more} }}\n'
    )


def types(net: protogen.Net) -> list[str]:
    return [layer.type for layer in net.message.layer]


def wiring(net: protogen.Net) -> list[tuple[str, list[str], list[str]]]:
    return [(layer.name, list(layer.bottom), list(layer.top)) for layer in net.message.layer]


def outputs(net: protogen.Net) -> list[str]:
    return [value.name for value in net.analysis().graph.outputs()]


TRAIN_VAL = (
    'name: "Small"\n'
    + DATA
    + """\
# The only convolution.
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  param { lr_mult: 1 } param { name: "bias" lr_mult: 2 }
  convolution_param { num_output: 8 kernel_size: 5 weight_filler { type: "msra" } } }
layer { name: "drop1" type: "Dropout" bottom: "conv1" top: "conv1" }
"""
    + fc("fc", "conv1")
    + loss("loss", "fc", more="loss_weight: 1")
    + 'layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy" }\n'
)

DEPLOY = """\
name: "Small"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param {
    shape {
      dim: 1
      dim: 3
      dim: 24
      dim: 24
    }
  }
}
# The only convolution.
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  param { } param { name: "bias" }
  convolution_param { num_output: 8 kernel_size: 5 } }
layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc"
  inner_product_param { num_output: 10 } }
layer {
  name: "prob"
  type: "Softmax"
  bottom: "fc"
  top: "prob"
}
"""


def test_the_deploy_net_of_a_classifier() -> None:
    net = loads(TRAIN_VAL)
    result = protogen.deploy(net)
    assert result.net.message == loads(DEPLOY).message
    assert "# The only convolution.\n" in result.net.text
    assert weights_fit(net, result.net).complete
    assert net.text == TRAIN_VAL
    assert result.origins == (None, 2, 4, None)
    assert result.report == (
        'input "data" 1x3x24x24, in place of layer "data" (Data): the size is its crop_size',
        'before you fill "data": subtract 104, 117, 123, as "data" did',
        'output "prob", Softmax of "fc", in place of "loss" (SoftmaxWithLoss)',
        'removed "data" (Data): the caller provides the data',
        'removed "loss" (SoftmaxWithLoss): only training needs a loss',
        'removed "accuracy" (Accuracy): for whoever trains the net',
        'removed "drop1" (Dropout): copies its bottom in TEST',
        "removed lr_mult from 2 layers",
        "removed decay_mult from 1 layer",
        "removed fillers from 2 layers",
    )
    assert result.diagnostics == []


def test_a_deploy_net_is_not_changed() -> None:
    net = loads(DEPLOY)
    result = protogen.deploy(net)
    assert (result.modified, result.net) == (False, net)
    assert result.report[0].startswith("is a deploy net already")


def test_options_also_change_a_deploy_net() -> None:
    net = protogen.deploy(loads(DEPLOY), batch=10, outputs=["conv1"]).net
    assert types(net) == ["Input", "Convolution"]
    assert net.analysis().blobs["conv1"] == (10, 8, 20, 20)


def test_raw_scores_and_kept_layers() -> None:
    net = protogen.deploy(loads(TRAIN_VAL), probability=False, keep=["Dropout"]).net
    assert types(net) == ["Input", "Convolution", "Dropout", "InnerProduct"]
    assert types(protogen.deploy(loads(TRAIN_VAL), keep=["drop1"]).net)[2] == "Dropout"
    with pytest.raises(ProtogenError, match=r'cannot keep "Dropuot".*\n.*did you mean "Dropout"'):
        protogen.deploy(loads(TRAIN_VAL), keep=["Dropuot"])


def test_an_old_format_is_upgraded() -> None:
    v1 = """\
layers { name: "data" type: DATA top: "data" top: "label"
  transform_param { crop_size: 28 } data_param { batch_size: 4 } }
layers { name: "fc" type: INNER_PRODUCT bottom: "data" top: "fc" blobs_lr: 1
  inner_product_param { num_output: 4 } }
layers { name: "loss" type: SOFTMAX_LOSS bottom: "fc" bottom: "label" }
"""
    result = protogen.deploy(loads(v1))
    assert wiring(result.net) == [
        ("data", [], ["data"]),
        ("fc", ["data"], ["fc"]),
        ("prob", ["fc"], ["prob"]),
    ]
    assert result.report[0] == "upgraded from an old format"
    unsized = v1.replace("crop_size: 28", "")
    with pytest.raises(ProtogenError, match=r'^old.prototxt:1:1: error.G112. layer "data"'):
        protogen.deploy(loads(unsized, "old.prototxt"))
    assert result.origins == (None, 1, None)


# Inputs ------------------------------------------------------------------------------------------


def test_an_unknown_size_is_asked_for() -> None:
    data = (
        'layer { name: "mnist" type: "Data" top: "data" top: "label" data_param { batch_size: 4 } }'
    )
    net = loads(data + fc("fc", "data") + loss("loss", "fc"))
    message = (
        r'1:1: error.G112. layer "mnist" .*"data" is unknown: 1x\?x\?x\?\n  hint:  give it: --input'
    )
    with pytest.raises(ProtogenError, match=message + " data=1xCxHxW$"):
        protogen.deploy(net)
    given = protogen.deploy(net, inputs={"data": (None, 1, 28, 28)}, batch=2).net
    assert given.analysis().blobs["data"] == (2, 1, 28, 28)


def test_the_size_is_that_of_test() -> None:
    larger = DATA.replace("crop_size: 24", "crop_size: 28", 1)
    conv = (
        'layer { name: "c" type: "Convolution" bottom: "data" top: "c"'
        " convolution_param { num_output: 4 kernel_size: 3 } }\n"
    )
    net = protogen.deploy(loads(larger + conv + loss("loss", "c"))).net
    assert net.analysis().blobs["c"] == (1, 4, 22, 22)
    # Caffe cannot share these weights with the test net either.
    message = 'layer "f" needs weights of 10x1728, but the training net learns 10x2352'
    with pytest.raises(ProtogenError, match=message):
        protogen.deploy(loads(larger + fc("f", "data") + loss("loss", "f")))


def test_unknown_channels_are_assumed() -> None:
    net = loads(
        DATA.replace("mean_value: 104 mean_value: 117", "") + fc("f", "data") + loss("l", "f")
    )
    result = protogen.deploy(net)
    assert result.net.analysis().blobs["data"] == (1, 3, 24, 24)
    assert "--input data=1x1x24x24" in result.diagnostics[0].hint


def test_an_input_in_the_middle_and_one_that_nothing_needs() -> None:
    net = loads(DATA + fc("a", "data") + fc("b", "a") + loss("loss", "b"))
    deployed = protogen.deploy(net, inputs={"a": (1, 10)}).net
    assert wiring(deployed) == [("a", [], ["a"]), ("b", ["a"], ["b"]), ("prob", ["b"], ["prob"])]
    with pytest.raises(ProtogenError, match='do not depend on the input "label"'):
        protogen.deploy(net, inputs={"label": (1,)})


def test_an_input_that_does_not_fit_is_an_error() -> None:
    message = r'^<text>:.*S107\] layer "conv1" .*\n  where: in the deploy net, .* "data" 1x3x3x3'
    with pytest.raises(ProtogenError, match=message):
        protogen.deploy(loads(TRAIN_VAL), inputs={"data": (1, 3, 3, 3)})
    weights = 'layer "conv1" needs weights of 8x1x5x5, but the training net learns 8x3x5x5'
    with pytest.raises(ProtogenError, match=weights):
        protogen.deploy(loads(TRAIN_VAL), inputs={"data": (1, 1, 24, 24)})
    with pytest.raises(ValueError, match="batch must be at least 1, got 0"):
        Deploy(batch=0)


def test_a_layer_of_an_unknown_fork_stays() -> None:
    net = loads(
        DATA
        + 'layer { name: "x" type: "Blur" bottom: "data" top: "x" }\n'
        + fc("f", "x")
        + loss("l", "f")
    )
    result = protogen.deploy(net)
    assert types(result.net) == ["Input", "Blur", "InnerProduct", "Softmax"]
    assert [(each.name, each.severity.value) for each in result.diagnostics] == [
        ("unknown-type", "warning")
    ]


def test_siamese_twins_become_one() -> None:
    twins = (
        'layer { name: "pairs" type: "Data" top: "pair" top: "same"'
        " data_param { batch_size: 4 } }\n"
        'layer { name: "slice" type: "Slice" bottom: "pair" top: "x" top: "x_p"'
        " slice_param { slice_point: 1 } }\n"
        + fc("feat", "x").replace("param { lr_mult: 1", 'param { name: "w" lr_mult: 1')
        + fc("feat_p", "x_p").replace("param { lr_mult: 1", 'param { name: "w" lr_mult: 1')
        + 'layer { name: "loss" type: "ContrastiveLoss" bottom: "feat" bottom: "feat_p"'
        ' bottom: "same" top: "loss" }'
    )
    with pytest.raises(
        ProtogenError, match='2 equal predictions of the same labels: "feat", "feat_p"'
    ):
        protogen.deploy(loads(twins))
    net = protogen.deploy(loads(twins), outputs=["feat"], inputs={"x": (1, 1, 28, 28)}).net
    assert wiring(net) == [("x", [], ["x"]), ("feat", ["x"], ["feat"])]
    assert [param.name for param in net.message.layer[1].param] == ["w"]


def test_a_label_that_the_prediction_needs() -> None:
    net = loads(
        DATA
        + fc("f", "data")
        + 'layer { name: "margin" type: "MarginInnerProduct" bottom: "f" bottom: "label"'
        ' top: "m" top: "lambda" margin_inner_product_param { num_output: 9 } }\n'
        + loss("loss", "m")
    )
    with pytest.raises(
        ProtogenError, match=r'needs the label "label".*\n.*--outputs f; or make it'
    ):
        protogen.deploy(net)
    assert types(protogen.deploy(net, outputs=["f"]).net) == ["Input", "InnerProduct"]
    assert "label" in protogen.deploy(net, inputs={"label": (1,)}).net.analysis().blobs


def test_labels_are_prepared_for_nobody() -> None:
    net = loads(
        DATA
        + fc("f", "data")
        + 'layer { name: "flat" type: "Flatten" bottom: "label" top: "flat" }\n'
        + 'layer { name: "mute" type: "Silence" bottom: "data" }\n'
        + loss("loss", "f", "flat", kind="EuclideanLoss")
    )
    result = protogen.deploy(net)
    assert types(result.net) == ["Input", "InnerProduct"]
    assert 'removed "flat" (Flatten): for labels only' in result.report
    assert 'removed "mute" (Silence): no output depends on it' in result.report


def test_an_autoencoder_compares_with_its_own_data() -> None:
    net = loads(
        DATA
        + 'layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }\n'
        + fc("decode", "flat", 3 * 24 * 24)
        + loss("cross", "decode", "flat", kind="SigmoidCrossEntropyLoss", more="loss_weight: 1")
        + 'layer { name: "sig" type: "Sigmoid" bottom: "decode" top: "sig" }\n'
        + loss("l2", "sig", "flat", kind="EuclideanLoss", more="loss_weight: 0")
    )
    # The Sigmoid that is there already is what the loss predicts.
    assert wiring(protogen.deploy(net).net)[1:] == [
        ("flat", ["data"], ["flat"]),
        ("decode", ["flat"], ["decode"]),
        ("sig", ["decode"], ["sig"]),
    ]


# Outputs -----------------------------------------------------------------------------------------

HEADS = (
    DATA
    + fc("a", "data")
    + fc("b", "a")
    + fc("c", "b")
    + fc("aux", "a")
    + fc("main", "c")
    + loss("loss1", "aux", more="loss_weight: 0.3")
    + loss("loss2", "main")
)


def test_an_auxiliary_head_is_cut() -> None:
    result = protogen.deploy(loads(HEADS))
    assert [layer.name for layer in result.net.message.layer] == [
        "data",
        "a",
        "b",
        "c",
        "main",
        "prob",
    ]
    assert 'cut the auxiliary head of "loss1" (weight 0.3)' in result.report
    assert 'removed "aux" (InnerProduct): part of an auxiliary head' in result.report


@pytest.mark.parametrize("weight", ["", "loss_weight: 0.3"])
def test_an_auxiliary_head_may_have_the_same_weight(weight: str) -> None:
    """All three heads of one published GoogLeNet have the weight 0.3."""
    text = HEADS.replace("loss_weight: 0.3", "") + loss("loss3", "main", more=weight)
    assert outputs(protogen.deploy(loads(text)).net) == ["prob"]


def test_maps_of_a_sigmoid_all_count() -> None:
    text = HEADS.replace("loss_weight: 0.3", "")
    text = text.replace("SoftmaxWithLoss", "SigmoidCrossEntropyLoss").replace('"label"', '"map"')
    with pytest.raises(
        ProtogenError, match='2 equal predictions of the same labels: "aux", "main"'
    ):
        protogen.deploy(loads(text))


def test_equal_heads_are_asked_for() -> None:
    net = loads(HEADS.replace(fc("aux", "a"), fc("aux", "c")))
    message = r'"aux", "main"\n.*\n.*--outputs main, or all: --outputs aux,main'
    with pytest.raises(ProtogenError, match=message):
        protogen.deploy(net)
    with pytest.raises(ProtogenError, match=message):  # the earlier head has the greater weight
        protogen.deploy(loads(HEADS.replace("loss_weight: 0.3", "loss_weight: 3")))
    assert outputs(protogen.deploy(net, outputs=["loss1"]).net) == ["prob"]
    both = protogen.deploy(net, outputs=["aux", "main"]).net
    assert sorted(outputs(both)) == ["aux_prob", "main_prob"]
    with pytest.raises(ProtogenError, match=r'output "man" is not a blob.*\n.*did you mean "main"'):
        protogen.deploy(net, outputs=["man"])


def test_heads_for_different_labels_are_kept() -> None:
    ages = 'layer { name: "h" type: "HDF5Data" top: "age" hdf5_data_param { batch_size: 4 } }\n'
    text = HEADS.replace("loss_weight: 0.3", "")
    net = loads(ages + text.replace('"aux" bottom: "label"', '"aux" bottom: "age"'))
    assert sorted(outputs(protogen.deploy(net).net)) == ["aux_prob", "main_prob"]


def test_a_prediction_on_the_way_to_another_is_not_an_output() -> None:
    net = loads(
        DATA
        + fc("a", "data")
        + fc("b", "a")
        + loss("center", "a", kind="CenterLoss", more="center_loss_param { num_output: 10 }")
        + loss("loss", "b")
    )
    result = protogen.deploy(net)
    assert outputs(result.net) == ["prob"]
    assert any(
        line.startswith('"a", which "center" trains, is not an output') for line in result.report
    )


def test_side_outputs_count_as_much_as_their_fusion() -> None:
    """As in HED, whose deploy net has six outputs."""
    text = DATA + fc("a", "data") + fc("b", "a") + loss("l1", "a") + loss("l2", "b")
    assert sorted(outputs(protogen.deploy(loads(text)).net)) == ["a_prob", "b_prob"]
    lighter = text.replace('top: "l1" ', 'top: "l1" loss_weight: 0.5')
    assert outputs(protogen.deploy(loads(lighter)).net) == ["prob"]


def test_a_net_without_a_loss_asks_for_its_outputs() -> None:
    net = loads(DATA + fc("a", "data") + fc("b", "a"))
    with pytest.raises(
        ProtogenError, match=r"no loss, so .*\n  hint:  name the outputs: --outputs b"
    ):
        protogen.deploy(net)
    assert outputs(protogen.deploy(net, outputs=["b"]).net) == ["b"]


def test_the_axis_of_the_loss_and_a_softmax_that_is_there() -> None:
    text = DATA + fc("a", "data") + loss("l", "a", more="softmax_param { axis: -1 }")
    assert protogen.deploy(loads(text)).net.message.layer[-1].softmax_param.axis == -1
    there = (
        text + 'layer { name: "p" type: "Softmax" bottom: "a" top: "p" softmax_param { axis: -1 } }'
    )
    assert outputs(protogen.deploy(loads(there)).net) == ["p"]
    other = text + 'layer { name: "prob" type: "Softmax" bottom: "a" top: "prob" }'
    assert outputs(protogen.deploy(loads(other)).net) == ["prob"]


def test_a_loss_that_nobody_knows_leaves_its_bottom() -> None:
    net = loads(
        DATA
        + fc("a", "data")
        + loss(
            "l", "a", kind="Python", more='python_param { module: "m" layer: "L" } loss_weight: 1'
        )
    )
    result = protogen.deploy(net)
    assert outputs(result.net) == ["a"]
    assert 'what it computes from "a" is unknown' in result.diagnostics[0].message


def test_ssd_detects() -> None:
    net = loads(
        """\
layer { name: "data" type: "AnnotatedData" top: "data" top: "label" include { phase: TRAIN }
  transform_param { resize_param { height: 30 width: 30 } mean_value: [104, 117, 123] }
  data_param { batch_size: 8 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 8 kernel_size: 1 } }
layer { name: "prior" type: "PriorBox" bottom: "conv" bottom: "data" top: "prior"
  prior_box_param { min_size: 4 } }
layer { name: "loc" type: "Flatten" bottom: "conv" top: "loc" }
layer { name: "conf" type: "Flatten" bottom: "conv" top: "conf" }
layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior"
  bottom: "label" top: "loss" include { phase: TRAIN }
  multibox_loss_param { num_classes: 8 code_type: CENTER_SIZE } }
""".replace("num_output: 8", "num_output: 4").replace("num_classes: 8", "num_classes: 4")
    )
    deployed = protogen.deploy(net).net
    assert wiring(deployed)[-4:] == [
        ("conf_reshape", ["conf"], ["conf_reshape"]),
        ("conf_softmax", ["conf_reshape"], ["conf_softmax"]),
        ("conf_flatten", ["conf_softmax"], ["conf_flatten"]),
        ("detection_out", ["loc", "conf_flatten", "prior"], ["detection_out"]),
    ]
    assert deployed.analysis().blobs["conf_softmax"] == (1, 900, 4)
    param = deployed.message.layer[-1].detection_output_param
    assert (param.num_classes, param.keep_top_k, param.nms_param.top_k) == (4, 200, 400)
    assert (
        param.code_type
        == param.DESCRIPTOR.fields_by_name["code_type"]
        .enum_type.values_by_name["CENTER_SIZE"]
        .number
    )


def test_faster_r_cnn_uses_all_proposals() -> None:
    python = 'python_param { module: "rpn" layer: "%s" }'
    net = loads(
        'layer { name: "in" type: "Python" top: "data" top: "im_info" top: "gt"'
        f" {python % 'RoIDataLayer'} }}\n"
        'layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"'
        " convolution_param { num_output: 8 kernel_size: 1 } }\n"
        'layer { name: "proposal" type: "Python" bottom: "conv" bottom: "im_info" top: "rpn_rois"'
        f" {python % 'ProposalLayer'} }}\n"
        'layer { name: "roi-data" type: "Python" bottom: "rpn_rois" bottom: "gt" top: "rois"'
        f' top: "labels" {python % "ProposalTargetLayer"} }}\n'
        'layer { name: "pool" type: "ROIPooling" bottom: "conv" bottom: "rois" top: "pool"'
        " roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 1 } }\n"
        + fc("cls", "pool")
        + loss("loss", "cls", "labels")
    )
    with pytest.raises(ProtogenError, match=r"--input data=1xCxHxW\n.*\n.*--input im_info=1xCxHxW"):
        protogen.deploy(net)
    result = protogen.deploy(net, inputs={"data": (1, 3, 9, 9), "im_info": (1, 3)})
    assert ("pool", ["conv", "rpn_rois"], ["pool"]) in wiring(result.net)
    assert 'removed "roi-data" (Python): all proposals are used in TEST' in result.report


# Layers and fields -------------------------------------------------------------------------------


def test_a_dropout_beside_its_bottom_is_bypassed() -> None:
    drop = 'layer { name: "d" type: "Dropout" bottom: "a" top: "d" %s }\n'
    text = DATA + fc("a", "data") + drop + fc("b", "d") + loss("loss", "b")
    assert ("b", ["a"], ["b"]) in wiring(protogen.deploy(loads(text % "")).net)
    # Bayesian SegNet samples in TEST, too, and the fork of Fast R-CNN scales there.
    for field in ("sample_weights_test: true", "scale_train: false"):
        assert "Dropout" in types(protogen.deploy(loads(text % f"dropout_param {{ {field} }}")).net)
    last = DATA + fc("a", "data") + drop % "" + loss("loss", "d", kind="EuclideanLoss")
    assert outputs(protogen.deploy(loads(last)).net) == ["d"]


def test_the_statistics_of_the_batch_are_not_used() -> None:
    net = loads(
        DATA + 'layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn"'
        " batch_norm_param { use_global_stats: false eps: 1e-3 } }\n"
        + fc("a", "bn")
        + loss("loss", "a")
    )
    result = protogen.deploy(net)
    param = result.net.message.layer[1].batch_norm_param
    assert not param.HasField("use_global_stats")
    assert param.HasField("eps")
    assert "use_global_stats: false is removed" in result.diagnostics[0].message


def test_a_layer_for_test_only_has_no_weights() -> None:
    net = loads(
        DATA
        + fc("a", "data")
        + fc("b", "a").replace("top:", "include { phase: TEST } top:")
        + loss("l", "b")
    )
    assert "runs in TEST only" in protogen.deploy(net).diagnostics[0].message


def test_a_file_with_a_deploy_stage() -> None:
    """As DIGITS writes its nets."""
    net = loads(
        DATA.replace("phase: TRAIN", 'stage: "train"').replace("phase: TEST", 'stage: "val"')
        + fc("a", "data")
        + loss("loss", "a", more='exclude { stage: "deploy" }')
        + 'layer { name: "sm" type: "Softmax" bottom: "a" top: "sm" include { stage: "deploy" } }'
    )
    result = protogen.deploy(net, inputs={"data": (1, 3, 24, 24)})
    assert wiring(result.net)[1:] == [("a", ["data"], ["a"]), ("sm", ["a"], ["sm"])]
    assert not result.net.message.layer[2].include
    raw = loads(
        net.text.replace(
            'type: "Softmax" bottom: "a" top: "sm"', 'type: "ReLU" bottom: "a" top: "r"'
        )
    )
    assert outputs(protogen.deploy(raw, inputs={"data": (1, 3, 24, 24)}).net) == ["r"]


def test_a_file_that_gets_its_data_from_the_caller_in_test() -> None:
    """As DetectNet of DIGITS, whose losses read blobs that do not exist in its deploy net."""
    net = loads(
        DATA.replace("phase: TEST", 'phase: TEST stage: "val"')
        + 'layer { name: "input" type: "Input" top: "data" include { phase: TEST not_stage: "val" }'
        " input_param { shape { dim: [1, 3, 24, 24] } } }\n"
        + fc("a", "data")
        + fc("b", "data")
        + 'layer { name: "m" type: "Eltwise" bottom: "a" bottom: "mask" top: "m"'
        " include { phase: TRAIN } }\n"
        + loss("loss", "m", more="include { phase: TRAIN }")
        + loss("loss2", "b", "other", kind="EuclideanLoss", more="include { phase: TRAIN }")
    )
    assert sorted(outputs(protogen.deploy(net).net)) == ["a", "b"]


def test_a_label_and_a_loss_for_training_only() -> None:
    """As nets are often composed: the data is an Input in both phases."""
    data = (
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [4, 3] } } }\n'
    )
    label = 'layer { name: "label" type: "Input" top: "label" include { phase: TRAIN } }\n'
    only = "include { phase: TRAIN }"
    text = data + label + fc("a", "data") + fc("b", "a")
    result = protogen.deploy(loads(text + loss("loss", "b", more=only)))
    assert outputs(result.net) == ["prob"]
    aux = loss("aux", "a2", more=f"{only} loss_weight: 0.3") + loss("loss", "b", more=only)
    both = protogen.deploy(loads(text + fc("a2", "data") + aux))
    assert outputs(both.net) == ["prob"]


# Published pairs ---------------------------------------------------------------------------------

#: Pairs with both files in the folder of public nets, and the fields in which they differ:
#: one says use_global_stats: true, which is the default in TEST.
PAIRS = {
    "DeepScale+SqueezeNet@master/SqueezeNet_v1.0/{train_val,deploy}": set(),
    "SnailTyan+caffe-model-zoo@head/ResNet-50/{train_val,deploy}": set(),
    "SnailTyan+caffe-model-zoo@head/VGG16/{train_val,deploy}": set(),
    "SnailTyan+caffe-model-zoo@head/BN-GoogLeNet/{train_val,deploy}": {"batch_norm_param"},
}


@pytest.mark.parametrize("pair", PAIRS)
def test_published_pairs(pair: str, conformance: Path) -> None:
    folder, names = pair.rsplit("/", 1)
    train, published = (
        conformance / "nets" / folder / f"{name}.prototxt" for name in names.strip("{}").split(",")
    )
    if not train.exists():
        pytest.skip(f"no {pair}")
    net = protogen.deploy(train).net
    assert weights_fit(protogen.load(train), net).of("filler", "aborts", "unknown") == []
    found = protogen.diff(net, protogen.load(published), ignore=["training"])
    # The published files keep Dropout layers.
    differences = [
        each
        for each in found.differences
        if each.kind not in ("learnable", "shape") and each.type not in ("Dropout", "Input")
    ]
    assert {each.path for each in differences} == PAIRS[pair]


def test_a_loss_without_all_its_bottoms() -> None:
    text = DATA + 'layer { name: "loss" type: "MultiBoxLoss" bottom: "data" bottom: "label" }\n'
    with pytest.raises(ProtogenError, match="expected 4 bottoms, got 2"):
        Deploy()(loads(text))
