from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class CReLU(LayerSchema):
    """The ReLU of the bottom and that of its negative, joined along ``concat_axis``.

    (source: Shang et al. 2016)
    """

    param = "crelu_param"
    source = "Cambricon/caffe: src/caffe/layers/crelu_layer.cpp"
    formula = "twice the size of concat_axis"

    def check(self, ctx: Context) -> None:
        ctx.reject_in_place()

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        axis = ctx.axis("concat_axis")
        before, size, after = ctx.bottom[:axis], ctx.bottom[axis], ctx.bottom[axis + 1 :]
        return [(*before, 2 * size, *after)]
