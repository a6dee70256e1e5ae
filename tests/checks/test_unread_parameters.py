"""Real Caffe loads each of these nets, and computes the same without the message."""

from __future__ import annotations

import pytest

from tests.checks.nets import findings, fixed, image, in_place, layer

DROPPED = image(3, 8) + in_place("r", "ReLU", "data", dropout_param="dropout_ratio: 0.3")


def test_the_whole_message() -> None:
    assert findings(DROPPED, "S209") == [
        'net.prototxt:5:3: warning[S209] layer "r" (ReLU): has dropout_param, which its type does'
        " not read; only Dropout does\n"
        "  why:   Caffe ignores the parameters of other types\n"
        '  hint:  set type: "Dropout"\n'
        "         or remove dropout_param"
    ]
    assert 'type: "Dropout"' in fixed(DROPPED, "S209")


def test_the_message_of_a_similar_type() -> None:
    pool = layer("p", "Pooling", "data", convolution_param="kernel_size: 2 stride: 2")
    (text,) = findings(image(3, 8) + pool, "S209")
    assert "only Convolution, Deconvolution and Im2col do" in text
    assert text.endswith(
        "  hint:  rename convolution_param to pooling_param\n         or remove convolution_param"
    )


def test_the_message_under_a_wrong_name() -> None:
    conv = layer("c", "Im2col", "data", pooling_param="kernel_size: 2 stride: 2")
    (text,) = findings(image(3, 8) + conv, "S209")
    assert text.endswith(
        "  hint:  rename pooling_param to convolution_param\n         or remove pooling_param"
    )
    text = fixed(image(3, 8) + conv, "S209")
    assert "pooling_param" not in text
    assert "kernel_size: 2" in text


def test_a_layer_with_its_own_message_too() -> None:
    relu = in_place("r", "ReLU", "data", relu_param="", dropout_param="dropout_ratio: 0.3")
    (text,) = findings(image(3, 8) + relu, "S209")
    assert text.endswith("  hint:  remove dropout_param")


@pytest.mark.parametrize(
    "text",
    [
        layer("c", "Deconvolution", "data", convolution_param="num_output: 2 kernel_size: 2"),
        layer("s", "SoftmaxWithLoss", "data", "data", softmax_param="", loss_param=""),
        layer("i", "InfogainLoss", "data", "data", softmax_param="axis: 1"),
        layer("i", "ImageData", data_param="prefetch: 2").replace("bottom", ""),
        layer("n", "Normalize", "data", scale_param="bias_term: true"),  # a type of forks
        layer("c", "Convolution", "data", quantization_param=""),  # a field of forks
        layer("x", "NoSuchType", "data", scale_param="bias_term: true"),
    ],
)
def test_messages_that_may_be_read(text: str) -> None:
    assert findings(image(3, 8) + text, "S209") == []
