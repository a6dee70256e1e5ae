from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register


@register
class Tile(LayerSchema):
    """Repeat the bottom ``tiles`` times along ``axis``."""

    param = "tile_param"
    source = "src/caffe/layers/tile_layer.cpp"
    formula = "size * tiles on axis"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, bottom = ctx.param, ctx.bottom
        axis = ctx.axis(p.axis, bottom, "tile_param.axis")
        if p.tiles <= 0:
            wrong = f"tiles is {p.tiles}" if p.HasField("tiles") else "tiles is missing"
            raise Fault(f"{wrong}; it must be above 0", field="tile_param.tiles")
        return [(*bottom[:axis], bottom[axis] * p.tiles, *bottom[axis + 1 :])]
