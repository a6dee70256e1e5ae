"""What builds in OpenCV and cannot run.

(source: ``finalize`` and ``forward`` in modules/dnn/src/layers/ of OpenCV 4.14)
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from protogen.portability.opencv.arithmetic import total
from protogen.portability.opencv.build import BEYOND_SHAPES, BuiltNet, build
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.importer import ImportedLayer, ImportedNet
from protogen.portability.opencv.layer_shapes import Shapes, check

__all__ = ["run"]


def run(net: ImportedNet) -> BuiltNet:
    """The shapes in a forward pass. Raises `OpenCVFault` for the first layer that cannot run."""
    # A matrix of OpenCV has at least two axes.
    inputs = [[*shape, 1] if len(shape) == 1 else shape for shape in net.shapes]
    built = build(net, inputs)
    for layer, (bottoms, tops) in zip(net.layers, built):
        rule = _RULES.get(layer.type)
        if rule is None:
            continue
        try:
            rule(layer, bottoms, tops)
        except OpenCVFault as fault:
            fault.layer = layer.index
            raise
        except BEYOND_SHAPES:
            message = "reads beyond the axes of its bottoms, or divides by 0"
            raise OpenCVFault(message, "bottom", layer.index) from None
    return built


def _convolution(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    bottom = bottoms[0]
    axes = len(bottom) - 2
    check(axes >= 1, f"the bottom has {len(bottom)} axes, but it needs spatial ones", "bottom")
    check(len(tops[0]) == len(bottom), f"{len(bottom)} axes need as many sizes of the kernel")
    if layer.type == "Deconvolution":
        return
    # Without weights of known shape, building has compared the bottom with the fields.
    if not layer.blobs:
        return
    weight = layer.blobs[0]
    check(len(weight) == len(bottom), "its weights do not fit the bottom", "bottom")
    params = layer.params
    pads = params.integers("pad") or [params.integer("pad_h", 0), params.integer("pad_w", 0)]
    dilations = params.integers("dilation") or [1]
    # Building accepts a kernel larger than the bottom: the numbers are unsigned, and the top huge.
    for size, kernel, pad, dilation in zip(
        bottom[2:], weight[2:], _per_axis(pads, axes), _per_axis(dilations, axes)
    ):
        room = size + 2 * pad
        extent = dilation * (kernel - 1) + 1
        check(extent <= room, f"kernel {kernel} exceeds the padded bottom of {room}", "bottom")


def _per_axis(values: list[int], axes: int) -> list[int]:
    """A value for each axis; the first one for those that are not given."""
    missing = axes - len(values)
    return values + values[:1] * missing


def _pooling(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    kind = str(layer.params.get("pool", "MAX"))
    # The pooling of regions of interest, which has two bottoms.
    if "pooled_h" in layer.params or "output_dim" in layer.params:
        return
    check(kind != "STOCHASTIC", "does not implement STOCHASTIC", "pooling_param.pool")
    check(len(bottoms) == 1, f"has {len(bottoms)} bottoms, but takes 1", "bottom")


def _lrn(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    check(all(len(bottom) == 4 for bottom in bottoms), "needs a bottom of 4 axes", "bottom")


def _mvn(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    across_channels = layer.params.boolean("across_channels", False)
    # On a bottom without spatial axes it runs only if it overwrites an input of the net.
    needs_spatial_axes = not (across_channels or layer.overwrites_input)
    check(
        len(bottoms[0]) > 2 or not needs_spatial_axes,
        f"the bottom has {len(bottoms[0])} axes, but it needs spatial ones",
        "bottom",
    )


def _inner_product(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    if not layer.blobs:
        return
    # All axes from this one on are flattened into the inputs of each output.
    axis = len(tops[0]) - 1
    inner = prod(layer.blobs[0]) // layer.params.integer("num_output")
    count = total(bottoms[0], axis)
    check(inner == count, f"its weights are for {inner} inputs, the bottom has {count}", "bottom")


def _crop(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    bottom, size = bottoms
    start = layer.params.integer("axis", 2) % len(bottom)
    offsets = layer.params.integers("offset") or [0]
    axes = range(start, len(bottom))
    # As in Caffe, a single offset is for all axes.
    if len(offsets) == 1:
        offsets = offsets * len(axes)
    check(len(offsets) == len(axes), f"has {len(offsets)} offsets for {len(axes)} axes")
    for axis, offset in zip(axes, offsets):
        fits = offset >= 0 and offset + size[axis] <= bottom[axis]
        check(fits, f"crops beyond the bottom on axis {axis}", "crop_param.offset")


def _scale(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    """The weights of a Scale must fit its bottom.

    Its axes are those from ``axis`` on that have as many elements as the weights. A negative
    ``axis`` is not counted from the end.
    """
    if layer.blobs is None:
        return
    bias = layer.params.boolean("bias_term", False)
    blobs = layer.blobs
    # With a bias, a single blob is that bias, and the second bottom has the factors.
    scales = len(blobs) == 2 or (len(blobs) <= 1 and not bias)
    # Without blobs, the factors are the second bottom.
    if blobs:
        check(len(blobs) == scales + bias, "has no weights")
        count = prod(blobs[0])
    else:
        check(len(bottoms) == 2, "has no weights")
        count = total(bottoms[1])
    if scales and bias:
        check(count == prod(blobs[-1]), "its bias does not fit its weights")
    if scales and count == 1:
        return
    _check_scaled_axes(layer, bottoms[0], count)


def _check_scaled_axes(layer: ImportedLayer, bottom: list[int], count: int) -> None:
    """Raise unless some axes from ``axis`` on have ``count`` elements together."""
    axis = layer.params.integer("axis", 1)
    check(axis >= 0, f"reads axis {axis} as it is, not from the end", "scale_param.axis")
    ends = range(axis + 1, len(bottom) + 1)
    fits = any(total(bottom, axis, end) == count for end in ends)
    check(fits, f"no axes from {axis} on have {count} elements", "scale_param.axis")


def _normalize(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    """A scale for each channel fits only if each place is normalized by itself."""
    # A single scale is for all channels.
    if not layer.blobs or prod(layer.blobs[0]) == 1:
        return
    across = layer.params.boolean("across_spatial", True)
    count = total(bottoms[0], 1) if across else bottoms[0][1]
    check(
        prod(layer.blobs[0]) == count,
        f"needs one scale or {count} with across_spatial {str(across).lower()}, the layer has"
        f" {prod(layer.blobs[0])}",
        "norm_param",
    )


def _prior_box(layer: ImportedLayer, bottoms: Shapes, tops: Shapes) -> None:
    check(len(bottoms) > 1, "needs 2 bottoms", "bottom")
    check(all(len(bottom) == 4 for bottom in bottoms[:2]), "needs bottoms of 4 axes", "bottom")


_RULES: dict[str, Callable[[ImportedLayer, Shapes, Shapes], None]] = {
    "Convolution": _convolution,
    "Deconvolution": _convolution,
    "Pooling": _pooling,
    "LRN": _lrn,
    "MVN": _mvn,
    "InnerProduct": _inner_product,
    "Crop": _crop,
    "Scale": _scale,
    "Normalize": _normalize,
    "PriorBox": _prior_box,
}
