from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Threshold(LayerSchema):
    """1 if an element is greater than ``threshold``, else 0. Works in place; has no gradient."""

    param = "threshold_param"
    elementwise = True
    # Its backward pass is not implemented: Caffe aborts if a gradient reaches it.
    source = "src/caffe/layers/threshold_layer.cpp"
