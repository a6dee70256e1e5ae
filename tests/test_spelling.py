"""Which name is suggested for a misspelled one, and for which there is no suggestion."""

from __future__ import annotations

import pytest

from protogen import layers, proto
from protogen.diagnostics import did_you_mean
from protogen.spelling import nearest

TYPES = [schema.type for schema in layers.all_types()]
OF_LAYER = list(proto.LayerParameter.DESCRIPTOR.fields_by_name)
OF_CONVOLUTION = list(proto.ConvolutionParameter.DESCRIPTOR.fields_by_name)
OF_POOLING = list(proto.PoolingParameter.DESCRIPTOR.fields_by_name)
OF_IMAGE_DATA = list(proto.ImageDataParameter.DESCRIPTOR.fields_by_name)


@pytest.mark.parametrize(
    ("written", "intended"),
    [
        # The same letters.
        ("Relu", "ReLU"),
        ("Prelu", "PReLU"),
        ("Batchnorm", "BatchNorm"),
        ("SoftMaxWithLoss", "SoftmaxWithLoss"),
        ("Inner_Product", "InnerProduct"),
        # Slips of typing.
        ("Convolutoin", "Convolution"),
        ("Poolling", "Pooling"),
        ("Sofmax", "Softmax"),
        ("Eltwse", "Eltwise"),
        ("InnerProdcut", "InnerProduct"),
        ("EuclidianLoss", "EuclideanLoss"),
        # Abbreviations, and other forms of a word.
        ("Conv", "Convolution"),
        ("Pool", "Pooling"),
        ("Deconv", "Deconvolution"),
        ("InnerProd", "InnerProduct"),
        ("BatchNormalization", "BatchNorm"),
        ("Concatenate", "Concat"),
        ("ConvolutionLayer", "Convolution"),
        # A word left out.
        ("SoftmaxLoss", "SoftmaxWithLoss"),
        ("SigmoidCrossEntropy", "SigmoidCrossEntropyLoss"),
    ],
)
def test_a_layer_type_that_was_intended(written: str, intended: str) -> None:
    assert nearest(written, TYPES) == intended


@pytest.mark.parametrize(
    "written",
    [
        *("Custom1", "CustomLayerX", "PowerFlow", "LaneMarking", "Recall2", "Expand", "Dense"),
        *("Linear", "FullyConnected", "LeakyReLU", "MaxPooling", "Add2", "Mul", "Logistic"),
        *("STFT", "MaskLoss", "GroupNorm", "Res", "", "?", "3", "ゑ"),
    ],
)
def test_a_layer_type_that_nobody_knows(written: str) -> None:
    assert nearest(written, TYPES) == ""


@pytest.mark.parametrize(
    ("written", "fields", "intended"),
    [
        ("conv_param", OF_LAYER, "convolution_param"),
        ("pool_param", OF_LAYER, "pooling_param"),
        ("pooling", OF_LAYER, "pooling_param"),
        ("batch_normalization_param", OF_LAYER, "batch_norm_param"),
        ("relu_parm", OF_LAYER, "relu_param"),
        ("bottoms", OF_LAYER, "bottom"),
        ("typ", OF_LAYER, "type"),
        ("kernal_size", OF_CONVOLUTION, "kernel_size"),
        ("kernelsize", OF_CONVOLUTION, "kernel_size"),
        ("padding", OF_CONVOLUTION, "pad"),
        ("strides", OF_CONVOLUTION, "stride"),
        ("num_out", OF_CONVOLUTION, "num_output"),
        ("dilate", OF_CONVOLUTION, "dilation"),
    ],
)
def test_a_field_that_was_intended(written: str, fields: list[str], intended: str) -> None:
    assert nearest(written, fields) == intended


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ("attention_param", OF_LAYER),
        ("driving_data_param", OF_LAYER),
        ("power_flow_param", OF_LAYER),
        ("weight_decay", OF_LAYER),
        ("blobs_lr", OF_LAYER),
        ("lr_mult", OF_LAYER),
        # kernel_h and kernel_w are as near; kernel_size, too.
        ("kernel_x", OF_CONVOLUTION),
        ("kernel", OF_CONVOLUTION),
        ("crop_x", OF_CONVOLUTION),
        ("outputs", OF_CONVOLUTION),
        ("window_size", OF_POOLING),
        ("show_frames", OF_IMAGE_DATA),
        ("new_depth", OF_IMAGE_DATA),
    ],
)
def test_a_field_that_nobody_knows(written: str, fields: list[str]) -> None:
    assert nearest(written, fields) == ""


@pytest.mark.parametrize(
    ("written", "known", "intended"),
    [
        ("labl", ["data", "label"], "label"),
        ("dta", ["data", "label"], "data"),
        ("cov1", ["conv1", "conv2"], "conv1"),
        ("conv1-1", ["conv1_1", "conv1_2"], "conv1_1"),
        ("conv5", ["conv4", "conv3", "conv"], ""),
        ("res2a", ["res2b", "res2c"], ""),
        ("fc7", ["fc6", "fc8"], ""),
        ("P1O1", ["P101", "V101"], "P101"),
        ("P201", ["P101", "P102"], ""),
        ("trainval.prototxt", ["train_val.prototxt", "test.prototxt"], "train_val.prototxt"),
        ("train_val.prototxt", ["deploy.prototxt", "solver.prototxt"], ""),
        ("TRIAN", ["TRAIN", "TEST"], "TRAIN"),
        ("AVG", ["MAX", "AVE", "STOCHASTIC"], "AVE"),
    ],
)
def test_names_of_other_kinds(written: str, known: list[str], intended: str) -> None:
    assert nearest(written, known) == intended
    assert did_you_mean(written, known) == (f'did you mean "{intended}"?' if intended else "")


def test_a_tie_is_no_suggestion() -> None:
    assert nearest("lable", ["label"]) == "label"
    assert nearest("scorx", ["score", "scorn"]) == ""


@pytest.mark.parametrize(
    ("written", "intended"),
    [
        ("Dense", "InnerProduct"),
        ("FullyConnected", "InnerProduct"),
        ("MAX_POOL", "Pooling"),
        ("Conv2D", "Convolution"),
        ("SOFTMAX_LOSS", "SoftmaxWithLoss"),
        # One word of several, and other names that nobody knows.
        ("Mask", ""),
        ("Add2", ""),
    ],
)
def test_what_other_frameworks_and_formats_call_a_type(written: str, intended: str) -> None:
    assert layers.intended_type(written) == intended
