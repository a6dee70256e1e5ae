"""What the data layers share: a batch of images that are resized and cropped as they are read.

The content of a database is unknown here; these layers answer with what the parameters decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen import proto
from protogen.schema import Arity, Context, Fault, LayerSchema
from protogen.shapes import UNKNOWN, Size

__all__ = ["DataLayer", "keeps_aspect"]


class DataLayer(LayerSchema):
    """No bottoms; a batch of images and, with a second top, their labels."""

    also: ClassVar[tuple[str, ...]] = ("transform_param",)
    bottoms = 0
    tops: ClassVar[Arity] = (1, 2)
    #: The message that holds ``batch_size``, if that is not the layer's own.
    batch_param: ClassVar[str] = ""

    def batch(self, ctx: Context) -> int:
        """The number of images in a batch."""
        home = self.batch_param or self.param
        param = getattr(ctx.layer, home)
        size = int(param.batch_size)
        # Caffe has no default for it: an absent one reads as 0, too.
        if size == 0:
            written = param.HasField("batch_size")
            raise ctx.fault(
                "batch_size must be greater than 0, got 0" if written else "batch_size is missing",
                layer_field=f"{home}.batch_size",
            )
        return size

    def check(self, ctx: Context) -> None:
        check_transform(ctx.layer.transform_param)

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        """Channels, height and width of an image as it is read, before it is transformed."""
        return (UNKNOWN, UNKNOWN, UNKNOWN)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        # Caffe shapes the tops for the first record that it reads.
        images = (self.batch(ctx), *self.transformed(ctx.layer, self.image_sizes(ctx)))
        tops = [images, self.labels(ctx)][: ctx.tops]
        # Caffe does not shape any further tops: they stay without axes.
        return tops + [()] * (ctx.tops - len(tops))

    def labels(self, ctx: Context) -> Sequence[Any]:
        """The shape of the second top."""
        return (self.batch(ctx),)

    def transformed(
        self, layer: proto.LayerParameter, sizes: tuple[Any, Any, Any]
    ) -> tuple[Any, Any, Any]:
        """Channels, height and width after the transformation.

        (source: ``DataTransformer::InferBlobShape``)
        """
        transform = layer.transform_param
        channels, height, width = sizes
        # The SSD fork resizes before it crops.
        if transform.resize_param:
            height, width = _resized(transform.resize_param)
        # crop_h and crop_w are the SSD fork's, for a crop that is not square.
        crop_h = transform.crop_size or transform.crop_h
        crop_w = transform.crop_size or transform.crop_w
        if height < crop_h or width < crop_w:
            raise Fault(
                f"cannot crop {crop_h}x{crop_w} out of images of {height}x{width}",
                field=f"transform_param.{'crop_size' if transform.crop_size else 'crop_h'}",
            )
        return _channels(transform, channels), crop_h or height, crop_w or width


def keeps_aspect(resize: Any) -> bool:
    """Whether resizing keeps the aspect ratio, so that only the smaller side is as asked for."""
    return bool(resize.resize_mode == proto.ResizeParameter.FIT_SMALL_SIZE)


def check_transform(transform: Any) -> None:
    """Raise for parameters that Caffe rejects before it has seen an image.

    (source: ``DataTransformer::DataTransformer``)
    """
    if transform.mean_value and transform.HasField("mean_file"):
        raise Fault(
            "both mean_file and mean_value are given; keep one", field="transform_param.mean_file"
        )
    for index, resize in enumerate(transform.resize_param):
        for side in ("height", "width"):
            if not getattr(resize, side):
                raise Fault(
                    f"resize_param needs a height and a width greater than 0,"
                    f" got {resize.height}x{resize.width}",
                    field=f"transform_param.resize_param[{index}].{side}",
                )
    expand = transform.expand_param
    if transform.HasField("expand_param") and not expand.max_expand_ratio > 1:
        raise Fault(
            f"max_expand_ratio must be greater than 1, got {expand.max_expand_ratio:g}",
            field="transform_param.expand_param.max_expand_ratio",
        )


def _resized(resizes: Sequence[Any]) -> tuple[Any, Any]:
    """Height and width after resizing; Caffe picks one of several ``resize_param`` at random."""
    first = resizes[0]
    for resize in resizes:
        if keeps_aspect(resize):
            return UNKNOWN, UNKNOWN
        if (resize.height, resize.width) != (first.height, first.width):
            return UNKNOWN, UNKNOWN
    return first.height, first.width


def _channels(transform: Any, channels: Any) -> Any:
    """Several mean values are one per channel, so their number is the number of channels."""
    means = len(transform.mean_value)
    if means < 2:
        return channels
    if means != channels:
        raise Fault(
            f"mean_value is given {means} times for {channels} channels;"
            " give it once, or once per channel",
            field="transform_param.mean_value",
        )
    return means
