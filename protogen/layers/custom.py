from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.diagnostics import plural
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN, Shape, Size

if TYPE_CHECKING:
    from protogen.proto import CustomParameter


@register
class Custom(LayerSchema):
    """A layer that a chip leaves to the program: its tops have the shapes that are given.

    ``shape`` is given once for each top. HiSilicon's compiler cuts the net at such a layer.
    """

    param = "custom_param"
    bottoms, tops = (0, None), (1, None)
    size_field = shape_field = "shape"
    source = "HiSilicon: nnie_mapper, layers that NNIE does not support"

    def check(self, ctx: Context) -> None:
        p: CustomParameter = ctx.param
        if p.shape and len(p.shape) != ctx.tops:
            raise ctx.fault(
                f"shape is given {len(p.shape)} times for {plural(ctx.tops, 'top')};"
                " give it once for each top",
                "shape",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        return _stated(ctx.param, ctx.tops)

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return tuple(_stated(layer.custom_param, tops))

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        return UNKNOWN


def _stated(p: CustomParameter, tops: int) -> list[tuple[int, ...] | None]:
    if not p.shape:
        return [None] * tops
    return [tuple(shape.dim) for shape in p.shape]
