from __future__ import annotations

from protogen.layers._image_files import ImageFiles
from protogen.schema import register


@register
class ImageData(ImageFiles):
    """Read images and labels from a list of files, with a path and a label on each line.

    All images must have the same size, unless ``new_height`` and ``new_width`` resize them or
    ``batch_size`` is 1.
    """

    param = "image_data_param"
    tops = 2
    source = "src/caffe/layers/image_data_layer.cpp"
