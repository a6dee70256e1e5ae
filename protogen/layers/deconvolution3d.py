from __future__ import annotations

from typing import Any

from protogen.layers._clips import ClipConvolution
from protogen.schema import register
from protogen.windows import deconvolution_size


@register
class Deconvolution3D(ClipConvolution):
    """The transpose of a Convolution3D: spread each pixel of a clip through a filter.

    (source: Tran et al. 2016, voxel to voxel prediction)
    """

    source = "facebook/C3D: src/caffe/layers/deconvolution3d_layer.cpp"
    formula = "stride * (size - 1) + kernel - 2*pad"
    # The first axis of the weights is the channels of the bottom, as in a Deconvolution.
    transposed = True

    def output_size(self, size: Any, kernel: int, stride: int, pad: int) -> Any:
        return deconvolution_size(size, kernel, stride, pad, 1)
