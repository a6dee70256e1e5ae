"""The typed stub is up to date, and accepts and rejects what protobuf does at run time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from protogen import proto
from protogen.proto import compile as schema_compiler
from protogen.proto.stub import stub
from tests.conftest import ROOT

ACCEPTED = """\
from protogen import proto
from protogen.proto import LayerParameter, NetParameter, Phase

def pad_of(layer: LayerParameter) -> int:
    return layer.pooling_param.pad if layer.HasField("pooling_param") else 0

def add(net: NetParameter, phase: Phase) -> None:
    layer = net.layer.add(type="Pooling", top=["pool"])
    layer.include.append(proto.NetStateRule(phase=phase, stage=["deploy"]))
    layer.bottom[:] = ["data"]
    layer.loss_weight.extend([1, 0.5])
    layer.pooling_param.pool = proto.PoolingParameter.AVE
    layer.ClearField("top")

layer = LayerParameter(name="p", phase="TEST", pooling_param={"pad": 1, "pool": "AVE"})
layer.phase = proto.TRAIN
layer.phase = Phase.Value("TEST")
pool: proto.PoolingParameter.PoolMethod = layer.pooling_param.pool
net = NetParameter(name=None, layer=[layer, {"name": "q", "top": ["a", "b"]}])
add(net, proto.TEST)
add(NetParameter.FromString(net.SerializeToString()), Phase.TRAIN)
blob = proto.BlobProto(shape=proto.BlobShape(dim=(1, 2)), data=[0.5, 1])
names: list[str] = Phase.keys() + [Phase.Name(layer.phase), Phase.DESCRIPTOR.name]
message = proto.message_class(LayerParameter.DESCRIPTOR)()
forks: tuple[str, ...] = proto.forks_of(proto.FILE.enum_types_by_name["Packing"])
nested = proto.DetectNetGroundTruthParameter.ClassMapping(src=1)
assert pad_of(net.layer[0]) == 1
"""

# A statement about `layer`, the code of mypy's error, and what protobuf raises.
REJECTED = [
    ("layer.nmae", "attr-defined", AttributeError, "nmae"),
    ("layer.nmae = 'p'", "attr-defined", AttributeError, "nmae"),
    ("layer.name = 3", "assignment", TypeError, "bad argument type"),
    ("layer.top = ['p']", "misc", AttributeError, "Assignment not allowed"),
    ("layer.pooling_param = proto.PoolingParameter()", "misc", AttributeError, "Assignment not"),
    ("layer.pooling_param.pool = 'AVG'", "assignment", ValueError, "unknown enum label"),
    ("layer.top.append(3)", "arg-type", TypeError, "bad argument type"),
    ("layer.HasField('pool_param')", "arg-type", ValueError, "pool_param"),
    ("layer.HasField('top')", "arg-type", ValueError, "presence"),
    ("layer.ClearField('tops')", "arg-type", ValueError, "tops"),
    ("proto.LayerParameter(tpye='ReLU')", "call-arg", ValueError, "tpye"),
    ("proto.LayerParameter(phase='TSET')", "arg-type", ValueError, "unknown enum label"),
    ("proto.LayerParameter(pooling_param=3)", "arg-type", TypeError, "must be dict or instance"),
    ("proto.PoolingParameter.AVG", "attr-defined", AttributeError, "AVG"),
    ("proto.Phase.TSET", "attr-defined", AttributeError, "TSET"),
    ("proto.PoolParameter", "attr-defined", AttributeError, "PoolParameter"),
    ("proto.NCHV", "attr-defined", AttributeError, "NCHV"),
]


def mypy(folder: Path, source: str) -> list[str]:
    """What mypy reports about a file with this source, and not about what it imports."""
    pytest.importorskip("mypy", reason="the type checker, mypy, is not installed")
    file = folder / "sample.py"
    file.write_text(source)
    options = ["--strict", "--no-error-summary", "--hide-error-context", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if f"{file.name}:" in line]


def test_the_stub_is_that_of_the_compiled_schema() -> None:
    schema = FileDescriptorSet.FromString(schema_compiler.TARGET.read_bytes()).file[-1]
    assert stub(schema) == schema_compiler.STUB.read_text(encoding="utf-8"), (
        "_messages.pyi is not the stub of caffe.desc: run `make proto`"
    )


def test_mypy_accepts_what_runs(tmp_path: Path) -> None:
    exec(ACCEPTED, {})
    assert mypy(tmp_path, ACCEPTED) == []


@pytest.mark.parametrize(("statement", "error", "text"), [(s, e, t) for s, _, e, t in REJECTED])
def test_protobuf_rejects_each_mistake(statement: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        exec(statement, {"proto": proto, "layer": proto.LayerParameter()})


def test_mypy_rejects_each_mistake(tmp_path: Path) -> None:
    lines = ["from protogen import proto", "layer = proto.LayerParameter()"]
    found = mypy(tmp_path, "\n".join([*lines, *(statement for statement, *_ in REJECTED)]))
    errors = [line for line in found if ": error: " in line]
    for number, (statement, code, *_) in enumerate(REJECTED, 3):
        of_line = [error for error in errors if f"sample.py:{number}: " in error]
        assert any(error.endswith(f"[{code}]") for error in of_line), (statement, found)


def test_enum_values_of_the_file_are_names_of_the_module() -> None:
    assert (proto.TRAIN, proto.TEST) == (0, 1)
    assert (proto.PoolingParameter.MAX, proto.PoolingParameter.AVE) == (0, 1)
    assert {"Phase", "TEST", "LayerParameter", "forks_of"} <= set(dir(proto))
    with pytest.raises(AttributeError, match="no attribute 'TSET'"):
        proto.TSET  # noqa: B018
