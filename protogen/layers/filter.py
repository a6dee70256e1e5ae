from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe, refuse_empty
from protogen.schema import Context, Fault, LayerSchema, register
from protogen.shapes import format_shape, reveal


@register
class Filter(LayerSchema):
    """Keep those items of each bottom for which the last bottom, the selector, is not 0.

    How many they are is known only when it runs: the tops begin at the bottoms' full size.
    """

    bottoms, tops = (2, None), (1, None)
    source = "src/caffe/layers/filter_layer.cpp"

    def check(self, ctx: Context) -> None:
        *items, selector = ctx.bottoms
        if ctx.tops != len(items):
            raise Fault(
                f"makes one top of each bottom but the selector, but has {ctx.tops} for"
                f" {len(items)}",
                rule="blob-count",
                field="top",
            )
        if not selector or any(size != 1 for size in selector[1:]):
            raise Fault(
                "takes a selector (the last bottom) with one element for each item, not"
                f" {format_shape(reveal(selector))}",
                rule="axis-count",
            )
        for index, item in enumerate(items):
            _check_batch(ctx, index, item, selector)
        refuse_empty(selector, "the selector")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return ctx.bottoms[:-1]


def _check_batch(ctx: Context, index: int, item: Sequence[Any], selector: Sequence[Any]) -> None:
    if not item:
        raise Fault(f"bottom {index} is a scalar; it has no batch axis", rule="axis-count")
    if item[0] != selector[0]:
        raise Fault(
            f"bottom {index} and the selector differ in batch size: {item[0]} and {selector[0]}"
            f" (axis 0): {describe(ctx.bottoms, index, len(ctx.bottoms) - 1)}",
            rule="bottom-shape-mismatch",
        )
