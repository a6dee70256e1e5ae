from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.gradients import passing_gradients, reads_bottom, reads_top
from protogen.graph import Step, Value
from protogen.memory import Memory, Overwrite
from protogen.rules import Rule


@register
class SharedMemory(Check):
    rule = Rule(
        code="G212",
        name="shared-memory",
        # Caffe does not know which blobs share memory, so it cannot report it.
        severity=Severity.WARNING,
        summary="An in-place layer that overwrites a blob under another name.",
        what="""
            Finds in-place layers on the top of a Flatten, Reshape or Split, of a Concat with one
            bottom, or of a Slice with one top, if a layer still needs the bottom of that layer: to
            compute its top later, or in training to compute its gradient.
            """,
        why="""
            These layers copy nothing: their top uses the memory of their bottom. A layer that
            writes the top in place overwrites the bottom too. Caffe reports nothing, and the layers
            that still need the bottom compute with the wrong values.
            """,
        fix="Give the in-place layer another top, and let the later layers read it.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "flat" type: "Flatten" bottom: "data" top: "flat"
            }
            layer {
              name: "relu" type: "ReLU" bottom: "flat" top: "flat"
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 64 dim: 28 dim: 28 } }
            }
            layer {
              name: "flat" type: "Flatten" bottom: "data" top: "flat"
            }
            layer {
              name: "relu" type: "ReLU" bottom: "flat" top: "relu"
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        # Blobs that share memory do no harm until a layer in place writes one of them.
        if not any(step.in_place for step in analysis.steps):
            return
        memory = Memory(analysis)
        reported: set[Step] = set()
        for overwrite, value, need in _conflicts(analysis, memory):
            # A layer that overwrites the memory of several blobs is one finding.
            if overwrite.step not in reported:
                reported.add(overwrite.step)
                yield self._overwritten(memory, overwrite, value, need)

    def _overwritten(
        self, memory: Memory, overwrite: Overwrite, value: Value, need: str
    ) -> Diagnostic:
        step, bottom = overwrite
        position = step.bottoms.index(bottom)
        # Either blob may be the one that a Reshape, say, made of the other.
        sharing = memory.sharing_layer(bottom) or memory.sharing_layer(value)
        assert sharing is not None
        return self.found(
            step,
            f'overwrites "{bottom.name}" in place, and with it "{value.name}", {need}',
            field=f"top[{position}]",
            why=f'the two blobs use the same memory: layer "{sharing.name}" ({sharing.type}) copies'
            " nothing",
            hint="give the top another name, and let the later layers read it",
        )


def _conflicts(analysis: Analysis, memory: Memory) -> Iterator[tuple[Overwrite, Value, str]]:
    """What overwrites a value in its memory, and who needs the value still."""
    for reader, value in memory.stale_reads:
        overwrite = memory.overwrite(value)
        if overwrite is not None:
            yield overwrite, value, f'which layer "{reader.name}" ({reader.type}) reads later'
    for step, value in _needed_for_gradients(analysis):
        overwrite = memory.shared_overwrite(value)
        if overwrite is not None:
            need = f'from which layer "{step.name}" ({step.type}) computes its gradient'
            yield overwrite, value, need


def _needed_for_gradients(analysis: Analysis) -> Iterator[tuple[Step, Value]]:
    """The layers that compute gradients from values, and these values.

    The bottoms of in-place layers are left out: `unsafe-in-place` is about those.
    """
    if not analysis.trained:
        return
    passing = passing_gradients(analysis)
    for step in analysis.steps:
        passes = step in passing
        needed: list[Value] = []
        if passes and reads_top(step):
            needed += step.tops
        # A layer that learns reads its bottom even if it passes no gradient on.
        if not step.in_place and reads_bottom(step, passes):
            needed += filter(None, step.bottoms)
        for value in needed:
            yield step, value
