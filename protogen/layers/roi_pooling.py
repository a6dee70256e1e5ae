from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import Shape


@register
class ROIPooling(LayerSchema):
    """The maxima of ``pooled_h`` by ``pooled_w`` windows in each region of interest.

    The second bottom has a row to each region: which image, then x1, y1, x2, y2 in pixels of the
    net's input, of which ``spatial_scale`` makes pixels of the first bottom.
    (source: Girshick 2015)
    """

    param = "roi_pooling_param"
    bottoms = 2
    source = "rbgirshick/caffe-fast-rcnn: src/caffe/layers/roi_pooling_layer.cpp"
    forks = ("fastrcnn", "fasterrcnn", "rfcn", "intel", "xilinx", "yjxiong", "happynear")

    def check(self, ctx: Context) -> None:
        for size, name in zip(_window(ctx.param), ("pooled_h", "pooled_w")):
            if size == 0:
                raise Fault(f"{name} is missing or 0", field=f"roi_pooling_param.{name}")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        image, regions = map(ctx.legacy, ctx.bottoms)
        return [(regions[0], image[1], *_window(ctx.param))]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        return ((None, None, *_window(layer.roi_pooling_param)),)


def _window(p: Any) -> tuple[int, int]:
    """``pooled_h`` and ``pooled_w``, or else Intel's ``pooled_size``, given once or twice."""
    if p.pooled_size:
        return p.pooled_size[0], p.pooled_size[-1]
    return p.pooled_h, p.pooled_w
