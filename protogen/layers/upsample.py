from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen import proto
from protogen.layers._blobs import check_axes
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Upsample(LayerSchema):
    """Enlarge the bottom: undo a max pooling, or repeat each pixel ``scale`` times.

    With two bottoms it is SegNet's: the mask, which is the second top of a Pooling, says where each
    value goes, and everything else is 0. The size is ``upsample_h`` by ``upsample_w``, or ``scale``
    times the bottom's. Because pooling rounds up, ``pad_out_h`` takes off one row and ``pad_out_w``
    one column. With one bottom it is that of the YOLO forks.
    """

    param = "upsample_param"
    bottoms = (1, 2)
    source = (
        "alexgkendall/caffe-segnet, eric612/MobileNet-YOLO: src/caffe/layers/upsample_layer.cpp"
    )
    formula = "size * scale, less 1 with pad_out (2 bottoms); size * scale (1 bottom)"

    def dialect(self, layer: proto.LayerParameter) -> str:
        return "segnet (2 bottoms)" if len(layer.bottom) > 1 else "eric612 (1 bottom)"

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        return [4, 4] if len(layer.bottom) > 1 else []

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [_unpooled(ctx) if len(ctx.bottoms) > 1 else _repeated(ctx)]


def _unpooled(ctx: Context) -> Sequence[Any]:
    """The top of SegNet's layer."""
    for index in (0, 1):
        check_axes(ctx, 4, 4, bottom=index, names="N, C, H, W")
    pooled, mask = ctx.bottoms
    if pooled != mask:
        raise ctx.fault(
            f"the mask differs in shape from bottom 0: {ctx.describe(0, 1)}",
            bottom=1,
            rule="bottom-shape-mismatch",
        )
    num, channels, *sizes = pooled
    return (num, channels, *_unpooled_sizes(ctx, sizes))


def _unpooled_sizes(ctx: Context, sizes: Sequence[Any]) -> Sequence[Any]:
    p = ctx.param
    given = ("upsample_h", "upsample_w")
    if all(map(p.HasField, given)):
        for name in given:
            if getattr(p, name) <= 1:
                raise ctx.fault(f"{name} must be greater than 1, got {getattr(p, name)}", name)
        return (p.upsample_h, p.upsample_w)
    outputs = []
    for size, side, (field, scale) in zip(sizes, "hw", _scales(ctx)):
        pad_out = f"pad_out_{side}"
        if scale <= 1:
            raise ctx.fault(f"{field} must be greater than 1, got {scale}", field)
        if getattr(p, pad_out) and scale != 2:
            raise ctx.fault(f"{pad_out} requires a scale of 2, got {scale}", pad_out)
        outputs.append(size * scale - int(getattr(p, pad_out)))
    return outputs


def _scales(ctx: Context) -> list[tuple[str, int]]:
    """For height and width, the field that gives the scale, and its value."""
    p = ctx.param
    pair = ("scale_h", "scale_w")
    written = [name for name in pair if p.HasField(name)]
    if not written:
        return [("scale", int(p.scale))] * 2
    if len(written) == 1 or p.HasField("scale"):
        raise ctx.fault(
            "give either scale, or both scale_h and scale_w, or both upsample_h and upsample_w",
            written[0],
        )
    return [(name, int(getattr(p, name))) for name in pair]


def _repeated(ctx: Context) -> Sequence[Any]:
    """The top of the YOLO forks' layer."""
    check_axes(ctx, 2, names="height, width")
    p = ctx.param
    # The default of SegNet's field is 2, that of the YOLO forks 1.
    scale = int(p.scale) if p.HasField("scale") else 1
    if scale < 1:
        raise ctx.fault(f"scale must be 1 or greater, got {p.scale:g}", "scale")
    *outer, height, width = ctx.bottom
    return (*outer, height * scale, width * scale)
