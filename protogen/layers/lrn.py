from __future__ import annotations

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import INT_MAX, format_shape, reveal


@register
class LRN(LayerSchema):
    """Divide each element by the energy of its neighbourhood (Krizhevsky et al. 2012).

    The neighbourhood is ``local_size`` channels at the same place or, with ``norm_region:
    WITHIN_CHANNEL``, a square of that side in the same channel.
    """

    param = "lrn_param"
    source = "src/caffe/layers/lrn_layer.cpp"

    def check(self, ctx: Context) -> None:
        size = ctx.param.local_size
        if size % 2 == 0 or size > INT_MAX:
            raise Fault(f"local_size {size} is not odd", field="lrn_param.local_size")
        if len(ctx.bottom) != 4:
            raise Fault(
                f"takes a bottom of 4 axes (N, C, H, W), not {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
