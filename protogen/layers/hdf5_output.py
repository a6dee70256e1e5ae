from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class HDF5Output(LayerSchema):
    """Write the bottoms, data and labels, to an HDF5 file."""

    param = "hdf5_output_param"
    bottoms, tops = 2, 0
    source = "src/caffe/layers/hdf5_output_layer.cpp"

    def check(self, ctx: Context) -> None:
        # Caffe creates the file when it sets the net up.
        if not ctx.param.file_name:
            raise ctx.fault("file_name is missing", "file_name")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return []
