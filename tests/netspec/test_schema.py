"""A fork's own ``caffe.proto``."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen import ProtogenError
from protogen.cli import commands
from protogen.netspec import schema as fork_schema
from protogen.proto import compiler

#: A fork with the layer Blur, whose field 6 is another one in BVLC's schema.
SCHEMA = """
syntax = "proto2";
package caffe;
message BlobShape { repeated int64 dim = 1 [packed = true]; }
message InputParameter { repeated BlobShape shape = 1; }
message BlurParameter {
  enum Edge { CUT = 0; MIRROR = 1; }
  optional uint32 size = 1;
  optional Edge edge = 2;
}
message LayerParameter {
  optional string name = 1;
  optional string type = 2;
  repeated string bottom = 3;
  repeated string top = 4;
  optional BlurParameter blur_param = 6;
  optional InputParameter input_param = 143;
}
message NetParameter { optional string name = 1; repeated LayerParameter layer = 100; }
"""

SCRIPT = """
import caffe
from caffe import layers as L, params as P
n = caffe.NetSpec()
n.data = L.Input(shape=dict(dim=[1, 3, 8, 8]))
n.blur = L.Blur(n.data, size=3, edge=P.Blur.MIRROR)
print(n.to_proto().layer[1].SerializeToString().hex())
"""


@pytest.fixture(autouse=True)
def schema(in_folder: Path) -> Iterator[None]:
    """The schema of protogen again, after each test."""
    (in_folder / "caffe.proto").write_text(SCHEMA, encoding="utf-8")
    yield
    fork_schema.use_ours()


def run(text: str, *options: str) -> Result:
    Path("net.py").write_text(text, encoding="utf-8")
    return CliRunner().invoke(commands, ["run", *options, "net.py"])


def test_the_fields_of_a_schema() -> None:
    result = run(SCRIPT, "--proto", "caffe.proto", "-o", "out.prototxt")
    # name, type, bottom, top, and field 6: size 3, edge 1.
    fields = ["0a04626c7572", "1204426c7572", "1a0464617461", "2204626c7572", "320408031001"]
    assert result.stdout == "".join(fields) + "\n"
    assert (result.stderr, result.exit_code) == ("", 0)
    assert "edge: MIRROR" in Path("out.prototxt").read_text(encoding="utf-8")


def test_without_it_the_type_is_unknown() -> None:
    result = run(SCRIPT)
    assert 'error[S101] caffe has no message "BlurParameter"' in result.stderr


def test_what_the_schema_lacks_is_rejected() -> None:
    result = run(SCRIPT.replace("size=3", "radius=3"), "--proto", "caffe.proto")
    assert 'layer "blur" (Blur): unknown keyword "radius"' in result.stderr
    assert result.exit_code == 1


def test_shapes_are_checked_all_the_same() -> None:
    more = "n.sum = L.Eltwise(n.data, L.Input(shape=dict(dim=[1, 4, 8, 8])))\nn.to_proto()\n"
    result = run(SCRIPT + more, "--proto", "caffe.proto")
    assert "net.py:8: error[S104]" in result.stderr


def test_unusable_schemas() -> None:
    Path("bad.proto").write_text('syntax = "proto2";\nmessage {\n', encoding="utf-8")
    Path("other.proto").write_text('syntax = "proto2";\nmessage A {}\n', encoding="utf-8")
    result = run(SCRIPT, "--proto", "bad.proto")
    assert "bad.proto:2:9: error[T100] cannot be compiled: Expected" in str(result.exception)
    with pytest.raises(ProtogenError, match=r'other.proto: .* has no message "LayerParameter"'):
        fork_schema.use("other.proto")
    result = run(SCRIPT, "--proto", "none.proto")
    assert "none.proto cannot be read" in result.stderr
    assert result.exit_code == 2


def test_without_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(compiler, "find_spec", importlib.util.find_spec)
    result = run(SCRIPT, "--proto", "caffe.proto")
    assert "--proto needs the package grpcio-tools" in result.stderr
    assert result.exit_code == 2
