"""The rule about converting a net for another program."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

_NET = """
    layer {
      name: "data" type: "Input" top: "data"
      input_param { shape { dim: 1 dim: 3 dim: 7 dim: 7 } }
    }
    layer {
      name: "%s" type: "%s" bottom: "data" top: "out"
    }
    """

register(
    # `protogen.transforms.convert` raises it, and writes nothing.
    Rule(
        code="F301",
        name="not-convertible",
        severity=Severity.ERROR,
        summary="A net that a target cannot express.",
        what="""
            Finds what `protogen convert --to TARGET` cannot write so that the target computes what
            Caffe computes: a layer type that it does not have and that no other layers replace, a
            field that it does not know, a pooling that rounds down and whose size is unknown.
            """,
        why="No file is written: the target would reject it, or compute something else.",
        fix="Change the layer, give the shape of the input, or choose another target.",
        file="net.py",
        files={
            "argmax.prototxt": _NET % ("best", "ArgMax"),
            "relu.prototxt": _NET % ("relu", "ReLU"),
        },
        # OpenCV has no ArgMax for Caffe, and no other layers replace it.
        bad="""
            import protogen

            net = protogen.convert("argmax.prototxt", to="opencv4").net
            """,
        good="""
            import protogen

            net = protogen.convert("relu.prototxt", to="opencv4").net
            """,
    ),
)
