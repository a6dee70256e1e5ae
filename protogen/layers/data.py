from __future__ import annotations

from protogen.layers._data import DataLayer
from protogen.schema import register


@register
class Data(DataLayer):
    """Images, and labels if it has a second top, read from an LMDB or LevelDB database.

    The sizes of the images are known once the database is, or from ``crop_size``; the number of
    channels also from several ``mean_value``.
    """

    param = "data_param"
    source = "src/caffe/layers/data_layer.cpp"
