from __future__ import annotations

from typing import TYPE_CHECKING

from protogen.schema import Context, LayerSchema, count_axes, register

if TYPE_CHECKING:
    from protogen.proto import ReverseParameter


@register
class Reverse(LayerSchema):
    """Reverse the order along ``axis``, by default that of the timesteps."""

    param = "reverse_param"
    source = "tianzhi0549/CTPN: caffe/src/caffe/layers/reverse_layer.cpp"

    def check(self, ctx: Context) -> None:
        ctx.reject_in_place()
        p: ReverseParameter = ctx.param
        axes = len(ctx.bottom)
        # Unlike in BVLC's layers, a negative axis does not count from the end.
        if not 0 <= p.axis < axes:
            raise ctx.fault(
                f"axis must be from 0 to {axes - 1}, got {p.axis}: bottom 0 has {count_axes(axes)}",
                "axis",
                rule="axis-out-of-range",
            )
