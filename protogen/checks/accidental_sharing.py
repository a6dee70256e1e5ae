from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.checks._check import Check, register
from protogen.diagnostics import Diagnostic, Severity
from protogen.graph import Step
from protogen.rules import Rule


@register
class AccidentalSharing(Check):
    rule = Rule(
        code="W102",
        name="accidental-sharing",
        # Caffe trains such a net without a word.
        severity=Severity.WARNING,
        summary="A layer that shares only some of its learnable blobs with another layer.",
        what="""
            Finds layers with a `param { name }` that an earlier layer also has, while another
            learnable blob of the layer is not shared with it.
            """,
        why="""
            All params with the same name are one blob. Two layers that share weights almost always
            share the bias too. If only one of the names is the same, it is usually a typo or a copy
            that was not renamed.
            """,
        fix="""
            Give every param of the second layer the same name as in the first, or leave all of them
            unnamed.
            """,
        # After the two towers of Caffe's siamese example, mnist_siamese_train_test.prototxt.
        bad="""
            layer {
              name: "data" type: "Input" top: "data" top: "data_p"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "conv1_w" } param { name: "conv1_b" }
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "conv1_p" type: "Convolution" bottom: "data_p" top: "conv1_p"
              param { name: "conv1_w" } param { name: "conv1_b_p" }
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data" top: "data_p"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
              param { name: "conv1_w" } param { name: "conv1_b" }
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            layer {
              name: "conv1_p" type: "Convolution" bottom: "data_p" top: "conv1_p"
              param { name: "conv1_w" } param { name: "conv1_b" }
              convolution_param { num_output: 20 kernel_size: 5 }
            }
            """,
    )

    def check_phase(self, analysis: Analysis) -> Iterator[Diagnostic]:
        # Net::AppendParam makes the first layer with a name the owner of the blob.
        owners: dict[str, Step] = {}
        for step in analysis.steps:
            shared = []
            for spec in step.layer.param:
                # A layer may use one name twice, which shares nothing with another layer.
                if spec.name and owners.setdefault(spec.name, step) is not step:
                    shared.append(spec.name)
            blobs = len(step.facts.blobs)
            # A layer with fewer params than blobs leaves the last ones unnamed: usually the bias.
            if shared and len(shared) < blobs:
                yield self._partly_shared(step, shared, owners[shared[0]], blobs)

    def _partly_shared(self, step: Step, shared: list[str], owner: Step, blobs: int) -> Diagnostic:
        names = ", ".join(f'"{name}"' for name in shared)
        # The finding points at the first name that is shared; the others may be what is wrong.
        index = [spec.name for spec in step.layer.param].index(shared[0])
        return self.found(
            step,
            f"shares {len(shared)} of its {blobs} learnable blobs ({names}) with layer"
            f' "{owner.name}"',
            field=f"param[{index}].name",
            why="all params with the same name are one blob",
        )
