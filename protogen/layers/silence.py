from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Silence(LayerSchema):
    """Read blobs and produce nothing, so that they are not outputs of the net."""

    bottoms, tops = (1, None), 0
    source = "src/caffe/layers/silence_layer.cpp"
