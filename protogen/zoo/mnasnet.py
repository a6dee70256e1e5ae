"""MnasNet-B1."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu

#: The stages: expansion, channels, stride, kernel and number of blocks.
_STAGES = {
    3: (3, 24, 2, 3, 3),
    4: (3, 40, 2, 5, 3),
    5: (6, 80, 2, 5, 3),
    6: (6, 96, 1, 3, 2),
    7: (6, 192, 2, 5, 4),
    8: (6, 320, 1, 3, 1),
}


@network(
    "mnasnet",
    (202, 3_656_296, 42_387, 356_049_024),
    title="MnasNet",
    paper=(
        'Tan et al. 2018, "MnasNet: Platform-Aware Neural Architecture Search for Mobile", Figure 7'
    ),
    source="eric612/MnasNet-caffe: train_val.prototxt",
    deviations=(
        "the published file is for training; for deployment a Softmax replaces its last layers",
        "with one loss layer for both phases, not one for each",
    ),
    needs=("ConvolutionDepthwise", "ReLU6"),
)
def mnasnet(form: Form, *, classes: int = 1000, size: int = 224, plain: bool = False) -> None:
    """Inverted residuals with 3x3 and 5x5 convolutions, as an automatic search arranged them."""
    x = form.image(
        size,
        batches=(64, 50),
        mirror=True,
        crop_size=size,
        mean_value=(127.5, 127.5, 127.5),
        scale=1 / 127.5,
    )
    layers = _Layers(plain)
    x = layers.convolution(x, "conv1", num_output=32, kernel_size=3, pad=1, stride=2)
    x = layers.depthwise(x, "conv2_1/dw", 16)
    x = layers.convolution(x, "conv2_1/sep", num_output=16, kernel_size=1)
    for stage, (expansion, channels, stride, kernel, blocks) in _STAGES.items():
        for index in range(1, blocks + 1):
            name = f"conv{stage}_{index}"
            # Only the first block of a stage may halve the image.
            step = stride if index == 1 else 1
            x = _block(layers, x, name, expansion, channels, step, kernel)
    x = L.Pooling(x, name="global_pool", pool="AVE", global_pooling=True)
    scores = L.InnerProduct(x, name=head("classifier", classes, 1000), num_output=classes)
    form.classify(scores, accuracy={"accuracy": 1, "accuracy_top5": 5})


def _block(
    layers: _Layers,
    bottom: Blob,
    name: str,
    expansion: int,
    num_output: int,
    stride: int,
    kernel: int,
) -> Blob:
    """An inverted residual; the first of a stage has no shortcut."""
    assert bottom.shape is not None
    channels = bottom.shape[1]
    # Counted from the channels of the result, also in the first block of a stage.
    inner = num_output * expansion
    x = layers.convolution(bottom, f"{name}/sep1", num_output=inner, kernel_size=1)
    x = layers.depthwise(x, f"{name}/dw", inner, kernel, stride)
    x = layers.convolution(x, f"{name}/sep2", relu=False, num_output=num_output, kernel_size=1)
    # A sum needs blobs of one shape.
    if channels != num_output:
        return x
    added: Blob = L.Eltwise(bottom, x, name=f"{name}/sep2/eltwise")
    return added


class _Layers:
    """Convolutions with ReLU6, in layers of a fork or in ``plain`` ones."""

    def __init__(self, plain: bool) -> None:
        self.plain = plain

    def convolution(self, bottom: Blob, name: str, *, relu: bool = True, **keywords: Any) -> Blob:
        x = L.Convolution(bottom, name=name, bias_term=False, **keywords)
        return self._normalized(x, name, relu)

    def depthwise(
        self, bottom: Blob, name: str, channels: int, kernel: int = 3, stride: int = 1
    ) -> Blob:
        layer = L.Convolution if self.plain else L.ConvolutionDepthwise
        x = layer(
            bottom,
            name=name,
            num_output=channels,
            group=channels,
            kernel_size=kernel,
            # So that 3x3 and 5x5 both keep the size.
            pad=kernel // 2,
            stride=stride,
            bias_term=False,
        )
        return self._normalized(x, name, relu=True)

    def _normalized(self, bottom: Blob, name: str, relu: bool) -> Blob:
        names = Naming(f"{name}/bn", f"{name}/scale", f"{name}/relu")
        # The default of Caffe is 1e-5.
        x = bn_relu(bottom, names, relu=False, in_place=True, eps=1e-3)
        if relu:
            self._relu6(x, names.relu)
        return x

    def _relu6(self, x: Blob, name: str) -> None:
        """A ReLU that stops at 6, in place; its plain form is 6 - ReLU(6 - ReLU(x))."""
        if not self.plain:
            L.ReLU6(x, name=name, in_place=True)
            return
        L.ReLU(x, name=name, in_place=True)
        L.Power(x, name=f"{name}/distance", in_place=True, scale=-1, shift=6)
        L.ReLU(x, name=f"{name}/limit", in_place=True)
        L.Power(x, name=f"{name}/back", in_place=True, scale=-1, shift=6)
