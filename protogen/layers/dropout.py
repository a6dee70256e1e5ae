from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class Dropout(LayerSchema):
    """In training, set a random ``dropout_ratio`` of the elements to 0 and scale up the others.

    The scale is 1 / (1 - dropout_ratio), which keeps the expected value. In testing, nothing
    changes. Works in place.
    """

    param = "dropout_param"
    elementwise = True
    # Caffe checks the ratio in a debug build only; see `protogen.checks.dropout_ratio`.
    source = "src/caffe/layers/dropout_layer.cpp"
