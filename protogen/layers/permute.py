from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, count_axes, register
from protogen.shapes import Size


@register
class Permute(LayerSchema):
    """Reorder the axes: ``order: 0 order: 2 order: 3 order: 1`` turns NCHW into NHWC.

    Axes that ``order`` does not name follow those that it does. From the SSD fork.
    """

    param = "permute_param"
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/permute_layer.cpp"

    def check(self, ctx: Context) -> None:
        order, axes = list(ctx.param.order), len(ctx.bottom)
        for position, axis in enumerate(order):
            field = f"order[{position}]"
            if axis >= axes:
                raise ctx.fault(
                    f"order {axis} is out of range: bottom 0 has {count_axes(axes)}",
                    field,
                    rule="axis-out-of-range",
                )
            if axis in order[:position]:
                raise ctx.fault(f"order names axis {axis} twice", field)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Axes that are not named follow in their own order.
        order = list(ctx.param.order)
        order += [axis for axis in range(len(ctx.bottom)) if axis not in order]
        shape = [ctx.bottom[axis] for axis in order]
        if ctx.in_place:  # Caffe shapes the top at set-up and again before the forward pass
            shape = [shape[axis] for axis in order]
        # Even an order that changes nothing is legal: the top then shares the memory of its bottom.
        return [shape]
