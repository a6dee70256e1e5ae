from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen.layers._clips import check_clips
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import DownSamplingParameter


@register
class DownSampling(LayerSchema):
    """Make clips smaller by a vote or an average of the pixels of each block."""

    param = "down_sampling_param"
    axes = (5,)
    source = "facebook/C3D: C3D-v1.0/src/caffe/layers/down_sampling_layer.cpp"
    formula = "frames / temporal_factor, size / spatial_factor"

    def check(self, ctx: Context) -> None:
        check_clips(ctx)
        for field in ("spatial_factor", "temporal_factor"):
            value = getattr(ctx.param, field)
            if value <= 1:
                raise ctx.fault(f"{field} must be greater than 1, got {value}", field)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: DownSamplingParameter = ctx.param
        num, channels, frames, height, width = ctx.bottom
        factor = p.spatial_factor
        return [(num, channels, frames // p.temporal_factor, height // factor, width // factor)]
