from __future__ import annotations

from protogen.layers._labelled_images import LabelledImages
from protogen.schema import register


@register
class ImageLabelmapData(LabelledImages):
    """Images and a label for each of their pixels, to find edges by.

    A list names an image and a map to each line. The labels are Nx1xHxW.  (source: Xie & Tu 2015)
    """

    param = "image_data_param"
    source = "s9xie/hed: src/caffe/layers/image_labelmap_data_layer.cpp"
    forks = ("hed",)
