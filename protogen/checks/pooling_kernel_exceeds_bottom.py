from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.checks._pooling import poolings
from protogen.diagnostics import Diagnostic, Severity
from protogen.rules import Rule


@register
class PoolingKernelExceedsBottom(Check):
    rule = Rule(
        code="P106",
        name="pooling-kernel-exceeds-bottom",
        # Legal: PoolingLayer clips the window to the image.
        severity=Severity.WARNING,
        summary="A pooling kernel that is larger than the padded bottom.",
        what="Finds Pooling layers whose kernel is larger than the bottom with its padding.",
        why="""
            Caffe loads the net. Because it rounds up, there is one window that extends past the
            edge; if the kernel is larger by a stride or more, there is no window, and later layers
            get an empty blob. Other frameworks reject the layer. Usually the images are too small
            for the net.
            """,
        fix="Use larger images, or `global_pooling: true` to pool the whole bottom.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 512 dim: 2 dim: 2 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 512 dim: 2 dim: 2 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { global_pooling: true }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        for step, sides, axis in poolings(analysis):
            if axis.kernel <= axis.size + 2 * axis.pad:
                continue
            with_pad = f" with pad {axis.pad}" if axis.pad else ""
            # Rounding up still gives 1 window if less than a whole stride is missing.
            if axis.pooled > 0:
                effect = "the only window extends past the edge"
            else:
                effect = "there are no windows, so the top is empty"
            yield self.found(
                step,
                f"kernel {axis.kernel} is larger than {sides} {axis.size}{with_pad}: {effect}",
                field="pooling_param.kernel_size",
            )
