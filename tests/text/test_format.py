"""The canonical layout, and the command that writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from protogen import proto
from protogen.cli.fmt import command
from protogen.diagnostics import ProtogenError
from protogen.text import format_text, read
from tests.conftest import conformance_nets

UGLY = """\


# a net

name :'n "x"'   # its name
layer{ # first


  name: "c" ; type : "Convolution",
    # before
  convolution_param:< pad:[ 1,2 ]kernel_size:0x3 weight_filler { } bias_filler { # none
   } >
  # last
}  # done



layer { top: - 3f # odd
  name: "a"
   "b" "c" # two
  param [{lr_mult: 1}, # one
    {}] loss_weight: [1, # first
    2.50 ]
}
future_param: { [a . b]: 3 names: [] }"""

NEAT = """\
# a net

name: "n \\"x\\"" # its name
layer { # first
  name: "c"
  type: "Convolution"
  # before
  convolution_param {
    pad: [1, 2]
    kernel_size: 0x3
    weight_filler { }
    bias_filler { # none
    }
  }
  # last
} # done

layer {
  top: -3f # odd
  name: "a"
    "b" "c" # two
  param: [
    {
      lr_mult: 1
    }, # one
    { }
  ]
  loss_weight: [
    1, # first
    2.50
  ]
}
future_param {
  [a.b]: 3
  names: []
}
"""


def test_layout() -> None:
    assert format_text(UGLY) == NEAT
    assert format_text(NEAT) == NEAT


@pytest.mark.parametrize(
    ("text", "neat"),
    [
        ("", ""),
        ("# only", "# only\n"),
        ("name: 'a'\r\nlayer{}\r\n", 'name: "a"\r\nlayer { }\r\n'),
        ("\ufeffname: 'a'", 'name: "a"\n'),
        (r"""name: 'it\'s "x" \\' """, 'name: "it\'s \\"x\\" \\\\"\n'),
        ("name: # why\n 'a'", '# why\nname: "a"\n'),
        ('name: "a" # x\n# y\n"b"', 'name: "a" # x\n  # y\n  "b"\n'),
        ("layer # c\n{ }", "# c\nlayer { }\n"),
        ("input_dim: 1 # a\n# b\n; # c\n", "input_dim: 1 # a\n# b\n# c\n"),
        ("input_dim: [ # a\n1 # b\n, 2 ]", "input_dim: [ # a\n  1, # b\n  2\n]\n"),
        ("input_dim: 99999999999", "input_dim: 99999999999\n"),
    ],
)
def test_details(text: str, neat: str) -> None:
    assert format_text(text) == neat
    assert format_text(neat) == neat


def test_bytes_that_are_not_utf8_stay() -> None:
    text = b'name: "\xe9" # \xe9'.decode("utf-8", "surrogateescape")
    assert format_text(text) == text + "\n"


@pytest.mark.parametrize(
    "text", ["layer {", "name", "}", 'name: "', "layer: 3", "name: 'twenty letters or more' \x01"]
)
def test_a_text_without_structure_is_rejected(text: str) -> None:
    with pytest.raises(ProtogenError, match=r"f\.prototxt:1:\d+: error\[T10"):
        format_text(text, "f.prototxt")


@pytest.mark.parametrize("path", conformance_nets(), ids=lambda path: path.name)
def test_real_files_keep_their_meaning_and_comments(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    formatted = format_text(text)
    assert format_text(formatted) == formatted
    for kind in (proto.NetParameter, proto.SolverParameter):
        before, after = read(text, kind), read(formatted, kind)
        assert str(before.message) == str(after.message)
        assert [(c.text.rstrip(), c.path) for c in before.comments] == [
            (c.text, c.path) for c in after.comments
        ]


def test_command_writes_what_changes(in_folder: Path) -> None:
    Path("a.prototxt").write_text("name:'a'")
    Path("b.prototxt").write_text('name: "b"\n')
    before = Path("b.prototxt").stat().st_ino
    result = CliRunner().invoke(command, ["a.prototxt", "b.prototxt"])
    assert (result.exit_code, result.output) == (0, "")
    assert Path("a.prototxt").read_text() == 'name: "a"\n'
    assert Path("b.prototxt").stat().st_ino == before


def test_command_check_and_diff_write_nothing(in_folder: Path) -> None:
    Path("a.prototxt").write_text("name:'a'")
    result = CliRunner().invoke(command, ["--check", "a.prototxt"])
    assert (result.exit_code, result.output) == (1, "would change a.prototxt\n")
    result = CliRunner().invoke(command, ["--diff", "a.prototxt"])
    assert result.exit_code == 0
    assert result.output == (
        "--- a.prototxt\n+++ a.prototxt\n@@ -1 +1 @@\n"
        "-name:'a'\n\\ No newline at end of file\n"
        '+name: "a"\n'
    )
    assert CliRunner().invoke(command, ["--check", "--diff", "a.prototxt"]).exit_code == 1
    assert Path("a.prototxt").read_text() == "name:'a'"


def test_command_leaves_a_broken_file_and_goes_on(in_folder: Path) -> None:
    Path("a.prototxt").write_text("layer {")
    Path("b.prototxt").write_text("name:'b'")
    result = CliRunner().invoke(command, ["a.prototxt", "b.prototxt"])
    assert result.exit_code == 1
    assert 'a.prototxt:1:7: error[T102] "{" of "layer" is never closed' in result.output
    assert Path("a.prototxt").read_text() == "layer {"
    assert Path("b.prototxt").read_text() == 'name: "b"\n'


def test_command_takes_standard_input() -> None:
    result = CliRunner().invoke(command, ["-"], input="name:'a'")
    assert (result.exit_code, result.output) == (0, 'name: "a"\n')


@pytest.mark.parametrize(
    "text",
    [
        "input_shape { dim: 1,3,227,227 }",
        'layer { bottom: "a" "b" } layer { pooling_param { kernel_size { 3 } } }',
        "x: 1\n" * 300 + "layer { dim: 1,3 }",
        "x: 1\n" * 300 + "layer {",
    ],
)
def test_a_text_without_structure_is_refused(text: str) -> None:
    # The last two have more findings than are listed.
    with pytest.raises(ProtogenError, match="error"):
        format_text(text)
