"""Old nets and solvers brought to the current format, as Caffe's own tools upgrade them."""

from __future__ import annotations

from protogen.text.upgrade.formats import in_one_format
from protogen.text.upgrade.messages import (
    MessageUpgrade,
    needs_upgrade,
    upgrade_net,
    upgrade_solver,
)
from protogen.text.upgrade.prototxt import Kind, Upgrade, upgrade

__all__ = [
    "Kind",
    "MessageUpgrade",
    "Upgrade",
    "in_one_format",
    "needs_upgrade",
    "upgrade",
    "upgrade_net",
    "upgrade_solver",
]
