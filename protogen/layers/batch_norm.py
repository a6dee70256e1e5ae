from __future__ import annotations

from collections.abc import Hashable, Sequence

from protogen import proto
from protogen.layers._blobs import check_axes, check_not_empty
from protogen.layers._dialects import find_dialect
from protogen.schema import Context, LayerSchema, Learnable, register
from protogen.shapes import InternalShape

#: The fields that only one fork has.
_FORK_FIELDS = (
    ("nv16", ("scale_bias", "scale_filler")),
    ("intel", ("filler", "use_weight_bias", "bias_term", "stats_batch_size", "relu")),
    ("nv16", ("bias_filler",)),
)

#: The blobs that are statistics, not weights: mean, variance, and the factor of both.
_STATISTICS = 3


@register
class BatchNorm(LayerSchema):
    """Shift and scale each channel to mean 0 and variance 1.

    In training it uses the statistics of the batch and keeps a moving average of them; in testing
    it uses that average (``use_global_stats`` overrides the choice). It learns no scale or bias;
    follow it with a Scale layer that has ``bias_term``. Its three blobs are not trained, and
    accumulate over iterations: divide mean and variance by the third.

    NVIDIA's fork also learns scale and bias if ``scale_bias`` or a filler for one of them is
    given; Intel's does in its MKL engines.
    """

    param = "batch_norm_param"
    elementwise = True
    source = "src/caffe/layers/batch_norm_layer.cpp"

    def dialect(self, layer: proto.LayerParameter) -> str:
        return str(find_dialect(layer.batch_norm_param, _FORK_FIELDS) or "")

    def check(self, ctx: Context) -> None:
        fork = self._fork(ctx)
        # The forks set lr_mult to 0 themselves.
        if not fork:
            _check_not_trained(ctx)
        if fork == "nv16":
            check_axes(ctx, 4)
        else:
            # LayerSetUp allows for a single axis, but Reshape then reads the second one.
            check_axes(ctx, 2, names="batch, channels")
        # Reshape divides by the batch and by the channels.
        check_not_empty(ctx, ctx.bottom, "bottom 0")

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        channels, fork = (ctx.bottom[1],), self._fork(ctx)
        blobs = [
            ctx.learnable("mean", channels),
            ctx.learnable("variance", channels),
            ctx.learnable("moving average factor", (1,)),
        ]
        if fork == "nv16":
            blobs += _nvidia_blobs(ctx, channels)
        elif fork == "intel":
            blobs += _intel_blobs(ctx, channels)
        return blobs

    def _fork(self, ctx: Context) -> str:
        dialect = find_dialect(ctx.param, _FORK_FIELDS)
        return dialect.fork if dialect else ""

    def parameters(self, layer: proto.LayerParameter) -> Hashable:
        # The rule about lr_mult reads the params, so the answer depends on them, too.
        specs = [spec.SerializePartialToString() for spec in layer.param]
        return (super().parameters(layer), *specs)


def uses_global_statistics(ctx: Context) -> bool:
    """Whether a BatchNorm uses its moving averages, which is the default in TEST."""
    stated = stated_use_global_stats(ctx.param)
    if stated is None:
        return ctx.phase == proto.TEST
    return stated


def stated_use_global_stats(param: proto.BatchNormParameter) -> bool | None:
    """``use_global_stats`` as it is written, or ``None``: then the phase decides."""
    if not param.HasField("use_global_stats"):
        return None
    return param.use_global_stats


def _check_not_trained(ctx: Context) -> None:
    """Raise for a ``param`` that would train the statistics, which BVLC Caffe rejects."""
    for index, spec in enumerate(ctx.layer.param[:_STATISTICS]):
        if spec.lr_mult:
            raise ctx.fault(
                f"its statistics cannot be trained, but param {index} has lr_mult {spec.lr_mult:g}",
                layer_field=f"param[{index}].lr_mult",
                hint="omit the param entries, or set lr_mult: 0 in each",
            )


def _nvidia_blobs(ctx: Context, channels: InternalShape) -> list[Learnable]:
    """Scale and bias of NVIDIA's fork, each with a filler only if one is written."""
    p = ctx.param
    fillers = {"scale": "scale_filler", "bias": "bias_filler"}
    if not p.scale_bias and not any(map(p.HasField, fillers.values())):
        return []
    return [
        ctx.learnable(name, channels, filler if p.HasField(filler) else "")
        for name, filler in fillers.items()
    ]


def _intel_blobs(ctx: Context, channels: InternalShape) -> list[Learnable]:
    """Scale and bias of Intel's fork, which only its MKL engines learn."""
    p, engine = ctx.param, proto.ConvolutionParameter
    # use_weight_bias is true by default, and the Caffe engine ignores it.
    if p.engine not in (engine.MKL2017, engine.MKLDNN) or not p.use_weight_bias:
        return []
    blobs = [ctx.learnable("scale", channels)]
    if p.bias_term:
        blobs.append(ctx.learnable("bias", channels))
    return blobs
