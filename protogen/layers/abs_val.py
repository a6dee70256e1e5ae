from __future__ import annotations

from protogen.schema import Context, LayerSchema, register


@register
class AbsVal(LayerSchema):
    """Take the absolute value of each element. Does not work in place."""

    elementwise = True
    source = "src/caffe/layers/absval_layer.cpp"

    def check(self, ctx: Context) -> None:
        # Its gradient needs the sign of the input, which the absolute value has lost.
        ctx.reject_in_place()
