from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protogen.diagnostics import plural, times
from protogen.layers._blobs import axis_or_dim, refuse_empty
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Slice(LayerSchema):
    """Cut the bottom along ``axis`` into its tops, evenly or at the indices of ``slice_point``."""

    param = "slice_param"
    tops = (1, None)
    source = "src/caffe/layers/slice_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        axis = axis_or_dim(ctx, self.param, "slice_dim")
        if ctx.tops == 1:  # its memory becomes the top's
            refuse_empty(ctx.bottom, "its bottom")
        sizes = self._sizes(ctx, ctx.bottom[axis])
        if ctx.in_place and any(size != 0 for size in sizes[1:]):
            ctx.refuse_in_place()  # the bottom shrinks to the first slice
        return [(*ctx.bottom[:axis], size, *ctx.bottom[axis + 1 :]) for size in sizes]

    def default_tops(self, bottoms: int, keywords: Mapping[str, Any]) -> int:
        points = keywords.get("slice_point", ())
        return 1 + (len(points) if isinstance(points, Sequence) else 1)

    def _sizes(self, ctx: Context, size: Any) -> list[Any]:
        points = list(ctx.param.slice_point)
        if not points:
            if size % ctx.tops:
                raise Fault(
                    f"{ctx.tops} tops do not divide {size} evenly; say where to cut by slice_point",
                    field="slice_param.axis",
                )
            return [size // ctx.tops] * ctx.tops
        field = "slice_param.slice_point"
        if len(points) != ctx.tops - 1:
            raise Fault(
                f"slice_point is given {times(len(points))} for {plural(ctx.tops, 'top')};"
                " give it once for each cut between two tops",
                field=field,
            )
        sizes = [end - start for start, end in zip([0, *points], [*points, size])]
        if any(each <= 0 for each in sizes[:-1]):
            raise Fault(f"slice_point {points} must rise from above 0", field=field)
        if ctx.tops > size or sizes[-1] < 0:
            raise Fault(f"slice_point {points} reaches past a size of {size}", field=field)
        return sizes
