from __future__ import annotations

from protogen.layers._clips import ClipConvolution
from protogen.schema import register


@register
class Convolution3D(ClipConvolution):
    """Slide ``num_output`` learned filters over the frames, height and width of clips.

    The kernel is ``kernel_depth`` frames long, and as high as it is wide. Nets in the older format
    (``CONVOLUTION3D``) have the same fields in ``convolution_param``.
    (source: Tran et al. 2015, C3D)
    """

    source = "facebook/C3D: src/caffe/layers/convolution3d_layer.cpp"
    formula = "(size + 2*pad - kernel) / stride + 1"
