"""OpenCV's shapes: every layer is created when its shape is first asked for.

(source: ``getLayersShapes`` in net_impl.cpp)
"""

from __future__ import annotations

from protogen.portability.opencv.arithmetic import total
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.importer import ImportedLayer, ImportedNet
from protogen.portability.opencv.layer_shapes import LAYERS, Shapes, check

__all__ = ["BEYOND_SHAPES", "UNBUILDABLE", "BuiltNet", "build"]

#: The inputs and the outputs of each layer, by its id.
BuiltNet = list[tuple[Shapes, Shapes]]

#: What Python raises where C++ reads past the end of a shape, or divides by a size of 0.
BEYOND_SHAPES = (IndexError, OverflowError, ZeroDivisionError)

#: Types that OpenCV has, but that no prototxt can give what they need.
UNBUILDABLE = {
    "Arg": "needs op",
    "Attention": "needs num_heads",
    "Const": "needs weights",
    "Expand": "needs shape",
    "GRU": "does not fit Caffe's weights",
    "LSTM": "does not fit Caffe's weights",
    "MaxUnpool": "needs pool_k_h",
    "Padding": "needs paddings",
    "Region": "needs weights",
    "Scatter": "needs three bottoms",
    "Tile": "needs repeats: OpenCV does not read Caffe's tiles",
}


def build(net: ImportedNet, input_shapes: Shapes | None = None) -> BuiltNet:
    """The shapes of all layers. Raises `OpenCVFault` at the first layer that cannot be built."""
    built: BuiltNet = [_data(net, net.shapes if input_shapes is None else input_shapes)]
    # In the order of the file, in which each layer comes after those that it reads.
    for layer in net.layers[1:]:
        try:
            inputs = [_output(built, *pin) for pin in layer.inputs]
            outputs = _outputs(layer, inputs)
        except OpenCVFault as fault:
            if fault.layer < 0:
                fault.layer = layer.index
            raise
        built.append((inputs, outputs))
    return built


def _data(net: ImportedNet, shapes: Shapes) -> tuple[Shapes, Shapes]:
    """The inputs of the net, which OpenCV has as outputs of a layer."""
    for number, name in enumerate(net.inputs):
        if number not in net.layers[0].used:
            raise OpenCVFault(f'no layer reads input "{name}", for which OpenCV needs a reader')
    for name, shape in zip(net.inputs, shapes):
        if total(shape) <= 0:
            raise OpenCVFault(f'input "{name}" has no elements')
    return shapes, shapes


def _output(built: BuiltNet, id: int, number: int) -> list[int]:
    """The shape of one output of a layer."""
    outputs = built[id][1]
    if number >= len(outputs):
        raise OpenCVFault(
            f"reads top {number} of a layer that has {len(outputs)} in OpenCV", "bottom"
        )
    return outputs[number]


def _outputs(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    """The shapes of all outputs of a layer. Raises `OpenCVFault` if OpenCV cannot build it."""
    rule = LAYERS.get(layer.type)
    if rule is None:
        raise _type_fault(layer.type)
    # The rules of other types check for bottoms themselves, after the parameters.
    needs_inputs = layer.type in ("Convolution", "Deconvolution", "PriorBox")
    check(bool(inputs) or not needs_inputs, "needs a bottom", "bottom")
    try:
        outputs = rule(layer, inputs)
    except BEYOND_SHAPES:
        raise OpenCVFault(
            "reads beyond the axes of its bottoms, or divides by 0", "bottom"
        ) from None
    for output in outputs:
        if total(output) <= 0:
            sizes = "x".join(map(str, output))
            raise OpenCVFault(f"its top would be {sizes}, which has no elements")
    return outputs


def _type_fault(layer_type: str) -> OpenCVFault:
    """Why OpenCV cannot build any layer of a type."""
    reason = UNBUILDABLE.get(layer_type)
    if reason is None:
        return OpenCVFault("OpenCV has no such layer type", "type")
    return OpenCVFault(f"a {layer_type} of OpenCV {reason}", "type")
