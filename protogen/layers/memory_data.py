from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.layers._data import DataLayer
from protogen.schema import Context, Fault, register


@register
class MemoryData(DataLayer):
    """A batch and its labels out of memory that a program points to."""

    param = "memory_data_param"
    tops = 2
    source = "src/caffe/layers/memory_data_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        for name in ("channels", "height", "width"):
            if not getattr(ctx.param, name):
                raise Fault(f"{name} is missing or 0", field=f"memory_data_param.{name}")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        p, batch = ctx.param, self.batch(ctx)
        return [(batch, p.channels, p.height, p.width), (batch,)]
