from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class MVN(LayerSchema):
    """Shift each channel of each image to mean 0 and, by default, scale it to variance 1.

    With ``across_channels`` the statistics are those of the whole image. The top always has 4
    axes.
    """

    param = "mvn_param"
    elementwise = True
    reads_top = True
    reads_bottom_in_backward = True
    source = "src/caffe/layers/mvn_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Reshape gives the top four axes, whatever the bottom has; more than four abort.
        shape = ctx.nchw()
        # Caffe sums with a vector of ones as long as this.
        summed = shape[1:] if ctx.param.across_channels else shape[2:]
        check_not_empty(ctx, summed, "the part of bottom 0 that it averages")
        return [shape]
