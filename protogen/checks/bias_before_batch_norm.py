from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step

_TYPES = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}


@rule
class BiasBeforeBatchNorm(Rule):
    """A bias that the BatchNorm behind it takes away again.

    **What it does.** Finds layers that learn a bias and whose top only a BatchNorm reads.

    **Why it is bad.** BatchNorm subtracts the mean of each channel, and the bias with it: it takes
    memory and time, and learns nothing. The Scale behind a BatchNorm has the bias that counts.

    **Example.** A Convolution without ``bias_term: false`` in front of a BatchNorm.

    **Mended.** ``convolution_param { bias_term: false }``, and one ``param`` less. Weights that
    were learnt with the bias then no longer fit.
    """

    code, name, severity = "S207", "bias-before-batch-norm", Severity.NOTE

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step in analysis.of_type(*_TYPES):
            field = _TYPES[step.type]
            norm = _only_reader(step)
            if norm and norm.layer.type == "BatchNorm" and getattr(step.layer, field).bias_term:
                yield self.found(
                    step,
                    f'its bias is subtracted again by the BatchNorm "{norm.layer.name}"',
                    field=f"{field}.bias_term",
                )


def _only_reader(step: Step) -> Step | None:
    """The one layer that reads what this layer makes."""
    readers = [reader for value in step.tops for reader in value.readers]
    return readers[0] if len(readers) == 1 else None
