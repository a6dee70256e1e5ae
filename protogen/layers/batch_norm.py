from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.layers._dialects import told_by
from protogen.schema import Context, Fault, LayerSchema, Learnable, register
from protogen.shapes import format_shape, reveal

_TELLING = (
    ("nv16", ("scale_bias", "scale_filler")),
    ("intel", ("filler", "use_weight_bias", "bias_term", "stats_batch_size", "relu")),
    ("nv16", ("bias_filler",)),
)

#: The engines in which Intel's layer learns a scale and a bias too.
_MKL = (3, 4)


@register
class BatchNorm(LayerSchema):
    """Shift and scale each channel to mean 0 and variance 1.

    In training by the batch's own statistics, of which it keeps a moving average; when testing by
    that average (``use_global_stats`` chooses). It learns no scale or bias: a Scale layer with
    ``bias_term`` after it does. Its three blobs are not trained, and sum up more than one
    iteration: mean and variance are to be divided by the third.

    NVIDIA's fork learns scale and bias as well where ``scale_bias`` or a filler for one of them
    is given; Intel's does so in its MKL engines.
    """

    param = "batch_norm_param"
    source = "src/caffe/layers/batch_norm_layer.cpp"

    def dialect(self, layer: Any) -> str:
        return str(told_by(layer.batch_norm_param, _TELLING) or "")

    def check(self, ctx: Context) -> None:
        fork = self._fork(ctx)
        if not fork:  # the forks set it to 0 themselves
            _refuse_training(ctx.layer.param[:3])
        axes = 4 if fork == "nv16" else 2
        if len(ctx.bottom) < axes:
            wanted = "4 axes" if axes == 4 else "a batch axis and a channel axis"
            raise Fault(
                f"takes a bottom with {wanted}, not {format_shape(reveal(ctx.bottom))}",
                rule="axis-count",
            )
        refuse_empty(ctx.bottom, "its bottom")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        channels, fork = (ctx.bottom[1],), self._fork(ctx)
        blobs = [
            Learnable("mean", channels),
            Learnable("variance", channels),
            Learnable("moving average factor", (1,)),
        ]
        if fork == "nv16":
            blobs += _nvidia(ctx, channels)
        elif fork == "intel":
            blobs += _intel(ctx, channels)
        return blobs

    def _fork(self, ctx: Context) -> str:
        dialect = told_by(ctx.param, _TELLING)
        return dialect.fork if dialect else ""

    def _parameters(self, layer: Any) -> Hashable:
        specs = [spec.SerializePartialToString() for spec in layer.param]
        return (super()._parameters(layer), *specs)


def _refuse_training(specs: Sequence[Any]) -> None:
    for index, spec in enumerate(specs):
        if spec.lr_mult:
            raise Fault(
                f"its statistics are not trained, but param {index} has lr_mult {spec.lr_mult:g}",
                field=f"param[{index}].lr_mult",
                hint="leave the param entries out, or give each lr_mult: 0",
            )


def _nvidia(ctx: Context, channels: tuple[Any, ...]) -> list[Learnable]:
    p = ctx.param
    given = p.HasField("scale_filler"), p.HasField("bias_filler")
    if not (p.scale_bias or any(given)):
        return []
    fillers = zip(("scale", "bias"), given, (p.scale_filler, p.bias_filler))
    return [
        ctx.filled(name, channels, filler) if own else Learnable(name, channels)
        for name, own, filler in fillers
    ]


def _intel(ctx: Context, channels: tuple[Any, ...]) -> list[Learnable]:
    p = ctx.param
    if p.engine not in _MKL or not p.use_weight_bias:
        return []
    learns = [Learnable("scale", channels), Learnable("bias", channels)]
    return learns if p.bias_term else learns[:1]
