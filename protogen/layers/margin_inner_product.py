from __future__ import annotations

from protogen.layers._margin import MarginProduct
from protogen.schema import register


@register
class MarginInnerProduct(MarginProduct):
    """An InnerProduct with weights of length 1 that requires an angular margin between classes.

    The second bottom has the labels. A second top has the lambda of the annealing.
    (source: Liu et al. 2017, SphereFace)
    """

    param = "margin_inner_product_param"
    source = "wy1iu/sphereface: src/caffe/layers/margin_inner_product_layer.cpp"
