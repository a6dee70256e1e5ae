from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Tile(LayerSchema):
    """Repeat the bottom ``tiles`` times along ``axis``."""

    param = "tile_param"
    size_field = "tiles"
    reads_bottom_while_writing = True
    source = "src/caffe/layers/tile_layer.cpp"
    formula = "size * tiles on axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        bottom, axis = ctx.bottom, ctx.axis()
        # tiles has no default: Caffe asks for it.
        check_positive(ctx, "tiles")
        return [(*bottom[:axis], bottom[axis] * ctx.param.tiles, *bottom[axis + 1 :])]
