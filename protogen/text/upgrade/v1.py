"""From V1 (``layers { type: CONVOLUTION }``) to the current format (``layer { type: "..." }``).

V1 named layer types by an enum. It had four parallel lists in place of a ``param`` message for each
learnable blob.  (``UpgradeV1Net`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.text._v1_types import V1_TYPES
from protogen.text.upgrade.upgrade_findings import Findings, Path

__all__ = ["new_path", "upgrade_v1"]

# The lists with an entry for each learnable blob, and the field of ``param`` that each became.
_PER_BLOB = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}


def new_path(path: Path) -> Path:
    """Where the current format has what V1 has at ``path``."""
    if len(path) > 1 and path[0] in _PER_BLOB:
        return ("param", path[1], _PER_BLOB[str(path[0])])
    return path


def upgrade_v1(net: Any, found: Findings) -> None:
    """Move the net's ``layers`` to ``layer``, in place."""
    if net.layer:
        message = "net has both layer { } and layers { }; Caffe accepts only one of them"
        hint = 'write every layer as layer { type: "Name" }'
        found.report("legacy-mixed", message, ("layers", 0), hint=hint)
        return
    for layer in net.layers:
        _upgrade_layer(layer, net.layer.add())
    net.ClearField("layers")


def _upgrade_layer(old: Any, new: Any) -> None:
    """Fill the current layer ``new`` from the V1 layer ``old``."""
    for descriptor, value in old.ListFields():
        name = descriptor.name
        if name == "type":
            new.type = V1_TYPES[old.LayerType.Name(value)]
        elif name in _PER_BLOB:
            _fill_params(new, _PER_BLOB[name], value)
        elif name == "name":
            new.name = value
        else:
            # A message or a list, which both formats have under the same name.
            getattr(new, name).MergeFrom(value)


def _fill_params(layer: Any, field: str, values: Any) -> None:
    """Set a field of the first ``param`` messages, which are added if there are fewer."""
    for index, value in enumerate(values):
        if len(layer.param) <= index:
            layer.param.add()
        setattr(layer.param[index], field, value)
