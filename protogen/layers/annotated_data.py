from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import FIT_SMALL_SIZE, DataLayer
from protogen.schema import Context, Fault, register
from protogen.shapes import UNKNOWN


@register
class AnnotatedData(DataLayer):
    """Images out of a database and the boxes annotated in them; of the SSD fork.

    The labels are one row to each box of the batch: item, group label, instance, xmin, ymin, xmax,
    ymax, difficult.
    """

    param = "annotated_data_param"
    also = ("data_param", "transform_param")
    batch_param = "data_param"
    tops = (1, None)
    source = "src/caffe/layers/annotated_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        resizes = ctx.layer.transform_param.resize_param
        if self.batch(ctx) != 1 and any(r.resize_mode == FIT_SMALL_SIZE for r in resizes):
            raise Fault(
                "FIT_SMALL_SIZE makes images of many sizes, and so needs batch_size 1",
                field="transform_param.resize_param",
            )

    def labels(self, ctx: Context) -> Sequence[Any]:
        if ctx.param.HasField("anno_type"):
            return (1, 1, UNKNOWN, 8)
        return (UNKNOWN, 1, UNKNOWN, UNKNOWN)  # boxes, unless the database says there are none
