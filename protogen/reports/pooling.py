"""What Caffe makes of a pooling: the size and every window of each axis, beside other frameworks.

(source: ``PoolingLayer::Reshape`` and ``Forward_cpu``)
"""

from __future__ import annotations

from typing import NamedTuple

from protogen import layers, proto
from protogen.diagnostics import ProtogenError
from protogen.rules import named
from protogen.schema import Fault
from protogen.windows import Axis, Window, convolution_size, pooling_size

__all__ = ["Axis", "Elsewhere", "Pair", "Window", "elsewhere", "explain"]

#: Something of both axes: height, then width.
Pair = tuple[int, int]


def explain(
    sizes: Pair, kernel: Pair, stride: Pair, pad: Pair, *, pool: str = "MAX", floor: bool = False
) -> tuple[Axis, Axis]:
    """The height and the width of a pooling; raises `ProtogenError` if Caffe refuses it."""
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
        sentence = f"Caffe refuses this pooling: {fault.message}"
        raise ProtogenError(named(fault.rule).diagnostic(sentence, hint=fault.hint)) from None
    clip = pad != (0, 0)
    height, width = (
        Axis(name, size, kernel[i], stride[i], pad[i], floor, clip)
        for i, (name, size) in enumerate(zip(("height", "width"), sizes))
    )
    return height, width


class Elsewhere(NamedTuple):
    """The size that a framework gives; ``None`` where it refuses the pooling, or ``note`` why."""

    framework: str
    option: str
    size: int | None
    note: str = ""


def elsewhere(axis: Axis) -> list[Elsewhere]:
    """The same pooling in Caffe's two modes and in other frameworks.

    PyTorch (``pooling_output_shape``) leaves out, with ceil_mode on and padding or none, a last
    window that would start past the image; ONNX says so since opset 22. Both compute in integers.
    """
    size, kernel, stride, pad = axis.size, axis.kernel, axis.stride, axis.pad
    down, up = _rounded(axis, 0), _rounded(axis, stride - 1)
    inside = up - 1 if up and (up - 1) * stride >= size + pad else up
    refusal = "refuses a pad above half the kernel" if 2 * pad > kernel else ""

    def caffe(floor: bool) -> int:
        return int(pooling_size(size, kernel, stride, pad, floor=floor, clip=axis.clip))

    rows = [
        Elsewhere("Caffe", "round_mode CEIL", caffe(False), "its default"),
        Elsewhere("Caffe", "round_mode FLOOR", caffe(True)),
        Elsewhere("PyTorch", "ceil_mode off", None if refusal else down, refusal or "its default"),
        Elsewhere("PyTorch", "ceil_mode on", None if refusal else inside, refusal),
        Elsewhere("ONNX", "ceil_mode off", down, "its default"),
        Elsewhere("ONNX", "ceil_mode on, opset 22 on", inside),
        Elsewhere("ONNX", "ceil_mode on, before 22", up, "by its text; newer runtimes as opset 22"),
    ]
    return rows if pad else [*rows, *_tensorflow(size, stride, down)]


def _rounded(axis: Axis, extra: int) -> int | None:
    """The windows in integers, rounded down for ``extra`` 0 and up for ``stride - 1``."""
    size = axis.size + extra
    if size + 2 * axis.pad < axis.kernel:
        return None
    return int(convolution_size(size, axis.kernel, axis.stride, axis.pad, 1))


def _tensorflow(size: int, stride: int, down: int | None) -> list[Elsewhere]:
    """Its paddings have no number: none at all, or what makes ceil(size / stride) windows."""
    same = convolution_size(size, 1, stride, 0, 1)
    return [
        Elsewhere("TensorFlow", "VALID", down),
        Elsewhere("TensorFlow", "SAME", same, "pads as it needs, so its windows may lie elsewhere"),
    ]
