"""One spelling for all ways to write the same layer.

An explicit default is left out, ``kernel_h: 3 kernel_w: 3`` is ``kernel_size: 3``, and
``concat_dim`` is ``axis``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message

from protogen import layers as layer_types
from protogen import proto
from protogen.graph import PHASES
from protogen.proto.fields import has_field, is_repeated

__all__ = ["normal_layer", "normal_message", "normal_net"]

#: Fields of a layer that matter in training only.
_TRAINING = ("include", "exclude", "phase", "propagate_down", "loss_weight")

#: Fields of parameter messages that matter in training only, besides those that end in _filler.
_TRAINING_PARAMETERS = ("batch_size", "engine", "filler")

#: The fields of a window with the default of each; absent sizes have none.
_WINDOW = (("kernel", None), ("stride", 1), ("pad", 0))

#: The older name of a field, by its message and its present name.
_OLD_NAMES = {
    ("concat_param", "axis"): "concat_dim",
    ("slice_param", "axis"): "slice_dim",
}


def normal_layer(layer: proto.LayerParameter, *, without_training: bool = False) -> Any:
    """A copy of a layer in normal form, without its name, bottoms and tops.

    ``without_training`` also leaves out learning rates, fillers, phases, engines and the batch.
    """
    normal: Any = type(layer)()
    normal.CopyFrom(layer)
    # These are compared by themselves, as renamed layers and as wiring.
    for name in ("name", "bottom", "top"):
        normal.ClearField(name)
    _normalize_spelling(normal)
    if without_training:
        _remove_training(normal)
    _normalize_rules(normal)
    _normalize_weights(normal)
    _remove_defaults(normal)
    _normalize_params(normal)
    return normal


def normal_message(message: Any) -> Any:
    """A copy of a message without explicit defaults."""
    normal = type(message)()
    normal.CopyFrom(message)
    _remove_defaults(normal)
    return normal


def normal_net(net: proto.NetParameter) -> proto.NetParameter:
    """A copy of a net in which every layer is in normal form, with its names."""
    normal = type(net)()
    normal.CopyFrom(net)
    for layer in normal.layer:
        name, bottoms, tops = layer.name, list(layer.bottom), list(layer.top)
        layer.CopyFrom(normal_layer(layer))
        layer.name = name
        layer.bottom.extend(bottoms)
        layer.top.extend(tops)
    return normal


# Spelling --------------------------------------------------------------------------------------


def _normalize_spelling(layer: proto.LayerParameter) -> None:
    for (home, new), old in _OLD_NAMES.items():
        param = getattr(layer, home)
        if has_field(param, old):
            setattr(param, new, getattr(param, old))
            param.ClearField(old)
    for home, normalize in _NORMALIZERS.items():
        if has_field(layer, home):
            normalize(getattr(layer, home))


def _normalize_eltwise(param: Any) -> None:
    """EltwiseLayer gives each bottom the coefficient 1 if none is written."""
    if set(param.coeff) == {1}:
        param.ClearField("coeff")


def _normalize_convolution(param: Any) -> None:
    """Windows without ``_h`` and ``_w``; a size is written once if it is that of all axes."""
    for stem, default in (*_WINDOW, ("dilation", 1)):
        name = _field_of(stem)
        sizes = list(getattr(param, name))
        # Caffe has no dilation_h and dilation_w.
        if stem != "dilation":
            sizes = _height_and_width(param, stem, default) or sizes
            param.ClearField(f"{stem}_h")
            param.ClearField(f"{stem}_w")
        if len(set(sizes)) == 1:
            sizes = sizes[:1]
        if sizes == [default]:
            sizes = []
        getattr(param, name)[:] = sizes


def _field_of(stem: str) -> str:
    return "kernel_size" if stem == "kernel" else stem


def _height_and_width(param: Any, stem: str, default: int | None) -> list[int]:
    """Both sizes, if at least one of the fields for a single axis is written."""
    fields = (f"{stem}_h", f"{stem}_w")
    if not any(has_field(param, field) for field in fields):
        return []
    found = []
    for field in fields:
        # A stride_h without a stride_w leaves the other one 0 in a Convolution, where Caffe
        # crashes. Here it counts as the default.
        value = getattr(param, field) if has_field(param, field) else default
        found.append(value or 0)
    return found


def _normalize_pooling(param: Any) -> None:
    """Windows without ``_h`` and ``_w`` if both are equal: no field of a pooling has two sizes."""
    for stem, default in _WINDOW:
        name = _field_of(stem)
        sizes = _height_and_width(param, stem, default)
        if sizes and sizes[0] == sizes[1]:
            param.ClearField(f"{stem}_h")
            param.ClearField(f"{stem}_w")
            setattr(param, name, sizes[0])


#: The messages that have several spellings for the same parameters.
_NORMALIZERS: Mapping[str, Callable[[Any], None]] = {
    "convolution_param": _normalize_convolution,
    "eltwise_param": _normalize_eltwise,
    "pooling_param": _normalize_pooling,
}


# Training --------------------------------------------------------------------------------------


def _remove_training(layer: Any) -> None:
    """Leave out what a layer says about training only."""
    for name in _TRAINING:
        layer.ClearField(name)
    _remove_rates(layer)
    for _, value in layer.ListFields():
        if isinstance(value, Message):
            _remove_training_parameters(value)
    for shape in layer.input_param.shape:
        # The first size is the batch, unless there is no other.
        if len(shape.dim) > 1:
            shape.dim[0] = 1


def _remove_rates(layer: Any) -> None:
    """Leave out the learning rates; the names of shared blobs stay."""
    for param in layer.param:
        param.ClearField("lr_mult")
        param.ClearField("decay_mult")


def _remove_training_parameters(param: Any) -> None:
    """Leave out fillers, batches and engines."""
    for name in param.DESCRIPTOR.fields_by_name:
        is_filler = name.endswith("_filler")
        if is_filler or name in _TRAINING_PARAMETERS:
            param.ClearField(name)


def _normalize_rules(layer: proto.LayerParameter) -> None:
    """Excluding one of the two phases is including the other one."""
    if layer.include or len(layer.exclude) != 1:
        return
    (rule,) = layer.exclude
    # With a stage or a level, the states that are left are more than the other phase.
    if rule != type(rule)(phase=rule.phase):
        return
    (other,) = set(PHASES.values()).difference([rule.phase])
    layer.ClearField("exclude")
    layer.include.add(phase=other)


def _normalize_weights(layer: proto.LayerParameter) -> None:
    """A loss has the weight 1 without saying so, and another layer 0."""
    schema = layer_types.find(layer.type)
    default = 1.0 if schema is not None and schema.loss else 0.0
    weights: Sequence[float] = list(layer.loss_weight)
    if not weights:
        return
    # Only the first top of a loss has the weight 1.  (source: ``LossLayer::LayerSetUp``)
    first, *others = weights
    if first == default and not any(others):
        layer.ClearField("loss_weight")


def _normalize_params(layer: proto.LayerParameter) -> None:
    """Entries at the end that say nothing; a BatchNorm has the learning rates 0 in any case."""
    if layer.type == "BatchNorm":
        _remove_rates(layer)
    while layer.param and not layer.param[-1].ListFields():
        del layer.param[-1]


# Defaults --------------------------------------------------------------------------------------


def _remove_defaults(message: Any) -> None:
    """Leave out fields that have their default, and messages that then are empty."""
    for field, value in message.ListFields():
        # An element of a list counts, even if it is empty.
        if is_repeated(field):
            if field.message_type is not None:
                for element in value:
                    _remove_defaults(element)
            continue
        if isinstance(value, Message):
            _remove_defaults(value)
        if _says_nothing(field, value):
            message.ClearField(field.name)


def _says_nothing(field: Any, value: Any) -> bool:
    """Whether a net means the same without a value, whose own defaults have been removed."""
    if isinstance(value, Message):
        return not value.ListFields()
    # Without a default in the schema, Caffe may ask whether the field is there.
    return bool(field.has_default_value and value == field.default_value)
