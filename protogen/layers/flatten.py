from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from protogen import proto
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size, count

if TYPE_CHECKING:
    from protogen.proto import FlattenParameter


@register
class Flatten(LayerSchema):
    """Merge the axes from ``axis`` to ``end_axis``, both included, into one."""

    param = "flatten_param"
    source = "src/caffe/layers/flatten_layer.cpp"

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        p: FlattenParameter = layer.flatten_param
        return [p.axis + 1] if p.axis >= 0 and p.end_axis == -1 else []

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # The top shares the bottom's memory, which in place would be its own.
        ctx.reject_in_place()
        bottom = ctx.bottom
        start, end = ctx.axis(), ctx.axis("end_axis") + 1
        # end_axis may be one before axis: nothing is merged, and an axis of size 1 is inserted.
        if start > end:
            raise ctx.fault(f"end_axis {end - 1} is before axis {start}", "end_axis")
        return [(*bottom[:start], count(bottom[start:end]), *bottom[end:])]
