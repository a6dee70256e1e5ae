"""SqueezeNet 1.0, and 1.1 with 2.2 times fewer multiply-accumulates."""

from __future__ import annotations

from typing import Any, Literal

from protogen import fillers
from protogen import layers as L
from protogen.compose import blocks
from protogen.zoo._form import Form, head
from protogen.zoo._network import network

_PAPER = (
    "Iandola et al. 2016,"
    ' "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size"'
)

#: The squeezed and the expanded channels of each fire module.
_FIRES = {
    "fire2": (16, 64),
    "fire3": (16, 64),
    "fire4": (32, 128),
    "fire5": (32, 128),
    "fire6": (48, 192),
    "fire7": (48, 192),
    "fire8": (64, 256),
    "fire9": (64, 256),
}

#: The fire modules after which a pooling follows.
_POOLS = {"1.0": ("fire4", "fire8"), "1.1": ("fire3", "fire5")}


@network(
    "squeezenet-1.0",
    (67, 1_248_424, 0, 861_339_936),
    title="SqueezeNet_v1.0",
    paper=_PAPER,
    solver="squeezenet",
    source="DeepScale/SqueezeNet: SqueezeNet_v1.0/deploy.prototxt",
    version="1.0",
)
@network(
    "squeezenet-1.1",
    (67, 1_235_496, 0, 387_747_520),
    title="SqueezeNet_v1.1",
    paper=_PAPER,
    solver="squeezenet",
    source="DeepScale/SqueezeNet: SqueezeNet_v1.1/deploy.prototxt",
    version="1.1",
)
def squeezenet(
    form: Form, *, classes: int = 1000, size: int = 227, version: Literal["1.0", "1.1"] = "1.0"
) -> None:
    """Eight fire modules, and an average of 1x1 convolutions as the classifier."""
    x = form.image(size, batches=(32, 25), crop_size=size)
    # Table 1 for 1.0; 1.1 is smaller here, and pools earlier.
    first: dict[str, Any] = {"num_output": 96, "kernel_size": 7}
    if version == "1.1":
        first = {"num_output": 64, "kernel_size": 3}
    x = L.Convolution(x, name="conv1", stride=2, weight_filler=fillers.xavier(), **first)
    L.ReLU(x, name="relu_conv1", in_place=True)
    x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
    for name, (squeeze, expand) in _FIRES.items():
        x = blocks.fire(
            x, squeeze=squeeze, expand=expand, name=name, weight_filler=fillers.xavier()
        )
        if name in _POOLS[version]:
            pool = name.replace("fire", "pool")
            x = L.Pooling(x, name=pool, pool="MAX", kernel_size=3, stride=2)
    L.Dropout(x, name="drop9", in_place=True, dropout_ratio=0.5)
    x = L.Convolution(
        x,
        name=head("conv10", classes, 1000),
        num_output=classes,
        kernel_size=1,
        # The published 1.0 pads its 1x1 convolution, so that the border is its bias.
        pad=1 if version == "1.0" else None,
        weight_filler=fillers.gaussian(std=0.01),
    )
    L.ReLU(x, name="relu_conv10", in_place=True)
    x = L.Pooling(x, name="pool10", pool="AVE", global_pooling=True)
    form.classify(x, accuracy={"accuracy": 1, "accuracy_top5": 5})
