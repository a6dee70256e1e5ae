from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import check_axes
from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size, count


@register
class ArgMax(LayerSchema):
    """Find the ``top_k`` largest elements of each item.

    With ``axis``, the search is along that axis, and ``out_max_val`` gives values instead of
    indices. Without it, the search is over the whole item: the top is N x 1 x top_k, or
    N x 2 x top_k with the values next to the indices.
    """

    param = "argmax_param"
    source = "src/caffe/layers/argmax_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p, bottom = ctx.param, ctx.bottom
        check_positive(ctx, "top_k")
        # axis has no default: without it, all axes after the first are searched together.
        if p.HasField("axis"):
            axis = ctx.axis()
            _check_top_k(ctx, bottom[axis])
            return [(*bottom[:axis], p.top_k, *bottom[axis + 1 :])]
        check_axes(ctx, 1, names="the batch")
        _check_top_k(ctx, count(bottom[1:]))
        # The top has at least 3 axes, and as many as the bottom if that has more.
        rows = 2 if p.out_max_val else 1
        ones = [1] * (len(bottom) - 3)
        return [(bottom[0], rows, p.top_k, *ones)]


def _check_top_k(ctx: Context, elements: Any) -> None:
    if ctx.param.top_k > elements:
        raise ctx.fault(
            f"top_k {ctx.param.top_k} is greater than {elements}, the number of elements", "top_k"
        )
