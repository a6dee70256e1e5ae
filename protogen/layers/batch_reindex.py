from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size


@register
class BatchReindex(LayerSchema):
    """Select items from the first bottom's batch by the indices in the second bottom.

    An index may occur more than once, and items may be left out.
    """

    bottoms = 2
    source = "src/caffe/layers/batch_reindex_layer.cpp"
    formula = "the size of bottom 1, then the sizes of bottom 0 after its first axis"

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        items = bottoms[0]
        return (None if items is None else (None, *items[1:]),)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        items, indices = ctx.bottoms
        # Only the number of indices matters: their values are read in the forward pass.
        check_axes(ctx, 1, 1, bottom=1, names="indices")
        return [(*indices, *items[1:])]
