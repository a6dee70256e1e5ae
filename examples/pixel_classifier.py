"""A linear classifier for every pixel of an image: one 1x1 Convolution.

    protogen emit examples/pixel_classifier.py
    protogen emit examples/pixel_classifier.py --set classes=21

A 1x1 Convolution is an InnerProduct over the channels, the same one at every pixel. From 128
features for each of 500x500 pixels, (1, 128, 500, 500), it computes one score for each pixel,
(1, 1, 500, 500). It learns only 128 weights, (1, 128, 1, 1), and a bias. Images of any other size
work, too.

(source: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation")
"""

from __future__ import annotations

from protogen import Net, fillers
from protogen import layers as L


def net(batch: int = 1, features: int = 128, size: int = 500, classes: int = 1) -> Net:
    """From features (batch, features, size, size) to scores (batch, classes, size, size)."""
    with Net("pixel_classifier") as classifier:
        data = L.Input(name="data", shape=[batch, features, size, size])
        L.Convolution(
            data, name="score", num_output=classes, kernel_size=1, weight_filler=fillers.xavier()
        )
    return classifier
