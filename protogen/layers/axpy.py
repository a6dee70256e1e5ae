from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size, filled


@register
class Axpy(LayerSchema):
    """Scale each channel of the second bottom by the first bottom, and add the third.

    The first bottom is NxC or NxCx1x1. A Scale followed by an Eltwise computes the same in any
    Caffe.  (source: Hu et al. 2017, squeeze and excitation)
    """

    bottoms = 3
    elementwise = True
    source = "hujie-frank/SENet: src/caffe/layers/axpy_layer.cpp"
    unmarked_forks = ("senet", "intel", "nv17", "eric612", "happynear", "cambricon")

    def check(self, ctx: Context) -> None:
        for index in (0, 1):
            check_axes(ctx, 2, bottom=index, names="batch, channels")
        scale, first, second = ctx.bottoms
        # Further axes must have size 1; a scale with 3 axes is not checked.
        one_per_channel = len(scale) != 4 or scale[2:] == (1, 1)
        if scale[:2] != first[:2] or not one_per_channel:
            raise ctx.fault(
                f"expected a scale with one number per channel: {ctx.describe(0, 1)}",
                bottom=0,
                rule="bottom-shape-mismatch",
            )
        if first != second:
            raise ctx.fault(
                f"bottoms 1 and 2 differ in shape: {ctx.describe(1, 2)}",
                bottom=2,
                rule="bottom-shape-mismatch",
            )

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (filled(bottoms[1], bottoms[2]),)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [ctx.bottoms[1]]
