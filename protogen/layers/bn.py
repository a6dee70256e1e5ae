from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.layers._dialects import find_dialect
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import InternalShape, Size

#: The fields that only one fork has, except that others also write `moving_average` in PSPNet's.
_FORK_FIELDS = (
    ("pspnet", ("slope_filler", "bias_filler")),
    ("wl-fcn", ("var_eps", "moving_average", "decay", "across_spatial")),
    ("segnet", ("bn_mode", "scale_filler", "shift_filler")),
    ("pspnet", ("momentum", "eps", "frozen", "engine")),
)

_DEFAULT_FORK = "pspnet"


@register
class BN(LayerSchema):
    """Batch normalization with a learned scale and shift in one layer; three forks define it.

    SegNet (``scale_filler``, ``shift_filler``, ``bn_mode``) learns scale and shift, and may have
    two more tops: the mean and variance of the batch. The fcn branch of weiliu89 (``var_eps``,
    ``across_spatial``) is similar, and learns them for each pixel without ``across_spatial``.
    PSPNet and others (``slope_filler``, ``bias_filler``, ``frozen``) learn slope and bias, and keep
    a running mean and variance. A layer with none of these fields is treated as PSPNet's.
    """

    param = "bn_param"
    tops = (1, 3)
    elementwise = True
    source = (
        "alexgkendall/caffe-segnet, weiliu89/caffe (branch fcn), hszhao/PSPNet:"
        " src/caffe/layers/bn_layer.cpp"
    )

    def dialect(self, layer: proto.LayerParameter) -> str:
        dialect = find_dialect(layer.bn_param, _FORK_FIELDS)
        return str(dialect or f"{_DEFAULT_FORK} (no distinguishing field)")

    def _fork(self, ctx: Context) -> str:
        dialect = find_dialect(ctx.param, _FORK_FIELDS)
        return dialect.fork if dialect else _DEFAULT_FORK

    def check(self, ctx: Context) -> None:
        fork = self._fork(ctx)
        if ctx.tops > 1 and fork != "segnet":
            raise ctx.fault(
                f"expected 1 top in {fork}'s fork, got {ctx.tops}",
                layer_field="top[1]",
                rule="blob-count",
                hint="SegNet's BN has 3 tops; write bn_mode to select it",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        num, channels, height, width = ctx.nchw()
        if self._fork(ctx) == "pspnet":
            return [ctx.bottom]
        statistics = (1, channels, 1, 1)
        return [(num, channels, height, width), *[statistics] * (ctx.tops - 1)]

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        p, fork = ctx.param, self._fork(ctx)
        _, channels, height, width = ctx.nchw()
        shape: InternalShape = (1, channels, 1, 1)
        if fork == "pspnet":
            return [
                ctx.learnable("slope", shape, "slope_filler"),
                ctx.learnable("bias", shape, "bias_filler"),
                ctx.learnable("mean", shape),
                ctx.learnable("variance", shape),
            ]
        if fork == "wl-fcn" and not p.across_spatial:
            # weiliu89 then normalizes each pixel by itself, over the batch.
            shape = (1, channels, height, width)
        return [
            ctx.learnable("scale", shape, "scale_filler"),
            ctx.learnable("shift", shape, "shift_filler"),
        ]
