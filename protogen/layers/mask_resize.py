from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Size

if TYPE_CHECKING:
    from protogen.proto import MaskResizeParameter


@register
class MaskResize(LayerSchema):
    """Resize the bottom to a size, or by a factor; from the SSTD fork.  (source: He et al. 2017)"""

    param = "mask_resize_param"
    axes = (4,)
    source = "BestSonny/SSTD: src/caffe/layers/mask_resize_layer.cpp"
    formula = "size * factor, rounded down, or the size that is given"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "output_height", "output_width")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: MaskResizeParameter = ctx.param
        num, channels, height, width = ctx.nchw()
        # A size must be given even if a factor replaces it.
        outputs = [
            _scaled(height, p.factor_height) if p.factor_height > 0 else p.output_height,
            _scaled(width, p.factor_width) if p.factor_width > 0 else p.output_width,
        ]
        return [(num, channels, *outputs)]


def _scaled(size: Any, factor: float) -> Any:
    # Caffe multiplies as floats, and cuts the fraction off.
    return UNKNOWN if size is UNKNOWN else int(size * factor)
