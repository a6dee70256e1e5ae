from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import SpatialTransformerParameter

#: The numbers of an affine transformation.
_THETA = ("theta_1_1", "theta_1_2", "theta_1_3", "theta_2_1", "theta_2_2", "theta_2_3")


@register
class SpatialTransformer(LayerSchema):
    """Sample the first bottom at the places that an affine transformation maps the top to.

    The second bottom has the six numbers of the transformation for each item, except those that the
    fields ``theta_...`` fix. The top is ``output_H`` by ``output_W``; the default is the size of
    the bottom.
    (source: Jaderberg et al. 2015)
    """

    param = "st_param"
    bottoms = 2
    axes = (4, 2)
    source = "daerduoCarey/SpatialTransformerLayer: src/caffe/layers/st_layer.cpp"
    formula = "output_H by output_W, or the size of the bottom"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 4, 4, names="N, C, H, W")
        p: SpatialTransformerParameter = ctx.param
        for field, only in (("transform_type", "affine"), ("sampler_type", "bilinear")):
            if getattr(p, field) != only:
                raise ctx.fault(f'{field} must be "{only}", got "{getattr(p, field)}"', field)
        if len(ctx.bottoms[1]) < 2:
            return
        # A number that is fixed in the net is not in the bottom.
        expected = 6 - sum(ctx.param.HasField(name) for name in _THETA)
        given: Any = 1
        for size in ctx.bottoms[1][1:]:
            given = given * size
        if given != expected:
            raise ctx.fault(
                f"expected {expected} numbers of the transformation for each item, got {given}:"
                f" {ctx.describe(1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: SpatialTransformerParameter = ctx.param
        num, channels, height, width = ctx.bottom
        return [
            (
                num,
                channels,
                p.output_H if p.HasField("output_H") else height,
                p.output_W if p.HasField("output_W") else width,
            )
        ]
