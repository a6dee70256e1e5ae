"""From V0 (``layers { layer { type: "conv" } }``) to V1 (``layers { type: CONVOLUTION }``).

V0 kept the parameters of every layer type in one flat message and had padding layers, which
became the ``pad`` of the convolution or pooling that follows them.  (``UpgradeV0Net`` in Caffe's
``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import did_you_mean, plural
from protogen.proto.fields import is_repeated
from protogen.text.upgrade.upgrade_findings import Findings, Path

__all__ = ["is_v0", "new_path", "upgrade_v0"]

_TYPES = {
    "accuracy": "ACCURACY",
    "bnll": "BNLL",
    "concat": "CONCAT",
    "conv": "CONVOLUTION",
    "data": "DATA",
    "dropout": "DROPOUT",
    "euclidean_loss": "EUCLIDEAN_LOSS",
    "flatten": "FLATTEN",
    "hdf5_data": "HDF5_DATA",
    "hdf5_output": "HDF5_OUTPUT",
    "im2col": "IM2COL",
    "images": "IMAGE_DATA",
    "infogain_loss": "INFOGAIN_LOSS",
    "innerproduct": "INNER_PRODUCT",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MULTINOMIAL_LOGISTIC_LOSS",
    "pool": "POOLING",
    "relu": "RELU",
    "sigmoid": "SIGMOID",
    "softmax": "SOFTMAX",
    "softmax_loss": "SOFTMAX_LOSS",
    "split": "SPLIT",
    "tanh": "TANH",
    "window_data": "WINDOW_DATA",
}

_CONV = {"conv": "convolution_param"}
_POOL = {"pool": "pooling_param"}
_WINDOWED = _CONV | _POOL
_WEIGHTED = _CONV | {"innerproduct": "inner_product_param"}
_LRN = {"lrn": "lrn_param"}
_DATA = {"data": "data_param"}
_IMAGES = {"images": "image_data_param"}
_WINDOW_DATA = {"window_data": "window_data_param"}
_BATCHED = _DATA | _IMAGES | _WINDOW_DATA | {"hdf5_data": "hdf5_data_param"}
_TRANSFORM = dict.fromkeys(["", *_TYPES], "transform_param")

# V0's name of a field: its V1 name, and the parameter message it went to for each layer type.
_FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "num_output": ("num_output", _WEIGHTED),
    "biasterm": ("bias_term", _WEIGHTED),
    "weight_filler": ("weight_filler", _WEIGHTED),
    "bias_filler": ("bias_filler", _WEIGHTED),
    "pad": ("pad", _WINDOWED),
    "kernelsize": ("kernel_size", _WINDOWED),
    "group": ("group", _CONV),
    "stride": ("stride", _WINDOWED),
    "pool": ("pool", _POOL),
    "dropout_ratio": ("dropout_ratio", {"dropout": "dropout_param"}),
    "local_size": ("local_size", _LRN),
    "alpha": ("alpha", _LRN),
    "beta": ("beta", _LRN),
    "k": ("k", _LRN),
    "source": ("source", _BATCHED | {"infogain_loss": "infogain_loss_param"}),
    "scale": ("scale", _TRANSFORM),
    "meanfile": ("mean_file", _TRANSFORM),
    "batchsize": ("batch_size", _BATCHED),
    "cropsize": ("crop_size", _TRANSFORM),
    "mirror": ("mirror", _TRANSFORM),
    "rand_skip": ("rand_skip", _DATA | _IMAGES),
    "shuffle_images": ("shuffle", _IMAGES),
    "new_height": ("new_height", _IMAGES),
    "new_width": ("new_width", _IMAGES),
    "concat_dim": ("concat_dim", {"concat": "concat_param"}),
    "det_fg_threshold": ("fg_threshold", _WINDOW_DATA),
    "det_bg_threshold": ("bg_threshold", _WINDOW_DATA),
    "det_fg_fraction": ("fg_fraction", _WINDOW_DATA),
    "det_context_pad": ("context_pad", _WINDOW_DATA),
    "det_crop_mode": ("crop_mode", _WINDOW_DATA),
    "hdf5_output_param": ("", {"hdf5_output": "hdf5_output_param"}),
}
# Fields that are the same for every layer type. ``new_num`` and ``new_channels``, meant for a
# Reshape layer that V0 never had, are in neither table: Caffe drops them silently.
_COMMON = ("name", "blobs", "blobs_lr", "weight_decay")
# The fields of a net that its upgrade keeps; Caffe drops the others silently.
_NET_FIELDS = ("name", "layers", "input", "input_dim", "force_backward")
_LAYER_FIELDS = ("bottom", "top", "layer")


def is_v0(net: Any) -> bool:
    """Whether any layer of the net is in the V0 format."""
    return any(layer.HasField("layer") for layer in net.layers)


def _target(field: str, layer_type: str) -> tuple[str, ...] | None:
    """Where V1 has V0's ``field`` for a layer of that type; None if it has no such field."""
    if field in (*_COMMON, "type"):
        return (field,)
    name, messages = _FIELDS.get(field, ("", {}))
    if layer_type not in messages:
        return None
    # Without a name, the field is the parameter message itself.
    if not name:
        return (messages[layer_type],)
    return (messages[layer_type], name)


def new_path(path: Path, layer_type: str) -> Path:
    """Where V1 has what a V0 layer of that type has at ``path``."""
    if len(path) < 2 or path[0] != "layer":
        return path
    target = _target(str(path[1]), layer_type) or path[1:2]
    return (*target, *path[2:])


def upgrade_v0(net: Any, found: Findings) -> tuple[Any, list[int]]:
    """The V1 net, and for each of its layers the index of the V0 layer that it was made of."""
    _report_dropped_fields(net, found)
    layers, origins = _merge_padding(net, found)
    out = type(net)(input=net.input, input_dim=net.input_dim)
    for field in ("name", "force_backward"):
        if net.HasField(field):
            setattr(out, field, getattr(net, field))
    for layer, index in zip(layers, origins, strict=True):
        _upgrade_layer(layer, out.layers.add(), index, found)
    message = f"{plural(len(layers), 'layer')} upgraded from the V0 format"
    merged = len(net.layers) - len(layers)
    if merged:
        message += f", {plural(merged, 'padding layer')} merged into the next layer"
    found.report("legacy-v0", message, ("layers", 0), field="")
    return out, origins


def _report_dropped_fields(net: Any, found: Findings) -> None:
    """Warn of what Caffe drops from a V0 net silently."""
    for descriptor, _ in net.ListFields():
        if descriptor.name in _NET_FIELDS:
            continue
        path: Path = (descriptor.name,)
        if is_repeated(descriptor):
            path = (descriptor.name, 0)
        message = f'"{descriptor.name}" of the net is dropped'
        why = "Caffe's upgrade of a V0 net keeps only " + ", ".join(_NET_FIELDS)
        found.report("legacy-dropped-field", message, path, why=why)
    for index, layer in enumerate(net.layers):
        for descriptor, _ in layer.ListFields():
            if descriptor.name not in _LAYER_FIELDS:
                _report_dropped_field(layer, index, descriptor.name, found)


def _report_dropped_field(layer: Any, index: int, field: str, found: Findings) -> None:
    name = layer.layer.name or layer.name
    why = "Caffe treats a net with any V0 layer as V0, and reads only bottom, top and "
    why += "the inner layer { } of a layer"
    path = ("layers", index, field)
    found.report("legacy-dropped-field", f'"{field}" is dropped', path, layer=name, why=why)


def _merge_padding(net: Any, found: Findings) -> tuple[list[Any], list[int]]:
    """The layers other than padding ones, whose ``pad`` goes to the layers that they feed."""
    source_of: dict[str, Any] = dict.fromkeys(net.input)
    layers, origins = [], []
    for index, layer in enumerate(net.layers):
        merged = type(layer)()
        merged.CopyFrom(layer)
        for j, bottom in enumerate(layer.bottom):
            path = ("layers", index, "bottom", j)
            if bottom not in source_of:
                message = f'bottom "{bottom}" is not an input, and no earlier layer produces it'
                found.report("legacy-unknown-bottom", message, path, **_about(layer))
            source = source_of.get(bottom)
            if source is None or source.layer.type != "padding":
                continue
            _check_padding(source, layer, path, found)
            merged.layer.pad = source.layer.pad
            merged.bottom[j] = source.bottom[0] if source.bottom else ""
        # A later layer with the same top hides this one, as in place.
        source_of.update(dict.fromkeys(layer.top, layer))
        if layer.layer.type != "padding":
            layers.append(merged)
            origins.append(index)
    return layers, origins


def _check_padding(padding: Any, layer: Any, path: Path, found: Findings) -> None:
    """Caffe aborts unless one padding layer pads one convolution or pooling."""
    about = _about(layer)
    if layer.layer.type not in _WINDOWED:
        message = f'padding layer "{padding.layer.name}" feeds a layer that has no pad'
        why = 'only "conv" and "pool" layers take over the pad of a padding layer'
        found.report("legacy-padding", message, path, why=why, **about)
    if len(layer.bottom) != 1:
        message = f"expected 1 bottom after a padding layer, got {len(layer.bottom)}"
        found.report("legacy-padding", message, path, **about)
    if len(padding.bottom) != 1 or len(padding.top) != 1:
        message = f'padding layer "{padding.layer.name}": expected 1 bottom and 1 top, got '
        message += f"{len(padding.bottom)} and {len(padding.top)}"
        found.report("legacy-padding", message, path, **about)


def _upgrade_layer(old: Any, new: Any, index: int, found: Findings) -> None:
    """Fill the V1 layer ``new`` from the V0 layer ``old``, which is the file's ``index``-th."""
    new.bottom.extend(old.bottom)
    new.top.extend(old.top)
    if old.layer.HasField("type") and not _set_type(old, new, index, found):
        return
    for descriptor, value in old.layer.ListFields():
        field = descriptor.name
        if field == "type":
            continue
        target = _target(field, old.layer.type)
        path = ("layers", index, "layer", field)
        if target is not None:
            _store(new, target, value)
        elif field in _FIELDS:
            # Caffe logs an error for it, and its upgrade tool returns a failure.
            message = f'"{field}" is not a parameter of this layer type; it is dropped'
            found.report("legacy-unknown-field", message, path, **_about(old))
        else:
            message = f'"{field}" is dropped: no layer type has it'
            found.report("legacy-dropped-field", message, path, **_about(old))


def _set_type(old: Any, new: Any, index: int, found: Findings) -> bool:
    """Set the V1 type, or report that there is none."""
    name = old.layer.type
    if name in _TYPES:
        new.type = new.LayerType.Value(_TYPES[name])
        return True
    message, hint = f'unknown V0 layer type "{name}"', did_you_mean(name, _TYPES)
    path = ("layers", index, "layer", "type")
    found.report("legacy-unknown-type", message, path, hint=hint, **_about(old))
    return False


def _store(message: Any, target: tuple[str, ...], value: Any) -> None:
    """Set the field at ``target``, or add to it if it is repeated."""
    *outer, name = target
    for step in outer:
        message = getattr(message, step)
    field = message.DESCRIPTOR.fields_by_name[name]
    present = getattr(message, name)
    if is_repeated(field):
        present.extend(value if hasattr(value, "extend") else [value])
    elif field.message_type is not None:
        present.CopyFrom(value)
    elif field.type == field.TYPE_UINT32:
        # V0's new_height and new_width were signed: C++ wraps what it assigns.
        setattr(message, name, value & 0xFFFFFFFF)
    else:
        setattr(message, name, value)


def _about(layer: Any) -> dict[str, Any]:
    return {"layer": layer.layer.name, "type": layer.layer.type}
