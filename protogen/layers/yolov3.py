from __future__ import annotations

from protogen.layers._blobs import describe
from protogen.layers._losses import Loss
from protogen.schema import Context, Fault, register
from protogen.shapes import count


@register
class Yolov3(Loss):
    """YOLOv3's loss of boxes and classes, predicted for each cell and each of ``num`` anchors.

    The first bottom has ``num`` * (5 + ``num_class``) channels, the second the boxes that are
    there.  (source: Redmon & Farhadi 2018)
    """

    param = "yolov3_param"
    source = "eric612/MobileNet-YOLO: src/caffe/layers/yolov3_layer.cpp"
    forks = ("eric612",)

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        p = ctx.param
        height, width = ctx.legacy(ctx.bottom)[2:]
        wanted = height * width * p.num * (5 + p.num_class)
        given = count(ctx.bottom[1:])
        if given != wanted:
            raise Fault(
                f"{p.num} anchors of {p.num_class} classes take {wanted} elements per item, not"
                f" {given}: {describe(ctx.bottoms, 0)}",
                rule="bottom-shape-mismatch",
                field="yolov3_param.num_class",
            )
