from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Clip(LayerSchema):
    """Limit each element to the range from ``min`` to ``max``. Works in place.

    Both must be given. Without a ``clip_param`` they are 0, and so is every element of the top.
    """

    param = "clip_param"
    elementwise = True
    reads_bottom_in_backward = True
    source = "src/caffe/layers/clip_layer.cpp"
