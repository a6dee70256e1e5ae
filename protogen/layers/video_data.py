from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, Fault, register

_VIDEO = 1


@register
class VideoData(DataLayer):
    """Frames of a video file or of a camera; of the SSD fork.

    Another fork's layer of this name reads clips, and has its ``batch_size`` in
    ``video_data_param``: its tops are not known.
    """

    param = "video_data_param"
    also = ("data_param", "transform_param")
    batch_param = "data_param"
    tops = (1, None)
    source = "src/caffe/layers/video_data_layer.cpp"

    def batch(self, ctx: Context) -> int:
        return int(ctx.param.batch_size) or super().batch(ctx)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        if ctx.param.video_type == _VIDEO and not ctx.param.HasField("video_file"):
            raise Fault("video_file is missing", field="video_data_param.video_file")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        return [None] * ctx.tops if ctx.param.batch_size else super().top_shapes(ctx)
