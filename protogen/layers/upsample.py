from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Upsample(LayerSchema):
    """Make the bottom larger: undo a max pooling, or repeat each pixel ``scale`` times.

    With two bottoms it is SegNet's: each value goes back to where the mask, the second top of the
    Pooling, says that it came from, and all else is 0. Its size is ``upsample_h`` by ``upsample_w``
    or, as pooling rounds up, ``scale`` times the bottom's less one row with ``pad_out_h``, one
    column with ``pad_out_w``. With one bottom it is that of the YOLO forks.
    """

    param = "upsample_param"
    bottoms = (1, 2)
    source = (
        "alexgkendall/caffe-segnet, eric612/MobileNet-YOLO: src/caffe/layers/upsample_layer.cpp"
    )
    formula = "size * scale, less 1 with pad_out (2 bottoms); size * scale (1 bottom)"
    forks = ("segnet", "enet", "eric612", "cambricon", "pt2c", "mnn", "tengine", "c-onnx")

    def dialect(self, layer: Any) -> str:
        return "segnet (2 bottoms)" if len(layer.bottom) > 1 else "eric612 (1 bottom)"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [_unpooled(ctx) if len(ctx.bottoms) > 1 else _repeated(ctx)]


def _unpooled(ctx: Context) -> Sequence[Any]:
    pooled, mask = ctx.bottoms
    for index in (0, 1):
        if len(ctx.bottoms[index]) != 4:
            raise Fault(
                f"takes bottoms of 4 axes: {describe(ctx.bottoms, index)}", rule="axis-count"
            )
    if pooled != mask:
        raise Fault(
            f"the mask is not shaped like what was pooled: {describe(ctx.bottoms, 0, 1)}",
            rule="bottom-shape-mismatch",
        )
    return (*pooled[:2], *_sizes(ctx.param, pooled[2:]))


def _sizes(p: Any, sizes: Sequence[Any]) -> Sequence[Any]:
    given = (p.HasField("upsample_h"), p.HasField("upsample_w"))
    if all(given):
        if min(p.upsample_h, p.upsample_w) <= 1:
            raise Fault(
                f"upsample_h {p.upsample_h} and upsample_w {p.upsample_w} are to be above 1",
                field="upsample_param.upsample_h",
            )
        return (p.upsample_h, p.upsample_w)
    scales = _scales(p)
    pads = (p.pad_out_h, p.pad_out_w)
    for scale, pad, axis in zip(scales, pads, "hw"):
        if scale <= 1:
            raise Fault(f"scale {scale} is not above 1", field="upsample_param.scale")
        if pad and scale != 2:
            raise Fault(
                f"pad_out_{axis} goes with a scale of 2, not {scale}",
                field=f"upsample_param.pad_out_{axis}",
            )
    return [size * scale - int(pad) for size, scale, pad in zip(sizes, scales, pads)]


def _scales(p: Any) -> tuple[int, int]:
    """``scale``, or else both of ``scale_h`` and ``scale_w``."""
    given = (p.HasField("scale_h"), p.HasField("scale_w"))
    if not any(given):
        return int(p.scale), int(p.scale)
    if not all(given) or p.HasField("scale"):
        raise Fault(
            "give upsample_h and upsample_w, or scale, or else scale_h and scale_w",
            field="upsample_param.scale",
        )
    return p.scale_h, p.scale_w


def _repeated(ctx: Context) -> Sequence[Any]:
    p = ctx.param
    if len(ctx.bottom) < 2:
        raise Fault(
            f"takes a bottom with a height and a width: {describe(ctx.bottoms, 0)}",
            rule="axis-count",
        )
    scale = int(p.scale) if p.HasField("scale") else 1
    if scale < 1:
        raise Fault(f"scale {p.scale:g} is below 1", field="upsample_param.scale")
    *outer, height, width = ctx.bottom
    return (*outer, height * scale, width * scale)
