from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class ROIAlign(LayerSchema):
    """The averages of ``pooled_h`` by ``pooled_w`` windows in each region, read between pixels.

    The second bottom holds the regions, as Mx5 or 1xMx1x5: for each the image, then x1, y1, x2, y2.
    (source: He et al. 2017)
    """

    param = "roi_align_param"
    bottoms = 2
    source = "Cambricon/caffe: src/caffe/layers/roi_align_layer.cpp"
    forks = ("cambricon", "pt2c", "ncnn")

    def check(self, ctx: Context) -> None:
        for name in ("pooled_h", "pooled_w"):
            if getattr(ctx.param, name) == 0:
                raise Fault(f"{name} is missing or 0", field=f"roi_align_param.{name}")
        regions = ctx.bottoms[1]
        if len(regions) not in (2, 4) or regions[-1] != 5:
            raise Fault(
                f"takes regions as Mx5 or 1xMx1x5: {describe(ctx.bottoms, 1)}",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, regions = ctx.param, ctx.bottoms[1]
        num, channels, *_ = ctx.legacy(ctx.bottom)
        many = regions[0] if len(regions) == 2 else regions[1]
        return [(many * num, channels, p.pooled_h, p.pooled_w)]
