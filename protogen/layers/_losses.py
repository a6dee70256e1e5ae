"""What the losses share: a scalar top, and bottoms that must fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen import proto
from protogen.diagnostics import plural
from protogen.layers._blobs import check_axes
from protogen.schema import Arity, Context, LayerSchema
from protogen.shapes import Shape, Size, count

__all__ = [
    "Loss",
    "check_batch",
    "check_counts",
    "check_images",
    "check_labels",
    "check_ones",
]


class Loss(LayerSchema):
    """Two bottoms with the same batch size; the top is a scalar that counts in the objective."""

    bottoms: ClassVar[Arity] = 2
    tops: ClassVar[Arity] = 1
    # A loss without a top gets one, so that it counts.  (source: ``LossLayer::AutoTopBlobs``)
    auto_tops = True
    loss = True

    def check(self, ctx: Context) -> None:
        check_batch(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [()]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        # The loss is a scalar whatever the bottoms are; the other tops depend on them.
        return ((), *(None,) * (tops - 1))


def check_batch(ctx: Context) -> None:
    """Raise unless the first two bottoms have the same first axis.

    (source: ``LossLayer::Reshape``)
    """
    check_axes(ctx, 1, bottom=0, names="the batch")
    check_axes(ctx, 1, bottom=1, names="the batch")
    first, second = ctx.bottoms[:2]
    if first[0] != second[0]:
        raise ctx.fault(
            f"bottoms differ in batch size: {first[0]} and {second[0]} (axis 0):"
            f" {ctx.describe(0, 1)}",
            bottom=1,
            rule="bottom-shape-mismatch",
        )


def check_counts(ctx: Context, first: Any, other: Any, what: str, index: int = 1) -> None:
    """Raise unless the first bottom and another have the same number of ``what``."""
    if first != other:
        raise ctx.fault(
            f"bottoms differ in {what}: {first} and {other}: {ctx.describe(0, index)}",
            bottom=index,
            rule="bottom-shape-mismatch",
        )


def check_images(ctx: Context) -> None:
    """Raise unless all bottoms have the channels, height and width of the first."""
    _, *first = ctx.nchw()
    for index in range(1, len(ctx.bottoms)):
        _, *other = ctx.nchw(index)
        for name, expected, size in zip(("channels", "height", "width"), first, other):
            check_counts(ctx, expected, size, name, index)


def check_labels(ctx: Context, axis: int) -> None:
    """Raise unless there is one label for each prediction, whose classes lie along ``axis``."""
    scores, labels = ctx.bottoms[:2]
    # Caffe compares only counts, so labels may keep the class axis (with size 1) or drop it.
    predictions = count(scores[:axis]) * count(scores[axis + 1 :])
    given = count(labels)
    if predictions != given:
        raise ctx.fault(
            f"expected {plural(predictions, 'label')}, one per prediction"
            f" (classes along axis {axis}), got {given}: {ctx.describe(0, 1)}",
            bottom=1,
            rule="bottom-shape-mismatch",
        )


def check_ones(ctx: Context, index: int, *, from_axis: int) -> None:
    """Raise unless a bottom has at most 4 axes, all of size 1 from an axis on."""
    # Caffe asks for num, channels, height and width, where a missing axis counts as 1.
    sizes = ctx.nchw(index)
    for axis in range(from_axis, 4):
        if sizes[axis] != 1:
            raise ctx.fault(
                f"expected size 1 on axis {axis}, got {sizes[axis]}: {ctx.describe(index)}",
                bottom=index,
                rule="bottom-shape-mismatch",
            )
