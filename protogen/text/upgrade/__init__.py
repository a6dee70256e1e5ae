"""Old nets and solvers in the current format, as Caffe's own tools upgrade them."""

from protogen.text.upgrade.messages import (
    MessageUpgrade,
    needs_upgrade,
    upgrade_net,
    upgrade_solver,
)

__all__ = ["MessageUpgrade", "needs_upgrade", "upgrade_net", "upgrade_solver"]
