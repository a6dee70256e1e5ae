from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault, LayerSchema, register


@register
class Correlation(LayerSchema):
    """Compare a patch of the first bottom with patches of the second, displaced in each direction.

    The top has a channel to each displacement: from ``-max_displacement`` to ``max_displacement``
    by ``stride_2``, in both directions.  (source: Dosovitskiy et al. 2015, FlowNet)
    """

    param = "correlation_param"
    bottoms = 2
    source = "lmb-freiburg/flownet2: src/caffe/layers/correlation_layer.cpp"
    formula = "ceil((size + 2*pad - 2*(max_displacement + (kernel_size-1)/2)) / stride_1)"
    forks = ("flownet2",)

    def check(self, ctx: Context) -> None:
        p = ctx.param
        for name in ("kernel_size", "max_displacement"):
            if not p.HasField(name):
                raise Fault(f"{name} is missing", field=f"correlation_param.{name}")
        if p.kernel_size % 2 == 0:
            raise Fault(
                f"kernel_size {p.kernel_size} is not odd", field="correlation_param.kernel_size"
            )
        for name in ("stride_1", "stride_2"):
            if getattr(p, name) == 0:
                raise Fault(f"{name} is 0", field=f"correlation_param.{name}")
        first, second = map(ctx.legacy, ctx.bottoms)
        if first[1:] != second[1:]:
            raise Fault(
                f"bottoms differ: {describe(ctx.bottoms, 0, 1)}", rule="bottom-shape-mismatch"
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p = ctx.param
        num, _, *sizes = ctx.legacy(ctx.bottom)
        border = p.max_displacement + (p.kernel_size - 1) // 2
        made = [-(-(size + 2 * p.pad - 2 * border) // p.stride_1) for size in sizes]
        for size, windows in zip(sizes, made):
            if windows < 1:
                raise Fault(
                    f"a displacement and kernel that reach {border} do not fit a bottom of {size}"
                    f" with pad {p.pad}",
                    rule="kernel-exceeds-bottom",
                    field="correlation_param.max_displacement",
                )
        displacements = 2 * (p.max_displacement // p.stride_2) + 1
        return [(num, displacements**2, *made)]
