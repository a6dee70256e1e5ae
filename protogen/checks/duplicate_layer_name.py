from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step


@rule
class DuplicateLayerName(Rule):
    """Two layers of one name in the same net.

    **What it does.** Finds layers that run in one phase under a name that an earlier one has. It
    is a warning where one of them has learnable blobs, a note otherwise.

    **Why it is bad.** Caffe finds the weights of a layer by its name: of two layers it loads those
    of both, one after the other, into the first, and the second keeps what its filler gave it.

    **Example.** A block was copied and ``name: "conv2"`` left as it was.

    **Mended.** Give each layer a name of its own.
    """

    code, name = "G206", "duplicate-layer-name"

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        first: dict[str, Step] = {}
        for step in analysis.steps:
            earlier = first.setdefault(step.name, step)
            if earlier is step:
                continue
            weights = bool(earlier.facts.blobs or step.facts.blobs)
            yield self.found(
                step,
                f"an earlier layer ({earlier.layer.type}) has this name too",
                field="name",
                why="Caffe loads weights by name, and only into the first layer of a name"
                if weights
                else "",
                severity=None if weights else Severity.NOTE,
            )
