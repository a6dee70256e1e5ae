"""The transforms of data layers, which moved from each layer's parameters to ``transform_param``.

(``UpgradeNetDataTransformation`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import plural
from protogen.text._v1_types import DATA_PARAMS, TRANSFORMS
from protogen.text.upgrade.upgrade_findings import Findings, Path

__all__ = ["new_path", "upgrade_data_transforms"]


def new_path(path: Path, layer: Any) -> Path:
    """Where the V1 ``layer``, once upgraded, has what it has at ``path`` now."""
    if len(path) != 2 or path[1] not in TRANSFORMS:
        return path
    if path[0] != _data_param(layer):
        return path
    return ("transform_param", path[1])


def _data_param(layer: Any) -> str:
    """The name of the parameters of a V1 data layer; empty for another layer."""
    return DATA_PARAMS.get(layer.LayerType.Name(layer.type), "")


def upgrade_data_transforms(net: Any, found: Findings) -> None:
    """Move ``scale`` and the like of V1 data layers to their ``transform_param``, in place.

    In the current format (``layer``) Caffe leaves such fields where they are and ignores them.
    """
    old = []
    for index, layer in enumerate(net.layers):
        if _has_old_transforms(layer):
            old.append(index)
    if not old:
        return
    # Caffe moves the fields of all data layers if one of them has such fields.
    for layer in net.layers:
        name = _data_param(layer)
        if name:
            param = getattr(layer, name)
            _move_transforms(layer, param)
    message = f"transforms of {plural(len(old), 'data layer')} moved to transform_param"
    found.report("legacy-data-transform", message, ("layers", old[0]), field="")


def _has_old_transforms(layer: Any) -> bool:
    # A value that equals the default counts, too: Caffe asks whether the field is written.
    name = _data_param(layer)
    if not name:
        return False
    return any(map(getattr(layer, name).HasField, TRANSFORMS))


def _move_transforms(layer: Any, param: Any) -> None:
    """As soon as one layer needs it, Caffe creates both messages in every data layer."""
    param.SetInParent()
    layer.transform_param.SetInParent()
    for field in TRANSFORMS:
        # The old field wins over one in transform_param.
        if param.HasField(field):
            setattr(layer.transform_param, field, getattr(param, field))
            param.ClearField(field)
