from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size

if TYPE_CHECKING:
    from protogen.proto import PaddingParameter


@register
class Padding(LayerSchema):
    """Add rows and columns with ``pad_value`` around the image; from Sophgo's fork."""

    param = "padding_param"
    source = "sophgo/tpu-mlir: the Caffe in its wheel"
    formula = "height + pad_t + pad_b, width + pad_l + pad_r"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 2, names="height, width")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: PaddingParameter = ctx.param
        *outer, height, width = ctx.bottom
        return [(*outer, height + p.pad_t + p.pad_b, width + p.pad_l + p.pad_r)]
