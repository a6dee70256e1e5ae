"""Rules about the form of a text, whatever its fields mean."""

from __future__ import annotations

from collections.abc import Iterable

from protogen.diagnostics import Diagnostic, Severity
from protogen.rules.registry import Rule, register

register(
    # Protobuf stops at the first such place: "Expected integer, got: }".
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
        # The dim without a number, in line 3.
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
    # Protobuf reads on into the next layer: "caffe.LayerParameter" has no field named "layer".
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
        # Without indentation, nothing would say which of the two braces is missing.
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
    # Protobuf: "Expected identifier, got: }".
    Rule(
        code="T103",
        name="stray-brace",
        severity=Severity.ERROR,
        summary="A closing brace without an opening brace.",
        what="Matches opening and closing braces.",
        why="Caffe cannot parse the file and aborts.",
        fix="Remove the closing brace, or add the opening brace that belongs to it.",
        # One brace too many, at the end of line 3.
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
    # Protobuf: "String literals cannot cross line boundaries.", at the end of the line.
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
    # Protobuf: "Invalid escape sequence in string literal.", without the sequence.
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
    # Protobuf: "Interpreting non ascii codepoint 194.", which is half of the character in UTF-8.
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
        # The character behind the name is U+00A0.
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
    # 100 levels, as in protobuf's binary format: no net needs a tenth of that.
    Rule(
        code="T113",
        name="nested-too-deep",
        severity=Severity.ERROR,
        summary="Messages nested deeper than protobuf allows.",
        what="Counts the open braces.",
        why="Caffe cannot parse the file and aborts. No net needs this depth.",
        fix="Fix the program that generated the file.",
        file="net.py",
        # A text of 500 levels in one line, which nobody writes by hand.
        bad="""
            import protogen

            net = protogen.loads("layer { " * 500 + "}" * 500)
            """,
        good="""
            import protogen

            net = protogen.loads("layer { " + 'type: "Input" top: "data" ' + "}")
            """,
    ),
    # In a file of another kind, nearly every word would be a finding.
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
        # 500 times the same error: a string without quotes.
        bad="""
            import protogen

            net = protogen.loads("layer { bottom: conv1 }" * 500)
            """,
        good="""
            import protogen

            net = protogen.loads("layer { type: 'Input' top: 'data' }")
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
    errors = []
    for each in found:
        if each.severity is Severity.ERROR and each.name not in _SKIPPED:
            errors.append(each)
    return errors
