from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register


@register
class Permute(LayerSchema):
    """Reorder the axes: ``order: 0 order: 2 order: 3 order: 1`` makes NHWC of NCHW.

    Axes that ``order`` does not name follow those that it does. (of the SSD fork)
    """

    param = "permute_param"
    source = "src/caffe/layers/permute_layer.cpp"

    def check(self, ctx: Context) -> None:
        order, axes = list(ctx.param.order), len(ctx.bottom)
        for position, axis in enumerate(order):
            if axis >= axes:
                raise Fault(
                    f"order names axis {axis} of a bottom with {axes} axes",
                    rule="axis-out-of-range",
                    field=f"permute_param.order[{position}]",
                )
            if axis in order[:position]:
                raise Fault(
                    f"order names axis {axis} twice", field=f"permute_param.order[{position}]"
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        order = list(ctx.param.order)
        order += [axis for axis in range(len(ctx.bottom)) if axis not in order]
        shape = [ctx.bottom[axis] for axis in order]
        if ctx.in_place:  # Caffe shapes the top at set-up and again before it runs
            shape = [shape[axis] for axis in order]
        return [shape]
