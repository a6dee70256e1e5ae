from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import format_shape, reveal


@register
class BatchReindex(LayerSchema):
    """Pick items of the first bottom's batch by the indices in the second bottom.

    An index may come again, and items may be left out.
    """

    bottoms = 2
    source = "src/caffe/layers/batch_reindex_layer.cpp"
    formula = "the size of bottom 1, then the sizes of bottom 0 past its first axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        items, indices = ctx.bottoms
        if len(indices) != 1:
            raise Fault(
                f"takes indices (bottom 1) of 1 axis, not {format_shape(reveal(indices))}",
                rule="axis-count",
            )
        return [(*indices, *items[1:])]
