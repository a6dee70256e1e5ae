from __future__ import annotations

from collections.abc import Sequence

from protogen.diagnostics import plural
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Input(LayerSchema):
    """Blobs that the caller fills, with one ``shape`` for all tops or one for each."""

    param = "input_param"
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/input_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        shapes = [tuple(shape.dim) for shape in ctx.param.shape]
        if not shapes:  # Caffe does not shape the tops: they stay without axes
            return [()] * ctx.tops
        # Caffe checks this only if a shape is written.
        if len(shapes) not in (1, ctx.tops):
            raise ctx.fault(
                f"expected 1 shape for all tops, or one for each of {plural(ctx.tops, 'top')},"
                f" got {len(shapes)}",
                "shape",
            )
        for index, shape in enumerate(shapes):
            blob = "the top" if ctx.tops == 1 else f"top {index}"
            ctx.check_shape(shape, blob, f"input_param.shape[{index}]")
        return shapes if len(shapes) == ctx.tops else shapes * ctx.tops
