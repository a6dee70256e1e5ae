"""A linear classifier for every pixel of an image: one 1x1 Convolution.

    protogen emit examples/pixel_classifier.py
    protogen emit examples/pixel_classifier.py --set classes=21
    python examples/pixel_classifier.py

A 1x1 Convolution is an InnerProduct over the channels, the same one at every pixel. From 128
features for each of 500x500 pixels, (1, 128, 500, 500), it computes one score for each pixel,
(1, 1, 500, 500). It learns only 128 weights, (1, 128, 1, 1), and a bias. Images of any other size
work, too.

(source: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation")
"""

from __future__ import annotations

from protogen import Net, fillers, summary
from protogen import layers as L


def net(batch: int = 1, features: int = 128, size: int = 500, classes: int = 1) -> Net:
    """From features (batch, features, size, size) to scores (batch, classes, size, size)."""
    with Net("pixel_classifier") as classifier:
        data = L.Input(name="data", shape=[batch, features, size, size])
        L.Convolution(
            data, name="score", num_output=classes, kernel_size=1, weight_filler=fillers.xavier()
        )
    return classifier


def one_pixel(features: int = 128, classes: int = 1) -> Net:
    """The same matrix for a single pixel: an InnerProduct from (1, features) to (1, classes)."""
    with Net("one_pixel") as classifier:
        data = L.Input(name="data", shape=[1, features])
        L.InnerProduct(data, name="score", num_output=classes)
    return classifier


def main() -> None:
    """Print what a 1x1 Convolution learns and computes, beside the InnerProduct of one pixel."""
    image, pixel = summary(net()), summary(one_pixel())
    pixels = 500 * 500
    print("a 1x1 Convolution: (1, 128, 500, 500) -> (1, 1, 500, 500)")
    print(f"  learns    {image.parameters:>10,} numbers: 128 weights and a bias")
    print(f"  computes  {image.macs:>10,} multiply-accumulates")
    print()
    print("an InnerProduct of one pixel: (1, 128) -> (1, 1)")
    print(f"  learns    {pixel.parameters:>10,} numbers: the same ones")
    print(f"  computes  {pixel.macs:>10,} multiply-accumulates; {pixels:,} times as many:", end=" ")
    print(f"{pixel.macs * pixels:,}")
    print()
    print("An image of another size needs no other weights:")
    for size in (1, 250, 1000):
        other = summary(net(size=size))
        print(f"  {size}x{size}: {other.parameters} numbers, {other.macs:,} multiply-accumulates")
    print()
    print(
        "As a picture: protogen conv 500 --kernel 1 --channels 128 --num-output 1 --svg pixel.svg"
    )


if __name__ == "__main__":
    main()
