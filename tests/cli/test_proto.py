"""``protogen proto`` and the option --proto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import protogen
from protogen.cli import commands
from protogen.proto import compiler

HEAD = """
syntax = "proto2";
package caffe;
message NetParameter { optional string name = 1; repeated LayerParameter layer = 100; }
message LayerParameter {
  optional string name = 1;
  optional string type = 2;
  repeated string bottom = 3;
  repeated string top = 4;
  optional PoolingParameter pooling_param = 121;
"""
#: Two forks, in which field 13 of a pooling and value 3 of its method are different things.
A = (
    HEAD
    + """}
message PoolingParameter {
  enum PoolMethod { MAX = 0; AVE = 1; SUM = 3; }
  optional PoolMethod pool = 1 [default = MAX];
  optional uint32 kernel_size = 2;
  optional bool ceil_mode = 13 [default = true];
}
"""
)
B = (
    HEAD
    + """  optional BlurParameter blur_param = 150;
}
message PoolingParameter {
  enum PoolMethod { MAX = 0; AVE = 1; MIN = 3; }
  optional PoolMethod pool = 1 [default = AVE];
  optional uint32 kernel_size = 2;
  optional bool avg_include_pad = 13;
}
message BlurParameter { optional float size = 1 [default = 0.1]; map<string, int32> tags = 2; }
"""
)

#: A fork with images, which the commands that compute something need.
IMAGES = (
    HEAD.replace(
        "message LayerParameter {",
        """message BlobShape { repeated int64 dim = 1; }
message InputParameter { repeated BlobShape shape = 1; }
message BlurParameter { optional float size = 1; }
message LayerParameter {
  optional InputParameter input_param = 143;
  optional BlurParameter blur_param = 150;""",
    )
    + """}
message PoolingParameter { optional uint32 kernel_size = 2; }
"""
)
BLURRED = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { kernel_size: 2 } }
layer { name: "b" type: "Blur" bottom: "pool" top: "b" blur_param { size: 2 } }
"""

NET = """\
name: "net"  # kept
layer { name: "b" type: "Blur" blur_param { size: 2 } }
"""


@pytest.fixture(scope="module", autouse=True)
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The files in the current folder, the same for all tests: to compile a schema takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("schemas"))
        texts = {"a.proto": A, "b.proto": B, "images.proto": IMAGES}
        for name, text in {**texts, "net.prototxt": NET, "blurred.prototxt": BLURRED}.items():
            Path(name).write_text(text, encoding="utf-8")
        yield


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def test_differences() -> None:
    result = run("proto", "diff", "a.proto", "b.proto")
    assert (
        result.stdout
        == """\
numbers that stand for two things: 2
  PoolingParameter 13
    a.proto  optional bool ceil_mode = 13 [default = true]
    b.proto  optional bool avg_include_pad = 13
  PoolingParameter.PoolMethod 3
    a.proto  SUM = 3
    b.proto  MIN = 3
only in a.proto: 2
  PoolingParameter.PoolMethod.SUM: SUM = 3
  PoolingParameter.ceil_mode: optional bool ceil_mode = 13 [default = true]
only in b.proto: 5
  BlurParameter: message
  BlurParameter.TagsEntry: message
  LayerParameter.blur_param: optional BlurParameter blur_param = 150
  PoolingParameter.PoolMethod.MIN: MIN = 3
  PoolingParameter.avg_include_pad: optional bool avg_include_pad = 13
declared otherwise: 1
  PoolingParameter.pool
    a.proto  optional PoolingParameter.PoolMethod pool = 1 [default = MAX]
    b.proto  optional PoolingParameter.PoolMethod pool = 1 [default = AVE]
"""
    )
    assert result.exit_code == 1


def test_differences_as_json() -> None:
    first, *_ = json.loads(run("proto", "diff", "a.proto", "b.proto", "--json").stdout)
    assert first == {
        "kind": "clash",
        "path": "PoolingParameter 13",
        "a": "optional bool ceil_mode = 13 [default = true]",
        "b": "optional bool avg_include_pad = 13",
    }


def test_no_differences() -> None:
    renamed = A.replace("package caffe", "package other").replace("default = true", "default=true")
    Path("same.proto").write_text(renamed, encoding="utf-8")
    result = run("proto", "diff", "a.proto", "same.proto")
    assert (result.output, result.exit_code) == ("", 0)
    assert run("proto", "diff", "protogen", "protogen").exit_code == 0


def test_a_target() -> None:
    result = run("proto", "diff", "bvlc", "a.proto")
    # BVLC's own numbers: ROUND_MODE is 13 there, and it has no value 3.
    assert (
        "  PoolingParameter 13\n    bvlc     optional PoolingParameter.RoundMode" in result.stdout
    )
    assert "PoolMethod 3" not in result.stdout
    assert "  PoolingParameter.PoolMethod.STOCHASTIC: STOCHASTIC = 2\n" in result.stdout


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sophgoo", 'did you mean "sophgo"? (or give a file, or "protogen")'),
        ("none.proto", "none.proto cannot be read: it does not exist"),
        ("net.prototxt", "net.prototxt:1:1: error[T100] cannot be compiled"),
    ],
)
def test_unusable_schemas(given: str, message: str) -> None:
    result = run("proto", "diff", given, "a.proto")
    assert message in result.stderr
    assert result.exit_code == 2


def test_a_merge_that_clashes() -> None:
    result = run("proto", "merge", "a.proto", "b.proto", "-o", "out.proto")
    assert (
        result.stderr
        == """\
PoolingParameter 13: optional bool ceil_mode = 13 [default = true] in A, \
optional bool avg_include_pad = 13 in B
PoolingParameter.PoolMethod 3: SUM = 3 in A, MIN = 3 in B
Error: A and B clash; --renumber gives those of B other numbers
"""
    )
    assert result.exit_code == 2
    assert not Path("clash.proto").exists()


def test_a_merge() -> None:
    assert (
        run("proto", "merge", "a.proto", "b.proto", "--renumber", "-o", "out.proto").exit_code == 0
    )
    text = Path("out.proto").read_text(encoding="utf-8")
    assert text.startswith("// Merged by protogen from a.proto and b.proto.\n")
    assert "  optional bool ceil_mode = 13 [default = true];" in text
    assert "  optional PoolMethod pool = 1" not in text  # its whole name is written
    assert "  map<string, int32> tags = 2;" in text
    lines = run("proto", "diff", "a.proto", "out.proto").stdout.splitlines()
    assert [line for line in lines if line[0] != " "] == ["only in out.proto: 5"]
    net = 'layer { name: "p" type: "Pooling" pooling_param { pool: MIN ceil_mode: false } }'
    Path("p.prototxt").write_text(net, encoding="utf-8")
    assert protogen.load("p.prototxt", proto="out.proto").document.diagnostics == []
    again = run("proto", "merge", "out.proto", "out.proto", "-o", "again.proto")
    assert again.exit_code == 0
    assert run("proto", "diff", "again.proto", "out.proto").exit_code == 0


def test_a_merge_does_not_write_what_it_reads() -> None:
    result = run("proto", "merge", "a.proto", "b.proto", "--renumber", "-o", "a.proto")
    assert "a.proto is read by this command" in result.stderr
    assert Path("a.proto").read_text(encoding="utf-8") == A


# The option --proto ----------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "shapes", "emit"])
def test_the_schema_of_a_net(command: str) -> None:
    assert run(command, "--proto", "b.proto", "net.prototxt").exit_code == 0
    result = run(command, "--proto", "a.proto", "net.prototxt")
    assert 'LayerParameter in a.proto has no field "blur_param"' in result.output
    assert result.exit_code == 1


def test_what_is_emitted() -> None:
    assert run("emit", "--proto", "b.proto", "net.prototxt").stdout == NET
    result = run("emit", "--annotate", "--proto", "b.proto", "net.prototxt")
    assert "  blur_param {\n    size: 2\n  }\n" in result.stdout


def test_what_the_schema_cannot_hold_is_not_emitted() -> None:
    # Caffe makes an Input layer of `input`; a Caffe without it reads `input` itself.
    old = A.replace(
        "optional string name = 1;", "optional string name = 1; repeated string input = 3;", 1
    )
    old = old.replace(
        "repeated LayerParameter", "repeated int32 input_dim = 4; repeated LayerParameter"
    )
    Path("old.proto").write_text(old, encoding="utf-8")
    net = 'input: "d" input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2\n'
    Path("old.prototxt").write_text(net, encoding="utf-8")
    assert run("emit", "--proto", "old.proto", "old.prototxt").stdout == net
    result = run("emit", "--annotate", "--proto", "old.proto", "old.prototxt")
    assert 'LayerParameter in old.proto has no field "input_param"' in result.stderr
    assert (result.stdout, result.exit_code) == ("", 1)
    with pytest.raises(protogen.ProtogenError, match=r'old.proto has no "input_param"'):
        protogen.deploy(protogen.load("old.prototxt", proto="old.proto"))


def test_the_layout() -> None:
    Path("long.prototxt").write_text(NET, encoding="utf-8")
    assert run("fmt", "--proto", "b.proto", "long.prototxt").exit_code == 0
    assert "  blur_param {\n    size: 2\n  }\n" in Path("long.prototxt").read_text(encoding="utf-8")


def test_the_setting() -> None:
    assert run("check", "net.prototxt").exit_code == 1
    Path("my.toml").write_text('proto = "b.proto"\n', encoding="utf-8")
    assert run("check", "net.prototxt", "--config", "my.toml").exit_code == 0


@pytest.mark.parametrize("command", ["check", "shapes", "emit", "fmt"])
def test_an_unusable_schema(command: str) -> None:
    result = run(command, "--proto", "net.prototxt", "net.prototxt")
    assert "net.prototxt:1:1: error[T100] cannot be compiled" in result.stderr
    assert result.exit_code == 2
    assert result.stdout == ""


def test_programs_have_our_schema() -> None:
    Path("net.py").write_text("", encoding="utf-8")
    result = run("shapes", "--proto", "b.proto", "net.py")
    assert "--proto is for prototxt files; net.py is composed" in result.stderr
    assert result.exit_code == 2


def test_without_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "is_installed", lambda: False)
    result = run("proto", "diff", "a.proto", "bvlc")
    assert "--proto needs the package grpcio-tools: pip install" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "command",
    [
        "convert blurred.prototxt --to vitis-dpu",
        "cost blurred.prototxt",
        "crop-offset blurred.prototxt data data",
        "deploy blurred.prototxt",
        "draw blurred.prototxt -o blurred.dot",
        "edit blurred.prototxt --set b blur_param.size 3",
        "sizes blurred.prototxt",
        "summary blurred.prototxt",
        "upgrade blurred.prototxt",
        "view blurred.prototxt -o -",
    ],
)
def test_commands_that_read_by_a_schema(command: str) -> None:
    unknown = run(*command.split())
    said = unknown.stderr + str(unknown.exception)
    assert "blur_param" in said, said
    result = run(*command.split(), "--proto", "images.proto")
    assert result.exit_code == 0, result.output
    assert "has no field" not in result.stderr


def test_a_receptive_field_by_a_schema() -> None:
    result = run("receptive-field", "blurred.prototxt", "pool", "--proto", "images.proto")
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_diff_by_a_schema() -> None:
    Path("sharper.prototxt").write_text(BLURRED.replace("size: 2 } }", "size: 1 } }"))
    nets = ("blurred.prototxt", "sharper.prototxt")
    assert run("diff", *nets, "--proto", "images.proto").exit_code == 1
    assert "blur_param.size" in run("diff", *nets, "--proto", "images.proto").stdout
    text = run("diff", "--textconv", nets[1], "--proto", "images.proto").stdout
    assert "blur_param {" in text


def test_an_editor_by_a_schema() -> None:
    from protogen.cli._page_server import Editor

    shown = {}
    for schema in (None, "images.proto"):
        editor = Editor("a", BLURRED, None, lambda net: net.analysis(), schema)
        shown[schema] = "has no field" in str(editor.content(BLURRED))
    assert shown == {None: True, "images.proto": False}
