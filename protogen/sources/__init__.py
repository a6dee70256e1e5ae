"""The first record of a data layer's source, which Caffe reads to shape the layer's tops.

Caffe looks for ``source`` in the current folder, and so does this package. If the source does not
exist, the sizes stay unknown: a net is often checked where its data is not. Only regular files are
opened, a bounded part of each is read, and nothing of it is quoted in a message. Within
`without_data` nothing is opened at all.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol, TypeVar, cast

from google.protobuf.message import Message

from protogen import layers, proto
from protogen.schema import Fault
from protogen.shapes import Shape, public_shape
from protogen.sources._files import UnreadableSource, existing, open_file, read_head
from protogen.sources._hdf5 import dataset_shapes
from protogen.sources._images import Sizes, image_sizes
from protogen.sources._lmdb import NotLmdb, first_record

__all__ = [
    "UnreadableSource",
    "are_opened",
    "read_top_shapes",
    "unknown_reason",
    "without_data",
]

#: The shapes of a layer's tops as far as the layer itself says them.
Tops = Sequence[Shape]

_Message = TypeVar("_Message", bound=Message)

#: A variable of the context, not an argument: every way to an inference would have to pass it on,
#: and the one that forgets it would open a stranger's file.
_opened: ContextVar[bool] = ContextVar("opened", default=True)


def are_opened() -> bool:
    """Whether sources are opened here."""
    return _opened.get()


@contextmanager
def without_data() -> Iterator[None]:
    """Open no data source within: for nets of people who are not trusted.

    The sizes that Caffe would learn from a source stay unknown, as if it did not exist. This holds
    for the current thread or task: ``with protogen.without_data(): protogen.check(net)``.
    """
    token = _opened.set(False)
    try:
        yield
    finally:
        _opened.reset(token)


def read_top_shapes(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    """The tops' shapes according to the first record; ``None`` if the source does not exist.

    Raises `Fault` if Caffe would abort on the record, and `UnreadableSource` if it cannot be read.
    """
    reader = _READERS.get(layer.type)
    if reader is None or not _opened.get():
        return None
    return reader(layer, tops)


def unknown_reason(layer: proto.LayerParameter) -> str:
    """Why the shapes of a layer's tops are unknown, in a few words; empty where nobody knows."""
    if layer.type == "Python":
        return "protogen does not run the code of Python layers"
    sources = list(_sources_of(layer))
    if sources and not _opened.get():
        return "data sources are not opened"
    for source in sources:
        if _does_not_exist(source):
            return f'"{source}" does not exist'
    if _is_random(layer):
        return "Caffe shapes it by what it reads first, which is random"
    return ""


def _sources_of(layer: proto.LayerParameter) -> Iterator[str]:
    """The sources that a layer names, nearly always one."""
    # A layer of a fork may have parameters of any name.
    for field, param in layer.ListFields():
        message = field.message_type
        if message is None or "source" not in message.fields_by_name:
            continue
        if param.source:
            yield param.source


def _is_random(layer: proto.LayerParameter) -> bool:
    """Whether what Caffe reads first, and shapes the tops by, is not the first in the list."""
    if layer.type == "HDF5Data":
        return bool(layer.hdf5_data_param.shuffle)
    if layer.type == "ImageData":
        param = layer.image_data_param
        return bool(param.shuffle or param.rand_skip)
    return False


def _does_not_exist(source: str) -> bool:
    try:
        return existing(source, "") is None
    except (Fault, UnreadableSource):
        return False


class _ImageSchema(Protocol):
    """What the schema of a layer has that reads images."""

    def transformed(self, layer: proto.LayerParameter, sizes: Sizes) -> Sizes:
        """Channels, height and width after the transformation."""


def _image_tops(layer: proto.LayerParameter, tops: Tops, sizes: Sizes) -> tuple[Shape, ...]:
    """The tops for images with these channels, height and width."""
    schema = cast("_ImageSchema", layers.find(layer.type))
    # The batch is a field of the layer, and not of its records.
    batch = None
    if tops and tops[0]:
        batch = tops[0][0]
    images = (batch, *public_shape(schema.transformed(layer, sizes)))
    return images, *tops[1:]


# Databases -------------------------------------------------------------------------------------

_DATABASE = "data_param.source"


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
    except Exception:  # each implementation of protobuf has an error class of its own
        kind = message.DESCRIPTOR.name
        raise Fault(
            f"the first record, of {len(record)} bytes, is not a {kind}", field=_DATABASE
        ) from None


def _first_record(layer: proto.LayerParameter) -> bytes | None:
    """The first value in the database, in the order of the keys.

    (source: ``DataLayer::DataLayerSetUp``, which reads where a new cursor stands)
    """
    param = layer.data_param
    path = existing(param.source, _DATABASE)
    if path is None:
        return None
    if param.backend != proto.DataParameter.LMDB:
        raise UnreadableSource(
            "it is a LevelDB", "give the shapes of the tops: --input data=1,3,227,227"
        )
    try:
        record = first_record(path, _DATABASE)
    except NotLmdb as error:
        raise Fault(f'"{path}" is not an LMDB: {error}', field=_DATABASE) from None
    if record is None:
        raise Fault(f'"{path}" is empty', field=_DATABASE)
    return record


def _datum_sizes(layer: proto.LayerParameter, datum: proto.Datum) -> Sizes:
    """The sizes of one record.  (source: ``DataTransformer::InferBlobShape``)"""
    if not datum.encoded:
        if datum.channels <= 0:
            raise Fault("the first record has no channels", field=_DATABASE)
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
    image = io.BytesIO(datum.data)
    return image_sizes(image, channels, _DATABASE)


# Files -----------------------------------------------------------------------------------------


def _image_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    param, field = layer.image_data_param, "image_data_param.source"
    path = existing(param.source, field)
    if path is None:
        return None
    line, _, more = read_head(path, field).partition("\n")
    if not line:
        raise Fault(f'"{path}" is empty', field=field)
    channels = 3 if param.is_color else 1
    # Caffe resizes each image, so the sizes are known without looking at one.
    if param.new_height and param.new_width:
        return _image_tops(layer, tops, (channels, param.new_height, param.new_width))
    if more and _is_random(layer):
        return None
    # The label is after the last space. The name before it may also contain spaces.
    image = _first_file(param.root_folder + line.rpartition(" ")[0], "image", path, field)
    with open_file(image, "the first image", field) as file:
        return _image_tops(layer, tops, image_sizes(file, channels, field))


def _first_file(name: str, kind: str, listed_in: Path, field: str) -> Path:
    """A file that a list names. Its name is not in the messages: the list may be of anything."""
    what = f'the first {kind} that "{listed_in}" lists'
    try:
        path = existing(name, field)
    except Fault:
        path = None
    except UnreadableSource as error:
        raise UnreadableSource(f"the first {kind}: {error}", error.hint) from None
    if path is None or path.is_dir():
        raise Fault(f"{what} does not exist", field=field)
    return path


def _window_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    field = "window_data_param.source"
    path = existing(layer.window_data_param.source, field)
    if path is None:
        return None
    # Each image is "# index", a path, its channels, height and width, then its windows. Only the
    # channels matter: Caffe warps each window to a square of crop_size.
    mark, channels = "", ""
    words = read_head(path, field).split(maxsplit=6)
    if len(words) >= 4:
        mark, _, _, channels, *_ = words
    if mark != "#" or not _is_count(channels):
        raise Fault(f'"{path}" is not a window file', field=field)
    size = layer.transform_param.crop_size
    return _image_tops(layer, tops, (int(channels), size, size))


def _is_count(word: str) -> bool:
    """Whether a word is a number that fits into Caffe's int."""
    return word.isdecimal() and len(word) < 10


def _hdf5_data(layer: proto.LayerParameter, tops: Tops) -> tuple[Shape, ...] | None:
    param, field = layer.hdf5_data_param, "hdf5_data_param.source"
    path = existing(param.source, field)
    if path is None:
        return None
    # The source is a list of files, read word by word. Caffe shapes the tops by the first one.
    names = read_head(path, field).split()[:_MOST_FILES]
    if not names:
        raise Fault(f'"{path}" does not list any files', field=field)
    shapes = _hdf5_shapes(layer, names[0], path)
    if param.shuffle:
        # Any file may be the first. Few lists have more files than are looked at here.
        for name in names[1:]:
            shapes = list(map(_common_shape, shapes, _hdf5_shapes(layer, name, path)))
    return tuple(shapes)


#: How many of the HDF5 files are opened that Caffe may read first.
_MOST_FILES = 100


def _hdf5_shapes(layer: proto.LayerParameter, name: str, listed_in: Path) -> list[Shape]:
    """The shapes of a layer's tops by one of its files, with the size of a batch for the rows."""
    field = "hdf5_data_param.source"
    what = f'the first file that "{listed_in}" lists'
    shapes = dataset_shapes(_first_file(name, "file", listed_in, field), what, layer.top, field)
    if len({shape[0] for shape in shapes}) > 1:
        rows = ", ".join(f"{top} {shape[0]}" for top, shape in zip(layer.top, shapes))
        raise Fault(f"the datasets of {what} differ in number of rows: {rows}", field=field)
    return [(layer.hdf5_data_param.batch_size, *shape[1:]) for shape in shapes]


def _common_shape(first: Shape, second: Shape) -> Shape:
    """What two shapes have in common."""
    if first is None or second is None:
        return None
    if len(first) != len(second):
        return None
    sizes = list(first)
    for axis, size in enumerate(second):
        if size != first[axis]:
            sizes[axis] = None
    return tuple(sizes)


_READERS: dict[str, Callable[[proto.LayerParameter, Tops], tuple[Shape, ...] | None]] = {
    "AnnotatedData": _annotated_data,
    "Data": _data,
    "HDF5Data": _hdf5_data,
    "ImageData": _image_data,
    "WindowData": _window_data,
}
