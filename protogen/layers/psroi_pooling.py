from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import Shape


@register
class PSROIPooling(LayerSchema):
    """The averages of ``group_size`` by ``group_size`` windows in each region of interest.

    Each window reads ``output_dim`` channels of its own, so the bottom has ``output_dim`` times
    ``group_size`` squared. The second bottom has a row to each region: the image, then x1, y1, x2,
    y2.  (source: Dai et al. 2016, R-FCN)
    """

    param = "psroi_pooling_param"
    bottoms = 2
    source = "daijifeng001/caffe-rfcn: src/caffe/layers/psroi_pooling_layer.cpp"
    forks = ("rfcn", "intel", "happynear", "cambricon", "pt2c", "ncnn")

    def check(self, ctx: Context) -> None:
        p = ctx.param
        if not p.HasField("spatial_scale"):
            raise Fault(
                "spatial_scale is missing",
                rule="required-field",
                field="psroi_pooling_param.spatial_scale",
            )
        for name in ("output_dim", "group_size"):
            if getattr(p, name) <= 0:
                raise Fault(f"{name} is not above 0", field=f"psroi_pooling_param.{name}")
        wanted, given = p.output_dim * p.group_size**2, ctx.legacy(ctx.bottom)[1]
        if given != wanted:
            raise Fault(
                f"output_dim {p.output_dim} and group_size {p.group_size} take {wanted} channels,"
                f" not {given}: {describe(ctx.bottoms, 0)}",
                rule="bottom-shape-mismatch",
                field="psroi_pooling_param.output_dim",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        return [(ctx.legacy(ctx.bottoms[1])[0], p.output_dim, p.group_size, p.group_size)]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        p = layer.psroi_pooling_param
        return ((None, p.output_dim, p.group_size, p.group_size),)
