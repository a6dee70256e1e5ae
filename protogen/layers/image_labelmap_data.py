from __future__ import annotations

from protogen.layers._labeled_images import LabeledImages
from protogen.schema import register


@register
class ImageLabelmapData(LabeledImages):
    """Read images and a label for each pixel, to learn to detect edges.

    Each line of a list names an image and a label map. The labels are Nx1xHxW.
    (source: Xie & Tu 2015)
    """

    param = "image_data_param"
    source = "s9xie/hed: src/caffe/layers/image_labelmap_data_layer.cpp"
    unmarked_forks = ("hed",)
