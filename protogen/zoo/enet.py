"""ENet."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, head
from protogen.zoo._network import network
from protogen.zoo._options import Size

#: The convolutions in the middle of the eight blocks of stages 2 and 3: a dilation, or 0 for one
#: that is split into 5x1 and 1x5.
_MIDDLES = (1, 2, 0, 4, 1, 8, 0, 16)


@network(
    "enet",
    (210, 367_687, 0, 4_006_920_192),
    title="ENet",
    paper=(
        'Paszke et al. 2016, "ENet: A Deep Neural Network Architecture for Real-Time Semantic'
        ' Segmentation", Table 1'
    ),
    source="TimoSaemann/ENet: prototxts/enet_deploy_final.prototxt",
    deviations=(
        "in the published file batch normalization is merged into the convolutions, except three",
    ),
    needs=("BN", "Upsample"),
)
def enet(form: Form, *, classes: int = 19, size: Size = (512, 1024)) -> None:
    """Bottlenecks with dilated and split convolutions, and a small decoder."""
    data = form.labeled_image(size)
    layers = _Layers(form)
    # Figure 2a: 13 channels of a convolution, and 3 of a pooling.
    x = L.Convolution(data, name="conv0_1", num_output=13, kernel_size=3, pad=1, stride=2)
    pooled = L.Pooling(data, name="pool0_1", pool="MAX", kernel_size=2, stride=2)
    x = L.Concat(x, pooled, name="concat0_1")
    x = layers.relu(layers.bn(x, "0_1"), "0_1")
    x, mask_1 = layers.down(x, 1, 64)
    for index in range(1, 5):
        x = layers.block(x, f"1_{index}", 64, 1)
    x, mask_2 = layers.down(x, 2, 128)
    # Table 1: stage 3 repeats stage 2 without its down-sampling.
    for stage in (2, 3):
        for index, dilation in enumerate(_MIDDLES, start=1):
            x = layers.block(x, f"{stage}_{index}", 128, dilation)
    layers.decoder = True
    x = layers.up(x, mask_2, 4, 64)
    for index in (1, 2):
        x = layers.block(x, f"4_{index}", 64, 1)
    x = layers.up(x, mask_1, 5, 16)
    x = layers.block(x, "5_1", 16, 1)
    scores = L.Deconvolution(
        x, name=head("deconv6_0_0", classes, 19), num_output=classes, kernel_size=2, stride=2
    )
    form.segment(scores)


class _Layers:
    """The layers of the bottlenecks: with PReLU, and with ReLU in the decoder."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.decoder = False

    def relu(self, bottom: Blob, name: str) -> Blob:
        layer = L.ReLU if self.decoder else L.PReLU
        x: Blob = layer(bottom, name=f"prelu{name}")
        return x

    def bn(self, bottom: Blob, name: str) -> Blob:
        x: Blob = L.BN(
            bottom,
            name=f"bn{name}",
            scale_filler={"type": "constant", "value": 1},
            shift_filler={"type": "constant", "value": 0.001},
            bn_mode=None if self.form.training else "INFERENCE",
        )
        return x

    def block(self, bottom: Blob, name: str, channels: int, dilation: int) -> Blob:
        """A bottleneck with a quarter of the channels, added to its bottom."""
        inner = channels // 4
        x = self._convolution(bottom, f"{name}_0", inner, kernel_size=1)
        if dilation:
            x = self._convolution(
                x, f"{name}_1", inner, kernel_size=3, pad=dilation, dilation=dilation
            )
        else:
            # Each pads rows and columns alike; together they keep the size.
            x = L.Convolution(
                x, name=f"conv{name}_1_a", num_output=inner, kernel_h=5, kernel_w=1, pad=1
            )
            x = self._convolution(x, f"{name}_1", inner, kernel_h=1, kernel_w=5, pad=1)
        x = L.Convolution(x, name=f"conv{name}_2", num_output=channels, kernel_size=1)
        added = L.Eltwise(bottom, x, name=f"eltwise{name}_4")
        return self.relu(added, f"{name}_4")

    def down(self, bottom: Blob, stage: int, channels: int) -> tuple[Blob, Blob]:
        """A bottleneck that halves the image, and the mask of its pooling."""
        name = f"{stage}_0"
        inner = channels // 4
        x = self._convolution(bottom, f"{name}_0", inner, kernel_size=2, stride=2)
        x = self._convolution(x, f"{name}_1", inner, kernel_size=3, pad=1)
        x = L.Convolution(x, name=f"conv{name}_2", num_output=channels, kernel_size=1)
        pool = f"pool{name}_4"
        pooled, mask = L.Pooling(
            bottom, name=pool, top=[pool, f"{pool}_mask"], pool="MAX", kernel_size=2, stride=2
        )
        pooled = L.Convolution(pooled, name=f"conv{name}_4", num_output=channels, kernel_size=1)
        added = L.Eltwise(pooled, x, name=f"eltwise{name}_4")
        return self.relu(added, f"{name}_4"), mask

    def up(self, bottom: Blob, mask: Blob, stage: int, channels: int) -> Blob:
        """A bottleneck that doubles the image, by the mask of the pooling that halved it."""
        name = f"{stage}_0"
        inner = channels // 4
        x = self._convolution(bottom, f"{name}_0", inner, kernel_size=1)
        x = L.Deconvolution(x, name=f"deconv{name}_1", num_output=inner, kernel_size=2, stride=2)
        x = self.relu(self.bn(x, f"{name}_1"), f"{name}_1")
        x = L.Convolution(x, name=f"conv{name}_2", num_output=channels, kernel_size=1)
        added = L.Convolution(bottom, name=f"conv{name}_4", num_output=channels, kernel_size=1)
        added = L.Upsample(added, mask, name=f"upsample{name}_4", scale=2)
        joined = L.Eltwise(added, x, name=f"eltwise{name}_4")
        return self.relu(joined, f"{name}_4")

    def _convolution(self, bottom: Blob, name: str, num_output: int, **keywords: Any) -> Blob:
        x = L.Convolution(bottom, name=f"conv{name}", num_output=num_output, **keywords)
        return self.relu(x, name)
