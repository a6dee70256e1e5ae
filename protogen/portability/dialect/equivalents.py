"""Layers of other types that compute what a layer computes.

Each function takes a `Site` and returns the layers that replace the one there, or ``None`` where
they would not compute the same. The last of them produces the layer's tops. Layers that keep the
layer's name take over its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from protogen import layers as layer_types
from protogen import proto
from protogen.portability.dialect.new_names import NewNames
from protogen.proto.fields import has_field
from protogen.shapes import Shape

__all__ = ["EQUIVALENTS", "Equivalent", "Fields", "NewBlob", "Site", "Write"]

#: The fields of a layer, as an edit gives them.
Fields = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """A layer to replace: its message, the shapes of its bottoms, and names for what is new.

    ``trains`` is whether its net is one to train.
    """

    layer: proto.LayerParameter
    bottoms: Sequence[Shape]
    names: NewNames
    trains: bool = False

    @property
    def channels(self) -> int | None:
        """The number of channels of the first bottom."""
        shape = self.bottoms[0] if self.bottoms else None
        if shape is None or len(shape) < 2:
            return None
        return shape[1]

    def new(self, suffix: str, layer_type: str, bottoms: Sequence[str], **fields: Any) -> Fields:
        """A new layer with a new top, both named after the layer that is replaced."""
        name = self.names.layer(f"{self.layer.name}_{suffix}")
        top = self.names.blob(f"{self.layer.name}_{suffix}")
        return {"name": name, "type": layer_type, "bottom": list(bottoms), "top": [top], **fields}

    def last(self, layer_type: str, bottoms: Sequence[str], **fields: Any) -> Fields:
        """The layer that keeps the name and, unless it cannot work in place, the tops."""
        tops = list(self.layer.top)
        if set(tops) & set(self.layer.bottom) and not self._works_in_place(layer_type, bottoms):
            tops = [self.names.blob(self.layer.name)]
        return {
            "name": self.layer.name,
            "type": layer_type,
            "bottom": list(bottoms),
            "top": tops,
            **fields,
        }

    def _works_in_place(self, layer_type: str, bottoms: Sequence[str]) -> bool:
        """Whether a layer of this type may overwrite the bottoms of the layer to replace."""
        schema = layer_types.find(layer_type)
        same_bottoms = list(bottoms) == list(self.layer.bottom)
        return same_bottoms and schema is not None and schema.elementwise


Write = Callable[[Site], Sequence[Fields] | None]


class NewBlob(NamedTuple):
    """Where the weights of a learnable blob of a new layer come from.

    The layer is at ``position`` among the new ones. It takes blob ``old`` of the layer that is
    replaced, ``transposed`` or in its order, or is filled with ``value``.
    """

    position: int
    blob: int
    old: int | None = None
    value: float | None = None
    transposed: bool = False


@dataclass(frozen=True)
class Equivalent:
    """What may stand for a layer of ``type``: layers of the types in ``uses``.

    ``weights`` says where those of the new layers come from; without it, the layer that keeps the
    name takes those of the old one.
    """

    type: str
    uses: frozenset[str]
    write: Write
    weights: tuple[NewBlob, ...] = ()


def _copied(message: Any) -> Any:
    """A copy of a message, to be changed."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


# Convolutions ----------------------------------------------------------------------------------


def _grouped(site: Site) -> Sequence[Fields] | None:
    """A convolution with the groups of the layer, by default one for each channel."""
    param = _copied(site.layer.convolution_param)
    if site.channels is None:
        return None
    # The forks' own nets omit the group, which BVLC's Convolution takes for 1. MnasNet's first
    # layer of this type does have one: its groups have two channels.
    if not param.HasField("group"):
        param.group = site.channels
    if not param.num_output:
        param.num_output = site.channels
    return [site.last("Convolution", site.layer.bottom, convolution_param=param)]


def _depthwise(layer_type: str) -> Write:
    """A convolution with one group for each channel, as a layer of a type for that."""

    def write(site: Site) -> Sequence[Fields] | None:
        param = _copied(site.layer.convolution_param)
        is_depthwise = param.group == site.channels == param.num_output
        if param.group < 2 or not is_depthwise:
            return None
        # The forks with a DepthwiseConvolution need the group, those with this type do not.
        if layer_type == "ConvolutionDepthwise":
            param.ClearField("group")
        return [site.last(layer_type, site.layer.bottom, convolution_param=param)]

    return write


def _upsampling(site: Site) -> Sequence[Fields] | None:
    """A Deconvolution without overlaps: each pixel fills a window with copies of itself."""
    param = site.layer.upsample_param
    scale = int(param.scale)
    # Forks have different defaults, and other fields that change the size.
    if [field.name for field, _ in param.ListFields()] != ["scale"]:
        return None
    if len(site.layer.bottom) != 1 or site.channels is None or scale != param.scale or scale < 1:
        return None
    window = {
        "num_output": site.channels,
        "group": site.channels,
        "kernel_size": [scale],
        "stride": [scale],
        "bias_term": False,
        "weight_filler": {"type": "constant", "value": 1.0},
    }
    return [site.last("Deconvolution", site.layer.bottom, convolution_param=window)]


# Activations -----------------------------------------------------------------------------------


def _clipped(site: Site, least: float, most: float) -> Sequence[Fields]:
    """``min + relu(x - min) - relu(x - max)``: without Clip, and equal between and outside them."""
    bottom = site.layer.bottom[0]
    parts = []
    layers = []
    for suffix, limit in (("above_min", least), ("above_max", most)):
        read = bottom
        # ReLU6 has no minimum to shift by.
        if limit:
            layers.append(
                site.new(f"{suffix}_shift", "Power", [read], power_param={"shift": -limit})
            )
            read = layers[-1]["top"][0]
        layers.append(site.new(suffix, "ReLU", [read]))
        parts.append(layers[-1]["top"][0])
    weights = {"operation": "SUM", "coeff": [1.0, -1.0]}
    if not least:
        return [*layers, site.last("Eltwise", parts, eltwise_param=weights)]
    layers.append(site.new("difference", "Eltwise", parts, eltwise_param=weights))
    read = layers[-1]["top"][0]
    return [*layers, site.last("Power", [read], power_param={"shift": least})]


def _clip_by_relus(site: Site) -> Sequence[Fields] | None:
    return _clipped(site, site.layer.clip_param.min, site.layer.clip_param.max)


def _relu6_by_relus(site: Site) -> Sequence[Fields] | None:
    if site.layer.relu6_param.negative_slope:
        return None
    return _clipped(site, 0.0, 6.0)


def _relu6_by_clip(site: Site) -> Sequence[Fields] | None:
    if site.layer.relu6_param.negative_slope:
        return None
    return [site.last("Clip", site.layer.bottom, clip_param={"min": 0.0, "max": 6.0})]


def _clip_by_relu6(site: Site) -> Sequence[Fields] | None:
    param = site.layer.clip_param
    if (param.min, param.max) != (0.0, 6.0):
        return None
    return [site.last("ReLU6", site.layer.bottom)]


def _swish(site: Site) -> Sequence[Fields]:
    """``x * sigmoid(beta * x)``."""
    bottom = site.layer.bottom[0]
    beta = site.layer.swish_param.beta
    layers = []
    read = bottom
    # The Sigmoid reads the scaled elements, and the product the bottom as it is.
    if beta != 1:
        layers.append(site.new("beta", "Power", [read], power_param={"scale": beta}))
        read = layers[-1]["top"][0]
    layers.append(site.new("sigmoid", "Sigmoid", [read]))
    product = {"operation": "PROD"}
    parts = [bottom, layers[-1]["top"][0]]
    return [*layers, site.last("Eltwise", parts, eltwise_param=product)]


def _mish(site: Site) -> Sequence[Fields]:
    """``x * tanh(log(1 + exp(x)))``; BNLL is the logarithm."""
    bottom = site.layer.bottom[0]
    softplus = site.new("softplus", "BNLL", [bottom])
    tanh = site.new("tanh", "TanH", softplus["top"])
    parts = [bottom, tanh["top"][0]]
    return [softplus, tanh, site.last("Eltwise", parts, eltwise_param={"operation": "PROD"})]


# Scales and sums -------------------------------------------------------------------------------


def _axpy(site: Site) -> Sequence[Fields] | None:
    """``scale * x + y``, with a scale for each image and channel."""
    if len(site.layer.bottom) != 3:
        return None
    scale, x, y = site.layer.bottom
    layers = []
    shape = site.bottoms[0]
    if shape is None:
        return None
    # A Scale wants a second bottom with the axes that it multiplies: N x C, not N x C x 1 x 1.
    if len(shape) > 2:
        layers.append(site.new("scale", "Flatten", [scale]))
        scale = layers[-1]["top"][0]
    product = site.new("product", "Scale", [x, scale], scale_param={"axis": 0})
    layers.append(product)
    return [*layers, site.last("Eltwise", [product["top"][0], y])]


def _bias_by_scale(site: Site) -> Sequence[Fields] | None:
    """A Scale by ones, with a bias."""
    if len(site.layer.bottom) != 1:
        return None
    param = site.layer.bias_param
    shape = site.bottoms[0]
    axis = param.axis
    # Not all targets can count an axis from the end.
    if axis < 0 and shape is not None:
        axis += len(shape)
    scale = {
        "axis": axis,
        "num_axes": param.num_axes,
        "filler": {"type": "constant", "value": 1.0},
        "bias_term": True,
    }
    return [site.last("Scale", site.layer.bottom, scale_param=scale)]


def _segnet_bn(site: Site) -> Sequence[Fields] | None:
    """SegNet's BN in INFERENCE: a scale and a shift, which training has folded the rest into."""
    param = site.layer.bn_param
    if not param.HasField("bn_mode") or param.bn_mode != param.INFERENCE:
        return None
    if len(site.layer.top) != 1:
        return None
    return [site.last("Scale", site.layer.bottom, scale_param={"bias_term": True})]


def _pspnet_bn(site: Site) -> Sequence[Fields] | None:
    """PSPNet's BN, with a running mean and variance."""
    param = site.layer.bn_param
    # Several forks have a BN, and protogen's schema has the fields of all of them.
    of_another_fork = ("bn_mode", "scale_filler", "shift_filler", "var_eps", "across_spatial")
    if any(has_field(param, name) for name in of_another_fork) or len(site.layer.top) != 1:
        return None
    normalized = site.new("normalized", "BatchNorm", site.layer.bottom)
    normalized["batch_norm_param"] = {"eps": param.eps}
    scale = {"bias_term": True}
    return [normalized, site.last("Scale", normalized["top"], scale_param=scale)]


def _shuffled(site: Site) -> Sequence[Fields] | None:
    """Split the channels into groups, transpose the groups with the channels in them, join them."""
    shape = site.bottoms[0]
    group = site.layer.shuffle_channel_param.group
    if shape is None or len(shape) != 4 or None in shape[1:]:
        return None
    _, channels, height, width = shape
    assert channels is not None
    assert height is not None
    assert width is not None
    # Height and width stay together, so that 4 axes are enough. A size of 0 copies the size of the
    # bottom on this axis.
    split = {"shape": {"dim": [0, group, channels // group, height * width]}}
    joined = {"shape": {"dim": [0, channels, height, width]}}
    first = site.new("groups", "Reshape", site.layer.bottom, reshape_param=split)
    second = site.new("shuffled", "Permute", first["top"], permute_param={"order": [0, 2, 1, 3]})
    return [first, second, site.last("Reshape", second["top"], reshape_param=joined)]


def _flattened(site: Site) -> Sequence[Fields] | None:
    """A Reshape that joins the axes from ``axis`` on."""
    param = site.layer.flatten_param
    shape = site.bottoms[0] if site.bottoms else None
    # Nor one with an axis that the bottom does not have, which Caffe rejects.
    if shape is None or param.end_axis != -1 or not 0 <= param.axis < len(shape):
        return None
    # Sizes of the bottom are not written, so that the net takes other images, too.
    dims = [0] * param.axis + [-1]
    return [site.last("Reshape", site.layer.bottom, reshape_param={"shape": {"dim": dims}})]


#: A Scale by ones, the bias of which is that of the Bias.
_ONES = (NewBlob(0, 0, value=1), NewBlob(0, 1, old=0))
#: The scale and the shift of SegNet's BN, which have the axes of the bottom.
_FLAT = (NewBlob(0, 0, old=0), NewBlob(0, 1, old=1))
#: Slope, bias, mean and variance of PSPNet's BN. The last blob of a BatchNorm divides the others.
_MOVED = (
    NewBlob(0, 0, old=2),
    NewBlob(0, 1, old=3),
    NewBlob(0, 2, value=1),
    NewBlob(1, 0, old=0),
    NewBlob(1, 1, old=1),
)
_COPIES = (NewBlob(0, 0, value=1),)


def _all() -> Iterator[Equivalent]:
    # Among the equivalents of a type, the one with fewer layers comes first.
    for name in ("ConvolutionDepthwise", "DepthwiseConvolution"):
        yield Equivalent(name, frozenset({"Convolution"}), _grouped)
    yield Equivalent("Upsample", frozenset({"Deconvolution"}), _upsampling, _COPIES)
    yield Equivalent("ReLU6", frozenset({"Clip"}), _relu6_by_clip)
    yield Equivalent("ReLU6", frozenset({"Power", "ReLU", "Eltwise"}), _relu6_by_relus)
    yield Equivalent("Clip", frozenset({"ReLU6"}), _clip_by_relu6)
    yield Equivalent("Clip", frozenset({"Power", "ReLU", "Eltwise"}), _clip_by_relus)
    yield Equivalent("Swish", frozenset({"Power", "Sigmoid", "Eltwise"}), _swish)
    yield Equivalent("Mish", frozenset({"BNLL", "TanH", "Eltwise"}), _mish)
    yield Equivalent("Axpy", frozenset({"Flatten", "Scale", "Eltwise"}), _axpy)
    yield Equivalent("Bias", frozenset({"Scale"}), _bias_by_scale, _ONES)
    yield Equivalent("BN", frozenset({"Scale"}), _segnet_bn, _FLAT)
    yield Equivalent("BN", frozenset({"BatchNorm", "Scale"}), _pspnet_bn, _MOVED)
    yield Equivalent("ShuffleChannel", frozenset({"Reshape", "Permute"}), _shuffled)
    yield Equivalent("Flatten", frozenset({"Reshape"}), _flattened)
    for name in ("ConvolutionDepthwise", "DepthwiseConvolution"):
        yield Equivalent("Convolution", frozenset({name}), _depthwise(name))


def _by_type() -> Mapping[str, Sequence[Equivalent]]:
    found: dict[str, list[Equivalent]] = {}
    for each in _all():
        found.setdefault(each.type, []).append(each)
    return found


#: What may replace a layer of a type, the simplest first.
EQUIVALENTS = _by_type()
