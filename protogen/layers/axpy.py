from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Axpy(LayerSchema):
    """Scale each channel of the second bottom by the first bottom, and add the third.

    The first bottom is NxC or NxCx1x1. Scale, then Eltwise, computes the same in any Caffe.
    (source: Hu et al. 2017, squeeze and excitation)
    """

    bottoms = 3
    source = "hujie-frank/SENet: src/caffe/layers/axpy_layer.cpp"
    forks = ("senet", "intel", "nv17", "eric612", "happynear", "cambricon")

    def check(self, ctx: Context) -> None:
        scale, first, second = ctx.bottoms
        for index in (0, 1):
            if len(ctx.bottoms[index]) < 2:
                raise Fault(
                    f"has no channel axis: {describe(ctx.bottoms, index)}", rule="axis-count"
                )
        if scale[:2] != first[:2] or (len(scale) == 4 and scale[2:] != (1, 1)):
            raise Fault(
                f"the scale is not one number to each channel: {describe(ctx.bottoms, 0, 1)}",
                rule="bottom-shape-mismatch",
            )
        if first != second:
            raise Fault(
                f"what is added differs in shape: {describe(ctx.bottoms, 1, 2)}",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [ctx.bottoms[1]]
