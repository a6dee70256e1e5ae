from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._convolution import refuse_overhang, refuse_zero_stride, windows
from protogen.layers._windows import convolved
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import count


@register
class Im2col(LayerSchema):
    """Lay the window of a Convolution at each place out as a column of channels.

    A Convolution is this and a matrix product. Only the window fields of ``convolution_param``
    are read.
    """

    param = "convolution_param"
    source = "src/caffe/layers/im2col_layer.cpp"
    formula = "channels * kernel area; trunc((size + 2*pad - extent) / stride) + 1"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        w = windows(ctx)
        sizes = ctx.bottom[w.axis + 1 :]
        if not sizes:
            raise Fault(
                f"no axis is left to slide over past axis {w.axis}",
                rule="axis-count",
                field="convolution_param.axis",
            )
        refuse_zero_stride(ctx.param, w.stride)
        slid = [convolved(*each) for each in zip(sizes, w.kernel, w.stride, w.pad, w.dilation)]
        refuse_overhang(sizes, w, slid)
        return [(*ctx.bottom[: w.axis], ctx.bottom[w.axis] * count(w.kernel), *slid)]
