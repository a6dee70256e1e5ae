"""PSPNet50: a dilated ResNet-50 with a pyramid of poolings."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.program import reject
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo.resnet import BLOCKS


@network(
    "pspnet50",
    (206, 46_841_174, 0, 161_528_775_872),
    title="PSPNet50",
    paper='Zhao et al. 2016, "Pyramid Scene Parsing Network"',
    solver="pspnet",
    source="hszhao/PSPNet: evaluation/prototxt/pspnet50_ADE20K_473.prototxt",
    deviations=("without the auxiliary loss of the paper, which the published file lacks",),
    needs=("BN", "Interp"),
)
def pspnet50(form: Form, *, classes: int = 150, size: int = 473) -> None:
    """ResNet-50 with dilation, and averages over 1, 4, 9 and 36 parts of its last image."""
    if size % 8 != 1:
        reject(f"size must be 1 more than a multiple of 8, so that scores fill it; got {size}", "")
    layers = _Layers(form)
    x = form.labeled_image(size)
    x = layers.convolution(x, "conv1_1_3x3_s2", 64, kernel_size=3, pad=1, stride=2)
    x = layers.convolution(x, "conv1_2_3x3", 64, kernel_size=3, pad=1)
    x = layers.convolution(x, "conv1_3_3x3", 128, kernel_size=3, pad=1)
    x = L.Pooling(x, name="pool1_3x3_s2", pool="MAX", kernel_size=3, stride=2, pad=1)
    for stage, number in enumerate(BLOCKS[50], start=2):
        for index in range(1, number + 1):
            x = layers.block(x, stage, index)
    # Figure 3: bins of 1x1, 2x2, 3x3 and 6x6.
    pooled = [layers.pyramid(x, parts) for parts in (1, 2, 3, 6)]
    x = L.Concat(x, *reversed(pooled), name="conv5_3_concat")
    x = layers.convolution(x, "conv5_4", 512, kernel_size=3, pad=1)
    L.Dropout(x, name="conv5_4/dropout", in_place=True, dropout_ratio=0.1)
    x = L.Convolution(x, name=head("conv6", classes, 150), num_output=classes, kernel_size=1)
    form.segment(L.Interp(x, name="conv6_interp", zoom_factor=8))


class _Layers:
    """The convolutions of the net, with the batch normalization of its fork."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def convolution(
        self, bottom: Blob, name: str, num_output: int, *, relu: str = "{}/relu", **keywords: Any
    ) -> Blob:
        x: Blob = L.Convolution(
            bottom, name=name, num_output=num_output, bias_term=False, **keywords
        )
        L.BN(
            x,
            name=f"{name}/bn",
            in_place=True,
            slope_filler={"type": "constant", "value": 1},
            bias_filler={"type": "constant", "value": 0},
            momentum=0.95,
            # Weights from a smaller batch are worse than those that were learned on ImageNet.
            frozen=None if self.form.training else True,
        )
        if relu:
            L.ReLU(x, name=relu.format(name), in_place=True)
        return x

    def block(self, bottom: Blob, stage: int, index: int) -> Blob:
        """A bottleneck; stages 4 and 5 dilate where those of ResNet halve the image."""
        name = f"conv{stage}_{index}"
        inner, outer = 16 * 2**stage, 64 * 2**stage
        # Only stage 3 halves: the last image is an eighth of the first one.
        stride = 2 if (stage, index) == (3, 1) else None
        dilation = max(1, 2 ** (stage - 3))
        x = self.convolution(bottom, f"{name}_1x1_reduce", inner, kernel_size=1, stride=stride)
        x = self.convolution(
            x, f"{name}_3x3", inner, kernel_size=3, pad=dilation, dilation=dilation
        )
        x = self.convolution(x, f"{name}_1x1_increase", outer, kernel_size=1, relu="")
        added = bottom
        if index == 1:
            added = self.convolution(
                bottom, f"{name}_1x1_proj", outer, kernel_size=1, stride=stride, relu=""
            )
        top: Blob = L.Eltwise(added, x, name=name)
        L.ReLU(top, name=f"{name}/relu", in_place=True)
        return top

    def pyramid(self, bottom: Blob, parts: int) -> Blob:
        """Averages over ``parts`` times ``parts`` squares, enlarged to the image again."""
        assert bottom.shape is not None
        side = bottom.shape[2] or 0
        if side % parts:
            reject(f"size {side} of conv5_3 is not a multiple of {parts}", "conv5_3")
        name = f"conv5_3_pool{parts}"
        kernel = side // parts
        x = L.Pooling(bottom, name=name, pool="AVE", kernel_size=kernel, stride=kernel)
        # A quarter of the 2,048 channels, because there are four levels.
        x = self.convolution(x, f"{name}_conv", 512, kernel_size=1)
        enlarged: Blob = L.Interp(x, name=f"{name}_interp", height=side, width=side)
        return enlarged
