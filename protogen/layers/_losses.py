"""What the losses have in common: one scalar, and labels that must fit the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen.layers._blobs import describe
from protogen.schema import Arity, Context, Fault, LayerSchema
from protogen.shapes import Shape, count

__all__ = [
    "Loss",
    "check_batch",
    "check_counts",
    "check_labels",
    "check_ones",
]


class Loss(LayerSchema):
    """Two bottoms of one batch size make a scalar that counts in the objective."""

    bottoms: ClassVar[Arity] = 2
    tops: ClassVar[Arity] = 1
    auto_tops = True
    loss = True

    def check(self, ctx: Context) -> None:
        check_batch(ctx)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [()]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        return ((), *(None,) * (tops - 1))


def check_batch(ctx: Context) -> None:
    """The first two bottoms agree in their first axis.  (``LossLayer::Reshape``)"""
    first, second = ctx.bottoms[:2]
    for index, bottom in enumerate((first, second)):
        if not bottom:
            raise Fault(f"bottom {index} is a scalar; it has no batch axis", rule="axis-count")
    if first[0] != second[0]:
        raise Fault(
            f"bottoms differ in batch size: {first[0]} and {second[0]} (axis 0):"
            f" {describe(ctx.bottoms, 0, 1)}",
            rule="bottom-shape-mismatch",
        )


def check_counts(ctx: Context, first: Any, other: Any, what: str, index: int = 1) -> None:
    """What was counted in the first bottom and in another agrees."""
    if first != other:
        raise Fault(
            f"bottoms differ in {what}: {first} and {other}: {describe(ctx.bottoms, 0, index)}",
            rule="bottom-shape-mismatch",
        )


def check_labels(ctx: Context, axis: int) -> None:
    """One label for each prediction, whose classes lie along ``axis``."""
    scores, labels = ctx.bottoms[:2]
    predictions = count(scores[:axis]) * count(scores[axis + 1 :])
    if predictions != count(labels):
        raise Fault(
            f"{predictions} predictions (classes along axis {axis}) have {count(labels)} labels:"
            f" {describe(ctx.bottoms, 0, 1)}",
            rule="bottom-shape-mismatch",
        )


def check_ones(ctx: Context, index: int, *, from_axis: int) -> None:
    """A bottom of at most 4 axes, with size 1 on each from an axis on."""
    sizes = ctx.legacy(ctx.bottoms[index])
    for axis in range(from_axis, 4):
        if sizes[axis] != 1:
            raise Fault(
                f"bottom {index} has size {sizes[axis]} on axis {axis}, where 1 is wanted:"
                f" {describe(ctx.bottoms, index)}",
                rule="bottom-shape-mismatch",
            )
