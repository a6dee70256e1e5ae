"""The first record of a data layer's source, which Caffe reads to shape the layer's tops.

Caffe looks for ``source`` in the current folder, and so does this module. If the source does not
exist, the sizes stay unknown: a net is often checked where its data is not. The libraries are those
of the extra ``data``, and are imported only when there is a source to read.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, cast

from google.protobuf.message import Message

from protogen import layers, proto
from protogen.schema import Fault
from protogen.shapes import Shape, Size, public_shape

__all__ = ["UnreadableSource", "read_top_shapes", "unknown_reason"]

#: The shapes of a layer's tops as far as the layer itself says them.
Tops = Sequence[Shape]

#: Channels, height and width of an image.
Sizes = tuple[Size, Size, Size]

_Message = TypeVar("_Message", bound=Message)


class UnreadableSource(Exception):
    """A source that exists, but that protogen cannot read, although Caffe may."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_top_shapes(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    """The tops' shapes according to the first record; ``None`` if the source does not exist.

    Raises `Fault` if Caffe would abort on the record, and `UnreadableSource` if a library is
    missing.
    """
    reader = _READERS.get(layer.type)
    return reader(layer, tops) if reader else None


def unknown_reason(layer: Any) -> str:
    """Why the shapes of a layer's tops are unknown, in a few words; empty where nobody knows."""
    if layer.type == "Python":
        return "protogen does not run the code of Python layers"
    for field, param in layer.ListFields():
        if field.message_type is not None and "source" in field.message_type.fields_by_name:
            source = param.source
            if source and _existing(source) is None:
                return f'"{source}" does not exist'
    if layer.type in ("HDF5Data", "ImageData") and _is_random(layer):
        return "Caffe shapes it by what it reads first, which is random"
    return ""


def _is_random(layer: Any) -> bool:
    """Whether what Caffe reads first, and shapes the tops by, is not the first in the list."""
    if layer.type == "HDF5Data":
        return bool(layer.hdf5_data_param.shuffle)
    return bool(layer.image_data_param.shuffle or layer.image_data_param.rand_skip)


def _import(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        hint = "pip install 'caffe-protogen[data]'"
        raise UnreadableSource(f"{package} is not installed", hint) from None


def _existing(source: str) -> Path | None:
    path = Path(source)
    # An empty source would be the current folder, which exists.
    return path if source and path.exists() else None


class _ImageSchema(Protocol):
    """What the schema of a layer has that reads images."""

    def transformed(self, layer: proto.LayerParameter, sizes: Sizes) -> Sizes:
        """Channels, height and width after the transformation."""


def _image_tops(layer: proto.LayerParameter, tops: Tops, sizes: Sizes) -> tuple[Shape, ...]:
    """The tops for images with these channels, height and width."""
    schema = cast("_ImageSchema", layers.find(layer.type))
    images = tops[0]
    batch = images[0] if images else None
    return (batch, *public_shape(schema.transformed(layer, sizes))), *tops[1:]


# Databases -------------------------------------------------------------------------------------


def _data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    record = _first_record(layer)
    if record is None:
        return None
    datum = _parse(proto.Datum, record)
    return _image_tops(layer, tops, _datum_sizes(layer, datum))


def _annotated_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    record = _first_record(layer)
    if record is None:
        return None
    annotated = _parse(proto.AnnotatedDatum, record)
    return _image_tops(layer, tops, _datum_sizes(layer, annotated.datum))


def _parse(message: type[_Message], record: bytes) -> _Message:
    try:
        return message.FromString(record)
    except Exception as error:  # each implementation of protobuf has an error class of its own
        raise Fault(
            f"the first record is not a {message.DESCRIPTOR.name}: {error}",
            field="data_param.source",
        ) from None


def _first_record(layer: proto.LayerParameter) -> bytes | None:
    """The first value in the database, in the order of the keys.

    (source: ``DataLayer::DataLayerSetUp``, which reads where a new cursor stands)
    """
    param = layer.data_param
    path = _existing(param.source)
    if path is None:
        return None
    if param.backend != proto.DataParameter.LMDB:
        raise UnreadableSource(
            "it is a LevelDB", "give the shapes of the tops: --input data=1,3,227,227"
        )
    lmdb = _import("lmdb", "lmdb")
    try:
        # Without a lock, as a check must not write into the folder of the database.
        with (
            lmdb.open(str(path), readonly=True, lock=False, subdir=path.is_dir()) as database,
            database.begin() as transaction,
        ):
            record = next(iter(transaction.cursor().iternext(keys=False)), None)
    except lmdb.Error as error:
        raise Fault(f'"{path}" is not an LMDB: {error}', field="data_param.source") from None
    if record is None:
        raise Fault(f'"{path}" is empty', field="data_param.source")
    return bytes(record)


def _datum_sizes(layer: proto.LayerParameter, datum: proto.Datum) -> Sizes:
    """The sizes of one record.  (source: ``DataTransformer::InferBlobShape``)"""
    if not datum.encoded:
        if datum.channels <= 0:
            raise Fault("the first record has no channels", field="data_param.source")
        return datum.channels, datum.height, datum.width
    transform = layer.transform_param
    if transform.force_color and transform.force_gray:
        raise Fault("both force_color and force_gray are set", field="transform_param.force_gray")
    # With neither of them Caffe decodes an image to the channels that it has.
    channels = None
    if transform.force_color:
        channels = 3
    elif transform.force_gray:
        channels = 1
    return _image_sizes(io.BytesIO(datum.data), channels, "data_param.source")


# Files -----------------------------------------------------------------------------------------

#: The number of channels to which OpenCV by default decodes images of each mode of Pillow, if it is
#: not 3.
_CHANNELS = {"1": 1, "L": 1, "I;16": 1, "I": 1, "F": 1, "LA": 4, "RGBA": 4}

#: The EXIF tag of an image's orientation; from 5 on, width and height are swapped.
_ORIENTATION, _FIRST_SWAPPED = 0x0112, 5


def _image_sizes(file: str | BinaryIO, channels: int | None, field: str) -> Sizes:
    """The sizes of an image; ``channels`` is the number to which Caffe converts it, if it does."""
    image = _import("PIL.Image", "Pillow")
    try:
        with image.open(file) as opened:
            width, height = opened.size
            # OpenCV turns an image upright when it decodes it.
            if opened.getexif().get(_ORIENTATION, 1) >= _FIRST_SWAPPED:
                width, height = height, width
            return channels or _CHANNELS.get(opened.mode, 3), height, width
    except OSError as error:
        raise Fault(f"the first image cannot be read: {error}", field=field) from None


def _image_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    param, field = layer.image_data_param, "image_data_param.source"
    path = _existing(param.source)
    if path is None:
        return None
    line, _, more = path.read_text(errors="replace").partition("\n")
    if not line:
        raise Fault(f'"{path}" is empty', field=field)
    channels = 3 if param.is_color else 1
    # Caffe resizes each image, so the sizes are known without looking at one.
    if param.new_height and param.new_width:
        return _image_tops(layer, tops, (channels, param.new_height, param.new_width))
    if more and _is_random(layer):
        return None
    # The label is after the last space. The name before it may also contain spaces.
    name = param.root_folder + line.rpartition(" ")[0]
    if not Path(name).is_file():
        raise Fault(f'the first image "{name}" does not exist', field=field)
    return _image_tops(layer, tops, _image_sizes(name, channels, field))


def _window_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    path = _existing(layer.window_data_param.source)
    if path is None:
        return None
    # Each image is "# index", a path, its channels, height and width, then its windows. Only the
    # channels matter: Caffe warps each window to a square of crop_size.
    words = path.read_text(errors="replace").split(maxsplit=6)
    if len(words) < 4 or words[0] != "#" or not words[3].isdecimal():
        raise Fault(f'"{path}" is not a window file', field="window_data_param.source")
    size = layer.transform_param.crop_size
    return _image_tops(layer, tops, (int(words[3]), size, size))


def _hdf5_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    param, field = layer.hdf5_data_param, "hdf5_data_param.source"
    path = _existing(param.source)
    if path is None:
        return None
    # The source is a list of files, read word by word. Caffe shapes the tops by the first one.
    names = path.read_text(errors="replace").split()
    if not names:
        raise Fault(f'"{path}" does not list any files', field=field)
    shapes = _hdf5_shapes(layer, names[0])
    if param.shuffle:
        # Any file may be the first. Few lists have more files than are looked at here.
        for name in names[1:_MOST_FILES]:
            shapes = list(map(_common_shape, shapes, _hdf5_shapes(layer, name)))
    return tuple(shapes)


#: How many of the HDF5 files are opened that Caffe may read first.
_MOST_FILES = 100


def _hdf5_shapes(layer: proto.LayerParameter, name: str) -> list[Shape]:
    """The shapes of a layer's tops by one of its files, with the size of a batch for the rows."""
    field = "hdf5_data_param.source"
    h5py = _import("h5py", "h5py")
    try:
        with h5py.File(name, "r") as file:
            shapes = []
            for index, top in enumerate(layer.top):
                shapes.append(_dataset_shape(file, index, top, name))
    except OSError as error:
        raise Fault(f'"{name}" cannot be read: {error}', field=field) from None
    if len({shape[0] for shape in shapes}) > 1:
        rows = ", ".join(f"{top} {shape[0]}" for top, shape in zip(layer.top, shapes))
        raise Fault(f'the datasets of "{name}" differ in number of rows: {rows}', field=field)
    return [(layer.hdf5_data_param.batch_size, *shape[1:]) for shape in shapes]


def _common_shape(first: Shape, second: Shape) -> Shape:
    """What two shapes have in common."""
    if first is None or second is None or len(first) != len(second):
        return None
    return tuple(one if one == other else None for one, other in zip(first, second))


def _dataset_shape(file: Any, index: int, top: str, name: str) -> tuple[int, ...]:
    """The shape of the dataset of an ``h5py.File`` that has the name of a top."""
    field = f"top[{index}]"
    if top not in file:
        known = ", ".join(sorted(file)) or "none"
        raise Fault(f'"{name}" has no dataset "{top}"; it has {known}', field=field)
    shape = tuple(int(size) for size in file[top].shape)
    if not shape:
        raise Fault(f'dataset "{top}" of "{name}" has no axes', field=field)
    return shape


_READERS: dict[str, Callable[[proto.LayerParameter, Tops], tuple[Shape, ...] | None]] = {
    "AnnotatedData": _annotated_data,
    "Data": _data,
    "HDF5Data": _hdf5_data,
    "ImageData": _image_data,
    "WindowData": _window_data,
}
