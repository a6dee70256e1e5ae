"""Wide residual networks for CIFAR-10."""

from __future__ import annotations

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.program import reject
from protogen.zoo._form import CIFAR, Form, head
from protogen.zoo._network import network
from protogen.zoo._parts import Naming, bn_relu


@network(
    "wrn-28-10",
    (140, 38_548_666, 18_972, 5_474_015_488),
    title="WRN-28-10",
    paper='Zagoruyko & Komodakis 2016, "Wide Residual Networks", Table 1',
    solver="wide-resnet",
    source="binLearning/caffe_toolkit: WRN/wrn_28_10_deploy.prototxt",
)
def wrn(form: Form, *, classes: int = 10, size: int = 32, depth: int = 28, widen: int = 10) -> None:
    """Three stages of residual blocks that are ``widen`` times as wide as those of ResNet."""
    # 6 n + 4 layers, n blocks in each stage.
    blocks, rest = divmod(depth - 4, 6)
    if rest or blocks < 1:
        reject(f"depth must be 4 more than a multiple of 6, got {depth}", "")
    x = form.image(
        size,
        batches=(128, 100),
        sources=CIFAR,
        mean_file="examples/cifar10/mean.binaryproto",
        mirror=True,
    )
    x = L.Convolution(x, name="conv1", num_output=16, kernel_size=3, pad=1, bias_term=False)
    for stage, channels in ((2, 16 * widen), (3, 32 * widen), (4, 64 * widen)):
        for index in range(1, blocks + 1):
            stride = 2 if stage > 2 and index == 1 else 1
            x = _block(x, f"block_{stage}_{index}", channels, stride, index == 1)
    # Nothing activates the last sum.
    x = bn_relu(x, Naming("bn5", "scale5", "relu5"))
    x = L.Pooling(x, name="pool5", pool="AVE", global_pooling=True)
    form.classify(L.InnerProduct(x, name=head("fc6", classes, 10), num_output=classes))


def _block(bottom: Blob, name: str, channels: int, stride: int, shortcut: bool) -> Blob:
    """Two 3x3 convolutions with a Dropout between them, and a shortcut."""

    def branch(x: Blob, suffix: str, stride: int = 1) -> Blob:
        stem = f"{name}_branch{suffix}"
        x = bn_relu(x, Naming(f"{stem}_bn", f"{stem}_scale", f"{stem}_relu"))
        top: Blob = L.Convolution(
            x,
            name=f"{stem}_conv",
            num_output=channels,
            kernel_size=3,
            pad=1,
            stride=stride,
            bias_term=False,
        )
        return top

    x = branch(bottom, "2a", stride)
    # Section 2.4: between the convolutions, not in the shortcut; 0.3 for CIFAR.
    x = L.Dropout(x, name=f"{name}_dropout", dropout_ratio=0.3)
    x = branch(x, "2b")
    added = bottom
    if shortcut:
        # A 3x3 convolution, too, and not a 1x1 as in ResNet.
        added = branch(bottom, "1", stride)
    top: Blob = L.Eltwise(added, x, name=f"{name}_addition")
    return top
