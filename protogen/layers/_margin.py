"""What the inner products with a margin share, which train classifiers of faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen import proto
from protogen.layers._parameters import check_size
from protogen.schema import Arity, Context, LayerSchema, Learnable
from protogen.shapes import Size, count

__all__ = ["MarginProduct"]


class MarginProduct(LayerSchema):
    """An InnerProduct without a bias that sees the labels too. A second top has one number."""

    bottoms: ClassVar[Arity] = 2
    tops = (1, 2)
    size_field = "num_output"
    formula = "num_output"

    def check(self, ctx: Context) -> None:
        ctx.axis()
        check_size(ctx, "num_output")
        self.check_batch(ctx)

    def check_batch(self, ctx: Context) -> None:
        """Raise unless each item has a label."""
        items, labels = ctx.nchw(0)[0], ctx.nchw(1)[0]
        # The label of an item decides which of its products gets the margin.
        if items != labels:
            raise ctx.fault(
                f"bottoms differ in batch size: {items} and {labels} (axis 0):"
                f" {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        axis = getattr(layer, self.param).axis
        return [axis + 1, 1, 1] if axis >= 0 else []

    def outputs(self, ctx: Context) -> Any:
        """The number of classes."""
        return ctx.param.num_output

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        products = (*ctx.bottom[: ctx.axis()], self.outputs(ctx))
        return [products, (1,)][: ctx.tops]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        shape = (self.outputs(ctx), count(ctx.bottom[ctx.axis() :]))
        return [ctx.learnable("weights", shape, "weight_filler")]

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        return count(ctx.bottom) * self.outputs(ctx)
