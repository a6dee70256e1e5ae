"""What MNN's converter turns a Flatten into: a Reshape that fits a bottom of four axes.

Read in tools/converter/source/caffe/Reshape.cpp and source/shape/ShapeReshape.cpp of alibaba/MNN
4d40bdbd, and seen in MNN 3.6.1.
"""

from __future__ import annotations

from math import prod

from protogen import proto
from protogen.graph import Step
from protogen.shapes import MAX_AXES

__all__ = ["can_flatten"]


def can_flatten(step: Step) -> bool:
    """Whether MNN finds a shape for the top of a Flatten. Its values are then those of Caffe."""
    bottom = step.bottom_shapes[0]
    if bottom is None or None in bottom:
        return True
    sizes = [size or 0 for size in bottom]
    return prod(_reshaped(_dims(step.layer.flatten_param), sizes)) == prod(sizes)


def _dims(param: proto.FlattenParameter) -> list[int]:
    """The sizes of the Reshape: 0 keeps an axis, and -1 stands for the axes that are flattened."""
    axis = param.axis if param.HasField("axis") else 1
    # For MNN, end_axis is the first axis after the flattened ones; for Caffe, the last of them.
    end = param.end_axis if param.HasField("end_axis") else 4
    # Numbers that Caffe rejects must not make a long list; a blob has 32 axes at most.
    axis, end = (max(-MAX_AXES, min(each, MAX_AXES)) for each in (axis, end))
    return [0] * axis + [-1] + [1] * (end - axis - 1) + [0] * (4 - end)


def _reshaped(dims: list[int], sizes: list[int]) -> list[int]:
    """The shape of the top. An axis to keep has size 0 if the bottom lacks it."""
    shape = [dim or size for dim, size in zip(dims, sizes)]
    shape += dims[len(sizes) :]
    if -1 in shape:
        known = prod(size for size in shape if size != -1)
        shape[shape.index(-1)] = prod(sizes) // known if known else 0
    return shape
