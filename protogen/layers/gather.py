from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Size


@register
class Gather(LayerSchema):
    """Join the batches of all processes that train together, in a net that runs with MPI.

    The first axis of a top is that of its bottom times the number of processes, which the net does
    not say.
    """

    bottoms, tops = (1, None), (1, None)
    paired = True
    source = "yjxiong/caffe: src/caffe/layers/gather_layer.cpp"
    unmarked_forks = ("yjxiong", "yjx3d")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Without MPI a top has the shape of its bottom, and shares its memory.
        return [(UNKNOWN, *shape[1:]) if shape else () for shape in ctx.bottoms]
