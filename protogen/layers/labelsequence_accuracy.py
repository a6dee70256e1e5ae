from __future__ import annotations

from collections.abc import Sequence

from protogen import proto
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Shape, Size


@register
class LabelsequenceAccuracy(LayerSchema):
    """The fraction of sequences whose labels are all correct, for a net with CtcLoss."""

    param = "labelsequence_accuracy_param"
    bottoms = 2
    source = "yalecyu/crnn.caffe: src/caffe/layers/labelsequence_accuracy_layer.cpp"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        # Caffe checks neither of the bottoms.
        return [()]

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        return ((),)
