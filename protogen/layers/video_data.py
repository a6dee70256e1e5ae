from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.layers._data import DataLayer
from protogen.layers._dialects import find_dialect
from protogen.schema import Context, register
from protogen.shapes import UNKNOWN, InternalShape, Size

if TYPE_CHECKING:
    from protogen.proto import ImageDataParameter, VideoDataParameter

#: The fields that only one fork has.
_FORK_FIELDS = (
    ("yjxiong", ("num_segments", "modality", "name_pattern", "encoded", "grayscale")),
    ("c3d", ("use_image", "use_temporal_jitter", "sampling_rate", "show_data")),
)


@register
class VideoData(DataLayer):
    """Read frames from a video file or a camera; from the SSD fork.

    In C3D and video-caffe a layer with the same name reads clips of ``new_length`` frames, as
    NxCxFxHxW; C3D's first version has its fields in ``image_data_param``. In yjxiong's fork it
    reads segments of videos, and the shapes of its tops are unknown.
    """

    param = "video_data_param"
    also = ("data_param", "transform_param", "image_data_param")
    batch_param = "data_param"
    tops = (1, None)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/video_data_layer.cpp"

    def dialect(self, layer: proto.LayerParameter) -> str:
        if _is_first_c3d(layer):
            return "c3d (image_data_param)"
        found = find_dialect(layer.video_data_param, _FORK_FIELDS)
        if found:
            return str(found)
        if layer.video_data_param.HasField("new_length"):
            return "c3d and video-caffe (new_length)"
        return "c3d and others (batch_size)" if layer.video_data_param.batch_size else ""

    def batch(self, ctx: Context) -> int:
        if _is_first_c3d(ctx.layer):
            return int(ctx.layer.image_data_param.batch_size)
        return int(ctx.param.batch_size) or super().batch(ctx)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        p: VideoDataParameter = ctx.param
        from_file = p.video_type == proto.VideoDataParameter.VIDEO
        if from_file and not p.HasField("video_file"):
            raise ctx.fault("video_file is missing", "video_file")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        p: VideoDataParameter = ctx.param
        if _is_first_c3d(ctx.layer):
            labels: tuple[int, ...] = (self.batch(ctx), 1, 1, 1, 1)
            clips = _clips(ctx, ctx.layer.image_data_param, UNKNOWN)
        elif p.batch_size or p.HasField("new_length"):
            found = find_dialect(p, _FORK_FIELDS)
            if (found and found.fork == "yjxiong") or not p.HasField("new_length"):
                return [None] * ctx.tops
            labels = (self.batch(ctx),)
            clips = _clips(ctx, p, 3 if p.is_color else 1)
        else:
            return super().top_shapes(ctx)
        shapes = [(self.batch(ctx), *clips), labels][: ctx.tops]
        return [*shapes, *[None] * (ctx.tops - len(shapes))]


def _is_first_c3d(layer: proto.LayerParameter) -> bool:
    return layer.HasField("image_data_param") and not layer.HasField("video_data_param")


def _clips(
    ctx: Context, p: ImageDataParameter | VideoDataParameter, channels: Any
) -> InternalShape:
    """Channels, frames, height and width of a clip."""
    frames = p.new_length or UNKNOWN
    # A crop replaces the size; C3D's first version has it among its own fields.
    crop = ctx.layer.transform_param.crop_size or p.crop_size
    if crop:
        return (channels, frames, crop, crop)
    return (channels, frames, p.new_height or UNKNOWN, p.new_width or UNKNOWN)
