"""``caffe.Net`` and other classes of pycaffe: shapes by inference, and no values.

What needs weights or a forward pass raises `NeedsCaffe`: one sentence, at the line of the script.
"""

from __future__ import annotations

import math
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from protogen import layers
from protogen.diagnostics import ProtogenError, Severity
from protogen.graph import State
from protogen.net import Net as _Net
from protogen.net_files import load
from protogen.netspec.needs_caffe import needs_caffe
from protogen.shapes import Shape

__all__ = [
    "AdaDeltaSolver",
    "AdaGradSolver",
    "AdamSolver",
    "Blob",
    "Classifier",
    "Detector",
    "Layer",
    "NesterovSolver",
    "Net",
    "RMSPropSolver",
    "SGDSolver",
    "get_solver",
    "layer_type_list",
]


class _Array:
    """The shape of an array, and no values. An unknown size is ``None``."""

    def __init__(self, shape: Sequence[int | None]) -> None:
        self.shape = tuple(shape)
        self.ndim = len(self.shape)

    @property
    def size(self) -> int | None:
        """The number of elements, or ``None`` if a size is unknown."""
        sizes = []
        for size in self.shape:
            if size is None:
                return None
            sizes.append(size)
        return math.prod(sizes)

    def __len__(self) -> int:
        # Python asks for a number, and cannot be given None.
        return self.shape[0] or 0

    def __getitem__(self, index: object) -> NoReturn:
        needs_caffe("a value of a blob")

    def __setitem__(self, index: object, value: object) -> NoReturn:
        needs_caffe("a value of a blob")

    def __array__(self, *args: object, **keywords: object) -> NoReturn:
        needs_caffe("a value of a blob")

    def __getattr__(self, name: str) -> NoReturn:
        # numpy and copy look for methods like __array_interface__, and go on without them.
        if name.startswith("__"):
            raise AttributeError(name)
        needs_caffe(f"{name} of a blob's values")


class Blob:
    """A blob of a `Net`: ``data.shape`` and ``diff.shape``, in Caffe's order N, C, H, W."""

    def __init__(self, shape: Shape) -> None:
        self.shape = tuple(shape or ())
        self.data = self.diff = _Array(self.shape)
        self.count = self.data.size
        # Caffe's old names for up to four axes; a missing axis has size 1.
        self.num, self.channels, self.height, self.width = (*self.shape, 1, 1, 1, 1)[:4]

    def reshape(self, *shape: int) -> NoReturn:
        """Raise `NeedsCaffe`: the shapes are those of the file."""
        needs_caffe("Blob.reshape")


class _LayerOfNet:
    """A layer of a `Net`: its type and the shapes of its learnable blobs."""

    def __init__(self, layer_type: str, blobs: Sequence[Blob]) -> None:
        self.type = layer_type
        self.blobs = blobs


class Net:
    """The shapes of the net in a file: ``Net(file, phase)``, as in pycaffe.

    ``blobs``, ``params``, ``inputs``, ``outputs``, ``layers``, ``layer_dict``, ``top_names`` and
    ``bottom_names`` are those of pycaffe; nothing here computes. Raises `ProtogenError` for a net
    that Caffe rejects, and `NeedsCaffe` if weights are given.
    """

    def __init__(
        self,
        network_file: str | os.PathLike[str],
        *args: Any,
        phase: int | None = None,
        level: int = 0,
        stages: Sequence[str] | None = None,
        weights: str | None = None,
    ) -> None:
        # Net(file, phase), and the older Net(file, weights, phase), which pycaffe still accepts.
        given = list(args)
        if given and isinstance(given[0], int):
            phase = given.pop(0)
        elif given:
            weights = given.pop(0)
            phase = given.pop(0) if given else phase
        if weights:
            needs_caffe("loading weights")
        if phase not in (0, 1):
            raise TypeError(f"phase must be caffe.TRAIN or caffe.TEST, got {phase!r}")
        net = network_file if isinstance(network_file, _Net) else load(network_file)
        # The numbers of the phases are those of Caffe's enum: TRAIN is 0, TEST is 1.
        state = State("TEST" if phase else "TRAIN", level, tuple(stages or ()))
        self._read(net, state)

    def _read(self, net: _Net, state: State) -> None:
        """Fill in the attributes. Raises `ProtogenError` for a net that Caffe rejects."""
        analysis = net.analysis(state)
        errors = [each for each in analysis.diagnostics if each.severity is Severity.ERROR]
        # pycaffe's process would end here: Caffe aborts.
        if errors:
            raise ProtogenError(map(net.place, errors))
        self.name = net.name
        # pycaffe has OrderedDicts, and scripts look at the order: the last blob, the first params.
        self.blobs = OrderedDict((name, Blob(shape)) for name, shape in analysis.blobs.items())
        self.params: OrderedDict[str, list[Blob]] = OrderedDict()
        for name, shapes in analysis.params.items():
            self.params[name] = list(map(Blob, shapes))
        self._layer_names: list[str] = []
        self.layers: list[_LayerOfNet] = []
        self.top_names: OrderedDict[str, list[str]] = OrderedDict()
        self.bottom_names: OrderedDict[str, list[str]] = OrderedDict()
        for step in analysis.steps:
            self._layer_names.append(step.name)
            self.layers.append(_LayerOfNet(step.type, self.params.get(step.name, [])))
            self.top_names[step.name] = list(step.layer.top)
            self.bottom_names[step.name] = list(step.layer.bottom)
        self.layer_dict = OrderedDict(zip(self._layer_names, self.layers))
        self.inputs: list[str] = []
        for name in self._of_type("Input"):
            self.inputs += self.top_names[name]
        # Net::Init keeps the names of outputs in a std::set, so they are sorted.
        self.outputs = sorted(self._unread())

    def forward(self, *args: Any, **keywords: Any) -> dict[str, Any]:
        """Nothing, for a net without outputs; others raise `NeedsCaffe`."""
        if self.outputs:
            needs_caffe("Net.forward")
        return {}

    def _unread(self) -> set[str]:
        """The blobs that no layer has read since they were last written."""
        unread: set[str] = set()
        # A layer in place reads its bottom before it writes it again.
        for name in self._layer_names:
            unread.difference_update(self.bottom_names[name])
            unread.update(self.top_names[name])
        return unread

    def _of_type(self, layer_type: str) -> Iterator[str]:
        for name, layer in zip(self._layer_names, self.layers):
            if layer.type == layer_type:
                yield name

    def __getattr__(self, name: str) -> NoReturn:
        # As in Blob: numpy and copy look for such names, and go on without them.
        if name.startswith("_"):
            raise AttributeError(name)
        needs_caffe(f"Net.{name}")


class Layer:
    """The base class of a layer in Python, which a script may derive from; nothing calls it."""

    def __init__(self, param: Any = None) -> None:
        self.param_str = ""
        self.blobs: list[Blob] = []

    def setup(self, bottom: Any, top: Any) -> None:
        """Do nothing."""

    def reshape(self, bottom: Any, top: Any) -> None:
        """Do nothing."""

    def forward(self, bottom: Any, top: Any) -> None:
        """Do nothing."""

    def backward(self, top: Any, propagate_down: Any, bottom: Any) -> None:
        """Do nothing."""


def layer_type_list() -> list[str]:
    """The layer types of BVLC's Caffe and of its forks, sorted."""
    return sorted(schema.type for schema in (*layers.all_types(), *layers.other_types()))


class _Computes:
    """A class of pycaffe that is useless without a forward pass."""

    def __init__(self, *args: Any, **keywords: Any) -> None:
        needs_caffe(f"caffe.{type(self).__name__}")


class SGDSolver(_Computes):
    """Raises `NeedsCaffe`."""


class NesterovSolver(_Computes):
    """Raises `NeedsCaffe`."""


class AdaGradSolver(_Computes):
    """Raises `NeedsCaffe`."""


class RMSPropSolver(_Computes):
    """Raises `NeedsCaffe`."""


class AdaDeltaSolver(_Computes):
    """Raises `NeedsCaffe`."""


class AdamSolver(_Computes):
    """Raises `NeedsCaffe`."""


class Classifier(_Computes):
    """Raises `NeedsCaffe`."""


class Detector(_Computes):
    """Raises `NeedsCaffe`."""


def get_solver(*args: Any, **keywords: Mapping[str, Any]) -> NoReturn:
    """Raise `NeedsCaffe`."""
    needs_caffe("caffe.get_solver")
