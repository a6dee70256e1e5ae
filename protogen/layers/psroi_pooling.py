from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class PSROIPooling(LayerSchema):
    """The averages of ``group_size`` by ``group_size`` windows in each region of interest.

    Each window reads its own ``output_dim`` channels, so the bottom has ``output_dim`` times
    ``group_size`` squared channels. The second bottom has one row per region: the image, then x1,
    y1, x2, y2.  (source: Dai et al. 2016, R-FCN)
    """

    param = "psroi_pooling_param"
    bottoms = 2
    axes = (4, 2)
    source = "daijifeng001/caffe-rfcn: src/caffe/layers/psroi_pooling_layer.cpp"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        # The fork declares its three fields required; in our schema, no field of a fork is.
        if not p.HasField("spatial_scale"):
            raise ctx.fault("spatial_scale is missing", "spatial_scale", rule="required-field")
        check_positive(ctx, "output_dim", "group_size")
        # Each of the windows of a region reads channels of its own.
        expected = p.output_dim * p.group_size**2
        _, channels, _, _ = ctx.nchw()
        if channels != expected:
            raise ctx.fault(
                f"expected {expected} channels for output_dim {p.output_dim} and group_size"
                f" {p.group_size}, got {channels}: {ctx.describe(0)}",
                "output_dim",
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        regions = ctx.nchw(1)[0]
        return [(regions, *_window(ctx.param))]


def _window(param: Any) -> tuple[int, int, int]:
    """The channels, height and width of a pooled region."""
    return param.output_dim, param.group_size, param.group_size
