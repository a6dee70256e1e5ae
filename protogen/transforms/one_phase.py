"""Leave the layers of one phase, for a file with that phase only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from protogen.edits import Edit, Path, delete
from protogen.graph import PHASES, State
from protogen.net import Net
from protogen.transforms._transform import Result, Transform, check_text, origins_after
from protogen.transforms.upgrade import Upgrade

if TYPE_CHECKING:
    from protogen.proto import LayerParameter, NetStateRule

__all__ = ["OnePhase", "may_run"]


class OnePhase(Transform):
    """Leave the layers that run in TRAIN, or those that run in TEST, and no rules about phases.

    For a solver that names a ``train_net`` and a ``test_net``. Rules about stages and levels stay.
    Raises `ValueError` for a phase that Caffe does not have.
    """

    requires = "a text without errors"
    ensures = "in its phase, the same layers with the same shapes"

    def __init__(self, phase: str) -> None:
        self.state = State(phase)

    def check(self, net: Net) -> None:
        Upgrade().check(net)

    def run(self, net: Net) -> Result:
        # In V0 and V1, the rules of layers have other paths.
        upgraded = Upgrade()(net)
        check_text(upgraded.net)
        message = upgraded.net.current.message
        # Edits of the text, so that comments and the layout of what stays are kept.
        edits: list[Edit] = []
        for index, layer in enumerate(message.layer):
            if may_run(layer, self.state.phase):
                edits += _rule_edits(layer, index, self.state.number)
            else:
                edits.append(delete(("layer", index)))
        if not edits:
            return upgraded
        new = upgraded.net.copy()
        new.apply(edits)
        origins = origins_after(len(message.layer), edits)
        return Result(new, True, upgraded.diagnostics, origins)

    def verify(self, before: Net, result: Result) -> None:
        self._verify_phase(before.analysis(self.state), result.net.analysis(self.state), result)


def may_run(layer: LayerParameter, phase: str) -> bool:
    """Whether a layer runs in a phase, for at least some level and stages."""
    number = PHASES[phase]
    # As in Net::FilterNet: one rule that is met is enough, and include makes exclude an error.
    if layer.include:
        return any(_may_meet(rule, number) for rule in layer.include)
    return not any(_is_whole_phase(rule, number) for rule in layer.exclude)


def _may_meet(rule: NetStateRule, number: int) -> bool:
    """Whether some state in this phase meets a rule."""
    return not rule.HasField("phase") or rule.phase == number


def _is_whole_phase(rule: NetStateRule, number: int) -> bool:
    """Whether a rule is about this phase, whatever the level and the stages."""
    if not rule.HasField("phase") or rule.phase != number:
        return False
    return len(rule.ListFields()) == 1


def _rule_edits(layer: LayerParameter, index: int, number: int) -> Iterator[Edit]:
    """Remove from the rules of a layer what is decided once its phase is."""
    # An include that only asks for the phase is met, so that the others do not matter.
    if any(_is_whole_phase(rule, number) for rule in layer.include):
        yield delete(("layer", index, "include"))
    else:
        yield from _decided("include", layer.include, index, number)
    yield from _decided("exclude", layer.exclude, index, number)


def _decided(name: str, rules: Sequence[NetStateRule], index: int, number: int) -> Iterator[Edit]:
    """Remove the rules about the other phase, and the phase from the rules about this one."""
    path: Path = ("layer", index, name)
    if not rules:
        return
    # As one edit, which also removes the brackets of a list.
    if not any(_may_meet(rule, number) for rule in rules):
        yield delete(path)
        return
    for place, rule in enumerate(rules):
        if not _may_meet(rule, number):
            yield delete((*path, place))
        elif rule.HasField("phase"):
            yield delete((*path, place, "phase"))
