from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protogen.diagnostics import plural, times
from protogen.layers._blobs import axis_or_dim, check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Slice(LayerSchema):
    """Cut the bottom along ``axis`` into its tops, evenly or at the indices of ``slice_point``."""

    param = "slice_param"
    tops = (1, None)
    source = "src/caffe/layers/slice_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        axis = axis_or_dim(ctx, "slice_dim")
        if ctx.tops == 1:  # the top shares the bottom's memory
            check_not_empty(ctx, ctx.bottom, "bottom 0")
        sizes = self._sizes(ctx, ctx.bottom[axis])
        # In place, Caffe shrinks the bottom to the first slice before it cuts the others.
        if ctx.in_place and any(size != 0 for size in sizes[1:]):
            ctx.reject_in_place()
        return [(*ctx.bottom[:axis], size, *ctx.bottom[axis + 1 :]) for size in sizes]

    def default_tops(self, bottoms: int, keywords: Mapping[str, Any]) -> int:
        points = keywords.get("slice_point", ())
        return 1 + (len(points) if isinstance(points, Sequence) else 1)

    def _sizes(self, ctx: Context, size: Any) -> list[Any]:
        """The size of each top on the axis that is cut."""
        points = list(ctx.param.slice_point)
        if not points:
            return self._even_sizes(ctx, size)
        if len(points) != ctx.tops - 1:
            raise ctx.fault(
                f"slice_point is given {times(len(points))} for {plural(ctx.tops, 'top')};"
                " give it once for each cut between two tops",
                "slice_point",
            )
        # Cuts are at 0, at each point, and at the end.
        sizes = [end - start for start, end in zip([0, *points], [*points, size])]
        for index, each in enumerate(sizes[:-1]):
            if each <= 0:
                raise ctx.fault(
                    f"slice_point {points} must be greater than 0 and increasing",
                    f"slice_point[{index}]",
                )
        if ctx.tops > size or sizes[-1] < 0:
            raise ctx.fault(f"slice_point {points} reaches past size {size}", "slice_point")
        return sizes

    def _even_sizes(self, ctx: Context, size: Any) -> list[Any]:
        if size % ctx.tops:
            raise ctx.fault(
                f"{ctx.tops} tops do not divide size {size} evenly;"
                " use slice_point to say where to cut",
                layer_field="slice_param.axis" if ctx.param.HasField("axis") else "bottom[0]",
            )
        return [size // ctx.tops] * ctx.tops
