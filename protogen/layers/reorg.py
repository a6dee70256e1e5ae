from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Reorg(LayerSchema):
    """Turn each ``stride`` by ``stride`` block of pixels into channels; ``reverse`` undoes it.

    (source: Redmon & Farhadi 2016, YOLO9000)
    """

    param = "reorg_param"
    axes = (4,)
    source = "intel/caffe: src/caffe/layers/reorg_layer.cpp"
    formula = "channels * stride^2, size / stride; with reverse channels / stride^2, size * stride"

    def check(self, ctx: Context) -> None:
        ctx.reject_in_place()
        # The fork asks whether stride is written, and divides by it.
        check_positive(ctx, "stride")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # The fork computes this at set-up only, so reshaping the net does not change the top.
        stride = ctx.param.stride
        num, channels, height, width = ctx.nchw()
        # Rows and columns that do not fill a block are left out.
        if ctx.param.reverse:
            return [(num, channels // stride**2, height * stride, width * stride)]
        return [(num, channels * stride**2, height // stride, width // stride)]
