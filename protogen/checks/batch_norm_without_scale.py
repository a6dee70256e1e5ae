from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity


@rule
class BatchNormWithoutScale(Rule):
    """A BatchNorm with no Scale behind it.

    **What it does.** Finds BatchNorm layers whose top no Scale reads.

    **Why it is bad.** Caffe's BatchNorm only normalises. The learned scale and shift of the paper
    (Ioffe & Szegedy 2015) and of other frameworks' layers are a Scale layer with ``bias_term:
    true`` here; without it every channel keeps mean 0 and variance 1.

    **Example.** Convolution, BatchNorm, ReLU.

    **Mended.** Convolution, BatchNorm, Scale with ``scale_param { bias_term: true }``, ReLU. Where
    the next layer is linear and has weights of its own, nothing is lost.
    """

    code, name, severity = "G207", "batch-norm-without-scale", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type("BatchNorm"):
            own = len(step.facts.blobs) > 3  # forks have layers that scale by themselves
            if own or step.faults or not step.tops:
                continue
            if not any(reader.layer.type == "Scale" for reader in step.tops[0].readers):
                yield self.found(
                    step,
                    "no Scale reads it, so nothing learns a scale and a shift",
                    why="Caffe's BatchNorm only normalises",
                    hint="add a Scale layer with scale_param { bias_term: true }",
                )
