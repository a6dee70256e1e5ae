from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register


@register
class ROIAlign(LayerSchema):
    """The averages of ``pooled_h`` by ``pooled_w`` windows in each region, sampled between pixels.

    The second bottom holds the regions, as Mx5 or 1xMx1x5: for each the image, then x1, y1, x2, y2.
    (source: He et al. 2017)
    """

    param = "roi_align_param"
    bottoms = 2
    axes = (4, 2)
    source = "Cambricon/caffe: src/caffe/layers/roi_align_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "pooled_h", "pooled_w")
        regions = ctx.bottoms[1]
        if len(regions) not in (2, 4) or regions[-1] != 5:
            raise ctx.fault(
                f"expected regions of Mx5 or 1xMx1x5: {ctx.describe(1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, regions = ctx.param, ctx.bottoms[1]
        num, channels, _, _ = ctx.nchw()
        # 1xMx1x5 has the regions on its second axis.
        per_image = regions[0] if len(regions) == 2 else regions[1]
        return [(per_image * num, channels, p.pooled_h, p.pooled_w)]
