"""Rules about the text of a file, and about what is read from or written to one."""

from __future__ import annotations

from collections.abc import Iterable

from protogen.diagnostics import Diagnostic, Severity
from protogen.rules.registry import Rule, register

register(
    Rule(
        code="T100",
        name="unreadable-file",
        severity=Severity.ERROR,
        summary="A file that cannot be opened.",
        what="Opens the file. Reports the error of the operating system if that fails.",
        why="There is nothing to read or check.",
        fix="Correct the path, or give the file read permission.",
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

            net = protogen.load("lenet.prototext")
            """,
        good="""
            import protogen

            net = protogen.load("lenet.prototxt")
            """,
    ),
    Rule(
        code="T101",
        name="syntax",
        severity=Severity.ERROR,
        summary="Text that is not valid protobuf text format.",
        what="""
            Reads the text as `name: value` and `name { ... }`. After an error, the reader continues
            at the next field, so that one run reports all errors.
            """,
        why="Caffe cannot parse the file and aborts.",
        fix="Write each field as `name: value` or `name { ... }`.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: } }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    Rule(
        code="T102",
        name="unclosed-brace",
        severity=Severity.ERROR,
        summary="An opening brace without a closing brace.",
        what="""
            Matches opening and closing braces. The indentation shows which closing brace is
            missing.
            """,
        why="""
            Caffe cannot parse the file and aborts. The line in its message can be far from the
            missing brace.
            """,
        fix="Add the closing brace.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }

            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            layer {
              name: "relu" type: "ReLU" bottom: "data" top: "relu"
            }
            """,
    ),
    Rule(
        code="T103",
        name="stray-brace",
        severity=Severity.ERROR,
        summary="A closing brace without an opening brace.",
        what="Matches opening and closing braces.",
        why="Caffe cannot parse the file and aborts.",
        fix="Remove the closing brace, or add the opening brace that belongs to it.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } } }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    Rule(
        code="T104",
        name="unterminated-string",
        severity=Severity.ERROR,
        summary="A string without a closing quote.",
        what="Reads each string to the end of its line. A string cannot continue on the next line.",
        why="Caffe cannot parse the file and aborts.",
        fix="Add the closing quote.",
        bad="""
            layer {
              name: "data
              type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
        good="""
            layer {
              name: "data"
              type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    Rule(
        code="T105",
        name="invalid-escape",
        severity=Severity.ERROR,
        summary="A string with a backslash that does not start a valid escape sequence.",
        what=r"Reads escape sequences as C does: `\n`, `\"`, `\\`, `\x41`, `\101` and so on.",
        why="Caffe cannot parse the file and aborts. Windows paths are the usual cause.",
        fix=r"Write the path with slashes, or write each backslash as `\\`.",
        bad=r"""
            layer {
              name: "data" type: "Data" top: "data"
              data_param { source: "D:\data\train_lmdb" batch_size: 32 backend: LMDB }
            }
            """,
        good="""
            layer {
              name: "data" type: "Data" top: "data"
              data_param { source: "D:/data/train_lmdb" batch_size: 32 backend: LMDB }
            }
            """,
    ),
    Rule(
        code="T106",
        name="invalid-character",
        severity=Severity.ERROR,
        summary="A character that is allowed only in strings and comments.",
        what="""
            Finds characters outside strings and comments that cannot be part of a field: no-break
            spaces, zero-width characters, typographic quotes, full-width punctuation, letters of
            other scripts. All such characters in a file are one finding. The file is read and
            checked with the characters that were intended.
            """,
        why="""
            Caffe cannot parse the file and aborts. Text that is copied from a web page or a word
            processor often has such characters. The one in the example is a non-breaking space,
            which looks like a space in most editors.
            """,
        fix="Write the plain character.",
        bad="""
            layer {
              name: "data"\u00a0type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    Rule(
        code="T107",
        name="wrong-value-type",
        severity=Severity.ERROR,
        summary="A value of the wrong type for its field.",
        what="Compares each value with the type of its field in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts.",
        fix="Write a value of the field's type: here, a number without quotes.",
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
    Rule(
        code="T111",
        name="unknown-enum-value",
        severity=Severity.ERROR,
        summary="A word that is not one of the values of its field.",
        what="Looks up each word among the values of its field in `caffe.proto`.",
        why="Caffe cannot parse the file and aborts.",
        fix="Write one of the values of the field.",
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
    Rule(
        code="T113",
        name="nested-too-deep",
        severity=Severity.ERROR,
        summary="Messages nested deeper than protobuf allows.",
        what="Counts the open braces.",
        why="Caffe cannot parse the file and aborts. No net needs this depth.",
        fix="Fix the program that generated the file.",
        file="net.py",
        bad="""
            import protogen

            net = protogen.loads("layer { " * 500 + "}" * 500)
            """,
        good="""
            import protogen

            net = protogen.loads("layer { " + 'type: "Input" top: "data" ' + "}")
            """,
    ),
    Rule(
        code="T114",
        name="not-text",
        severity=Severity.ERROR,
        summary="A file that is not text.",
        what="""
            Looks at the first bytes for what the file is: a `.caffemodel`, an archive, an image,
            UTF-16 text.
            """,
        why="Caffe cannot parse the file and aborts.",
        fix="""
            Pass the prototxt. Unpack an archive first, and save UTF-16 text as UTF-8. The example
            is the beginning of a `.caffemodel`.
            """,
        bad="\n\n\x05LeNet\x12\x04data\x1a\x01\x02\x1a\x01\x03",
        good="""
            name: "LeNet"
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 64 dim: 1 dim: 28 dim: 28 } }
            }
            """,
    ),
    Rule(
        code="T115",
        name="wrong-kind-of-file",
        severity=Severity.ERROR,
        summary="A solver in place of a net, or a net in place of a solver.",
        what="Compares the outermost fields with those of nets and of solvers.",
        why="Caffe cannot parse the file and aborts.",
        fix="Pass the other file: a net names its layers, a solver names its net.",
        file="net.py",
        files={
            "solver.prototxt": """
                net: "train_val.prototxt"
                base_lr: 0.01
                lr_policy: "fixed"
                """,
            "train_val.prototxt": """
                layer {
                  name: "data" type: "Input" top: "data"
                  input_param { shape { dim: 64 dim: 1 dim: 28 dim: 28 } }
                }
                """,
        },
        bad="""
            import protogen

            net = protogen.load("solver.prototxt")
            """,
        good="""
            import protogen

            net = protogen.load("train_val.prototxt")
            """,
    ),
    Rule(
        code="T116",
        name="not-utf8",
        severity=Severity.WARNING,
        summary="A string that is not valid UTF-8.",
        what="Decodes each string as UTF-8. If that fails, the string is read as Latin-1.",
        why="Caffe logs an error and reads the string. Newer versions of protobuf reject the file.",
        fix="Save the file as UTF-8.",
        bad="""
            name: "caf\udce9net"
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
        good="""
            name: "cafénet"
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 3 dim: 227 dim: 227 } }
            }
            """,
    ),
    Rule(
        code="T117",
        name="byte-order-mark",
        severity=Severity.ERROR,
        summary="A byte order mark at the start of the file.",
        what="Looks at the first character of the file.",
        why="Caffe cannot parse the file and aborts. Most editors do not show the character.",
        fix="Save the file as UTF-8 without a byte order mark.",
        bad='\ufeffname: "LeNet"\nlayer { name: "data" type: "Input" top: "data" }\n',
        fixed='name: "LeNet"\nlayer { name: "data" type: "Input" top: "data" }\n',
    ),
    Rule(
        code="T118",
        name="empty-file",
        severity=Severity.WARNING,
        summary="A file without fields.",
        what="Finds files that hold only comments and whitespace, or nothing.",
        why="Caffe loads a net without layers, which does nothing.",
        fix="Write the layers of the net, or pass another file.",
        bad="""
            # LeNet, as in LeCun et al. 1998
            """,
        good="""
            # LeNet, as in LeCun et al. 1998
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 64 dim: 1 dim: 28 dim: 28 } }
            }
            """,
    ),
    Rule(
        code="T119",
        name="too-many-errors",
        severity=Severity.ERROR,
        summary="More findings in one text than are listed.",
        what="""
            Counts the findings of the reader after the first 200 in a text. The severity is that of
            the worst finding that is not listed.
            """,
        why="Most of these findings have the same cause.",
        fix="Fix the first findings and check the file again.",
        file="net.py",
        bad="""
            import protogen

            net = protogen.loads("layer { bottom: conv1 }" * 500)
            """,
        good="""
            import protogen

            net = protogen.loads("layer { type: 'Input' top: 'data' }")
            """,
    ),
    Rule(
        code="T120",
        name="program",
        severity=Severity.ERROR,
        summary="A Python program that does not produce a net.",
        what="""
            Runs the program and takes its net: a `Net` at the top level, or what a function
            returns. Reports what the program raises, with the line in the program.
            """,
        why="There is no net to check.",
        fix="End the function with `return net`.",
        file="net.py",
        bad="""
            from protogen import Net
            from protogen import layers as L


            def net():
                with Net() as net:
                    L.Input(shape=(1, 3, 227, 227), name="data")
            """,
        good="""
            from protogen import Net
            from protogen import layers as L


            def net():
                with Net() as net:
                    L.Input(shape=(1, 3, 227, 227), name="data")
                return net
            """,
    ),
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

#: The reader skips these and reads everything else in the file; Caffe rejects the file.
_SKIPPED = ("unknown-field", "byte-order-mark", "legacy-parts")


def reading_errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The errors among a reader's findings after which the message lacks part of the text.

    An unknown field is an error too, but the message holds the rest of the text, so that the net
    can still be checked and fixed.
    """
    return [d for d in found if d.severity is Severity.ERROR and d.name not in _SKIPPED]
