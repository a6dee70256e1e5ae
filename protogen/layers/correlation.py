from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._parameters import check_given, check_positive
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Correlation(LayerSchema):
    """Compare patches of the first bottom with displaced patches of the second.

    The top has one channel per displacement: from ``-max_displacement`` to ``max_displacement`` in
    steps of ``stride_2``, in both directions.  (source: Dosovitskiy et al. 2015, FlowNet)
    """

    param = "correlation_param"
    bottoms = 2
    axes = (4, 4)
    source = "lmb-freiburg/flownet2: src/caffe/layers/correlation_layer.cpp"
    formula = "ceil((size + 2*pad - 2*(max_displacement + (kernel_size-1)/2)) / stride_1)"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        check_given(ctx, "kernel_size", "max_displacement")
        if p.kernel_size % 2 == 0:
            raise ctx.fault(f"kernel_size must be odd, got {p.kernel_size}", "kernel_size")
        check_positive(ctx, "stride_1", "stride_2")
        if ctx.nchw(0)[1:] != ctx.nchw(1)[1:]:
            raise ctx.fault(
                f"bottoms differ in channels, height or width: {ctx.describe(0, 1)}",
                bottom=1,
                rule="bottom-shape-mismatch",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p = ctx.param
        num, _, *sizes = ctx.nchw()
        # A displaced patch must lie within the padded bottom, on either side.
        border = p.max_displacement + (p.kernel_size - 1) // 2
        # Negated twice, // rounds up.
        outputs = [-(-(size + 2 * p.pad - 2 * border) // p.stride_1) for size in sizes]
        for size, output in zip(sizes, outputs):
            if output < 1:
                raise ctx.fault(
                    f"a border of {border} on both sides (max_displacement {p.max_displacement},"
                    f" kernel_size {p.kernel_size}) does not fit size {size} with pad {p.pad}",
                    "max_displacement",
                    rule="kernel-exceeds-bottom",
                )
        # In one direction: as many steps to both sides, and the one in the middle.
        displacements = 2 * (p.max_displacement // p.stride_2) + 1
        return [(num, displacements**2, *outputs)]
