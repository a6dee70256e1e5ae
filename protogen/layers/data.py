from __future__ import annotations

from protogen.layers._data import DataLayer
from protogen.schema import register


@register
class Data(DataLayer):
    """Read images, and labels if there is a second top, from an LMDB or LevelDB database.

    The size of the images is that of the first record in the database, or ``crop_size``. If there
    are several ``mean_value``, their number is the number of channels.
    """

    param = "data_param"
    source = "src/caffe/layers/data_layer.cpp"
