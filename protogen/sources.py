"""The first record of a data layer's source, read as Caffe reads it to shape the layer's tops.

Caffe looks for ``source`` from the folder it runs in, and so does this. Where nothing is there the
sizes stay unknown. The libraries are those of the extra ``data``, imported when a source is there.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from protogen import proto
from protogen.layers._data import transformed
from protogen.schema import Fault
from protogen.shapes import Shape, reveal

__all__ = ["Unread", "look"]

LMDB = 1


class Unread(Exception):
    """A source that is there, but that protogen cannot read; Caffe may well."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def look(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    """The tops' shapes by the first record; ``None`` if the source is not there.

    Raises `Fault` where Caffe would die of the record, `Unread` for want of a library.
    """
    reader = _READERS.get(layer.type)
    return reader(layer, tops) if reader else None


def _library(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        hint = "pip install 'caffe-protogen[data]'"
        raise Unread(f"{package} is not installed", hint) from None


def _there(source: str) -> Path | None:
    path = Path(source)
    return path if source and path.exists() else None


def _images(layer: Any, tops: Sequence[Shape], sizes: tuple[Any, Any, Any]) -> tuple[Shape, ...]:
    """The tops with images of these sizes in the first, transformed."""
    first = tops[0] or (None,)
    return (first[0], *reveal(transformed(layer.transform_param, sizes))), *tops[1:]


# Databases -------------------------------------------------------------------------------------


def _data(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    record = _first_record(layer)
    if record is None:
        return None
    return _images(layer, tops, _datum_sizes(layer, _parse(proto.Datum, record)))


def _annotated_data(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    record = _first_record(layer)
    if record is None:
        return None
    datum = _parse(proto.AnnotatedDatum, record).datum
    return _images(layer, tops, _datum_sizes(layer, datum))


def _parse(message: Any, record: bytes) -> Any:
    try:
        return message.FromString(record)
    except Exception as error:  # protobuf has an error class for each implementation
        raise Fault(f"the first record is no {message.DESCRIPTOR.name}: {error}") from None


def _first_record(layer: Any) -> bytes | None:
    """The first value of the database, by the order of its keys."""
    param = layer.data_param
    path = _there(param.source)
    if path is None:
        return None
    if param.backend != LMDB:
        raise Unread("it is a LevelDB", "give the tops' shapes: --input data=1,3,227,227")
    lmdb = _library("lmdb", "lmdb")
    try:
        with (
            lmdb.open(str(path), readonly=True, lock=False, subdir=path.is_dir()) as database,
            database.begin() as transaction,
        ):
            record = next(iter(transaction.cursor().iternext(keys=False)), None)
    except lmdb.Error as error:
        raise Fault(f'"{path}" is no LMDB: {error}', field="data_param.source") from None
    if record is None:
        raise Fault(f'"{path}" is empty', field="data_param.source")
    return bytes(record)


def _datum_sizes(layer: Any, datum: Any) -> tuple[Any, Any, Any]:
    if not datum.encoded:
        if datum.channels <= 0:
            raise Fault("its first record has no channels", field="data_param.source")
        return datum.channels, datum.height, datum.width
    transform = layer.transform_param
    if transform.force_color and transform.force_gray:
        raise Fault("both force_color and force_gray are set", field="transform_param.force_gray")
    channels = 3 if transform.force_color else 1 if transform.force_gray else 0
    return _image_sizes(io.BytesIO(datum.data), channels)


# Files -----------------------------------------------------------------------------------------

#: The channels OpenCV makes of each of Pillow's modes, where it is not told how many.
_MODES = {"1": 1, "L": 1, "I;16": 1, "I": 1, "F": 1, "LA": 4, "RGBA": 4}


def _image_sizes(file: Any, channels: int) -> tuple[Any, Any, Any]:
    image = _library("PIL.Image", "Pillow")
    try:
        with image.open(file) as opened:
            width, height = opened.size
            if opened.getexif().get(0x0112, 1) >= 5:  # lies on its side, and OpenCV rights it
                width, height = height, width
            return channels or _MODES.get(opened.mode, 3), height, width
    except OSError as error:
        raise Fault(f"its first image cannot be read: {error}") from None


def _image_data(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    param = layer.image_data_param
    path = _there(param.source)
    if path is None or param.rand_skip:
        return None
    line = path.read_text(errors="replace").partition("\n")[0]
    if not line:
        raise Fault(f'"{path}" is empty', field="image_data_param.source")
    channels = 3 if param.is_color else 1
    if param.new_height and param.new_width:
        return _images(layer, tops, (channels, param.new_height, param.new_width))
    name = param.root_folder + line.rpartition(" ")[0]
    if not Path(name).is_file():
        raise Fault(f'its first image "{name}" is not there', field="image_data_param.source")
    return _images(layer, tops, _image_sizes(name, channels))


def _window_data(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    path = _there(layer.window_data_param.source)
    if path is None:
        return None
    # Each image is "# index", a path, its channels, height and width, then its windows.
    words = path.read_text(errors="replace").split(maxsplit=6)
    if len(words) < 4 or words[0] != "#" or not words[3].isdecimal():
        raise Fault(f'"{path}" is no window file', field="window_data_param.source")
    size = layer.transform_param.crop_size
    return _images(layer, tops, (int(words[3]), size, size))


def _hdf5_data(layer: Any, tops: Sequence[Shape]) -> tuple[Shape, ...] | None:
    param = layer.hdf5_data_param
    path = _there(param.source)
    if path is None:
        return None
    names = path.read_text(errors="replace").split()
    if not names:
        raise Fault(f'"{path}" lists no file', field="hdf5_data_param.source")
    h5py = _library("h5py", "h5py")
    try:
        with h5py.File(names[0], "r") as file:
            shapes = [_dataset_shape(file, top, names[0]) for top in layer.top]
    except OSError as error:
        raise Fault(f'"{names[0]}" cannot be read: {error}') from None
    if len({shape[0] for shape in shapes}) > 1:
        rows = ", ".join(f"{top} {shape[0]}" for top, shape in zip(layer.top, shapes))
        raise Fault(f'the datasets of "{names[0]}" differ in rows: {rows}')
    return tuple((param.batch_size, *shape[1:]) for shape in shapes)


def _dataset_shape(file: Any, top: str, name: str) -> tuple[int, ...]:
    if top not in file:
        known = ", ".join(sorted(file)) or "none"
        raise Fault(f'"{name}" has no dataset "{top}"; it has {known}', field="top")
    shape = tuple(int(size) for size in file[top].shape)
    if not shape:
        raise Fault(f'dataset "{top}" of "{name}" has no axes', field="top")
    return shape


_READERS: dict[str, Callable[[Any, Sequence[Shape]], tuple[Shape, ...] | None]] = {
    "AnnotatedData": _annotated_data,
    "Data": _data,
    "HDF5Data": _hdf5_data,
    "ImageData": _image_data,
    "WindowData": _window_data,
}
