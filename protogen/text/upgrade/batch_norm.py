"""BatchNorm layers with three ``param``, which the first version of the layer required.

(``UpgradeNetBatchNorm`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import plural
from protogen.text.upgrade.upgrade_findings import Findings

__all__ = ["has_old_batch_norm", "upgrade_batch_norm"]


def has_old_batch_norm(net: Any) -> bool:
    """Whether a BatchNorm layer has three params."""
    return any(map(_is_old_batch_norm, net.layer))


def _is_old_batch_norm(layer: Any) -> bool:
    return len(layer.param) == 3 and layer.type == "BatchNorm"


def upgrade_batch_norm(net: Any, found: Findings) -> None:
    """Keep the solver from training the statistics of old BatchNorm layers, in place."""
    changed = 0
    for layer in filter(_is_old_batch_norm, net.layer):
        before = layer.SerializePartialToString()
        # Mean, variance and their scale are statistics of the data, which a solver must not train.
        # Caffe changes only these two fields, and leaves names and share modes as they are.
        for param in layer.param:
            param.lr_mult = param.decay_mult = 0.0
        changed += layer.SerializePartialToString() != before
    if changed:
        message = f"lr_mult and decay_mult of {plural(changed, 'BatchNorm layer')} set to 0"
        found.report("legacy-batch-norm", message, field="")
