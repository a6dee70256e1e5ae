from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Crop(LayerSchema):
    """Cut out of the first bottom, from ``axis`` on, a part the size of the second.

    It begins at ``offset``, one for all those axes or one for each.
    """

    param = "crop_param"
    bottoms = 2
    source = "src/caffe/layers/crop_layer.cpp"
    formula = "the sizes of bottom 0 before axis, of bottom 1 from axis on"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        whole, like = ctx.bottoms
        axis = ctx.axis(ctx.param.axis, whole, "crop_param.axis")
        offsets = self._offsets(ctx, len(whole) - axis)
        shapes = describe(ctx.bottoms, 0, 1)
        if len(like) < len(whole):
            raise Fault(
                f"bottom 1 lacks axis {len(like)} to crop to: {shapes}",
                rule="bottom-shape-mismatch",
            )
        for index, offset in enumerate(offsets, start=axis):
            if offset + like[index] > whole[index]:
                raise Fault(
                    f"a crop of {like[index]} at offset {offset} reaches past {whole[index]}"
                    f" (axis {index}): {shapes}",
                    rule="bottom-shape-mismatch",
                    field="crop_param.offset" if ctx.param.offset else "",
                )
        return [(*whole[:axis], *like[axis : len(whole)])]

    def _offsets(self, ctx: Context, axes: int) -> list[int]:
        """The offset on each axis cropped."""
        given = list(ctx.param.offset) or [0]
        if len(given) == 1:
            return given * axes
        if len(given) != axes:
            raise Fault(
                f"offset is given {len(given)} times for {axes} axes to crop;"
                " give it once, or once per axis",
                field="crop_param.offset",
            )
        return given
