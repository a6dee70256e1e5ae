from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic
from protogen.graph import Step


@rule
class AccidentalSharing(Rule):
    """Layers that share some of their learnable blobs but not all.

    **What it does.** Finds layers with a ``param { name }`` that an earlier layer has too, while
    another of their blobs is not shared with it.

    **Why it is bad.** Parameters of one name are one blob, wherever they are. Two layers that share
    weights almost always share the bias as well; if only one of the names agrees, it was most often
    copied along with the layer, or mistyped.

    **Example.** ``conv1`` has params named "w" and "b", its twin "w" and "b_p".

    **Mended.** Name all params of the twin as those of the first, or none.
    """

    code, name = "W102", "accidental-sharing"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        owners: dict[str, Step] = {}
        for step in analysis.steps:
            names = [spec.name for spec in step.layer.param]
            shared = [name for name in names if name and owners.get(name, step) is not step]
            blobs = len(step.facts.blobs)
            if shared and len(shared) < blobs:
                yield self._partly(step, shared, owners[shared[0]], blobs)
            for name in filter(None, names):
                owners.setdefault(name, step)

    def _partly(self, step: Step, shared: list[str], owner: Step, blobs: int) -> Diagnostic:
        return self.found(
            step,
            f"shares {len(shared)} of its {blobs} learnable blobs ("
            + ", ".join(f'"{name}"' for name in shared)
            + f') with layer "{owner.layer.name}"',
            field=f"param[{[spec.name for spec in step.layer.param].index(shared[0])}].name",
            why="params of one name are one blob, in the whole net",
        )
