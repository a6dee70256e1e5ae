"""What else changed while the layers kept their form: data transforms, net inputs, BatchNorm.

(``UpgradeNetDataTransformation``, ``UpgradeNetInput`` and ``UpgradeNetBatchNorm`` in Caffe's
``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen import proto
from protogen.diagnostics import plural
from protogen.text.upgrade.findings import Findings, Path

__all__ = [
    "batch_norm_edits",
    "has_old_batch_norm",
    "input_target",
    "moved",
    "upgrade_batch_norm",
    "upgrade_data_transforms",
    "upgrade_inputs",
]

_TRANSFORMED = {"DATA": "data_param", "IMAGE_DATA": "image_data_param"}
_TRANSFORMED["WINDOW_DATA"] = "window_data_param"
_TRANSFORMS = ("scale", "mean_file", "crop_size", "mirror")


def moved(path: Path, layer: Any) -> Path:
    """Where the V1 ``layer``, once upgraded, keeps what it has at ``path``."""
    if len(path) == 2 and path[0] == _data_param(layer) and path[1] in _TRANSFORMS:
        return ("transform_param", path[1])
    return path


def input_target(path: Path, has_shapes: bool) -> Path:
    """Where the Input layer keeps what the net has at ``path``."""
    name, index, *below = path
    if name == "input":
        return ("top", index)
    if name == "input_shape":
        return ("input_param", "shape", index, *below)
    if has_shapes:
        return ()
    return ("input_param", "shape", int(index) // 4, "dim", int(index) % 4)


def _data_param(layer: Any) -> str:
    """The name of the parameters of a V1 data layer; nothing for another layer."""
    return _TRANSFORMED.get(layer.LayerType.Name(layer.type), "")


def upgrade_data_transforms(net: Any, found: Findings) -> None:
    """Move ``scale`` … of the V1 data layers to their ``transform_param``, in place.

    This applies only to layers written as ``layers``: in a current net, Caffe leaves such fields
    where they are, and does not read them.
    """
    old = [index for index, layer in enumerate(net.layers) if _has_old_transforms(layer)]
    if not old:
        return
    for layer in net.layers:
        if name := _data_param(layer):
            _move_transforms(layer, getattr(layer, name))
    message = f"transforms of {plural(len(old), 'data layer')} moved to transform_param"
    found.report("legacy-data-transform", message, ("layers", old[0]), field="")


def _has_old_transforms(layer: Any) -> bool:
    name = _data_param(layer)
    return bool(name) and any(map(getattr(layer, name).HasField, _TRANSFORMS))


def _move_transforms(layer: Any, param: Any) -> None:
    """Once one layer needs it, Caffe leaves both messages in every data layer, if only empty."""
    param.SetInParent()
    layer.transform_param.SetInParent()
    for field in _TRANSFORMS:
        if param.HasField(field):
            setattr(layer.transform_param, field, getattr(param, field))
            param.ClearField(field)


def upgrade_inputs(net: Any, found: Findings) -> bool:
    """Turn the net's ``input`` fields into an Input layer, in place; False if none is needed.

    ``input_shape`` takes precedence over ``input_dim``. Inputs with neither come from old weight
    files, and are dropped.
    """
    shapes = _input_shapes(net)
    given = bool(net.input_shape or net.input_dim)
    if not given:
        message = f'input "{net.input[0]}" has neither input_shape nor input_dim, and is dropped'
        found.report("legacy-dropped-field", message, ("input", 0))
    elif len(shapes) < len(net.input):
        _report_missing_shape(net, len(shapes), found)
    else:
        layer = proto.LayerParameter(name="input", type="Input", top=net.input)
        layer.input_param.shape.extend(shapes[: len(net.input)])
        layers = [layer, *net.layer]
        net.ClearField("layer")
        net.layer.extend(layers)
        message = f"{plural(len(net.input), 'input')} of the net became an Input layer"
        found.report("legacy-input", message, ("input", 0), field="")
    for field in ("input", "input_shape", "input_dim"):
        net.ClearField(field)
    return given


def _input_shapes(net: Any) -> list[Any]:
    """A shape for each input, in order, as long as there are enough."""
    if net.input_shape:
        return list(net.input_shape)
    dims = net.input_dim
    return [proto.BlobShape(dim=dims[i : i + 4]) for i in range(0, len(dims) - len(dims) % 4, 4)]


def _report_missing_shape(net: Any, known: int, found: Findings) -> None:
    if net.input_shape:
        message = f'input "{net.input[known]}" has no input_shape; the net has only {known}'
    else:
        dims = len(net.input_dim)
        message = (
            f'input "{net.input[known]}" needs 4 input_dim values; the net has only {dims} in total'
        )
    why = "Caffe reads past the end of the list"
    found.report("legacy-input-shape", message, ("input", known), why=why)


def _is_old_batch_norm(layer: Any) -> bool:
    return len(layer.param) == 3 and layer.type == "BatchNorm"


def has_old_batch_norm(net: Any) -> bool:
    """Whether a BatchNorm layer declares three params, as its first version required."""
    return any(map(_is_old_batch_norm, net.layer))


def upgrade_batch_norm(net: Any, found: Findings) -> None:
    """Keep the solver from learning the statistics of old BatchNorm layers, in place."""
    changed = 0
    for layer in filter(_is_old_batch_norm, net.layer):
        before = [param.SerializeToString() for param in layer.param]
        for param in layer.param:
            param.lr_mult = param.decay_mult = 0.0
        changed += before != [param.SerializeToString() for param in layer.param]
    if changed:
        message = f"lr_mult and decay_mult of {plural(changed, 'BatchNorm layer')} set to 0"
        found.report("legacy-batch-norm", message, field="")


def batch_norm_edits(net: Any, field: str) -> dict[Path, float]:
    """Where `upgrade_batch_norm` changes ``field`` of a param, and to what."""
    return {
        ("layer", index, "param", blob, field): 0.0
        for index, layer in enumerate(net.layer)
        if _is_old_batch_norm(layer)
        for blob, param in enumerate(layer.param)
        if getattr(param, field) or not param.HasField(field)
    }
