from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Arity, Context, Fault, LayerSchema, register
from protogen.shapes import truncated_division


@register
class Interp(LayerSchema):
    """Scale height and width by bilinear interpolation, the corners aligned; of PSPNet's fork.

    The bottom is first cropped by ``pad_beg`` and ``pad_end``, which are 0 or less. A
    ``shrink_factor`` or a ``zoom_factor`` alone decides before ``height`` and ``width`` do; both
    factors shrink, then zoom. With ``use_blob_size`` the size is that of a second bottom.
    """

    param = "interp_param"
    bottoms = (1, 2)
    source = "hszhao/PSPNet: src/caffe/layers/interp_layer.cpp"
    formula = "(size - 1) / shrink_factor + 1, then size + (size - 1) * (zoom_factor - 1)"
    forks = ("pspnet", "cambricon", "pt2c", "ncnn", "mnn", "tengine", "soeaver")

    def arity(self, layer: Any) -> tuple[Arity, Arity]:
        return 2 if layer.interp_param.use_blob_size else 1, 1

    def dialect(self, layer: Any) -> str:
        return "soeaver (use_blob_size)" if layer.interp_param.use_blob_size else ""

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        num, channels, *sizes = ctx.legacy(ctx.bottom)
        if p.use_blob_size:
            return [(num, channels, *ctx.legacy(ctx.bottoms[1])[2:])]
        for name in ("pad_beg", "pad_end"):
            if getattr(p, name) > 0:
                raise Fault(
                    f"{name} {getattr(p, name)} is above 0; it can only crop",
                    field=f"interp_param.{name}",
                )
        cropped = [size + p.pad_beg + p.pad_end for size in sizes]
        made = _sizes(p, cropped)
        for size in (*cropped, *made):
            if size <= 0:
                raise Fault(
                    f"makes a height or width of {size}: the bottom's are {sizes[0]} and"
                    f" {sizes[1]}, cropped {cropped[0]} and {cropped[1]}",
                    rule="blob-shape",
                    field="interp_param",
                )
        return [(num, channels, *made)]


def _sizes(p: Any, sizes: Sequence[Any]) -> Sequence[Any]:
    shrinks, zooms = p.HasField("shrink_factor"), p.HasField("zoom_factor")
    if shrinks == zooms and p.HasField("height") and p.HasField("width"):
        return (p.height, p.width)
    if not (shrinks or zooms):
        raise Fault(
            "no size: give height and width, or shrink_factor, or zoom_factor",
            field="interp_param",
        )
    for name in ("shrink_factor", "zoom_factor"):
        if getattr(p, name) < 1:
            raise Fault(f"{name} {getattr(p, name)} is below 1", field=f"interp_param.{name}")
    if shrinks:
        sizes = [truncated_division(size - 1, p.shrink_factor) + 1 for size in sizes]
    return [size + (size - 1) * (p.zoom_factor - 1) for size in sizes]
