from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import Size


@register
class Parameter(LayerSchema):
    """A learned blob with any ``shape`` as a top, for other layers to read."""

    param = "parameter_param"
    bottoms = 0
    size_field = "shape"
    source = "include/caffe/layers/parameter_layer.hpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [tuple(ctx.param.shape.dim)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        # It has no filler: it begins as zeros, because the memory of a new blob is zeroed.
        return [Learnable("parameter", tuple(ctx.param.shape.dim))]
