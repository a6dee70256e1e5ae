from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.diagnostics import plural
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Input(LayerSchema):
    """Blobs that the caller fills; one ``shape`` for all tops, or one for each."""

    param = "input_param"
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/input_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        shapes = [tuple(shape.dim) for shape in ctx.param.shape]
        if not shapes:  # Caffe leaves the tops as they are made: without axes
            return [()] * ctx.tops
        if len(shapes) not in (1, ctx.tops):
            raise Fault(
                f"{len(shapes)} shapes for {plural(ctx.tops, 'top')}; give one for all,"
                " or one for each",
                field="input_param.shape",
            )
        return shapes if len(shapes) == ctx.tops else shapes * ctx.tops
