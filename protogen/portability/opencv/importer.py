"""OpenCV's net of a prototxt: layers connected by the names of their blobs.

Phases have no effect: every layer is loaded.  (source: ``populateNet`` in caffe_importer.cpp)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protogen import proto
from protogen.portability.dialect.claims import ONE_PHASE
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.parameters import Parameters, layer_parameters
from protogen.portability.opencv.text import ReadNet

__all__ = ["ImportedLayer", "ImportedNet", "Pin", "import_net"]

Pin = tuple[int, int]  # the id of a layer, and the number of its output
Blobs = Sequence[Sequence[int]] | None


@dataclass
class ImportedLayer:
    """One layer of OpenCV's net. Layer 0 is the one that holds the inputs.

    ``index`` is that of the layer in the net as read, in the current format, and ``written_name``
    its name there. ``blobs`` are the shapes of its weights, ``None`` if they are unknown.
    ``used`` are the outputs that are read. ``tops`` are the tops that it produces: the name, the
    number among the tops of the layer as written, and the output. ``overwrites_input`` is whether
    the layer is in place, on an input of the net.
    """

    id: int
    name: str
    type: str
    params: Parameters
    index: int
    blobs: Blobs
    written_name: str = ""
    inputs: list[Pin] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    tops: list[tuple[str, int, int]] = field(default_factory=list)
    overwrites_input: bool = False


@dataclass
class ImportedNet:
    """OpenCV's net: its layers by id, its inputs with their shapes, and the last pin of each blob.

    ``crashes`` are the BatchNorm layers on which OpenCV crashes if there are no weights.
    """

    layers: list[ImportedLayer]
    inputs: list[str]
    shapes: list[list[int]]
    pins: dict[str, Pin]
    crashes: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is no layer but the one of the inputs."""
        return len(self.layers) == 1

    @property
    def has_input_shape(self) -> bool:
        """Whether the shape of an input is known."""
        return any(self.shapes)


def import_net(net: ReadNet, blobs: Mapping[str, Blobs]) -> ImportedNet:
    """Connect the layers of a net. Raises `OpenCVFault` where OpenCV rejects the file.

    ``blobs`` has the shapes of the weights of each layer that has any, by its name; the first layer
    of the name takes them.
    """
    return _Importer(net, blobs).run()


class _Importer:
    """OpenCV's importer, which adds one layer after another to a net."""

    def __init__(self, net: ReadNet, blobs: Mapping[str, Blobs]) -> None:
        self.read = net
        self.message = net.message
        self.blobs = dict(blobs)
        #: The weights of the present layer.
        self.weights: Blobs = []
        self.imported = ImportedNet(
            [ImportedLayer(0, "_input", "", Parameters(), -1, [])], [], [], {}
        )
        self.ids: set[str] = {"_input"}
        self.counter: Counter[str] = Counter()

    def run(self) -> ImportedNet:
        self._net_inputs()
        for index, layer in enumerate(self.message.layer):
            try:
                self._layer(index, layer)
            except OpenCVFault as fault:
                fault.layer = index
                raise
        self._check_input_shapes()
        return self.imported

    def _net_inputs(self) -> None:
        net, imported = self.message, self.imported
        for number, name in enumerate(net.input):
            imported.pins[name] = (0, number)
            imported.inputs.append(name)
        imported.shapes += _input_shapes(net)

    def _check_input_shapes(self) -> None:
        inputs, shapes = self.imported.inputs, self.imported.shapes
        if not shapes:
            return
        # All or none: if any input has a shape, OpenCV wants as many shapes as inputs.
        if len(shapes) != len(inputs):
            raise OpenCVFault(
                f"{len(inputs)} inputs, but {len(shapes)} shapes: if one input has a shape, all"
                " need one"
            )
        given: dict[str, list[int]] = {}
        for name, shape in zip(inputs, shapes):
            if given.get(name):
                raise OpenCVFault(f'input "{name}" is declared twice')
            given[name] = shape

    def _layer(self, index: int, layer: proto.LayerParameter) -> None:
        params = layer_parameters(self.read, index)
        # By the name as written: the caffemodel has no layer for what OpenCV adds.
        self._take_weights(layer.name)
        name = self._unique(layer.name)
        kind = str(layer.type)
        if kind == "Input":
            self._input(layer)
        elif kind == "Convolution":
            self._convolution(index, layer, params)
        elif kind == "Axpy":
            self._axpy(index, layer, name)
        else:
            bottoms = list(layer.bottom)
            # An MVN before it computes the statistics of each image. Without the field OpenCV takes
            # true, as Caffe does in TEST.
            if kind == "BatchNorm" and not params.boolean("use_global_stats", True):
                bottoms = self._normalization(index, layer, name)
            kind = _opencv_type(kind, params, len(layer.bottom))
            self._connected(index, layer, name, kind, params, bottoms, layer.top)

    def _unique(self, name: str) -> str:
        """The name of a layer; a second one of the name gets a number."""
        # Layers of TRAIN and TEST often share a name, and OpenCV keeps both.
        earlier = self.counter[name]
        self.counter[name] += 1
        return f"{name}_{earlier}" if earlier else name

    def _input(self, layer: proto.LayerParameter) -> None:
        for number in range(len(layer.top)):
            self._output(layer, layer.top[number], (0, len(self.imported.inputs)), number)
            self.imported.inputs.append(layer.top[number])
        if layer.HasField("input_param"):
            shapes = layer.input_param.shape
            # Caffe takes one shape for all tops of an Input; OpenCV does not.
            if len(shapes) != len(layer.top):
                raise OpenCVFault(
                    f"expected a shape for each of {len(layer.top)} tops, got {len(shapes)}",
                    "input_param",
                )
            self.imported.shapes += [list(shape.dim) for shape in shapes]

    def _convolution(self, index: int, layer: proto.LayerParameter, params: Parameters) -> None:
        """Each bottom has its own convolution, with the name of the top."""
        if len(layer.bottom) != len(layer.top):
            raise OpenCVFault(
                f"has {len(layer.bottom)} bottoms and {len(layer.top)} tops, but needs as many tops"
                " as bottoms",
                "top",
            )
        for number, (bottom, top) in enumerate(zip(layer.bottom, layer.top)):
            # Stored under the name of its top, so it collides with a layer of that name.
            added = self._add(index, top, "Convolution", params)
            added.tops.append((top, number, 0))
            self._connect(added, bottom)
            self.imported.pins[top] = (added.id, 0)

    def _axpy(self, index: int, layer: proto.LayerParameter, name: str) -> None:
        """Becomes a Scale of two bottoms and an Eltwise."""
        if len(layer.bottom) != 3 or len(layer.top) != 1:
            raise OpenCVFault("needs 3 bottoms and 1 top", "bottom")
        scale = self._add(index, self._unique(f"{name}/scale"), "Scale", Parameters(axis=1))
        # Its factors are the second bottom.
        scale.blobs = []
        self._connect(scale, layer.bottom[2])
        self._connect(scale, layer.bottom[0])
        self._output(layer, layer.top[0], (scale.id, 0), 0)
        bottoms = [layer.top[0], layer.bottom[1]]
        params = layer_parameters(self.read, index)
        self._connected(index, layer, name, "Eltwise", params, bottoms, layer.top)

    def _normalization(self, index: int, layer: proto.LayerParameter, name: str) -> list[str]:
        """The MVN in front of a BatchNorm that computes statistics; return its bottoms then."""
        if len(layer.bottom) != 1 or len(layer.top) != 1:
            raise OpenCVFault("needs 1 bottom and 1 top", "bottom")
        # Without a caffemodel OpenCV reads the first of no blobs here, and crashes without a word.
        self.imported.crashes.append(index)
        added = self._add(index, self._unique(f"{name}/mvn"), "MVN", Parameters())
        added.blobs = []
        self._connect(added, layer.bottom[0])
        self._output(layer, layer.top[0], (added.id, 0), 0)
        return [layer.top[0]]

    def _connected(
        self,
        index: int,
        layer: proto.LayerParameter,
        name: str,
        kind: str,
        params: Parameters,
        bottoms: Sequence[str],
        tops: Sequence[str],
    ) -> None:
        added = self._add(index, name, kind, params)
        overwritten = set(bottoms) & set(tops)
        added.overwrites_input = not overwritten.isdisjoint(self.imported.inputs)
        for bottom in bottoms:
            self._connect(added, bottom)
        for number, top in enumerate(tops):
            added.tops.append((top, number, number))
            self._output(layer, top, (added.id, number), number, bottoms)

    def _add(self, index: int, name: str, kind: str, params: Parameters) -> ImportedLayer:
        if name in self.ids:
            raise OpenCVFault(
                f'would be stored as "{name}", a name that another layer has', "top[0]"
            )
        self.ids.add(name)
        number = len(self.imported.layers)
        written = self.message.layer[index].name
        added = ImportedLayer(number, name, kind, params, index, self.weights, written)
        self.imported.layers.append(added)
        return added

    def _take_weights(self, name: str) -> None:
        self.weights = self.blobs.pop(name, [])
        if 0 in map(len, self.weights or ()):
            # ToProto of Caffe leaves the shape of such a blob out, and OpenCV reads that as [1].
            raise OpenCVFault(
                "has weights without axes, and a caffemodel that gives their shape as empty is"
                " rejected",
                hint="a caffemodel that Caffe itself saved leaves the shape out, and loads",
            )

    def _connect(self, layer: ImportedLayer, bottom: str) -> None:
        pin = self.imported.pins.get(bottom)
        if pin is None:
            raise OpenCVFault(f'reads blob "{bottom}", which no earlier layer produces', "bottom")
        layer.inputs.append(pin)
        self.imported.layers[pin[0]].used.add(pin[1])

    def _output(
        self,
        layer: proto.LayerParameter,
        top: str,
        pin: Pin,
        number: int,
        bottoms: Sequence[str] | None = None,
    ) -> None:
        """Note where a blob is produced. One of the name has to be the layer's own bottom."""
        bottoms = layer.bottom if bottoms is None else bottoms
        in_place = number < len(bottoms) and bottoms[number] == top
        # Phases have no effect, so each train_val with a data layer for each phase ends here. The
        # tops of a Convolution are not checked.
        if top in self.imported.pins and not in_place:
            raise OpenCVFault(
                f'produces blob "{top}", which an earlier layer produces too; OpenCV keeps the'
                " layers of all phases",
                f"top[{number}]",
                hint=ONE_PHASE,
            )
        self.imported.pins[top] = pin


def _input_shapes(net: proto.NetParameter) -> list[list[int]]:
    """The shapes of the input fields; empty ones for inputs without any."""
    if net.input_dim:
        if len(net.input_dim) != 4 * len(net.input):
            raise OpenCVFault(
                f"expected 4 input_dim for each input, got {len(net.input_dim)} for"
                f" {len(net.input)}",
                "input_dim",
            )
        sizes = list(net.input_dim)
        return [sizes[at : at + 4] for at in range(0, len(sizes), 4)]
    # Without any shape, the caller of OpenCV has to set those of the inputs.
    if not net.input_shape:
        return [[] for _ in net.input]
    if len(net.input_shape) != len(net.input):
        raise OpenCVFault(
            f"expected an input_shape for each input, got {len(net.input_shape)} for"
            f" {len(net.input)}",
            "input_shape",
        )
    return [list(shape.dim) for shape in net.input_shape]


def _opencv_type(kind: str, params: Parameters, bottoms: int) -> str:
    """OpenCV's own type for a type of Caffe's, with what it changes in the parameters."""
    if kind == "ConvolutionDepthwise":
        return "Convolution"
    # OpenCV's own Softmax takes the last axis by default.
    if kind == "Softmax":
        params.setdefault("axis", 1)
    if kind == "Resample":
        _resample(params, bottoms)
        return "Resize"
    return kind


def _resample(params: Parameters, bottoms: int) -> None:
    """Turn the parameters of a Resample into those of a Resize."""
    if bottoms not in (1, 2):
        raise OpenCVFault("needs 1 or 2 bottoms", "bottom")
    mode = params.text("type").lower()
    params["interpolation"] = "bilinear" if mode == "linear" else mode
    if "factor" not in params:
        return
    factor = params.number("factor")
    if not _can_zoom(mode, factor, bottoms):
        raise OpenCVFault(f"cannot resample with type {mode} and factor {factor:g}")
    params["zoom_factor"] = factor


def _can_zoom(mode: str, factor: float, bottoms: int) -> bool:
    """Whether OpenCV resamples by a factor in this way."""
    # A second bottom gives the size, so that a factor may not change it.
    if bottoms == 2 or mode == "linear":
        return factor == 1
    if mode == "nearest":
        return factor >= 1
    return True
