"""ResNet-50: sixteen bottlenecks, each of which adds something to what it was given.

    protogen emit examples/resnet50.py
    protogen emit examples/resnet50.py --set batch=8

Names are those of the net its authors published, and so is the bias of conv1, which the batch
normalisation behind it makes useless. 25,557,096 weights, biases, scales and shifts; with what its
53 BatchNorm layers keep (mean, variance and a factor) 25,610,269 learnable numbers.

(source: He et al. 2015, "Deep Residual Learning for Image Recognition", Table 1)
"""

from __future__ import annotations

from protogen import Net, blocks
from protogen import layers as L

#: For each stage: its blocks, and the channels they make.
STAGES = {
    "res2": ("abc", 256),
    "res3": ("abcd", 512),
    "res4": ("abcdef", 1024),
    "res5": ("abc", 2048),
}


def net(batch: int = 1, num_output: int = 1000) -> Net:
    """ResNet-50 on ``batch`` images of 224x224, with ``num_output`` classes."""
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
