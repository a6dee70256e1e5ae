"""ResNet-50: sixteen bottlenecks, each of which adds to its own bottom.

    protogen emit examples/resnet50.py
    protogen emit examples/resnet50.py --set batch=8

The names are those of the net that its authors published. So is the bias of conv1, which has no
effect because a batch normalization follows. The net has 25,557,096 weights, biases, scales and
shifts. Its 53 BatchNorm layers store a mean, a variance and a factor each, so that its learnable
blobs contain 25,610,269 numbers.

(source: He et al. 2015, "Deep Residual Learning for Image Recognition", Table 1)
"""

from __future__ import annotations

from protogen import Net, blocks
from protogen import layers as L

#: The blocks of each stage, and the number of their channels.
STAGES = {
    "res2": ("abc", 256),
    "res3": ("abcd", 512),
    "res4": ("abcdef", 1024),
    "res5": ("abc", 2048),
}


def net(batch: int = 1, num_output: int = 1000) -> Net:
    """ResNet-50 for ``batch`` images of 224x224 pixels and ``num_output`` classes."""
    with Net("ResNet-50") as resnet:
        x = L.Input(name="data", shape=[batch, 3, 224, 224])
        x = blocks.conv_bn_scale_relu(
            x, name="conv1", num_output=64, kernel_size=7, pad=3, stride=2, bias_term=True
        )
        x = L.Pooling(x, name="pool1", pool="MAX", kernel_size=3, stride=2)
        for stage, (letters, channels) in STAGES.items():
            for letter in letters:
                stride = 2 if letter == "a" and stage != "res2" else 1
                x = blocks.bottleneck(x, num_output=channels, stride=stride, name=stage + letter)
        x = L.Pooling(x, name="pool5", pool="AVE", kernel_size=7, stride=1)
        x = L.InnerProduct(x, name=f"fc{num_output}", num_output=num_output)
        L.Softmax(x, name="prob")
    return resnet
