from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._data import DataLayer
from protogen.layers._parameters import check_positive
from protogen.schema import Context, register
from protogen.shapes import Size


@register
class MemoryData(DataLayer):
    """A batch of data and labels, in memory that the calling program supplies."""

    param = "memory_data_param"
    size_field = "batch_size"
    tops = 2
    source = "src/caffe/layers/memory_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        # Caffe checks only the product of all four.
        check_positive(ctx, "channels", "height", "width")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        p, batch = ctx.param, self.batch(ctx)
        return [(batch, p.channels, p.height, p.width), (batch,)]
