from __future__ import annotations

from collections.abc import Sequence

from protogen.layers._target_size import target_shape
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size


@register
class Downsample(LayerSchema):
    """Average the first bottom down to ``top_height`` by ``top_width``, or to the second bottom.

    (source: Ilg et al. 2016, FlowNet 2.0)
    """

    param = "downsample_param"
    bottoms = (1, 2)
    axes = (4, 4)
    source = "lmb-freiburg/flownet2: src/caffe/layers/downsample_layer.cpp"
    formula = "top_height by top_width, or the size of the second bottom"

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        return [target_shape(ctx, "top_height", "top_width")]
