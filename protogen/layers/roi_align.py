from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class ROIAlign(LayerSchema):
    """The averages of ``pooled_h`` by ``pooled_w`` windows in each region, sampled between pixels.

    The second bottom holds the regions, as Mx5 or 1xMx1x5: for each the image, then x1, y1, x2, y2.
    Cascade R-CNN's fork has its parameters in ``roi_pooling_param``, and the top has the corners of
    the windows, one more on each axis.
    (source: He et al. 2017)
    """

    param = "roi_align_param"
    also = ("roi_pooling_param",)
    unmarked_forks = ("cascade",)
    bottoms = 2
    axes = (4, 2)
    source = "Cambricon/caffe, zhaoweicai/cascade-rcnn: src/caffe/layers/roi_align_layer.cpp"

    def dialect(self, layer: proto.LayerParameter) -> str:
        return "cascade (roi_pooling_param)" if self._is_cascade(layer) else ""

    def _is_cascade(self, layer: proto.LayerParameter) -> bool:
        return layer.HasField("roi_pooling_param") and not layer.HasField("roi_align_param")

    def check(self, ctx: Context) -> None:
        if self._is_cascade(ctx.layer):
            for field in ("pooled_h", "pooled_w"):
                if not getattr(ctx.layer.roi_pooling_param, field):
                    raise ctx.fault(f"{field} is missing", layer_field=f"roi_pooling_param.{field}")
            return
        check_positive(ctx, "pooled_h", "pooled_w")
        regions = ctx.bottoms[1]
        if len(regions) not in (2, 4) or regions[-1] != 5:
            raise ctx.fault(
                f"expected regions of Mx5 or 1xMx1x5: {ctx.describe(1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p, regions = ctx.param, ctx.bottoms[1]
        num, channels, _, _ = ctx.nchw()
        if self._is_cascade(ctx.layer):
            cascade = ctx.layer.roi_pooling_param
            return [(regions[0], channels, cascade.pooled_h + 1, cascade.pooled_w + 1)]
        # 1xMx1x5 has the regions on its second axis.
        per_image = regions[0] if len(regions) == 2 else regions[1]
        return [(per_image * num, channels, p.pooled_h, p.pooled_w)]
