from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register


@register
class HDF5Data(LayerSchema):
    """The datasets of HDF5 files, each top the one of its own name; of any number of axes."""

    param = "hdf5_data_param"
    also = ("transform_param",)
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/hdf5_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        if ctx.layer.HasField("transform_param"):
            raise Fault("cannot transform what it reads", field="transform_param")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        return [None] * ctx.tops
