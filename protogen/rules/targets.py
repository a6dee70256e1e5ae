"""The rules of what other programs than Caffe do with a net. They have no check of their own."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register, unindented

__all__ = ["TARGET_RULES"]


def _settings(*targets: str) -> dict[str, str]:
    """The settings that ask for these targets: an example cannot have an option."""
    names = ", ".join(f'"{target}"' for target in targets)
    return {"protogen.toml": f"targets = [{names}]\n"}


def _net(layers: str = "", *, size: int = 56) -> str:
    """An example net: images of 64 channels, and these layers."""
    data = f"""
        layer {{
          name: "data" type: "Input" top: "data"
          input_param {{ shape {{ dim: 1 dim: 64 dim: {size} dim: {size} }} }}
        }}
        """
    return unindented(data) + unindented(layers)


#: What every target loads, and computes as Caffe does.
_GOOD = _net(
    """
    layer {
      name: "pool" type: "Pooling" bottom: "data" top: "pool"
      pooling_param { kernel_size: 2 stride: 2 }
    }
    """
)

TARGET_RULES = (
    # `protogen.portability` finds these: a verdict on the net, with its reasons.
    Rule(
        code="F201",
        name="target-refuses",
        severity=Severity.ERROR,
        summary="A net that a target does not load.",
        what="""
            Finds what a target of `protogen check --target NAME` cannot read: fields and values
            that it does not know, an older format, blobs that it cannot connect. `protogen targets
            NAME` lists what a target knows.
            """,
        why="""
            Each program reads prototxt in its own way. OpenCV, for example, keeps the layers of all
            phases, and rejects two that produce the same blob.
            """,
        fix="Write what the target reads, or use another target.",
        files=_settings("opencv4"),
        # Caffe runs one of the two layers in each phase.
        bad=_net(
            """
            layer {
              name: "relu1" type: "ReLU" bottom: "data" top: "out"
              include { phase: TRAIN }
            }
            layer {
              name: "relu2" type: "ReLU" bottom: "data" top: "out"
              include { phase: TEST }
            }
            """,
        ),
        good=_GOOD,
    ),
    # The program reads the file, so that the first sign of trouble may come days later.
    Rule(
        code="F202",
        name="target-fails-later",
        severity=Severity.ERROR,
        summary="A layer that a target loads and cannot build or run.",
        what="""
            Finds layers that a target of `protogen check --target NAME` accepts when it loads the
            net, and on which it fails later: when it builds the layers, or when it runs them.
            """,
        why="""
            OpenCV creates a layer when its shape is first asked for. A net with unknown layers
            loads without a message, and fails at the first forward pass.
            """,
        fix="Use a layer that the target has, or another target.",
        files=_settings("opencv4"),
        # OpenCV does not know round_mode. Beside an unknown field, its kernel_h is 0.
        bad=_net(
            """
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }
            }
            """,
        ),
        good=_GOOD,
    ),
    # The worst of the verdicts, because nobody notices.
    Rule(
        code="F203",
        name="target-computes-otherwise",
        severity=Severity.WARNING,
        summary="A layer for which a target computes other values than Caffe, or another size.",
        what="""
            Finds layers that a target of `protogen check --target NAME` runs with another result
            than Caffe: fields that it ignores, other defaults, another rounding.
            """,
        why="""
            Nothing reports it: the net loads and runs, and its results are wrong. OpenCV, for
            example, takes 0.0001 for the alpha of an LRN layer if it is not written; Caffe takes 1.
            """,
        fix="Write out the values, or use what the target computes as Caffe does.",
        files=_settings("opencv4"),
        # Without alpha: OpenCV takes 0.0001 for it, Caffe 1.
        bad=_net(
            """
            layer {
              name: "norm" type: "LRN" bottom: "data" top: "norm"
              lrn_param { local_size: 5 }
            }
            """,
        ),
        good=_net(
            """
            layer {
              name: "norm" type: "LRN" bottom: "data" top: "norm"
              lrn_param { local_size: 5 alpha: 1 }
            }
            """,
        ),
    ),
    # Nothing is wrong with the file, but it is hardly the one that was to be run.
    Rule(
        code="F204",
        name="target-no-net",
        severity=Severity.WARNING,
        summary="A file that a target loads as a net without layers, or without inputs.",
        what="""
            Finds files that a target of `protogen check --target NAME` loads, but that are nothing
            to run: they have no layers, as a solver, or no input whose shape is known.
            """,
        why="OpenCV, for example, loads a solver as an empty net, without a message.",
        fix="Give the target a net whose inputs have shapes.",
        files=_settings("opencv4"),
        bad=_net(),
        good=_GOOD,
    ),
    # The net runs with the right results, at a fraction of the speed.
    Rule(
        code="F205",
        name="target-slow-path",
        severity=Severity.WARNING,
        summary="A layer that a target does not run on its accelerator.",
        what="""
            Finds layers that exceed what the accelerator of a target of `protogen check --target
            NAME` supports: the size of a kernel, a stride, a number of channels.
            """,
        why="Such a layer runs on the CPU instead, and its blobs are copied there and back.",
        fix="Stay within the limits; `protogen targets NAME` lists them.",
        files=_settings("vitis-dpu"),
        # The DPU pools at most 8x8 elements at once.
        bad=_net(
            """
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 14 stride: 14 }
            }
            """,
        ),
        good=_GOOD,
    ),
    # For completeness: what is read by nobody does no harm.
    Rule(
        code="F206",
        name="target-ignores",
        severity=Severity.NOTE,
        summary="Something in a net that a target ignores, without effect on its results.",
        what="""
            Finds fields that a target of `protogen check --target NAME` reads without using them,
            or does not know and skips, and that do not change what a trained net computes.
            """,
        why="They are for another program, or for training.",
        fix="No change is needed.",
        files=_settings("opencv4"),
        # A fork notes there how it has quantized the weights.
        bad=_net(
            """
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
              quantization_param { bw_layer_in: 8 bw_layer_out: 8 }
            }
            """,
        ),
        good=_GOOD,
    ),
    # About all targets together: each of them may be satisfied alone.
    Rule(
        code="F207",
        name="targets-conflict",
        severity=Severity.WARNING,
        summary="A pooling that rounds down, which the targets do not spell in the same way.",
        what="""
            Finds poolings that round down in a net that is for several targets, if no spelling is
            read by all of them: `round_mode: FLOOR`, `ceil_mode: false` or `torch_pooling: true`.
            """,
        why="""
            A program without the field rejects the file, or rounds up. A file with the field is
            right for some of the targets only.
            """,
        fix="""
            Write one file for each target, as `protogen convert --to NAME` does, or one for all:
            `--to NAME,NAME` drops what rounding up adds. Or choose sizes that no pooling rounds.
            """,
        files=_settings("bvlc", "opencv4"),
        # OpenCV skips round_mode and rounds up; BVLC rejects ceil_mode.
        bad=_net(
            """
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param {
                kernel_h: 2 kernel_w: 2 stride_h: 2 stride_w: 2 pad_h: 0 pad_w: 0
                round_mode: FLOOR
              }
            }
            """,
            size=57,
        ),
        good=_GOOD,
    ),
)
register(*TARGET_RULES)
