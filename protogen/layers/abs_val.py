from __future__ import annotations

from protogen.schema import Context, LayerSchema, register


@register
class AbsVal(LayerSchema):
    """The absolute value of each element. It does not work in place."""

    source = "src/caffe/layers/absval_layer.cpp"

    def check(self, ctx: Context) -> None:
        ctx.refuse_in_place()
