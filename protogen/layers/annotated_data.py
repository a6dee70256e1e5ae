from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import DataLayer, keeps_aspect
from protogen.schema import Context, register
from protogen.shapes import UNKNOWN


@register
class AnnotatedData(DataLayer):
    """Read images from a database, with the boxes annotated in them; from the SSD fork.

    The labels have one row per box in the batch: item, group label, instance, xmin, ymin, xmax,
    ymax, difficult.
    """

    param = "annotated_data_param"
    also = ("data_param", "transform_param")
    batch_param = "data_param"
    tops = (1, None)
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/annotated_data_layer.cpp"

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

    def labels(self, ctx: Context) -> Sequence[Any]:
        if ctx.param.HasField("anno_type"):
            return (1, 1, UNKNOWN, 8)
        return (UNKNOWN, 1, UNKNOWN, UNKNOWN)  # boxes, unless the database has none
