"""Fields that a target reads in another way, written so that it computes what Caffe computes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from protogen import layers as layer_types
from protogen import proto
from protogen.portability.dialect.equivalents import Fields, NewBlob, Site
from protogen.shapes import MAX_AXES, is_known

__all__ = ["REWRITES", "REWRITTEN_WEIGHTS", "Rewrite"]

#: Returns the layers that replace one, or ``None`` if it stays as it is.
Rewrite = Callable[[Site], Sequence[Fields] | None]


def _copied(layer: proto.LayerParameter) -> Any:
    copy = type(layer)()
    copy.CopyFrom(layer)
    return copy


def _lrn(site: Site) -> Sequence[Fields] | None:
    """All parameters written, and ``k`` moved into alpha and a factor.

    ``x * (k + a * s)^-b`` is ``k^-b * x * (1 + a / k * s)^-b``.
    """
    layer = _copied(site.layer)
    param = layer.lrn_param
    k, beta = param.k, param.beta
    # Assigning a default writes it: without the fields, OpenCV takes alpha 0.0001, and TensorRT
    # beta 5.
    param.alpha = param.alpha
    param.beta = beta
    param.k = k
    # A k that is not positive has no power that could be taken out.
    if k == 1 or k <= 0:
        return None if layer == site.layer else [layer]
    param.alpha /= k
    param.k = 1.0
    return _then_scaled(site, layer, k**-beta)


def _then_scaled(site: Site, layer: Any, factor: float) -> Sequence[Fields]:
    """The layer with a new top, and a Power layer that multiplies it."""
    layer.top[:] = [site.names.blob(f"{site.layer.name}_unscaled")]
    name = site.names.layer(f"{site.layer.name}_scale")
    power = {
        "name": name,
        "type": "Power",
        "bottom": list(layer.top),
        "top": list(site.layer.top),
        "power_param": {"scale": factor},
    }
    return [layer, power]


def _log(site: Site) -> Sequence[Fields] | None:
    """The natural logarithm, with what it reads and produces scaled by Power layers."""
    param = site.layer.log_param
    layer = _copied(site.layer)
    layer.ClearField("log_param")
    before: list[Any] = []
    if param.scale != 1 or param.shift != 0:
        affine = {"scale": param.scale, "shift": param.shift}
        before.append(site.new("argument", "Power", site.layer.bottom, power_param=affine))
        layer.bottom[:] = before[0]["top"]
    # In Caffe, base -1 stands for e.
    if param.base == -1:
        return [*before, layer] if before else None
    # Caffe rejects these.
    if param.base <= 0 or param.base == 1:
        return None
    return [*before, *_then_scaled(site, layer, 1 / math.log(param.base))]


def _axis_for(message: str, old: str) -> Rewrite:
    """``axis`` in place of its older name, which OpenCV ignores."""

    def write(site: Site) -> Sequence[Fields] | None:
        if not getattr(site.layer, message).HasField(old):
            return None
        layer = _copied(site.layer)
        param = getattr(layer, message)
        axis = getattr(param, old)
        # Caffe rejects such an axis, and `axis` has no room for all of them.
        if axis >= MAX_AXES:
            return None
        param.axis = axis
        param.ClearField(old)
        return [layer]

    return write


def _statistics(site: Site) -> Sequence[Fields] | None:
    """The learned statistics, as a net in use has them; training computes its own."""
    if site.trains:
        return None
    layer = _copied(site.layer)
    layer.batch_norm_param.use_global_stats = True
    return [layer]


def _axis_from_front(message: str) -> Rewrite:
    """An axis that does not count from the end."""

    def write(site: Site) -> Sequence[Fields] | None:
        layer, shape = _copied(site.layer), site.bottoms[0]
        param = getattr(layer, message)
        # The number of axes has to be known.
        if param.axis >= 0 or shape is None:
            return None
        param.axis += len(shape)
        return [layer]

    return write


def _default_axis(site: Site) -> Sequence[Fields] | None:
    """A convolution without ``axis``, which OpenVINO rejects and MNN ignores."""
    layer = _copied(site.layer)
    from_end = 1 - len(site.bottoms[0] or ())
    # Any other axis of channels makes another convolution.
    if layer.convolution_param.axis not in (1, from_end):
        return None
    layer.convolution_param.ClearField("axis")
    return [layer]


def _default_engine(site: Site) -> Sequence[Fields] | None:
    """The layer without ``engine``, which chooses how it is computed, not what."""
    layer = _copied(site.layer)
    schema = layer_types.find(layer.type)
    if schema is None or not schema.param:
        return None
    getattr(layer, schema.param).ClearField("engine")
    return [layer]


def _untransposed(site: Site) -> Sequence[Fields] | None:
    """An InnerProduct whose weights are stored the other way around."""
    layer = _copied(site.layer)
    layer.inner_product_param.ClearField("transpose")
    return [layer]


def _unclipped_boxes(site: Site) -> Sequence[Fields] | None:
    """The layer with Caffe's default written, because OpenCV has the opposite one."""
    layer = _copied(site.layer)
    if layer.prior_box_param.HasField("clip"):
        return None
    layer.prior_box_param.clip = False
    return [layer]


def _per_axis(site: Site) -> Sequence[Fields] | None:
    """``kernel_h`` and ``kernel_w`` in place of two values of ``kernel_size``, and so on."""
    layer = _copied(site.layer)
    param = layer.convolution_param
    for field, stem in (("kernel_size", "kernel"), ("stride", "stride"), ("pad", "pad")):
        values = list(getattr(param, field))
        # A single value is for both axes everywhere.
        if len(values) == 2:
            param.ClearField(field)
            setattr(param, f"{stem}_h", values[0])
            setattr(param, f"{stem}_w", values[1])
    return None if layer == site.layer else [layer]


def _both_pads(site: Site) -> Sequence[Fields] | None:
    """``pad_h`` and ``pad_w`` where one of them is written."""
    layer = _copied(site.layer)
    param = layer.convolution_param
    param.pad_h, param.pad_w = param.pad_h, param.pad_w
    return None if layer == site.layer else [layer]


def _strides(site: Site) -> Sequence[Fields] | None:
    """Two values of ``stride`` in place of ``stride_h`` and ``stride_w``."""
    layer = _copied(site.layer)
    param = layer.convolution_param
    if param.stride:
        return None
    param.stride[:] = [param.stride_h or 1, param.stride_w or 1]
    param.ClearField("stride_h")
    param.ClearField("stride_w")
    return [layer]


def _with_bias(site: Site) -> Sequence[Fields] | None:
    """A layer with a bias of zeros."""
    layer = _copied(site.layer)
    layer.convolution_param.bias_term = True
    return [layer]


def _slice(site: Site) -> Sequence[Fields] | None:
    """A Slice with its axis, and with the points at which it divides its bottom."""
    layer = _copied(site.layer)
    param = layer.slice_param
    if param.slice_dim >= MAX_AXES:
        return None
    if param.HasField("slice_dim"):
        param.axis = param.slice_dim
        param.ClearField("slice_dim")
    shape = site.bottoms[0] if site.bottoms else None
    # Caffe rejects an axis that the bottom does not have.
    if shape is not None and not -len(shape) <= param.axis < len(shape):
        return None
    size = None if shape is None else shape[param.axis]
    if size is not None and not param.slice_point:
        # Without points, Caffe divides into equal parts, and rejects a remainder.
        part = size // len(layer.top)
        param.slice_point.extend(part * number for number in range(1, len(layer.top)))
    return None if layer == site.layer else [layer]


def _crop_offset(site: Site) -> Sequence[Fields]:
    """The layer with Caffe's default written, without which MNN does not crop."""
    layer = _copied(site.layer)
    layer.crop_param.offset.append(0)
    return [layer]


def _coefficients(site: Site) -> Sequence[Fields]:
    """A sum of bottoms that Power layers multiply by their coefficients."""
    layer = _copied(site.layer)
    layer.eltwise_param.ClearField("coeff")
    before: list[Any] = []
    for number, (bottom, factor) in enumerate(
        zip(site.layer.bottom, site.layer.eltwise_param.coeff)
    ):
        if factor == 1:
            continue
        scaled = site.new(f"scaled{number}", "Power", [bottom], power_param={"scale": factor})
        before.append(scaled)
        layer.bottom[number] = scaled["top"][0]
    return [*before, layer]


def _pairs(site: Site) -> Sequence[Fields] | None:
    """An Eltwise of two bottoms after another, each with the coefficients of its bottoms."""
    param = site.layer.eltwise_param
    coefficients = list(param.coeff) or [1.0] * len(site.layer.bottom)
    layers: list[Any] = []
    read, factor = site.layer.bottom[0], coefficients[0]
    for number, (bottom, other) in enumerate(zip(site.layer.bottom[1:], coefficients[1:]), 1):
        pair = proto.EltwiseParameter(operation=param.operation)
        if (factor, other) != (1, 1):
            pair.coeff[:] = [factor, other]
        if number == len(site.layer.bottom) - 1:
            return [*layers, site.last("Eltwise", [read, bottom], eltwise_param=pair)]
        layers.append(site.new(f"first{number + 1}", "Eltwise", [read, bottom], eltwise_param=pair))
        # The sum so far has the coefficients of its bottoms in it.
        read, factor = layers[-1]["top"][0], 1.0
    return None


def _without_bias(site: Site) -> Sequence[Fields] | None:
    """The layer with Caffe's default written, because TensorRT has the opposite one."""
    layer = _copied(site.layer)
    layer.scale_param.bias_term = False
    return [layer]


def _reshape(site: Site) -> Sequence[Fields] | None:
    """A Reshape that names every axis of its bottom: 0 keeps the size of an axis."""
    shape, param = site.bottoms[0] if site.bottoms else None, site.layer.reshape_param
    if shape is None:
        return None
    first = param.axis + len(shape) + 1 if param.axis < 0 else param.axis
    last = len(shape) if param.num_axes == -1 else first + param.num_axes
    # Caffe rejects axes that the bottom does not have.
    if not 0 <= first <= last <= len(shape):
        return None
    if not is_known(shape[last:]):
        return None
    layer = _copied(site.layer)
    layer.reshape_param.Clear()
    # A 0 between them keeps its meaning: it copies the size at the same place of the bottom.
    layer.reshape_param.shape.dim.extend([0] * first)
    layer.reshape_param.shape.dim.extend(param.shape.dim)
    layer.reshape_param.shape.dim.extend(shape[last:])
    return [layer]


#: By the field of a target's quirk: how to write a layer without it.
REWRITES: Mapping[str, Rewrite] = {
    "*.engine": _default_engine,
    "batch_norm_param.use_global_stats": _statistics,
    "bottom": _pairs,
    "concat_param.axis": _axis_from_front("concat_param"),
    "concat_param.concat_dim": _axis_for("concat_param", "concat_dim"),
    "convolution_param.axis": _default_axis,
    "convolution_param.bias_term": _with_bias,
    "convolution_param.kernel_size": _per_axis,
    "convolution_param.pad": _per_axis,
    "convolution_param.pad_h": _both_pads,
    "convolution_param.pad_w": _both_pads,
    "convolution_param.stride": _per_axis,
    "convolution_param.stride_h": _strides,
    "convolution_param.stride_w": _strides,
    "crop_param.offset": _crop_offset,
    "eltwise_param.coeff": _coefficients,
    "inner_product_param.transpose": _untransposed,
    "log_param.base": _log,
    "log_param.scale": _log,
    "log_param.shift": _log,
    "lrn_param.alpha": _lrn,
    "lrn_param.beta": _lrn,
    "lrn_param.k": _lrn,
    "prior_box_param.clip": _unclipped_boxes,
    "reshape_param.axis": _reshape,
    "reshape_param.num_axes": _reshape,
    "scale_param.bias_term": _without_bias,
    "slice_param.axis": _axis_from_front("slice_param"),
    "slice_param.slice_dim": _slice,
    "slice_param.slice_point": _slice,
    "softmax_param.axis": _axis_from_front("softmax_param"),
}

#: What becomes of the weights, where a rewrite changes them.
REWRITTEN_WEIGHTS: Mapping[str, tuple[NewBlob, ...]] = {
    "convolution_param.bias_term": (NewBlob(0, 0, old=0), NewBlob(0, 1, value=0)),
    "inner_product_param.transpose": (NewBlob(0, 0, old=0, transposed=True),),
}
