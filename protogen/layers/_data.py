"""What the data layers have in common: a batch of images, cropped and resized on their way in.

What lies in a database is not known here, so these answer with what the parameters alone decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen.schema import Arity, Context, Fault, LayerSchema
from protogen.shapes import UNKNOWN

__all__ = ["FIT_SMALL_SIZE", "DataLayer"]

#: The ``resize_mode`` that keeps the aspect, so that only the smaller side is what was asked for.
FIT_SMALL_SIZE = 2


class DataLayer(LayerSchema):
    """No bottoms; a batch of images and, with a second top, their labels."""

    also: ClassVar[tuple[str, ...]] = ("transform_param",)
    bottoms = 0
    tops: ClassVar[Arity] = (1, 2)
    #: The message with ``batch_size``, where that is not the layer's own.
    batch_param: ClassVar[str] = ""

    def batch(self, ctx: Context) -> int:
        """How many images come at once."""
        name = self.batch_param or self.param
        size = int(getattr(ctx.layer, name).batch_size)
        if size == 0:
            raise Fault("batch_size is missing or 0", field=f"{name}.batch_size")
        return size

    def check(self, ctx: Context) -> None:
        check_transform(ctx.layer.transform_param)

    def image_sizes(self, ctx: Context) -> tuple[Any, Any, Any]:
        """Channels, height and width of what is read, before it is transformed."""
        return (UNKNOWN, UNKNOWN, UNKNOWN)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        sizes = transformed(ctx.layer.transform_param, self.image_sizes(ctx))
        tops = [(self.batch(ctx), *sizes), self.labels(ctx)][: ctx.tops]
        return tops + [()] * (ctx.tops - len(tops))  # Caffe leaves further tops as they are made

    def labels(self, ctx: Context) -> Sequence[Any]:
        """The shape of the second top."""
        return (self.batch(ctx),)


def check_transform(transform: Any) -> None:
    """The parameters Caffe checks before it has seen an image.  (``DataTransformer``)"""
    if transform.mean_value and transform.HasField("mean_file"):
        raise Fault("both mean_file and mean_value are given", field="transform_param.mean_file")
    for resize in transform.resize_param:
        if not (resize.height and resize.width):
            raise Fault(
                f"resize to {resize.height}x{resize.width}: give a height and a width above 0",
                field="transform_param.resize_param",
            )
    expand = transform.expand_param
    if transform.HasField("expand_param") and not expand.max_expand_ratio > 1:
        raise Fault(
            f"max_expand_ratio {expand.max_expand_ratio:g} is not above 1",
            field="transform_param.expand_param.max_expand_ratio",
        )


def transformed(transform: Any, sizes: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    """Channels, height and width after the transformation.  (``InferBlobShape``)"""
    channels, height, width = sizes
    if transform.resize_param:
        height, width = _resized(transform.resize_param)
    crop_h = transform.crop_size or transform.crop_h
    crop_w = transform.crop_size or transform.crop_w
    if height < crop_h or width < crop_w:
        raise Fault(
            f"cannot crop {crop_h}x{crop_w} out of images of {height}x{width}",
            field="transform_param.crop_size",
        )
    return _channels(transform, channels), crop_h or height, crop_w or width


def _resized(resizes: Sequence[Any]) -> tuple[Any, Any]:
    """Height and width after resizing; of several that differ, one is picked at random."""
    first = resizes[0]
    sizes = (first.height, first.width)
    exact = all(
        (each.height, each.width) == sizes and each.resize_mode != FIT_SMALL_SIZE
        for each in resizes
    )
    return sizes if exact else (UNKNOWN, UNKNOWN)


def _channels(transform: Any, channels: Any) -> Any:
    """Several mean values are one for each channel, which tells how many there are."""
    means = len(transform.mean_value)
    if means < 2:
        return channels
    if means != channels:
        raise Fault(
            f"mean_value is given {means} times for {channels} channels; give it once, or once"
            " per channel",
            field="transform_param.mean_value",
        )
    return means
