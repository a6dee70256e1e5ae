from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class SeLuDropout(LayerSchema):
    """A dropout that keeps the mean and variance of a SeLu's output.  (Klambauer et al. 2017)

    Only soeaver's nets use it, and its source code is not public.
    """

    param = "selu_dropout_param"
    elementwise = True
    source = "soeaver/caffe-model: the nets that use it"
