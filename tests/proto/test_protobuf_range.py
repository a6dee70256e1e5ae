"""Both ends of the range of protobuf that setup.cfg declares."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Fields out of their order, floats that binary fractions only come near to, and a mark of forks.
SCRIPT = """
from google.protobuf import text_format
from protogen import proto
net = proto.NetParameter(input=["data"])
layer = net.layer.add(top=["c"], bottom=["data"], type="Convolution", name="c")
layer.param.add(decay_mult=2, lr_mult=0.1)
layer.convolution_param.weight_filler.std = 0.01
layer.convolution_param.kernel_size.append(3)
layer.power_param.MergeFrom(proto.PowerParameter(shift=-1e10, scale=1e-05, power=0.75))
layer.roi_pooling_param.spatial_scale = 0.0625
layer.upsample_param.scale = 2
assert text_format.Parse(str(net), proto.NetParameter()) == net
assert proto.NetParameter.FromString(net.SerializeToString()) == net
assert proto.forks_of(proto.SmoothL1LossParameter.DESCRIPTOR)[0] == "intel"
print(str(net).strip())
"""

EXPECTED = """\
input: "data"
layer {
  name: "c"
  type: "Convolution"
  bottom: "data"
  top: "c"
  param {
    lr_mult: 0.1
    decay_mult: 2
  }
  convolution_param {
    kernel_size: 3
    weight_filler {
      std: 0.01
    }
  }
  power_param {
    power: 0.75
    scale: 1e-05
    shift: -1e+10
  }
  upsample_param {
    scale: 2
  }
  roi_pooling_param {
    spatial_scale: 0.0625
  }
}
"""


@pytest.mark.parametrize("requirement", ["protobuf==4.25.0", "protobuf>=4.25,<8"])
def test_messages_at_the_ends_of_the_range(requirement: str, tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tmp_path)]
    installed = subprocess.run([*pip, requirement], capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"pip cannot install {requirement}: {installed.stderr.strip()[-200:]}")
    # -S keeps the environment's own protobuf out.
    done = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == EXPECTED
