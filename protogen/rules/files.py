"""Rules about a file as a whole: whether it can be read, and what it is."""

from __future__ import annotations

from protogen.diagnostics import Severity
from protogen.rules.registry import Rule, register

register(
    # `protogen.load` and `protogen.proto.compiler` open files. Caffe: "File not found".
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
    # Protobuf: "Invalid control characters encountered in text.", for each of them.
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
        # Field 1 of a NetParameter, its name, with 5 bytes: so every .caffemodel begins.
        bad="\n\n\x05LeNet\x12\x04data\x1a\x01\x02\x1a\x01\x03",
        good="""
            name: "LeNet"
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 64 dim: 1 dim: 28 dim: 28 } }
            }
            """,
    ),
    # Protobuf would report each field as unknown to the message of the other file.
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
    # A warning: the protobuf that Caffe is built with accepts the file.
    Rule(
        code="T116",
        name="not-utf8",
        severity=Severity.WARNING,
        summary="A string that is not valid UTF-8.",
        what="Decodes each string as UTF-8. If that fails, the string is read as Latin-1.",
        why="Caffe logs an error and reads the string. Newer versions of protobuf reject the file.",
        fix="Save the file as UTF-8.",
        # An e with an acute accent, in Latin-1.
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
    # Protobuf: "Interpreting non ascii codepoint 239.", which is the first byte of the mark.
    Rule(
        code="T117",
        name="byte-order-mark",
        severity=Severity.ERROR,
        summary="A byte order mark at the start of the file.",
        what="Looks at the first character of the file.",
        why="Caffe cannot parse the file and aborts. Most editors do not show the character.",
        fix="Save the file as UTF-8 without a byte order mark.",
        # The mark is written as an escape, because editors would remove it.
        bad='\ufeffname: "LeNet"\nlayer { name: "data" type: "Input" top: "data" }\n',
        fixed='name: "LeNet"\nlayer { name: "data" type: "Input" top: "data" }\n',
    ),
    # Caffe loads such a file without a word.
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
    # `protogen.program` runs the programs. Caffe has no part in this.
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
        # The function builds a net, but returns None.
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
)
