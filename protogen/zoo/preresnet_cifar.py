"""ResNet with pre-activation for CIFAR-10: normalization and ReLU precede each convolution."""

from __future__ import annotations

from typing import Literal

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import CIFAR, Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, average, bn_relu


@network(
    "preresnet164-cifar",
    (722, 1_703_674, 24_806, 244_500_992),
    title="ResNet-v2-164",
    paper='He et al. 2016, "Identity Mappings in Deep Residual Networks", Table 3',
    solver="resnet-cifar",
    source="binLearning/caffe_toolkit: ResNet-v2/resnet_v2_164_deploy.prototxt",
    depth=164,
)
def preresnet_cifar(
    form: Form, *, classes: int = 10, size: int = 32, depth: Literal[164, 1001] = 164
) -> None:
    """Three stages of blocks of 1x1, 3x3 and 1x1 convolutions, each after BatchNorm and ReLU."""
    x = form.image(
        size,
        batches=(128, 100),
        sources=CIFAR,
        mean_file="examples/cifar10/mean.binaryproto",
        mirror=True,
    )
    x = L.Convolution(x, name="conv1", num_output=16, kernel_size=3, pad=1, bias_term=False)
    # 9 n + 2 layers, n bottlenecks in each stage.
    for stage, channels in ((2, 64), (3, 128), (4, 256)):
        for index in range(1, (depth - 2) // 9 + 1):
            stride = 2 if stage > 2 and index == 1 else 1
            x = _block(x, f"block{stage}_{index}", channels, stride, index == 1)
    # Nothing activates the last sum, so a normalization and a ReLU follow it.
    x = bn_relu(x, Naming("bn5", "scale5", "relu5"))
    x = average(x, "pool5")
    form.classify(L.InnerProduct(x, name=head("fc6", classes, 10), num_output=classes))


def _block(bottom: Blob, name: str, num_output: int, stride: int, shortcut: bool) -> Blob:
    """A residual block; ``shortcut`` is whether its shortcut is a convolution."""

    def branch(x: Blob, suffix: str, channels: int, kernel: int, stride: int = 1) -> Blob:
        stem = f"{name}_branch{suffix}"
        x = bn_relu(x, Naming(f"bn_{stem}", f"scale_{stem}", f"relu_{stem}"))
        top: Blob = L.Convolution(
            x,
            name=f"conv_{stem}",
            num_output=channels,
            kernel_size=kernel,
            stride=stride,
            # Half of the kernel, so that only the stride changes the size.
            pad=kernel // 2,
            bias_term=False,
        )
        return top

    # A bottleneck has a quarter of the channels inside.
    x = branch(bottom, "2a", num_output // 4, 1, stride)
    x = branch(x, "2b", num_output // 4, 3)
    x = branch(x, "2c", num_output, 1)
    added = bottom
    if shortcut:
        added = branch(bottom, "1", num_output, 1, stride)
    top: Blob = L.Eltwise(added, x, name=f"addition_{name}")
    return top
