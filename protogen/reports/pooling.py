"""How Caffe pools: the size and every window of each axis, and the size in other frameworks.

(source: ``PoolingLayer::Reshape`` and ``Forward_cpu``)
"""

from __future__ import annotations

from typing import NamedTuple

from protogen import layers, proto
from protogen.diagnostics import ProtogenError
from protogen.rules import named
from protogen.schema import Fault
from protogen.windows import Axis, Window, convolution_size, pooling_size

__all__ = ["Axis", "FrameworkSize", "Pair", "Window", "framework_sizes", "pooling_axes"]

#: A value for each axis: height, then width.
Pair = tuple[int, int]


def pooling_axes(
    sizes: Pair, kernel: Pair, stride: Pair, pad: Pair, *, pool: str = "MAX", floor: bool = False
) -> tuple[Axis, Axis]:
    """The height and the width of a pooling.

    Raises `ProtogenError` if Caffe rejects it.
    """
    # The layer type itself decides what Caffe rejects. It needs a layer that has these settings.
    message = proto.LayerParameter(type="Pooling")
    param = message.pooling_param
    param.pool = param.PoolMethod.Value(pool)
    param.kernel_h, param.kernel_w = kernel
    param.stride_h, param.stride_w = stride
    param.pad_h, param.pad_w = pad
    param.round_mode = param.FLOOR if floor else param.CEIL
    schema = layers.find("Pooling")
    assert schema is not None
    try:
        schema.infer(message, ((1, 1, *sizes),), 1)
    except Fault as fault:
        sentence = f"Caffe rejects this pooling: {fault.message}"
        raise ProtogenError(named(fault.rule).diagnostic(sentence, hint=fault.hint)) from None
    # Either pad makes Caffe clip both axes.
    clip = pad != (0, 0)
    height = Axis("height", sizes[0], kernel[0], stride[0], pad[0], floor, clip)
    width = Axis("width", sizes[1], kernel[1], stride[1], pad[1], floor, clip)
    return height, width


class FrameworkSize(NamedTuple):
    """The size of a pooling in a framework; ``None`` if it rejects the pooling."""

    framework: str
    option: str
    size: int | None
    note: str = ""


def framework_sizes(axis: Axis) -> list[FrameworkSize]:
    """The size of a pooling in Caffe's two modes and in other frameworks.

    With ceil_mode on, PyTorch (``pooling_output_shape``) leaves out a last window that would start
    past the image and its padding, even without padding. ONNX specifies the same since opset 22.
    Both compute in integers.
    """
    down = _rounded(axis, 0)
    # Dividing rounds down, so stride - 1 more elements round up.
    up = _rounded(axis, axis.stride - 1)
    inside = up
    if up and (up - 1) * axis.stride >= axis.size + axis.pad:
        inside = up - 1
    rows = [
        FrameworkSize("Caffe", "round_mode CEIL", _caffe(axis, floor=False), "default"),
        FrameworkSize("Caffe", "round_mode FLOOR", _caffe(axis, floor=True)),
        *_pytorch(axis, down, inside),
        FrameworkSize("ONNX", "ceil_mode off", down, "default"),
        FrameworkSize("ONNX", "ceil_mode on, opset >= 22", inside),
        FrameworkSize(
            "ONNX", "ceil_mode on, opset < 22", up, "as specified; newer runtimes follow opset 22"
        ),
    ]
    # In TensorFlow a padding is not a number, so a pad has no counterpart.
    if not axis.pad:
        rows += _tensorflow(axis, down)
    return rows


def _rounded(axis: Axis, extra: int) -> int | None:
    """The number of windows in integers, rounded down for ``extra`` 0 and up for ``stride - 1``."""
    size = axis.size + extra
    if size + 2 * axis.pad < axis.kernel:
        return None
    return convolution_size(size, axis.kernel, axis.stride, axis.pad, 1)


def _caffe(axis: Axis, *, floor: bool) -> int:
    return pooling_size(axis.size, axis.kernel, axis.stride, axis.pad, floor=floor, clip=axis.clip)


def _pytorch(axis: Axis, down: int | None, inside: int | None) -> list[FrameworkSize]:
    """PyTorch's two modes.  (source: ``pool2d_shape_check``)"""
    note = ""
    if 2 * axis.pad > axis.kernel:
        down = inside = None
        note = "rejects a pad above half the kernel"
    return [
        FrameworkSize("PyTorch", "ceil_mode off", down, note or "default"),
        FrameworkSize("PyTorch", "ceil_mode on", inside, note),
    ]


def _tensorflow(axis: Axis, down: int | None) -> list[FrameworkSize]:
    """TensorFlow pads either not at all, or enough for ceil(size / stride) windows."""
    same = convolution_size(axis.size, 1, axis.stride, 0, 1)
    return [
        FrameworkSize("TensorFlow", "VALID", down),
        FrameworkSize("TensorFlow", "SAME", same, "pads as needed, so windows may lie elsewhere"),
    ]
