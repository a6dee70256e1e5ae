"""What the last layers of the YOLO versions share: boxes found in several feature maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from protogen import proto
from protogen.layers._parameters import check_given
from protogen.schema import Arity, Context, LayerSchema
from protogen.shapes import Shape, Size

__all__ = ["YoloOutput"]

#: Caffe shapes the top for one detection; the number is known only after a forward pass.
_ONE_DETECTION = (1, 1, 1, 7)


class YoloOutput(LayerSchema):
    """One row per detection; the number is known only after a forward pass, and 1 until then."""

    bottoms: ClassVar[Arity] = (1, 4)

    def check(self, ctx: Context) -> None:
        check_given(ctx, "num_classes")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [_ONE_DETECTION]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return (_ONE_DETECTION,)
