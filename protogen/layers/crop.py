from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.diagnostics import times
from protogen.schema import Context, LayerSchema, count_axes, register
from protogen.shapes import Shape, Size


@register
class Crop(LayerSchema):
    """Crop the first bottom, from ``axis`` on, to the size of the second.

    The crop starts at ``offset``, given once for all those axes or once for each.
    """

    param = "crop_param"
    bottoms = 2
    reads_bottom_while_writing = True
    source = "src/caffe/layers/crop_layer.cpp"
    formula = "the sizes of bottom 0 before axis, and of bottom 1 from axis on"

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        whole, axis = bottoms[0], layer.crop_param.axis
        if whole is None or not -len(whole) <= axis < len(whole):
            return (None,)
        kept = whole[: axis % len(whole)]
        return ((*kept, *[None] * (len(whole) - len(kept))),)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        whole, target = ctx.bottoms
        # Axes before this one keep the size of the first bottom, whatever the second has there.
        axis = ctx.axis()
        # The number of offsets comes first: LayerSetUp checks it, Reshape checks the sizes.
        offsets = self._offsets(ctx, len(whole) - axis)
        # The second bottom is read at the same axes, so it needs as many; more do no harm.
        if len(target) < len(whole):
            raise ctx.fault(
                f"expected at least {count_axes(len(whole))} in bottom 1, as in bottom 0, got"
                f" {len(target)}: {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )
        for index, offset in enumerate(offsets, start=axis):
            if offset + target[index] > whole[index]:
                most = whole[index] - target[index]
                raise ctx.fault(
                    f"a crop of {target[index]} at offset {offset} reaches past size"
                    f" {whole[index]} (axis {index}): {ctx.describe(0, 1)}",
                    layer_field="crop_param.offset" if ctx.param.offset else "bottom[1]",
                    rule="bottom-shape-mismatch",
                    hint=f"an offset of at most {most} on axis {index}" if most >= 0 else "",
                )
        return [(*whole[:axis], *target[axis : len(whole)])]

    def _offsets(self, ctx: Context, axes: int) -> list[int]:
        """The offset on each axis that is cropped."""
        offsets = list(ctx.param.offset) or [0]
        if len(offsets) == 1:
            return offsets * axes
        if len(offsets) != axes:
            raise ctx.fault(
                f"offset is given {times(len(offsets))} for {count_axes(axes, 'cropped')};"
                " give it once, or once per axis",
                "offset",
            )
        return offsets
