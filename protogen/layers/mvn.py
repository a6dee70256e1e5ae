from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.schema import Context, LayerSchema, register


@register
class MVN(LayerSchema):
    """Shift each channel of each image to mean 0 and, unless told not to, scale it to variance 1.

    With ``across_channels`` the statistics are of the whole image. Its top always has 4 axes.
    """

    param = "mvn_param"
    source = "src/caffe/layers/mvn_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        shape = ctx.legacy(ctx.bottom)
        summed = shape[1:] if ctx.param.across_channels else shape[2:]
        refuse_empty(summed, "what it sums over in its bottom")
        return [shape]
