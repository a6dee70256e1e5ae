from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._dialects import Dialect, told_by
from protogen.schema import Context, Fault, LayerSchema, Learnable, register

_TELLING = (
    ("wl-fcn", ("var_eps", "moving_average", "decay", "across_spatial")),
    ("segnet", ("bn_mode", "scale_filler", "shift_filler")),
    ("pspnet", ("slope_filler", "bias_filler", "momentum", "eps", "frozen", "engine")),
)


@register
class BN(LayerSchema):
    """Batch normalisation with a learned scale and shift in one layer; three forks' own.

    SegNet (``scale_filler``, ``shift_filler``, ``bn_mode``) learns scale and shift, and may make
    two further tops: the batch's mean and variance. The fcn branch of weiliu89 (``var_eps``,
    ``across_spatial``) is like it, and without ``across_spatial`` learns them for each pixel.
    PSPNet and others (``slope_filler``, ``bias_filler``, ``frozen``) learn slope and bias, and keep
    a running mean and variance beside them. Without any of these fields it is PSPNet's.
    """

    param = "bn_param"
    tops = (1, 3)
    source = (
        "alexgkendall/caffe-segnet, weiliu89/caffe (branch fcn), hszhao/PSPNet:"
        " src/caffe/layers/bn_layer.cpp"
    )
    forks = ("segnet", "enet", "wl-fcn", "pspnet", "yjxiong", "yjx3d", "happynear", "cambricon")

    def dialect(self, layer: Any) -> str:
        return str(told_by(layer.bn_param, _TELLING) or "pspnet (no field that tells)")

    def _fork(self, ctx: Context) -> str:
        return (told_by(ctx.param, _TELLING) or Dialect("pspnet", "")).fork

    def check(self, ctx: Context) -> None:
        fork = self._fork(ctx)
        if ctx.tops > 1 and fork != "segnet":
            raise Fault(
                f"makes 1 top by the rule of {fork}, but has {ctx.tops}",
                rule="blob-count",
                field="top",
                hint="SegNet's BN makes 3; bn_mode tells it from the others",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        num, channels, height, width = ctx.legacy(ctx.bottom)
        if self._fork(ctx) == "pspnet":
            return [ctx.bottom]
        return [(num, channels, height, width), *[(1, channels, 1, 1)] * (ctx.tops - 1)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p, fork = ctx.param, self._fork(ctx)
        _, channels, height, width = ctx.legacy(ctx.bottom)
        shape = (1, channels, 1, 1)
        if fork == "pspnet":
            return [
                ctx.filled("slope", shape, p.slope_filler),
                ctx.filled("bias", shape, p.bias_filler),
                Learnable("mean", shape),
                Learnable("variance", shape),
            ]
        if fork == "wl-fcn" and not p.across_spatial:
            shape = (1, channels, height, width)
        return [
            ctx.filled("scale", shape, p.scale_filler),
            ctx.filled("shift", shape, p.shift_filler),
        ]
