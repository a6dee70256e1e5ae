from __future__ import annotations

from collections.abc import Sequence

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class HDF5Data(LayerSchema):
    """Read the datasets of HDF5 files, one per top, with the name of the top and any shape."""

    param = "hdf5_data_param"
    also = ("transform_param",)
    bottoms, tops = 0, (1, None)
    source = "src/caffe/layers/hdf5_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        # Even an empty one: Caffe only asks whether it is there.
        if ctx.layer.HasField("transform_param"):
            raise ctx.fault("does not support transform_param", layer_field="transform_param")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        # Even the number of axes is that of the dataset; `protogen.sources` reads the first file.
        return [None] * ctx.tops
