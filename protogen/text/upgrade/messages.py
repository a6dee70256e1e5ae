"""The upgrade of a message, in the steps and the order of Caffe's own upgrade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from protogen.diagnostics import Diagnostic, Severity, plural
from protogen.text.upgrade.batch_norm import has_old_batch_norm, upgrade_batch_norm
from protogen.text.upgrade.data_transforms import upgrade_data_transforms
from protogen.text.upgrade.net_inputs import upgrade_inputs
from protogen.text.upgrade.solver import upgrade_type
from protogen.text.upgrade.upgrade_findings import Findings, Locate
from protogen.text.upgrade.v0 import is_v0, upgrade_v0
from protogen.text.upgrade.v1 import upgrade_v1

__all__ = ["MessageUpgrade", "needs_upgrade", "upgrade_net", "upgrade_solver"]


@dataclass(frozen=True)
class MessageUpgrade:
    """An upgraded message.

    ``message`` is None if Caffe aborts. ``ok`` is the verdict of Caffe's own tool: False also if a
    parameter does not exist in the new format, which Caffe only logs when it loads the net.
    ``origins`` has for each ``layer`` of the message the index of the old layer that it was made of
    (among ``layers`` if the old net had any), and None for the Input layer made of ``input``.
    """

    message: Any | None
    ok: bool
    diagnostics: list[Diagnostic]
    origins: tuple[int | None, ...] = ()


def needs_upgrade(net: Any) -> bool:
    """Whether Caffe upgrades this net when it loads it. Costs next to nothing for a current net."""
    if net.layers or net.input:
        return True
    return has_old_batch_norm(net)


def upgrade_net(net: Any, locate: Locate | None = None) -> MessageUpgrade:
    """The net as Caffe's ``upgrade_net_proto_text`` and its loader upgrade it, in a new message.

    ``locate`` gives diagnostics their place. (``UpgradeNetAsNeeded`` in Caffe)
    """
    # The order is that of Caffe: each step reads what the one before it leaves.
    found = Findings(locate)
    out = type(net)()
    out.CopyFrom(net)
    origins: list[int | None] = [*range(len(net.layers) or len(net.layer))]
    if is_v0(net):
        out, origins[:] = upgrade_v0(net, found)
    elif net.layers:
        message = f"{plural(len(net.layers), 'layer')} upgraded from the V1 format"
        found.report("legacy-v1", message, ("layers", 0), field="")
    upgrade_data_transforms(out, found)
    if out.layers:
        upgrade_v1(out, found)
    if out.input and upgrade_inputs(out, found):
        # The Input layer is the first one, and no old layer became it.
        origins.insert(0, None)
    upgrade_batch_norm(out, found)
    return _result(out, found, tuple(origins))


def upgrade_solver(solver: Any, locate: Locate | None = None) -> MessageUpgrade:
    """The solver as Caffe's ``upgrade_solver_proto_text`` upgrades it, in a new message."""
    found = Findings(locate)
    out = type(solver)()
    out.CopyFrom(solver)
    upgrade_type(out, found)
    return _result(out, found)


def _result(message: Any, found: Findings, origins: tuple[int | None, ...] = ()) -> MessageUpgrade:
    if found.fatal:
        # The changes that the notes report were not made.
        serious = []
        for each in found:
            if each.severity is not Severity.NOTE:
                serious.append(each)
        return MessageUpgrade(None, False, serious)
    return MessageUpgrade(message, found.lossless, list(found), origins)
