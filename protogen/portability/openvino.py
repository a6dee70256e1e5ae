"""How OpenVINO's Model Optimizer broadcasts the learned values of a Scale and a Bias.

It keeps them as one list, along the channels for a Scale and along ``axis`` for a Bias. Read in
tools/mo/front/caffe/ (scale_ext.py, elementwise_ext.py) and
tools/mo/middle/passes/fusing/decomposition.py of openvino-dev 2023.3, and seen in it.
"""

from __future__ import annotations

from math import prod
from typing import Literal

from protogen.graph import Step
from protogen.proto import BiasParameter, ScaleParameter
from protogen.shapes import Shape

__all__ = ["broadcast"]

#: Whether the list covers the axes that Caffe covers, others, or none.
Broadcast = Literal["as in Caffe", "broadcast otherwise", "broadcast to no shape"]


def broadcast(step: Step) -> Broadcast:
    """What becomes of the learned values of a Scale or a Bias."""
    is_scale = step.type == "Scale"
    param = step.layer.scale_param if is_scale else step.layer.bias_param
    sizes = _known_sizes(step.bottom_shapes[0])
    if not sizes:
        return "as in Caffe"
    covered = _covered_axes(param, len(sizes))
    if len(step.bottoms) > 1:
        if not is_scale or not step.layer.scale_param.bias_term:
            return "as in Caffe"
        # The learned bias takes the place of the second bottom.
        scale = _known_sizes(step.bottom_shapes[1])
        return _aligned(sizes, prod(scale), 1, range(0))
    length = prod(sizes[axis] for axis in covered)
    if length == 1:
        return "as in Caffe"
    channels = min(1, len(sizes) - 1)
    return _aligned(sizes, length, channels if is_scale else param.axis, covered)


def _known_sizes(shape: Shape) -> list[int]:
    """The sizes of a shape, or an empty list if one is unknown."""
    if shape is None or None in shape:
        return []
    return [size or 0 for size in shape]


def _covered_axes(param: ScaleParameter | BiasParameter, axes: int) -> range:
    """The axes that the learned values cover in Caffe."""
    first = param.axis + axes if param.axis < 0 else param.axis
    end = axes if param.num_axes == -1 else first + param.num_axes
    # Caffe rejects what lies outside of the bottom.
    return range(max(first, 0), min(end, axes))


def _aligned(sizes: list[int], length: int, axis: int, covered: range) -> Broadcast:
    """How a list of values along one axis is broadcast. OpenVINO counts no axis from the end."""
    if not 0 <= axis < len(sizes) or sizes[axis] != length:
        return "broadcast to no shape"
    others = prod(sizes[each] for each in covered if each != axis)
    if axis in covered and others == 1:
        return "as in Caffe"
    return "broadcast otherwise"
