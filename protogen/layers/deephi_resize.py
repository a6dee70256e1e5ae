from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.layers._parameters import check_given
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Size

if TYPE_CHECKING:
    from protogen.proto import DeephiResizeParameter


@register
class DeephiResize(LayerSchema):
    """Resize the bottom to ``new_height`` by ``new_width``, or by ``scale_h`` and ``scale_w``."""

    param = "deephi_resize_param"
    axes = (4,)
    source = "Xilinx/Vitis-AI: caffe-xilinx/src/caffe/layers/deephi_resize_layer.cpp"
    formula = "size * scale, rounded down, or the size that is given"

    def check(self, ctx: Context) -> None:
        for pair in (("new_height", "new_width"), ("scale_h", "scale_w")):
            if any(ctx.param.HasField(field) for field in pair):
                check_given(ctx, *pair)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: DeephiResizeParameter = ctx.param
        num, channels, height, width = ctx.nchw()
        # A size takes precedence.
        if p.HasField("new_height"):
            return [(num, channels, p.new_height, p.new_width)]
        return [(num, channels, _scaled(height, p.scale_h), _scaled(width, p.scale_w))]


def _scaled(size: Any, scale: float) -> Any:
    return UNKNOWN if size is UNKNOWN else int(size * scale)
