from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.layers._data import DataLayer
from protogen.schema import Context, register


@register
class VideoData(DataLayer):
    """Read frames from a video file or a camera; from the SSD fork.

    A layer with the same name in another fork reads clips, and has its ``batch_size`` in
    ``video_data_param``: its tops are unknown.
    """

    param = "video_data_param"
    also = ("data_param", "transform_param")
    batch_param = "data_param"
    tops = (1, None)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/video_data_layer.cpp"

    def batch(self, ctx: Context) -> int:
        return int(ctx.param.batch_size) or super().batch(ctx)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        from_file = ctx.param.video_type == proto.VideoDataParameter.VIDEO
        if from_file and not ctx.param.HasField("video_file"):
            raise ctx.fault("video_file is missing", "video_file")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        # A batch_size here is that of the other fork, whose clips may have any shape.
        return [None] * ctx.tops if ctx.param.batch_size else super().top_shapes(ctx)
