"""``caffe.coord_map``: how the tops of a NetSpec lie on each other, and the Crop that aligns two.

The coordinates are those of `protogen.coordinates`.
(source: the interface is that of ``python/caffe/coord_map.py`` in BVLC's Caffe)
"""

from __future__ import annotations

from typing import Any

from protogen.analysis import Analysis
from protogen.coordinates import Alignment, Unaligned, aligned_crop, alignments
from protogen.graph import Value
from protogen.net import Net
from protogen.netspec.net_spec import Top, draft, layers
from protogen.program import ComposeError, mistake

__all__ = ["AxisMismatchException", "UndefinedMapException", "coord_map_from_to", "crop"]


class UndefinedMapException(ComposeError, RuntimeError):
    """Two tops that no layers connect which keep rows and columns."""


class AxisMismatchException(ComposeError, AssertionError):
    """Two tops that no Crop aligns."""


def coord_map_from_to(top_from: Top, top_to: Top) -> tuple[int, Any, Any]:
    """The map from the elements of one top to those of another: ``(axis, scale, shift)``.

    Element ``i`` of ``top_from`` lies on element ``scale * i + shift`` of ``top_to``, for each axis
    after ``axis``; scale and shift are numpy arrays. Raises `UndefinedMapException` if the tops are
    not connected.
    """
    import numpy as np

    analysis, one, other = _values(top_from, top_to)
    alignment = _alignments(analysis, one, other)[0]
    scales = [float(scale) for scale in alignment.scales]
    # BVLC's shift is the other way round: where the first element of one lies on the other.
    shifts = []
    for scale, offset in zip(alignment.scales, alignment.offsets):
        shifts.append(float(-scale * offset))
    # One number for all axes, as BVLC's arrays have it if no parameter lists the axes.
    if not _differs_by_axis(analysis):
        scales, shifts = scales[:1], shifts[:1]
    # Its axis is the last one that is not a coordinate: the channels.
    return alignment.axis - 1, np.array(scales), np.array(shifts)


def crop(top_from: Top, top_to: Top) -> Any:
    """A Crop of ``top_from`` to the size and the place of ``top_to``.

    Raises `AxisMismatchException` if no Crop aligns them, `UndefinedMapException` if they are not
    connected.
    """
    analysis, one, other = _values(top_from, top_to)
    _alignments(analysis, one, other)
    try:
        axis, offset = aligned_crop(analysis, one, other)
    except Unaligned as reason:
        raise AxisMismatchException(mistake("no-crop-offset", str(reason)).diagnostics) from None
    # As many offsets as pycaffe writes: one, unless a parameter on the way lists the axes.
    if _differs_by_axis(analysis) and one.shape is not None:
        offset = (offset * len(one.shape))[: len(one.shape) - axis]
    return layers.Crop(top_from, top_to, crop_param={"axis": axis, "offset": offset})


def _values(*tops: Top) -> tuple[Analysis, Value, Value]:
    """The net that leads to two tops, and the tops in it."""
    message, names = draft(tops)
    analysis = Net.of(message).analysis()
    axes = [len(value.shape or ()) for value in analysis.values.values()]
    if max(axes, default=0) > 4:
        analysis = Net.of(_with_convolutions(message)).analysis()
    one, other = (analysis.values[name] for name in names)
    return analysis, one, other


def _with_convolutions(message: Any) -> Any:
    """The net with poolings as convolutions, with the same windows.

    Caffe pools only images, but the coordinates of a volume are defined as well.
    """
    for layer in message.layer:
        if layer.type == "Pooling" and not layer.pooling_param.global_pooling:
            window, param = layer.pooling_param, layer.convolution_param
            param.num_output = 1
            param.kernel_size.append(window.kernel_size)
            param.stride.append(window.stride)
            param.pad.append(window.pad)
            layer.type = "Convolution"
    return message


def _alignments(analysis: Analysis, one: Value, other: Value) -> list[Alignment]:
    try:
        return alignments(analysis, one, other)
    except Unaligned as reason:
        raise UndefinedMapException(mistake("no-crop-offset", str(reason)).diagnostics) from None


def _differs_by_axis(analysis: Analysis) -> bool:
    """Whether some layer lists its kernel, stride, pad, dilation or offset for each axis."""
    for step in analysis.steps:
        param = step.layer.convolution_param
        listed = (param.kernel_size, param.stride, param.pad, param.dilation)
        lengths = map(len, (*listed, step.layer.crop_param.offset))
        if max(lengths) > 1:
            return True
    return False
