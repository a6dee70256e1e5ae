"""What a net computes: multiply-accumulates, and beside them the operations of all other layers.

Multiply-accumulates (MACs) are products with weights. Everything else is counted by kind and never
added to them: additions (and subtractions), multiplications, divisions, comparisons, exponentials
(and logarithms, powers, roots). Counts follow the definition of a layer, not an implementation. A
pooling reads the pixels that are really inside its windows, and a bias is one addition for each
element of the top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Step
from protogen.layers.batch_norm import uses_global_statistics
from protogen.poolings import pooled_axes
from protogen.reports.images import batch_of
from protogen.reports.memory import FLOAT_BYTES
from protogen.reports.totals import UNKNOWN_TOTAL, Total, total, total_of
from protogen.schema import Context
from protogen.shapes import Shape, count, is_known
from protogen.windows import Axis, convolution_window

__all__ = ["KINDS", "Cost", "LayerCost", "Operations", "measure_cost"]


class Operations(NamedTuple):
    """Numbers of operations that are not multiply-accumulates."""

    additions: int = 0
    multiplications: int = 0
    divisions: int = 0
    comparisons: int = 0
    exponentials: int = 0


#: The kinds of operations, by their names.
KINDS = Operations._fields


@dataclass(frozen=True)
class LayerCost:
    """One layer: its MACs, its other operations, and the buffer that it works in.

    ``operations`` is ``None`` if they are unknown. ``column_buffer`` is the bytes of the matrix
    in which a Convolution lays out its windows (im2col) one image at a time; a 1x1 Convolution with
    stride 1 needs none.
    """

    name: str
    type: str
    macs: Total
    operations: Operations | None
    column_buffer: Total

    def count(self, kind: str) -> Total:
        """The number of operations of one kind."""
        return total(None if self.operations is None else getattr(self.operations, kind))


@dataclass(frozen=True)
class Cost:
    """A net in one phase: what each layer computes for the whole batch, and the weights.

    ``parameters`` are the numbers that the net learns; each takes 4 bytes as fp32, 2 as fp16 and 1
    as int8.
    """

    name: str
    phase: str
    batch: int | None
    layers: list[LayerCost]
    parameters: Total

    @property
    def images(self) -> int:
        """The batch, or 1 if it is unknown."""
        return self.batch or 1

    @property
    def macs(self) -> Total:
        """The multiply-accumulates of the batch."""
        return total_of(layer.macs for layer in self.layers)

    def count(self, kind: str) -> Total:
        """The operations of one kind, of the batch."""
        return total_of(layer.count(kind) for layer in self.layers)


def measure_cost(analysis: Analysis, parameters: Total) -> Cost:
    """What each layer of a net computes in one forward pass."""
    return Cost(
        str(analysis.message.name),
        analysis.phase,
        batch_of(analysis),
        [_layer_cost(analysis, step) for step in analysis.steps],
        parameters,
    )


def _layer_cost(analysis: Analysis, step: Step) -> LayerCost:
    """What one layer computes; its operations are unknown if a shape is, or its rule."""
    macs = total(step.facts.macs)
    # A layer without bottoms reads data, which takes no arithmetic of the net.
    computes_nothing = step.type in _NOTHING or not step.bottoms
    if computes_nothing and not step.faults:
        return LayerCost(step.name, step.type, macs, Operations(), Total(0))
    layer = _layer(analysis, step)
    if layer is None:
        return LayerCost(step.name, step.type, macs, None, UNKNOWN_TOTAL)
    operations = _operations(layer)
    buffer = _column_buffer(layer)
    return LayerCost(step.name, step.type, macs, operations, buffer)


class _Layer(NamedTuple):
    """A layer with known shapes."""

    analysis: Analysis
    step: Step
    ctx: Context
    bottoms: list[tuple[int, ...]]
    tops: list[tuple[int, ...]]

    @property
    def read(self) -> int:
        """The elements of the first bottom."""
        return count(self.bottoms[0])

    @property
    def written(self) -> int:
        """The elements of all tops."""
        return sum(map(count, self.tops))


def _layer(analysis: Analysis, step: Step) -> _Layer | None:
    """The layer, if all of its shapes are known."""
    ctx = analysis.context(step)
    # An unknown type has no parameters to read.
    if ctx is None:
        return None
    bottoms = _known_shapes(step.bottom_shapes)
    tops = _known_shapes(step.facts.tops)
    if bottoms is None or tops is None:
        return None
    return _Layer(analysis, step, ctx, bottoms, tops)


def _known_shapes(shapes: Sequence[Shape]) -> list[tuple[int, ...]] | None:
    """The shapes, or ``None`` if one of them is unknown."""
    found = []
    for shape in shapes:
        if not is_known(shape):
            return None
        found.append(shape)
    return found


# The buffer of a convolution -------------------------------------------------------------------


def _column_buffer(layer: _Layer) -> Total:
    """The bytes of the column buffer.  (source: ``BaseConvolutionLayer::Reshape``)"""
    if layer.step.type not in ("Convolution", "Deconvolution"):
        return Total(0)
    window = convolution_window(layer.ctx)
    # is_1x1_ in Caffe: the bottom itself is the matrix.
    if window.is_pointwise:
        return Total(0)
    # The windows of a Deconvolution lie on its top, one for each element of its bottom.
    large, small = layer.bottoms[0], layer.tops[0]
    if layer.step.type == "Deconvolution":
        large, small = small, large
    rows = large[window.axis] * count(window.kernel)
    return Total(rows * count(small[window.axis + 1 :]) * FLOAT_BYTES)


# Operations ------------------------------------------------------------------------------------


def _operations(layer: _Layer) -> Operations | None:
    """What a layer computes apart from MACs; ``None`` if that is unknown."""
    rule = _RULES.get(layer.step.type)
    if rule is None:
        return None
    return rule(layer)


def _bias(layer: _Layer) -> Operations:
    has_bias = layer.ctx.param.bias_term
    return Operations(additions=layer.written if has_bias else 0)


def _each(**counts: int) -> Callable[[_Layer], Operations]:
    """These numbers of operations for each element of the top."""

    def rule(layer: _Layer) -> Operations:
        return Operations(**{kind: each * layer.written for kind, each in counts.items()})

    return rule


def _relu(layer: _Layer) -> Operations:
    """max(x, 0) + negative_slope * min(x, 0); the second part only of a leaky ReLU"""
    slope = layer.ctx.param.negative_slope
    return Operations(comparisons=layer.written, multiplications=layer.written if slope else 0)


def _power(layer: _Layer) -> Operations:
    """(shift + scale * x) ** power"""
    # Each of the three is left out if it changes nothing.  (source: ``PowerLayer::Forward_cpu``)
    param, each = layer.ctx.param, layer.written
    return Operations(
        additions=each if param.shift else 0,
        multiplications=each if param.scale != 1 else 0,
        exponentials=each if param.power != 1 else 0,
    )


def _dropout(layer: _Layer) -> Operations:
    """In TEST it only copies."""
    # One factor for each element: 0, or the scale of those that stay.
    in_training = layer.ctx.phase == proto.TRAIN
    return Operations(multiplications=layer.written if in_training else 0)


def _batch_norm(layer: _Layer) -> Operations:
    """Subtract the mean, and divide by the root of the variance.

    With the statistics of the batch, each element also counts in the mean and in the variance.
    """
    each = layer.written
    # There is one root for each channel.
    channels = layer.bottoms[0][1]
    if uses_global_statistics(layer.ctx):
        return Operations(additions=each, divisions=each, exponentials=channels)
    return Operations(
        additions=3 * each, multiplications=each, divisions=each, exponentials=channels
    )


def _scale(layer: _Layer) -> Operations:
    has_bias = layer.ctx.param.bias_term
    return Operations(multiplications=layer.written, additions=layer.written if has_bias else 0)


def _eltwise(layer: _Layer) -> Operations:
    """Join the bottoms one after another; a coefficient other than 1 and -1 multiplies."""
    param = layer.ctx.param
    joins = (len(layer.bottoms) - 1) * layer.written
    if param.operation == proto.EltwiseParameter.PROD:
        return Operations(multiplications=joins)
    if param.operation == proto.EltwiseParameter.MAX:
        return Operations(comparisons=joins)
    weighted = 0
    for coefficient in param.coeff:
        # -1 makes the addition a subtraction.
        if abs(coefficient) != 1:
            weighted += 1
    return Operations(additions=joins, multiplications=weighted * layer.written)


def _pooling(layer: _Layer) -> Operations | None:
    """Compare or add the elements of each window; AVE also divides once for each window."""
    axes = pooled_axes(layer.analysis, layer.step)
    if len(axes) != 2:
        return None
    pixels = count(layer.bottoms[0][:2])
    # The windows of an image are all pairs of those of its axes.
    for axis in axes:
        inside = _pixels_inside(axis)
        if inside is None:
            return None
        pixels *= inside
    if layer.ctx.param.pool == proto.PoolingParameter.MAX:
        return Operations(comparisons=pixels)
    return Operations(additions=pixels, divisions=count(layer.tops[0]))


#: The number of windows at a border that are examined one by one.
_MOST_WINDOWS = 2**20


def _pixels_inside(axis: Axis) -> int | None:
    """The elements that all windows of an axis read; ``None`` if there are too many windows."""
    # Windows that neither begin before the axis nor end after it are whole.
    begins_inside = -(-axis.pad // axis.stride)
    ends_inside = (axis.size + axis.pad - axis.kernel) // axis.stride + 1
    first = min(begins_inside, axis.pooled)
    end = max(first, min(ends_inside, axis.pooled))
    if first + axis.pooled - end > _MOST_WINDOWS:
        return None
    clipped = sum(axis.window(index).elements for index in range(first))
    clipped += sum(axis.window(index).elements for index in range(end, axis.pooled))
    whole = (end - first) * axis.kernel
    return clipped + whole


def _lrn(layer: _Layer) -> Operations:
    """x / (k + alpha / n * (sum of squares of the neighbors)) ** beta"""
    param, each = layer.ctx.param, layer.read
    num, channels, height, width = layer.bottoms[0]
    # Each channel is summed with those around it, at all places of all images.
    axes = [channels]
    others = num * height * width
    if param.norm_region == proto.LRNParameter.WITHIN_CHANNEL:
        axes = [height, width]
        others = num * channels
    margin = (param.local_size - 1) // 2
    neighbors = others * math.prod(_neighbors(size, margin) for size in axes)
    return Operations(
        additions=neighbors + each,
        multiplications=2 * each,
        divisions=each,
        exponentials=each,
    )


def _neighbors(size: int, margin: int) -> int:
    """The elements within ``margin`` of an element, itself included, summed over an axis."""
    if margin >= size:
        return size * size
    # At each end, 1 + 2 + ... + margin of them are missing.
    return size * (2 * margin + 1) - margin * (margin + 1)


def _softmax(layer: _Layer) -> Operations:
    """Subtract the maximum, take the exponential, and divide by the sum."""
    each = layer.read
    return Operations(additions=2 * each, divisions=each, comparisons=each, exponentials=each)


def _mvn(layer: _Layer) -> Operations:
    each = layer.read
    if not layer.ctx.param.normalize_variance:
        return Operations(additions=2 * each)
    return Operations(additions=3 * each, multiplications=each, divisions=each)


def _normalize(layer: _Layer) -> Operations:
    each = layer.read
    return Operations(additions=each, multiplications=2 * each, divisions=each)


def _reduction(layer: _Layer) -> Operations:
    each, operation = layer.read, layer.ctx.param.operation
    if operation == proto.ReductionParameter.SUMSQ:
        return Operations(additions=each, multiplications=each)
    if operation == proto.ReductionParameter.ASUM:
        return Operations(additions=each, comparisons=each)
    if operation == proto.ReductionParameter.MEAN:
        return Operations(additions=each, divisions=layer.written)
    return Operations(additions=each)


def _compares(layer: _Layer) -> Operations:
    """Accuracy and ArgMax look at each score once."""
    return Operations(comparisons=layer.read)


_Rule = Callable[[_Layer], Operations | None]

#: Layers that copy or look up. The boxes of a PriorBox follow from sizes alone.
_NOTHING = frozenset(
    (
        "BatchReindex",
        "Concat",
        "Crop",
        "Flatten",
        "HDF5Output",
        "Im2col",
        "Permute",
        "PriorBox",
        "Reshape",
        "ShuffleChannel",
        "Silence",
        "Slice",
        "Split",
        "Tile",
        "Upsample",
    )
)

_RULES: dict[str, _Rule] = {
    "AbsVal": _each(comparisons=1),
    "Accuracy": _compares,
    "ArgMax": _compares,
    "Axpy": _each(additions=1, multiplications=1),
    # x if x > 0 else 0, plus log(1 + exp(-|x|))
    "BNLL": _each(additions=1, comparisons=1, exponentials=2),
    "BN": _each(additions=1, multiplications=1),
    "BatchNorm": _batch_norm,
    "Bias": _each(additions=1),
    "Clip": _each(comparisons=2),
    "Convolution": _bias,
    "ConvolutionDepthwise": _bias,
    "Deconvolution": _bias,
    "DepthwiseConv": _bias,
    "DepthwiseConvolution": _bias,
    "Dropout": _dropout,
    "ELU": _each(additions=1, multiplications=1, comparisons=1, exponentials=1),
    "Eltwise": _eltwise,
    "Embed": _bias,
    "Exp": _each(exponentials=1),
    "InnerProduct": _bias,
    # Bilinear: four neighbors, each with a weight.
    "Interp": _each(additions=3, multiplications=4),
    "LRN": _lrn,
    "Log": _each(exponentials=1),
    "MVN": _mvn,
    "Normalize": _normalize,
    "PReLU": _each(comparisons=1, multiplications=1),
    "Pooling": _pooling,
    "Power": _power,
    "ReLU": _relu,
    "ReLU6": _each(comparisons=2),
    "Reduction": _reduction,
    "Scale": _scale,
    # 1 / (1 + exp(-x))
    "Sigmoid": _each(additions=1, divisions=1, exponentials=1),
    "Softmax": _softmax,
    "SoftmaxWithLoss": _softmax,
    "TanH": _each(additions=2, divisions=1, exponentials=1),
    "Threshold": _each(comparisons=1),
}
