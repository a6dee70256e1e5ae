from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class ROIPooling(LayerSchema):
    """The maxima of ``pooled_h`` by ``pooled_w`` windows in each region of interest.

    The second bottom has one row per region: the image, then x1, y1, x2, y2 in pixels of the net's
    input. ``spatial_scale`` converts these into pixels of the first bottom.
    (source: Girshick 2015)
    """

    param = "roi_pooling_param"
    bottoms = 2
    axes = (4, 2)
    source = "rbgirshick/caffe-fast-rcnn: src/caffe/layers/roi_pooling_layer.cpp"

    def check(self, ctx: Context) -> None:
        for name, size in zip(("pooled_h", "pooled_w"), _window(ctx.param)):
            if size == 0:
                raise ctx.fault(f"{name} must be greater than 0, got 0", name)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Caffe does not check that a region has five numbers.
        image, regions = ctx.nchw(0), ctx.nchw(1)
        return [(regions[0], image[1], *_window(ctx.param))]


def _window(param: Any) -> tuple[int, int]:
    """Height and width: ``pooled_h`` and ``pooled_w``, or Intel's ``pooled_size`` (1 or 2)."""
    if param.pooled_size:
        return param.pooled_size[0], param.pooled_size[-1]
    return param.pooled_h, param.pooled_w
