"""What Sophgo's detection layers share: a fixed number of rows for the boxes they find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from protogen import proto
from protogen.schema import Arity, Context, LayerSchema
from protogen.shapes import Size

__all__ = ["KeptDetections"]


class KeptDetections(LayerSchema):
    """The ``keep_topk`` best boxes of each image."""

    bottoms: ClassVar[Arity] = (1, None)
    #: The numbers in a row.
    numbers: ClassVar[int] = 6
    #: The bottom whose first axis is the batch.
    batch_bottom: ClassVar[int] = 0
    size_field = "keep_topk"
    source = "sophgo/tpu-mlir: the Caffe in its wheel"

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        return [4] * len(layer.bottom)

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        batch = ctx.nchw(self.batch_bottom)[0]
        return [(batch, 1, ctx.param.keep_topk, self.numbers)]
