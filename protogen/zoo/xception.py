"""Xception: separable convolutions in residual blocks."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu, conv_bn

_NAMING = Naming("{}_bn", "{}_scale", "{}_relu")


@network(
    "xception",
    (209, 22_855_952, 54_568, 8_357_403_496),
    title="Xception",
    paper='Chollet 2016, "Xception: Deep Learning with Depthwise Separable Convolutions", Figure 5',
    source="soeaver/caffe-model: cls/inception/deploy_xception.prototxt",
)
def xception(form: Form, *, classes: int = 1000, size: int = 299) -> None:
    """Twelve residual blocks of separable convolutions, four of which halve the image."""
    x = form.image(size, batches=(32, 25), mirror=True, crop_size=size)
    # The entry flow.
    x = conv_bn(x, "conv1", _NAMING, eps=1e-3, num_output=32, kernel_size=3, stride=2)
    x = conv_bn(x, "conv2", _NAMING, eps=1e-3, num_output=64, kernel_size=3)
    x = _halving(x, 1, 128, 128)
    x = _halving(x, 2, 256, 256)
    x = _halving(x, 3, 728, 728)
    # The middle flow, eight times.
    for index in range(4, 12):
        x = _middle(x, f"xception{index}")
    # The exit flow.
    x = _halving(x, 12, 728, 1024)
    x = _separable(x, "conv3", 1536)
    x = _separable(x, "conv4", 2048)
    x = L.Pooling(x, name="pool_ave", pool="AVE", global_pooling=True)
    scores = L.InnerProduct(x, name=head("classifier", classes, 1000), num_output=classes)
    form.classify(scores, accuracy={"accuracy": 1, "accuracy_top5": 5})


def _halving(bottom: Blob, number: int, inner: int, num_output: int) -> Blob:
    """Two separable convolutions and a pooling, added to a 1x1 convolution with stride 2."""
    name = f"xception{number}"
    match = conv_bn(
        bottom,
        f"{name}_match_conv",
        _NAMING,
        relu=False,
        eps=1e-3,
        num_output=num_output,
        kernel_size=1,
        stride=2,
    )
    x = bottom
    # The first block reads what a ReLU has produced.
    if number > 1:
        x = L.ReLU(x, name=f"{name}_relu")
    x = _separable(x, f"{name}_conv1", inner)
    x = _separable(x, f"{name}_conv2", num_output, relu=False)
    # Its image is of even size: without a pad, rounding up gives the size of the shortcut.
    pad = None if number == 2 else 1
    x = L.Pooling(x, name=f"{name}_pool", pool="MAX", kernel_size=3, stride=2, pad=pad)
    added: Blob = L.Eltwise(match, x, name=f"{name}_elewise")
    return added


def _middle(bottom: Blob, name: str) -> Blob:
    """Three separable convolutions, added to the bottom."""
    x = L.ReLU(bottom, name=f"{name}_relu")
    x = _separable(x, f"{name}_conv1", 728)
    x = _separable(x, f"{name}_conv2", 728)
    x = _separable(x, f"{name}_conv3", 728, relu=False)
    added: Blob = L.Eltwise(bottom, x, name=f"{name}_elewise")
    return added


def _separable(bottom: Blob, name: str, num_output: int, relu: bool = True) -> Blob:
    """A 3x3 convolution of each channel, then a 1x1 convolution with batch normalization."""
    assert bottom.shape is not None
    channels = bottom.shape[1]
    x = L.Convolution(
        bottom,
        name=f"{name}_1",
        num_output=channels,
        group=channels,
        kernel_size=3,
        pad=1,
        bias_term=False,
    )
    x = L.Convolution(x, name=f"{name}_2", num_output=num_output, kernel_size=1, bias_term=False)
    return bn_relu(x, _NAMING.of(name), relu=relu, in_place=True, eps=1e-3)
