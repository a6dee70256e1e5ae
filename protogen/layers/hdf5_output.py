from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, Fault, LayerSchema, register


@register
class HDF5Output(LayerSchema):
    """Write the bottoms, data and labels, to a file of HDF5."""

    param = "hdf5_output_param"
    bottoms, tops = 2, 0
    source = "src/caffe/layers/hdf5_output_layer.cpp"

    def check(self, ctx: Context) -> None:
        if not ctx.param.file_name:
            raise Fault("file_name is missing", field="hdf5_output_param.file_name")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return []
