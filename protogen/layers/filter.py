from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.diagnostics import plural
from protogen.layers._blobs import check_axes, check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size


@register
class Filter(LayerSchema):
    """Keep the items of each bottom for which the last bottom, the selector, is not 0.

    The number of items kept is known only after a forward pass; until then the tops have the size
    of the bottoms.
    """

    bottoms, tops = (2, None), (1, None)
    source = "src/caffe/layers/filter_layer.cpp"

    def check(self, ctx: Context) -> None:
        *items, selector = ctx.bottoms
        last = len(items)
        if ctx.tops != len(items):
            raise ctx.fault(
                "expected one top for each bottom except the selector,"
                f" got {plural(ctx.tops, 'top')} for {plural(len(items), 'bottom')}",
                layer_field="top",
                rule="blob-count",
            )
        if not selector or any(size != 1 for size in selector[1:]):
            raise ctx.fault(
                "expected a selector (the last bottom) with one element per item:"
                f" {ctx.describe(last)}",
                bottom=last,
                rule="axis-count",
            )
        for index, item in enumerate(items):
            check_axes(ctx, 1, bottom=index, names="the batch")
            if item[0] != selector[0]:
                raise ctx.fault(
                    f"bottom {index} and the selector differ in batch size: {item[0]} and"
                    f" {selector[0]} (axis 0): {ctx.describe(index, last)}",
                    bottom=index,
                    rule="bottom-shape-mismatch",
                )
        # Caffe reads the selector when it first shapes the tops, before any forward pass.
        check_not_empty(ctx, selector, "the selector", bottom=last)

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return tuple(bottoms[:-1])

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # The first Reshape keeps all items, whatever the selector says.
        return ctx.bottoms[:-1]
