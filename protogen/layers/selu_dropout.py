from __future__ import annotations

from protogen.schema import LayerSchema, register


@register
class SeLuDropout(LayerSchema):
    """Dropout that keeps the mean and variance of what a SeLu makes.  (Klambauer et al. 2017)

    Only soeaver's nets have it, and its source is not public.
    """

    param = "selu_dropout_param"
    source = "soeaver/caffe-model: the nets that use it"
    forks = ("soeaver",)
