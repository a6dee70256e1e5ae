from __future__ import annotations

from protogen import proto
from protogen.layers._blobs import check_same_shape
from protogen.layers._losses import Loss, check_counts
from protogen.schema import Context, register
from protogen.shapes import count


@register
class L1Loss(Loss):
    """The sum of absolute differences between the bottoms, averaged over the batch.

    FlowNet's variant, selected by ``l1_loss_param`` or a single bottom, requires bottoms with the
    same shape; a single bottom holds the differences.
    """

    param = "l1_loss_param"
    bottoms = (1, 2)
    source = (
        "NVIDIA/caffe: src/caffe/layers/l1_loss_layer.cpp,"
        " lmb-freiburg/flownet2: src/caffe/layers/l1loss_layer.cpp"
    )
    unmarked_forks = ("nv15", "nv16", "nv17", "xilinx")

    def dialect(self, layer: proto.LayerParameter) -> str:
        if layer.HasField("l1_loss_param"):
            return "flownet2 (l1_loss_param)"
        return "flownet2 (1 bottom)" if len(layer.bottom) == 1 else "nv15 (no l1_loss_param)"

    def check(self, ctx: Context) -> None:
        # FlowNet's subtracts the bottoms with an Eltwise, which wants equal shapes.
        if ctx.layer.HasField("l1_loss_param") or len(ctx.bottoms) == 1:
            check_same_shape(ctx)
            return
        # NVIDIA's is a EuclideanLoss with another norm, and checks the same.
        super().check(ctx)
        first, second = (count(bottom[1:]) for bottom in ctx.bottoms)
        check_counts(ctx, first, second, "elements per item")
