"""The shapes of datasets in an HDF5 file. Links to other files are not followed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from protogen.diagnostics import plural
from protogen.schema import Fault
from protogen.sources._files import UnreadableSource, open_file
from protogen.sources._libraries import library

__all__ = ["dataset_shapes"]

_Shape = tuple[int, ...]


def dataset_shapes(path: Path, what: str, names: Sequence[str], field: str) -> list[_Shape]:
    """The shapes of the datasets with the names of a layer's tops.

    ``what`` is the file in messages. Raises `Fault` if Caffe would abort.
    """
    h5py = library("h5py", "h5py")
    open_file(path, what, field).close()
    try:
        with h5py.File(str(path), "r") as file:
            shapes = []
            for index, name in enumerate(names):
                shapes.append(_shape(h5py, file, index, name, what))
            return shapes
    except (Fault, UnreadableSource):
        raise
    except Exception:  # h5py raises errors of many classes for damaged files
        raise Fault(f"{what} cannot be read as HDF5", field=field) from None


def _member(file: Any, name: str) -> Any:
    """The link with this name in the root group, the only one in which Caffe looks."""
    # "a/b" would be a path through groups, and "." the file.
    if name in ("", ".") or not set(name).isdisjoint("/\0"):
        return None
    return file.get(name, getlink=True)


def _shape(h5py: Any, file: Any, index: int, name: str, what: str) -> _Shape:
    field = f"top[{index}]"
    link = _member(file, name)
    if link is None:
        known = plural(len(file), "dataset")
        raise Fault(f'{what} has no dataset "{name}"; it has {known}', field=field)
    if not isinstance(link, h5py.HardLink):
        raise UnreadableSource(f'its "{name}" is a link', "copy the dataset into the file")
    dataset = file[name]
    if not isinstance(dataset, h5py.Dataset):
        raise Fault(f'"{name}" of {what} is not a dataset', field=field)
    if dataset.is_virtual:  # its shape would be read from other files
        raise UnreadableSource(f'its "{name}" is in other files', "copy the dataset into the file")
    shape = tuple(int(size) for size in dataset.shape or ())
    if not shape:
        raise Fault(f'dataset "{name}" of {what} has no axes', field=field)
    return shape
