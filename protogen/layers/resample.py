from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register

_AREA = 4


@register
class Resample(LayerSchema):
    """Scale to ``height`` by ``width``, or to the size of a second bottom.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "resample_param"
    bottoms = (1, 2)
    source = "lmb-freiburg/flownet2: src/caffe/layers/resample_layer.cpp"
    forks = ("flownet2",)

    def check(self, ctx: Context) -> None:
        if ctx.param.type == _AREA:
            raise Fault("type AREA is not implemented", field="resample_param.type")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        num, channels, *_ = ctx.legacy(ctx.bottom)
        sizes: tuple[Any, ...] = (p.height, p.width)
        if len(ctx.bottoms) > 1:
            sizes = ctx.legacy(ctx.bottoms[1])[2:]
        for size, name in zip(sizes, ("height", "width")):
            if size < 1:
                raise Fault(
                    f"a {name} of 0: give height and width, or a second bottom",
                    field=f"resample_param.{name}",
                )
        return [(num, channels, *sizes)]
