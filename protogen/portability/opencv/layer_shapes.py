"""The output shapes of OpenCV's layers, and what each layer does not accept.

A function of a layer and the shapes of its inputs stands for both the constructor of OpenCV's layer
and its ``getMemoryShapes``. It returns all outputs, used or not.
(source: OpenCV 4.14, modules/dnn/src/layers/)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import ceil, floor, prod, sqrt

from protogen.portability.opencv.arithmetic import axis_of, int32, total, unsigned
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.importer import ImportedLayer
from protogen.portability.opencv.parameters import Parameters
from protogen.portability.opencv.reshaping import reshaped
from protogen.windows import float32

__all__ = ["LAYERS", "WINDOWED", "Shapes", "check", "window_settings"]

Shapes = list[list[int]]
_Rule = Callable[[ImportedLayer, Shapes], Shapes]

LAYERS: dict[str, _Rule] = {}
#: The types that have a kernel, a stride and a padding.
WINDOWED = frozenset({"Convolution", "Deconvolution", "Pooling"})


def _of(*types: str) -> Callable[[_Rule], _Rule]:
    """A decorator: the rule is for these types."""

    def add(rule: _Rule) -> _Rule:
        LAYERS.update(dict.fromkeys(types, rule))
        return rule

    return add


def check(holds: bool, message: str, field: str = "") -> None:
    """Raise `OpenCVFault` unless a condition holds."""
    if not holds:
        raise OpenCVFault(message, field)


def _copies(shape: Sequence[int], number: int) -> Shapes:
    """The shapes of a number of outputs that are all alike."""
    return [list(shape) for _ in range(number)]


def _are_positive(values: Iterable[float]) -> bool:
    return all(value > 0 for value in values)


def _axis_count(inputs: Shapes) -> int:
    """The number of axes of the first input; 0 if there is none."""
    return len(inputs[0]) if inputs else 0


def _same(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    """As many copies of the first input as there are inputs, or outputs that are read."""
    check(bool(inputs), "needs a bottom", "bottom")
    return _copies(inputs[0], max(len(layer.used), len(inputs)))


LAYERS.update(
    dict.fromkeys(
        (
            *("AbsVal", "BNLL", "Dropout", "ELU", "Exp", "Identity", "Log", "Mish", "Power"),
            *("ReLU", "ReLU6", "Sigmoid", "Silence", "Swish", "TanH"),
            # OpenCV's own, which no Caffe has.
            *("Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Ceil", "Celu", "Cos", "Cosh"),
            *("Erf", "Floor", "Gelu", "GeluApproximation", "HardSigmoid", "HardSwish", "Not"),
            *("Reciprocal", "Round", "Selu", "Shrink", "Sign", "Sin", "Sinh", "Softplus"),
            *("Softsign", "Sqrt", "Tan", "ThresholdedRelu"),
        ),
        _same,
    )
)


# Windows -----------------------------------------------------------------------------------------


def _pair(params: Parameters, name: str, whole: str, default: list[int] | None) -> list[int]:
    """A setting of each axis: from the fields with _h and _w if both are given, else the other."""
    height, width = f"{name}_h", f"{name}_w"
    if height in params and width in params:
        values = [params.integer(height), params.integer(width)]
    elif whole in params:
        # OpenCV ignores a height without a width; Caffe takes 0 for the width.
        values = params.integers(whole)
        values = values * 2 if len(values) == 1 else values
    elif default is None:
        raise OpenCVFault(
            f"has neither {whole} nor both {height} and {width}", hint=f"write {whole}"
        )
    else:
        return default
    check(all(value >= 0 for value in values), f"{name} is negative")
    return values


def _kernel(params: Parameters) -> list[int]:
    kernel = _pair(params, "kernel", "kernel_size", None)
    check(_are_positive(kernel), "reads kernel 0")
    return kernel


def _stride_and_pad(params: Parameters, axes: int) -> tuple[list[int], list[int]]:
    pad = _pair(params, "pad", "pad", [0] * axes)
    stride = _pair(params, "stride", "stride", [1] * axes)
    check(_are_positive(stride), "reads stride 0")
    return stride, pad


def window_settings(params: Parameters) -> dict[str, list[int]]:
    """The kernel, stride, padding and dilation that OpenCV reads."""
    return {
        "kernel": _pair(params, "kernel", "kernel_size", []),
        "stride": _pair(params, "stride", "stride", [1, 1]),
        "pad": _pair(params, "pad", "pad", [0, 0]),
        "dilation": _pair(params, "dilation", "dilation", [1, 1]),
    }


def _enough(values: Sequence[int], axes: int, name: str) -> None:
    check(len(values) >= axes, f"reads {name} for {len(values)} of {axes} axes")


@_of("Convolution")
def _convolution(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    kernel = _kernel(params)
    stride, pad = _stride_and_pad(params, len(kernel))
    dilation = _pair(params, "dilation", "dilation", [1] * len(kernel))
    check(_are_positive(dilation), "reads dilation 0")
    outputs, group = params.integer("num_output"), params.integer("group", 1)
    check(group != 0 and outputs % group == 0, f"group {group} does not divide {outputs} outputs")
    bottom = inputs[0]
    check(len(bottom) > 1, f"the bottom has {len(bottom)} axis", "bottom")
    weight = _convolution_weight(layer, kernel, bottom, outputs, group)
    spatial = bottom[2:]
    for values, name in ((pad, "pad"), (kernel, "kernel"), (stride, "stride")):
        _enough(values, len(spatial), name)
    top = [bottom[0], weight[0]]
    for size, k, s, p, d in zip(spatial, kernel, stride, pad, dilation):
        # In unsigned 64 bits, a kernel beyond the bottom gives a huge number.
        top.append(int32(unsigned(size + 2 * p - d * (k - 1) - 1) // s + 1))
    # The number of groups follows from the weights; the field `group` has been checked alone.
    groups, left_over = divmod(bottom[1], weight[1])
    check(
        groups > 0 and left_over == 0 and weight[0] % groups == 0,
        f"its weights are for {weight[1]} channels a group, which does not divide"
        f" {bottom[1]} channels",
    )
    return [top]


def _convolution_weight(
    layer: ImportedLayer, kernel: list[int], bottom: list[int], outputs: int, group: int
) -> Sequence[int]:
    """The shape of the weights; those of unknown shape are as the fields say."""
    if layer.blobs is None:
        return [outputs, bottom[1] // group, *kernel]
    check(bool(layer.blobs), "has no weights")
    weight = layer.blobs[0]
    check(len(weight) > 1, "has no weights for its channels")
    if len(layer.blobs) > 1:
        check(prod(layer.blobs[1]) == weight[0], "its bias does not fit its weights")
    return weight


@_of("Deconvolution")
def _deconvolution(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    kernel = _kernel(params)
    stride, pad = _stride_and_pad(params, len(kernel))
    outputs, group = params.integer("num_output"), params.integer("group", 1)
    check(group != 0 and outputs % group == 0, f"group {group} does not divide {outputs} outputs")
    bottom = inputs[0]
    check(len(bottom) >= 2 + len(kernel), f"the bottom has {len(bottom)} axes", "bottom")
    top = [bottom[0], outputs]
    for size, k, s, p in zip(bottom[2:], kernel, stride, pad):
        top.append(int32(s * (size - 1) + k - 2 * p))
    if layer.blobs is not None:
        check(bool(layer.blobs), "has no weights")
        weight = layer.blobs[0]
        check(outputs % weight[1] == 0, "its weights do not fit num_output")
        check(weight[0] == bottom[1], f"its weights are for {weight[0]} channels", "bottom")
        check(bottom[1] % (outputs // weight[1]) == 0, "its groups do not divide the channels")
    return [top]


@_of("Pooling", "ROIPooling", "PSROIPooling")
def _pooling(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    # One class of OpenCV for three types of Caffe: the parameters tell them apart.
    if not params.keys().isdisjoint(("pool", "kernel_size", "kernel_w", "kernel_h")):
        return _windowed(layer, inputs)
    bottom = inputs[0] if inputs else []
    if "pooled_w" in params or "pooled_h" in params:
        size = [params.integer("pooled_h", 1), params.integer("pooled_w", 1)]
        check(len(inputs) == 2, f"has {len(inputs)} bottoms, but needs 2", "bottom")
        return [[inputs[1][0], *bottom[1:2], *size]]
    check("output_dim" in params and "group_size" in params, "cannot tell the kind of pooling")
    group, channels = params.integer("group_size"), params.integer("output_dim")
    check(len(inputs) == 2, f"has {len(inputs)} bottoms, but needs 2", "bottom")
    check(
        channels * group * group == bottom[1],
        f"needs {channels * group * group} channels, but the bottom has {bottom[1]}",
        "bottom",
    )
    return [[inputs[1][0], channels, group, group]]


def _windowed(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    """The tops of a Pooling of Caffe."""
    params = layer.params
    kind = params.text("pool", "MAX").lower()
    check(kind in ("max", "ave", "stochastic", "sum"), f'unknown pooling "{kind}"')
    kernel, stride, pad = _pooling_window(params)
    check(bool(inputs), "needs a bottom", "bottom")
    bottom = inputs[0]
    check(len(bottom) > 2, f"the bottom has {len(bottom)} axes", "bottom")
    # A global pooling has a window as large as the bottom.
    kernel = kernel or bottom[2:]
    # A bottom of 3 axes is pooled on one of them.
    axes = 1 if len(bottom) == 3 else len(kernel)
    check(axes <= len(bottom) - 2, f"the kernel has {axes} axes, the bottom {len(bottom) - 2}")
    for values, name in ((pad, "pad"), (stride, "stride")):
        _enough(values, axes, name)
    rounded = ceil if params.boolean("ceil_mode", True) else floor
    top = list(bottom[:2])
    for size, k, s, p in list(zip(bottom[2:], kernel, stride, pad))[:axes]:
        top.append(_pooled(size, k, s, p, rounded))
    # The second top of a MAX pooling is the mask.
    most = 2 if kind == "max" else 1
    number = len(layer.used) or most
    check(number <= most, f"has {number} tops", "top")
    return _copies(top, number)


def _pooling_window(params: Parameters) -> tuple[list[int], list[int], list[int]]:
    """The kernel, stride and padding; an empty kernel is that of a global pooling."""
    if not params.boolean("global_pooling", False):
        kernel = _kernel(params)
        return kernel, *_stride_and_pad(params, len(kernel))
    for name in ("kernel_h", "kernel_w", "kernel_size"):
        check(name not in params, "global_pooling excludes a kernel", f"pooling_param.{name}")
    stride, pad = _stride_and_pad(params, 2)
    check(not any(pad), "global_pooling needs pad 0")
    check(stride == [1] * len(stride), "global_pooling needs stride 1")
    return [], stride, pad


def _pooled(size: int, kernel: int, stride: int, pad: int, rounded: Callable[[float], int]) -> int:
    over = size + 2 * pad - kernel
    check(over >= 0, f"kernel {kernel} exceeds the padded bottom of {size + 2 * pad}")
    pooled = 1 + rounded(float32(float32(over) / stride))
    # Each axis is clipped by its own padding.
    if pad and (pooled - 1) * stride >= size + pad:
        pooled -= 1
    return pooled


# Axes --------------------------------------------------------------------------------------------


@_of("Concat")
def _concat(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(bool(inputs), "needs a bottom", "bottom")
    top = list(inputs[0])
    # Not concat_dim: OpenCV does not read the older name.
    axis = axis_of(layer.params.integer("axis", 1), len(top))
    for bottom in inputs:
        check(len(bottom) == len(top), "the bottoms differ in their numbers of axes", "bottom")
        for at, size in enumerate(bottom):
            check(at == axis or size == top[at], f"the bottoms differ on axis {at}", "bottom")
    top[axis] = sum(bottom[axis] for bottom in inputs)
    return [top]


@_of("Slice")
def _slice(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    axis = params.integer("axis", 1)
    check(len(inputs) == 1, f"has {len(inputs)} bottoms, but takes 1", "bottom")
    bottom = inputs[0]
    place = axis % len(bottom)
    if "slice_point" not in params:
        # Tops that nothing reads are not counted, so that the parts are larger than Caffe's.
        parts = params.integer("num_split", 0) or len(layer.used)
        check(
            parts > 0 and bottom[place] % parts == 0,
            f"has no slice_point, and the {parts} tops that are read do not divide {bottom[place]}",
            "top",
        )
        part = [*bottom[:place], bottom[place] // parts, *bottom[place + 1 :]]
        return _copies(part, parts)
    check(axis < len(bottom), f"axis {axis} does not exist: the bottom has {len(bottom)} axes")
    points = [0, *params.integers("slice_point"), bottom[place]]
    tops = []
    for start, end in pairwise(points):
        size = _clamped_end(end, bottom[place]) - _clamped_start(start, bottom[place])
        tops.append([*bottom[:place], size, *bottom[place + 1 :]])
    return tops


def _clamped_start(start: int, size: int) -> int:
    """The start of a range that may count from the end; one past the axis is the last element."""
    if start != size:
        start = min(max(start, -size), size - 1)
    return _from_front(start, size)


def _clamped_end(end: int, size: int) -> int:
    """The end of a range that may count from the end; one past the axis is the end of the axis."""
    return _from_front(min(max(end, -size), size), size)


def _from_front(place: int, size: int) -> int:
    return place + size if place < 0 else place


@_of("Crop")
def _crop(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 2, f"has {len(inputs)} bottoms, but needs 2", "bottom")
    bottom, size = inputs
    axis = axis_of(layer.params.integer("axis", 2), len(bottom))
    check(len(size) >= len(bottom), "the second bottom has fewer axes", "bottom[1]")
    # OpenCV checks the offsets only when the layer runs.
    return [[*bottom[:axis], *size[axis : len(bottom)]]]


@_of("Split")
def _split(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 1, f"has {len(inputs)} bottoms, but takes 1", "bottom")
    # A field of OpenCV's own; a prototxt of Caffe leaves it out.
    number = layer.params.integer("top_count", -1)
    if number < 0:
        number = len(layer.used)
    return _copies(inputs[0], max(1, number))


@_of("Reshape")
def _reshape(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    start, number = params.integer("axis", 0), params.integer("num_axes", -1)
    check(number >= -1, f"num_axes {number} is less than -1")
    # Otherwise a second bottom has the shape to take.
    if len(inputs) == 1 or len(inputs) == len(layer.used):
        end = None if number == -1 else start + number
        return [reshaped(bottom, params.integers("dim"), start, end) for bottom in inputs]
    check(len(inputs) == 2, f"has {len(inputs)} bottoms", "bottom")
    check(total(inputs[0]) == total(inputs[1]), "the bottoms differ in size", "bottom")
    return [list(inputs[1])]


@_of("Flatten")
def _flatten(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(bool(inputs), "needs a bottom", "bottom")
    bottom = inputs[0]
    check(all(each == bottom for each in inputs), "the bottoms differ", "bottom")
    start = axis_of(layer.params.integer("axis", 1), len(bottom))
    end = axis_of(layer.params.integer("end_axis", -1), len(bottom))
    check(end >= start, f"end_axis {end} is before axis {start}")
    top = [*bottom[:start], total(bottom, start, end + 1), *bottom[end + 1 :]]
    return _copies(top, len(inputs))


@_of("Permute")
def _permute(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    order = layer.params.integers("order")
    for axis in order:
        check(0 <= axis <= len(order), f"order {axis} exceeds the {len(order)} orders given")
        check(order.count(axis) == 1, f"order {axis} is given twice")
    # What changes nothing is not compared with the bottom.
    if order == list(range(len(order))):
        return _same(layer, inputs)
    check(bool(inputs), "needs a bottom", "bottom")
    bottom = inputs[0]
    check(
        len(order) == len(bottom) and max(order) < len(order),
        f"has {len(order)} orders, but the bottom has {len(bottom)} axes; OpenCV does not append"
        " the others",
        "permute_param.order",
    )
    top = [bottom[axis] for axis in order]
    check(all(total(each) == total(top) for each in inputs), "the bottoms differ", "bottom")
    return _copies(top, len(inputs))


@_of("ShuffleChannel")
def _shuffle(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    group = layer.params.integer("group", 1)
    check(len(inputs) == 1 and len(inputs[0]) == 4, "needs one bottom of 4 axes", "bottom")
    check(group != 0 and inputs[0][1] % group == 0, f"group {group} does not divide the channels")
    return _same(layer, inputs)


@_of("Reorg")
def _reorg(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    # OpenCV reads reorg_stride, which no Caffe has; Caffe's `stride` is without effect.
    stride = layer.params.integer("reorg_stride", 2)
    check(stride > 0, "reads stride 0")
    check(_axis_count(inputs) >= 4, "needs a bottom of 4 axes", "bottom")
    num, channels, height, width = inputs[0][:4]
    top = [num, channels * stride * stride, height // stride, width // stride]
    check(_are_positive(top), "the bottom is too small")
    check(
        total(top) == total(inputs[0]),
        f"always has stride {stride}, which does not divide {height}x{width}",
        "bottom",
    )
    return _copies(top, len(inputs))


@_of("Interp")
def _interp(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 1 and len(inputs[0]) == 4, "needs one bottom of 4 axes", "bottom")
    num, channels, height, width = inputs[0]
    zoom = layer.params.number("zoom_factor", 0)
    # The corners stay where they are, so the spaces between the elements are what grows.
    if zoom > 0:
        return [[num, channels, int(1 + zoom * (height - 1)), int(1 + zoom * (width - 1))]]
    size = [int(layer.params.number(name, 0)) for name in ("height", "width")]
    return [[num, channels, *size]]


@_of("Resize")
def _resize(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    mode = params.text("interpolation")
    check(mode in ("nearest", "opencv_linear", "bilinear"), f'unknown interpolation "{mode}"')
    check(len(inputs) in (1, 2) and len(inputs[0]) == 4, "needs a bottom of 4 axes", "bottom")
    bottom = inputs[0]
    if len(inputs) == 2:
        check(len(inputs[1]) >= 4, "needs a second bottom of 4 axes", "bottom[1]")
        return [[*bottom[:2], *inputs[1][2:4]]]
    zoom = params.number("zoom_factor", 0)
    if zoom > 0:
        return [[*bottom[:2], int(bottom[2] * zoom), int(bottom[3] * zoom)]]
    return [[*bottom[:2], int(params.number("height", 0)), int(params.number("width", 0))]]


# Arithmetic --------------------------------------------------------------------------------------


@_of("InnerProduct")
def _inner_product(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    bias = params.boolean("bias_term", True)
    check(len(inputs) == 1, f"has {len(inputs)} bottoms, but takes 1", "bottom")
    outputs = params.integer("num_output")
    check(outputs > 0, "has num_output 0")
    if layer.blobs is not None:
        check(bool(layer.blobs), "has no weights")
        check(len(layer.blobs) in (1, 2), "has more weights than two")
        check(prod(layer.blobs[0]) % outputs == 0, "its weights do not fit num_output")
        fits = list(map(prod, layer.blobs[1:])) == [outputs]
        check(not bias or fits, "has no bias")
    # OpenCV checks the size of the weights only when the layer runs.
    axis = axis_of(params.integer("axis", 1), len(inputs[0]))
    return [[*inputs[0][:axis], outputs]]


@_of("Softmax", "SoftMax")
def _softmax(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(bool(inputs), "needs a bottom", "bottom")
    # Only for the fault that it raises.
    axis_of(layer.params.integer("axis", -1), len(inputs[0]))
    return _same(layer, inputs)


@_of("LRN")
def _lrn(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    region = layer.params.text("norm_region", "ACROSS_CHANNELS")
    check(region in ("ACROSS_CHANNELS", "WITHIN_CHANNEL"), f'unknown region "{region}"')
    size = layer.params.integer("local_size", 5)
    check(size > 0 and size % 2 == 1, f"local_size {size} is not odd", "lrn_param.local_size")
    return _same(layer, inputs)


@_of("MVN")
def _mvn(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    return _same(layer, inputs)


@_of("BatchNorm")
def _batch_norm(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    # scale_bias is NVCaffe's: the layer has the blobs of a Scale, too.
    own_scale = params.boolean("scale_bias", False)
    global_statistics = params.boolean("use_global_stats", True)
    if layer.blobs is not None:
        blobs = layer.blobs
        check(len(blobs) >= 2, "has no weights")
        count = prod(blobs[0])
        check(prod(blobs[1]) == count, "its variances do not fit its means")
        if own_scale:
            check(prod(blobs[-1]) == count and prod(blobs[-2]) == count, "has no scale and bias")
        elif len(blobs) > 2 and global_statistics:
            check(len(blobs) == 3, f"has {len(blobs)} blobs of weights, but OpenCV reads 3")
    check(bool(inputs), "needs a bottom", "bottom")
    check(
        global_statistics or inputs[0][0] == 1,
        "computes statistics, which OpenCV does for a batch of 1 only",
        "batch_norm_param.use_global_stats",
    )
    return _same(layer, inputs)


@_of("Scale")
def _scale(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(bool(inputs), "needs a bottom", "bottom")
    return [list(inputs[0])]


@_of("PReLU", "ChannelsPReLU")
def _prelu(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(layer.blobs is None or len(layer.blobs) == 1, "has no weights")
    return _same(layer, inputs)


@_of("Eltwise")
def _eltwise(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    operation = params.text("operation", "SUM").lower()
    known = ("prod", "mul", "sum", "max", "min", "div")
    check(operation in known, f'unknown operation "{operation}"')
    coefficients = params.elements("coeff")
    check(len(inputs) >= 2, "has 1 bottom, but needs 2", "bottom")
    check(len(inputs[0]) >= 2, f"the bottom has {len(inputs[0])} axis", "bottom")
    check(
        len(coefficients) in (0, len(inputs)),
        f"has {len(coefficients)} coeff for {len(inputs)} bottoms",
        "eltwise_param.coeff",
    )
    check(operation == "sum" or not coefficients, "coeff is for SUM only", "eltwise_param.coeff")
    first = inputs[0]
    for bottom in inputs[1:]:
        check(bottom[:2] == first[:2], "the bottoms differ in num or channels", "bottom")
    return [[*first[:2], *_broadcast(inputs)]]


def _broadcast(inputs: Shapes) -> list[int]:
    """The spatial sizes: those of the first input that is not 1 everywhere."""
    axes = len(inputs[0])
    if axes <= 2:
        return []
    check(all(len(bottom) >= axes for bottom in inputs), "the bottoms differ in axes", "bottom")
    found = list(inputs[0][2:])
    for bottom in inputs[1:]:
        sizes = bottom[2:axes]
        if set(found) == {1}:
            found = list(sizes)
        fits = sizes == found or set(sizes) == {1}
        check(fits, "the bottoms differ in size", "bottom")
    return found


@_of("Normalize", "NormalizeBBox")
def _normalize(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 1, f"has {len(inputs)} bottoms, but takes 1", "bottom")
    return _same(layer, inputs)


# Detection ---------------------------------------------------------------------------------------


@_of("PriorBox")
def _prior_box(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(_axis_count(inputs) >= 4, "needs a bottom of 4 axes", "bottom")
    height, width = inputs[0][2:4]
    # Four coordinates for each box, and as many variances in the second channel.
    return [[1, 2, height * width * _priors(layer.params) * 4]]


def _priors(params: Parameters) -> int:
    """The number of boxes at each place."""
    check("variance" in params, "needs variance, which is not given", "prior_box_param")
    variances = params.numbers("variance")
    check(len(variances) in (0, 1, 4), f"has {len(variances)} variances, but needs 1 or 4")
    check(_are_positive(variances), "a variance is not positive")
    ratios = _ratios(params)
    least, most = params.numbers("min_size"), params.numbers("max_size")
    if "max_size" in params:
        check(len(most) == len(least), "has not as many max_size as min_size")
        check(all(a < b for a, b in zip(least, most)), "a max_size is not above its min_size")
    check(bool(least) and min(least) > 0, "needs a positive min_size")
    _check_steps(params)
    # A square and each ratio for every min_size, and a square more for every max_size.
    return len(least) * (1 + len(ratios)) + len(most)


def _check_steps(params: Parameters) -> None:
    """Raise for a distance between the places of boxes that is given twice, or not positive."""
    names = [name for name in ("step", "step_h", "step_w") if name in params]
    if names in ([], ["step"]):
        check(_are_positive(map(params.number, names)), "has step 0")
        return
    check("step" not in params, "has both step and step_h or step_w")
    # One of the two without the other has no default.
    check(_are_positive(map(params.number, ("step_h", "step_w"))), "has step 0")


def _ratios(params: Parameters) -> list[float]:
    """The aspect ratios other than 1, each once."""
    found: list[float] = []
    flip = params.boolean("flip", True)
    for ratio in params.numbers("aspect_ratio"):
        # Every place has a square anyway.
        if any(abs(ratio - known) < 1e-6 for known in (1, *found)):
            continue
        found.append(ratio)
        if flip:
            found.append(1 / ratio)
    return found


@_of("DetectionOutput")
def _detection_output(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    classes, keep = params.integer("num_classes"), params.integer("keep_top_k")
    shared = params.integer("share_location") != 0
    params.integer("background_label_id")
    check(params.number("nms_threshold") > 0, "needs a positive nms_threshold")
    check("code_type" in params, "needs code_type, which is not given", "detection_output_param")
    encoded = params.boolean("variance_encoded_in_target", False)
    check(len(inputs) >= 3, f"has {len(inputs)} bottoms, but needs 3", "bottom")
    locations, confidences, priors = inputs[:3]
    check(locations[0] == confidences[0], "the bottoms differ in num", "bottom")
    check(len(priors) >= 3, "the priors have too few axes", "bottom[2]")
    number = priors[2] // 4
    boxes = number if shared else number * classes
    check(boxes * 4 == total(locations, 1), "the locations do not fit the priors", "bottom[0]")
    check(number * classes == total(confidences, 1), "the confidences do not fit", "bottom[1]")
    # The second channel has the variances, unless the locations are multiplied by them already.
    channels = 1 if encoded else 2
    check(priors[1] == channels, "the priors have the wrong channels", "bottom[2]")
    # Caffe sets the layer up for one box; here there is room for all that are kept.
    return [[1, 1, keep * locations[0], 7]]


@_of("Proposal")
def _proposal(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    for name in ("ratio", "scale"):
        check(name in params, f"needs {name}, which is not given", "proposal_param")
    check(len(inputs) == 3, f"has {len(inputs)} bottoms, but needs 3", "bottom")
    scores = inputs[0]
    check(len(scores) == 4 and scores[1] % 2 == 0, "the scores do not fit", "bottom[0]")
    check(len(inputs[1]) == 4, "the deltas need 4 axes", "bottom[1]")
    check(_are_positive(params.numbers("ratio")), "a ratio is not positive")
    sqrt(params.numbers("ratio")[0])
    number = params.integer("post_nms_topn", 300)
    return [[number, 5], [number, 1]]


# Optical flow ------------------------------------------------------------------------------------


@_of("Correlation")
def _correlation(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    params = layer.params
    pad, kernel = params.integer("pad", 0), params.integer("kernel_size")
    reach = params.integer("max_displacement")
    check(kernel % 2 == 1, f"kernel {kernel} is not odd")
    near, far = params.integer("stride_1", 1), params.integer("stride_2", 1)
    check(len(inputs) == 2 and all(len(each) == 4 for each in inputs), "needs 2 bottoms", "bottom")
    border = 2 * (reach + (kernel - 1) // 2)
    sizes = [ceil((size + 2 * pad - border) / near) for size in inputs[0][2:]]
    check(min(sizes) >= 1, "the bottom is too small", "bottom")
    return [[inputs[0][0], (reach // far * 2 + 1) ** 2, *sizes]]


@_of("FlowWarp")
def _flow_warp(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 2, f"has {len(inputs)} bottoms, but needs 2", "bottom")
    image, flow = inputs
    fits = image[0] == flow[0] and flow[1] == 2 and image[2:4] == flow[2:4]
    check(fits, "the flow does not fit the image", "bottom[1]")
    return [list(image)]


@_of("Accum")
def _accum(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    # By axis; zip stops at the bottom with the fewest axes.
    sizes = list(zip(*inputs))
    check(len(sizes) >= 4, "needs 4 axes", "bottom")
    nums, channels, heights, widths = sizes[:4]
    check(len(set(nums)) == 1, "the bottoms differ in num", "bottom")
    size = _accumulated_size(layer.params, max(heights), max(widths))
    return [[nums[0], sum(channels), *size]]


def _accumulated_size(params: Parameters, height: int, width: int) -> tuple[int, int]:
    """The size that is asked for if it exceeds that of the bottoms on both axes."""
    divisor = params.integer("size_divisible_by", 0)
    if divisor:
        wanted = (height // divisor * divisor, width // divisor * divisor)
    else:
        wanted = (params.integer("top_height", 0), params.integer("top_width", 0))
    exceeds = wanted[0] > height and wanted[1] > width
    return wanted if exceeds else (height, width)


@_of("DataAugmentation")
def _data_augmentation(layer: ImportedLayer, inputs: Shapes) -> Shapes:
    check(len(inputs) == 1, "takes 1 bottom", "bottom")
    check(layer.blobs is None or len(layer.blobs) == 3, "has no weights")
    return [list(inputs[0])]
