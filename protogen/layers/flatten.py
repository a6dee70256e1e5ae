from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import count


@register
class Flatten(LayerSchema):
    """Make one axis of those from ``axis`` to ``end_axis``, both included."""

    param = "flatten_param"
    source = "src/caffe/layers/flatten_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        ctx.refuse_in_place()
        p, bottom = ctx.param, ctx.bottom
        start = ctx.axis(p.axis, bottom, "flatten_param.axis")
        end = ctx.axis(p.end_axis, bottom, "flatten_param.end_axis") + 1
        if start > end:
            raise Fault(
                f"end_axis {end - 1} lies before axis {start}", field="flatten_param.end_axis"
            )
        return [(*bottom[:start], count(bottom[start:end]), *bottom[end:])]
