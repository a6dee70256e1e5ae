"""Rules about the fields of a text and their values."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

register(
    # Protobuf: "Expected integer, got: "1"".
    Rule(
        code="T107",
        name="wrong-value-type",
        severity=Severity.ERROR,
        summary="A value of the wrong type for its field.",
        what="Compares each value with the type of its field in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts.",
        fix="Write a value of the field's type: here, a number without quotes.",
        # A safe fix: the quotes cannot mean anything else.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: "1" dim: "3" dim: "227" dim: "227" } }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    # Protobuf reads the sign first: "Expected integer, got: -".
    Rule(
        code="T108",
        name="out-of-range",
        severity=Severity.ERROR,
        summary="A number outside the range of its field.",
        what="""
            Compares each number with the range of the type of its field. Strides, pads and kernel
            sizes are unsigned.
            """,
        why="Caffe cannot parse the file and aborts.",
        fix="Write a number within the range.",
        # Pads are uint32: -1 is no way to say "as needed", as it is elsewhere.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 pad: -1 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 pad: 0 }
            }
            """,
    ),
    # Protobuf: "Non-repeated field "name" is specified multiple times.", and not where first.
    Rule(
        code="T109",
        name="field-given-twice",
        severity=Severity.ERROR,
        summary="A field that is given twice, although it is not repeated.",
        what="Finds fields that occur more than once and are not `repeated` in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts. A missing brace is a common cause.",
        fix="Keep one of the fields.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data" name: "image"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    # Protobuf: "Message type "caffe.PoolingParameter" has no field named "kernal_size"."
    # The fields of all forks are in `protogen/proto/caffe.proto`; a fork's own is `fork-field`.
    Rule(
        code="T110",
        name="unknown-field",
        severity=Severity.ERROR,
        summary="A field that does not exist in Caffe or in a known fork of Caffe.",
        what="""
            Looks up the name of each field in a `caffe.proto` that combines the fields of BVLC
            Caffe and of its forks. The rest of the file is read and checked. Because
            the effect of the field is unknown, so are the shapes of the layer's tops.
            """,
        why="Caffe cannot parse the file and aborts, unless it is a fork that has the field.",
        fix="Correct the name, or remove the field.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernal_size: 3 kernel_size: 3 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 }
            }
            """,
    ),
    # Protobuf: "Unknown enumeration value of "AVG" for field "pool"."
    Rule(
        code="T111",
        name="unknown-enum-value",
        severity=Severity.ERROR,
        summary="A word that is not one of the values of its field.",
        what="Looks up each word among the values of its field in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts.",
        fix="Write one of the values of the field.",
        # AVG is what other frameworks call it.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVG kernel_size: 3 stride: 2 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { pool: AVE kernel_size: 3 stride: 2 }
            }
            """,
    ),
    # `BlobShape` and most others have no required fields; ClipParameter has two.
    Rule(
        code="T112",
        name="missing-required-field",
        severity=Severity.ERROR,
        summary="A message without one of its required fields.",
        what="Finds messages that lack a field that is `required` in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts.",
        fix="Add the field.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "clip" type: "Clip" bottom: "data" top: "clip"
              clip_param { min: 0 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "clip" type: "Clip" bottom: "data" top: "clip"
              clip_param { min: 0 max: 6 }
            }
            """,
    ),
    # Raised by `Document` and by `Net.apply`, as a `ProtogenError` with this code.
    Rule(
        code="T121",
        name="impossible-edit",
        severity=Severity.ERROR,
        summary="An edit that cannot be made in the text of a net.",
        what="""
            Looks up the field that a program sets, inserts or deletes in the text of a net. Reports
            a field that does not exist, a value that the field cannot have, and edits that overlap.
            """,
        why="The edit is not made, and the text stays as it was.",
        fix="Use a field that the message has, and a value of its type.",
        file="net.py",
        files={
            "lenet.prototxt": """
                layer {
                  name: "data" type: "Input" top: "data"
                  input_param { shape { dim: 64 dim: 1 dim: 28 dim: 28 } }
                }
                """
        },
        bad="""
            import protogen

            net = protogen.load("lenet.prototxt")
            net.document.set(("layer", 0, "color"), "red")
            """,
        good="""
            import protogen

            net = protogen.load("lenet.prototxt")
            net.document.set(("layer", 0, "name"), "image")
            """,
    ),
    # Protobuf: "Expected identifier, got: 3", at the second number.
    # The reader knows what is meant, and reads all values.
    Rule(
        code="T122",
        name="several-values",
        severity=Severity.ERROR,
        summary="A list, commas or braces in the place of one value.",
        what="""
            Finds lists for fields that take one value, values of a repeated field with commas
            between them and without brackets, and braces around a value. The values are read.
            """,
        why="""
            Caffe cannot parse the file and aborts. A field that is not repeated takes one value.
            Each value of a repeated field has the field's name before it, or is in brackets.
            """,
        fix="Write the name of the field before each value.",
        # Both forms are common: brackets as in Python, and commas as in C.
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1,3,227,227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: [3, 3] stride: 2 }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "pool" type: "Pooling" bottom: "data" top: "pool"
              pooling_param { kernel_size: 3 stride: 2 }
            }
            """,
    ),
)
