"""Ours and pycaffe's ``caffe.proto`` in one process, in either order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

THEIRS = """
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
file = descriptor_pb2.FileDescriptorProto(name="caffe/proto/caffe.proto", package="caffe")
message = file.message_type.add(name="NetParameter")
message.field.add(name="name", number=1, label=1, type=9)
file.enum_type.add(name="Phase").value.add(name="TRAIN", number=0)
pool = descriptor_pool.Default()
pool.AddSerializedFile(file.SerializeToString())
theirs = message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))
"""

OURS = """
from protogen import proto
ours = proto.NetParameter
"""

CHECK = """
assert theirs(name="a").SerializeToString() == ours(name="a").SerializeToString()
assert list(theirs.DESCRIPTOR.fields_by_name) == ["name"]
assert "layer" in ours.DESCRIPTOR.fields_by_name
assert proto.forks_of(proto.BNParameter.DESCRIPTOR)
try:
    pool.FindExtensionByName("caffe.forks")
except KeyError:
    print("apart")
"""


@pytest.mark.parametrize("script", [THEIRS + OURS, OURS + THEIRS], ids=["after", "before"])
def test_a_second_caffe_proto_in_the_default_pool(script: str) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script + CHECK],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "apart\n"), done.stderr
