from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.schema import Context, LayerSchema, register


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

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        num, channels, _, _ = ctx.nchw()
        # Only its height and width are read.
        if len(ctx.bottoms) > 1:
            _, _, height, width = ctx.nchw(1)
        else:
            height, width = p.height, p.width
        for name, size in (("height", height), ("width", width)):
            if size < 1:
                raise ctx.fault(
                    f"{name} must be greater than 0, got {size};"
                    " give height and width, or a second bottom",
                    layer_field="bottom[1]" if len(ctx.bottoms) > 1 else f"resample_param.{name}",
                )
        return [(num, channels, height, width)]
