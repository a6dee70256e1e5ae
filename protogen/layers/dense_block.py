from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Size

if TYPE_CHECKING:
    from protogen.proto import DenseBlockParameter


@register
class DenseBlock(LayerSchema):
    """The convolutions of a block of DenseNet in one layer, which saves memory; from caffe_ocr.

    Each of ``numTransition`` convolutions adds ``growthRate`` channels. The fork does not read
    ``initChannel``. What the layer learns is unknown here.
    (source: Huang et al. 2017)
    """

    param = "denseblock_param"
    axes = (4,)
    source = "senlinuc/caffe_ocr: src/caffe/layers/DenseBlock_layer.cpp"
    formula = "channels + numTransition * growthRate"

    def check(self, ctx: Context) -> None:
        check_axes(ctx, 4, 4, names="N, C, H, W")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p: DenseBlockParameter = ctx.param
        num, channels, height, width = ctx.bottom
        return [(num, channels + p.numTransition * p.growthRate, height, width)]

    # What it learns, a convolution and a normalization per step, is not known here.
    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        return UNKNOWN
