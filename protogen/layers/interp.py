from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.schema import Arity, Context, LayerSchema, register
from protogen.shapes import Size, truncated_division


@register
class Interp(LayerSchema):
    """Scale height and width by bilinear interpolation with aligned corners; from PSPNet's fork.

    The bottom is first cropped by ``pad_beg`` and ``pad_end``, which are 0 or less. A
    ``shrink_factor`` or a ``zoom_factor`` alone takes precedence over ``height`` and ``width``;
    both factors together shrink, then zoom. With ``use_blob_size`` the size is that of a second
    bottom.
    """

    param = "interp_param"
    bottoms = (1, 2)
    axes = (4, 4)
    source = "hszhao/PSPNet: src/caffe/layers/interp_layer.cpp"
    formula = "(size - 1) / shrink_factor + 1, then size + (size - 1) * (zoom_factor - 1)"

    def arity(self, layer: proto.LayerParameter) -> tuple[Arity, Arity]:
        return 2 if layer.interp_param.use_blob_size else 1, 1

    def dialect(self, layer: proto.LayerParameter) -> str:
        return "soeaver (use_blob_size)" if layer.interp_param.use_blob_size else ""

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p = ctx.param
        num, channels, *sizes = ctx.nchw()
        if p.use_blob_size:
            _, _, height, width = ctx.nchw(1)
            return [(num, channels, height, width)]
        for name in ("pad_beg", "pad_end"):
            if getattr(p, name) > 0:
                raise ctx.fault(
                    f"{name} must be 0 or less, because it can only crop; got {getattr(p, name)}",
                    name,
                )
        # Both pads apply to height and width alike.
        cropped = [size + p.pad_beg + p.pad_end for size in sizes]
        outputs = self._output_sizes(ctx, cropped)
        for axis, name in enumerate(("height", "width")):
            if cropped[axis] <= 0:
                raise ctx.fault(
                    f"{name} {sizes[axis]} cropped by pad_beg {p.pad_beg} and pad_end {p.pad_end}"
                    f" becomes {cropped[axis]}",
                    "pad_beg" if p.pad_beg else "pad_end",
                    rule="blob-shape",
                )
            if outputs[axis] <= 0:
                raise ctx.fault(
                    f"{name} must be greater than 0, got {outputs[axis]}", name, rule="blob-shape"
                )
        return [(num, channels, *outputs)]

    def _output_sizes(self, ctx: Context, sizes: Sequence[Any]) -> Sequence[Any]:
        """Height and width of the top, for those of the cropped bottom."""
        p = ctx.param
        # One factor alone comes first, then height and width, then both factors.
        shrinks, zooms = p.HasField("shrink_factor"), p.HasField("zoom_factor")
        has_one_factor = shrinks != zooms
        has_size = p.HasField("height") and p.HasField("width")
        if has_size and not has_one_factor:
            return (p.height, p.width)
        if not shrinks and not zooms:
            raise ctx.fault(
                "the size is missing: give height and width, or shrink_factor, or zoom_factor",
                "width" if p.HasField("height") else "height",
            )
        for name in ("shrink_factor", "zoom_factor"):
            if getattr(p, name) < 1:
                raise ctx.fault(f"{name} must be 1 or greater, got {getattr(p, name)}", name)
        # As C++ divides: toward zero, also for what a crop has made negative.
        if shrinks:
            sizes = [truncated_division(size - 1, p.shrink_factor) + 1 for size in sizes]
        return [size + (size - 1) * (p.zoom_factor - 1) for size in sizes]
