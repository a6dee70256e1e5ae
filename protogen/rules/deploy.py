"""The rule about deriving a deploy net from a training net."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

_NET = """
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
    }
    layer {
      name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
      inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
    }
    layer {
      name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss"
    }
    """

register(
    # `protogen.transforms.deploy` raises it, or adds it to its result as a warning.
    Rule(
        code="G112",
        name="deploy-net",
        severity=Severity.ERROR,
        summary="A training net that does not say what its deploy net is.",
        what="""
            Finds what `protogen deploy` needs and the training net does not say: the size of the
            images in a database, which of several equal predictions to keep, what a net without a
            loss predicts. Assumptions are warnings.
            """,
        why="A deploy net has inputs of a fixed size and the outputs that its users read.",
        fix="Give the size with `--input` or `inputs`, and name the outputs with `--outputs`.",
        file="net.py",
        files={"train_val.prototxt": _NET},
        # The size of the images is only in the database.
        bad="""
            import protogen

            net = protogen.deploy("train_val.prototxt").net
            """,
        good="""
            import protogen

            images = {"data": (1, 1, 28, 28)}
            net = protogen.deploy("train_val.prototxt", inputs=images).net
            """,
    ),
)
