from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._target_size import target_shape
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Resample(LayerSchema):
    """Scale to ``height`` by ``width``, or to the size of a second bottom.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "resample_param"
    bottoms = (1, 2)
    axes = (4, 4)
    source = "lmb-freiburg/flownet2: src/caffe/layers/resample_layer.cpp"

    def check(self, ctx: Context) -> None:
        if ctx.param.type == proto.ResampleParameter.AREA:
            raise ctx.fault("type AREA is not implemented", "type")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [target_shape(ctx, "height", "width")]
