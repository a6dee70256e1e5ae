from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import count


@register
class ArgMax(LayerSchema):
    """Where the ``top_k`` largest elements of each item are.

    With ``axis`` they are sought along it, and ``out_max_val`` gives their values instead of their
    indices. Without, in the whole item: the top is N x 1 x top_k, or N x 2 x top_k with the
    values beside the indices.
    """

    param = "argmax_param"
    source = "src/caffe/layers/argmax_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, bottom = ctx.param, ctx.bottom
        if p.top_k < 1:
            raise Fault("top_k is 0", field="argmax_param.top_k")
        if p.HasField("axis"):
            axis = ctx.axis(p.axis, bottom, "argmax_param.axis")
            _refuse_top_k(p.top_k, bottom[axis])
            return [(*bottom[:axis], p.top_k, *bottom[axis + 1 :])]
        if not bottom:
            raise Fault("its bottom is a scalar; it has no batch axis", rule="axis-count")
        _refuse_top_k(p.top_k, count(bottom[1:]))
        return [(bottom[0], 2 if p.out_max_val else 1, p.top_k, *[1] * (len(bottom) - 3))]


def _refuse_top_k(top_k: int, elements: Any) -> None:
    if top_k > elements:
        raise Fault(f"top_k {top_k} of {elements} elements", field="argmax_param.top_k")
