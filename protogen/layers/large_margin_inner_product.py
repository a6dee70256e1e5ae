from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._margin import MarginProduct
from protogen.schema import Context, Learnable, register


@register
class LargeMarginInnerProduct(MarginProduct):
    """An InnerProduct that requires an angular margin between classes; for softmax losses.

    The second bottom has the labels, and a second top the lambda of the annealing. In happynear's
    fork a third bottom may hold the weights, one row for each class.
    (source: Liu et al. 2016, large-margin softmax)
    """

    param = "largemargin_inner_product_param"
    bottoms = (2, 3)
    source = "wy1iu/LargeMargin_Softmax_Loss: src/caffe/layers/largemargin_inner_product_layer.cpp"

    def check(self, ctx: Context) -> None:
        # With the weights as a bottom, num_output is not read.
        if len(ctx.bottoms) == 2:
            super().check(ctx)
        else:
            self.check_batch(ctx)

    def outputs(self, ctx: Context) -> Any:
        # The rows of the weights are the classes.
        return ctx.nchw(2)[0] if len(ctx.bottoms) > 2 else ctx.param.num_output

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        return super().blob_shapes(ctx) if len(ctx.bottoms) == 2 else ()
