from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.layers._data import DataLayer, keeps_aspect
from protogen.schema import Context, register
from protogen.shapes import UNKNOWN, Size

if TYPE_CHECKING:
    from protogen.proto import AnnotatedDataParameter

#: In eric612's fork: the numbers of boxes for each image, and of fields for each box.
_YOLO_BOXES, _YOLO_FIELDS = 300, 5


@register
class AnnotatedData(DataLayer):
    """Read images from a database, with the boxes annotated in them; from the SSD fork.

    The labels have one row per box in the batch: item, group label, instance, xmin, ymin, xmax,
    ymax, difficult. In eric612's fork ``yolo_data_type: 1`` gives 300 boxes to each image, and a
    third top has a map for each class, which ``seg_scales`` makes smaller than the image.
    """

    param = "annotated_data_param"
    also = ("data_param", "transform_param")
    batch_param = "data_param"
    tops = (1, None)
    source = (
        "weiliu89/caffe (branch ssd), eric612/MobileNet-YOLO:"
        " src/caffe/layers/annotated_data_layer.cpp"
    )

    def dialect(self, layer: proto.LayerParameter) -> str:
        return "eric612 (3 tops)" if len(layer.top) > 2 else ""

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        resizes = ctx.layer.transform_param.resize_param
        if self.batch(ctx) == 1:
            return
        for index, resize in enumerate(resizes):
            if keeps_aspect(resize):
                raise ctx.fault(
                    "resize_mode FIT_SMALL_SIZE produces images of different sizes, so batch_size"
                    f" must be 1, got {self.batch(ctx)}",
                    layer_field=f"transform_param.resize_param[{index}].resize_mode",
                )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        shapes = list(super().top_shapes(ctx))
        images = shapes[0]
        if ctx.tops > 2 and images is not None:
            shapes[2] = self._maps(ctx, images)
        return shapes

    def labels(self, ctx: Context) -> Sequence[Any]:
        p: AnnotatedDataParameter = ctx.param
        if p.yolo_data_type == 1:
            # The database says whether it has boxes, if the layer does not.
            if p.HasField("anno_type"):
                return (self.batch(ctx), 1, _YOLO_BOXES, _YOLO_FIELDS)
            return (self.batch(ctx), 1, UNKNOWN, UNKNOWN)
        if p.HasField("anno_type"):
            return (1, 1, UNKNOWN, 8)
        return (UNKNOWN, 1, UNKNOWN, UNKNOWN)  # boxes, unless the database has none

    def _maps(self, ctx: Context, images: Sequence[Any]) -> Sequence[Any] | None:
        """The third top. The file ``label_map_file`` has the number of classes."""
        p: AnnotatedDataParameter = ctx.param
        if p.has_seg_label or p.has_lane_label:  # in Xilinx's fork
            return None
        classes = 1 if p.single_class else UNKNOWN
        if p.seg_resize_width and p.seg_resize_height:
            # The fork takes the width for the height, and the height for the width.
            return (self.batch(ctx), classes, p.seg_resize_width, p.seg_resize_height)
        scales = p.seg_scales or 1
        return (self.batch(ctx), classes, images[2] // scales, images[3] // scales)
