"""BVLC Caffe cannot parse a file with a field that it does not know: no command accepts one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from protogen.cli import commands

NET = """\
layer {
  name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } }
}
layer {
  name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { kernal_size: 3 kernel_size: 2 stride: 2 }
}
"""


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "cost",
        "deploy",
        "emit",
        "receptive-field",
        "shapes",
        "sizes",
        "summary",
        "to-python",
        "upgrade",
    ],
)
def test_a_net_with_an_unknown_field_is_rejected(command: str, tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    file.write_text(NET)
    result = CliRunner().invoke(commands, [command, str(file)])
    assert result.exit_code == 1
    message = 'layer "pool" (Pooling): PoolingParameter has no field "kernal_size"'
    assert f"net.prototxt:7:19: error[T110] {message}" in result.output


def test_the_rest_of_the_net_is_still_checked_and_fixed(tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    pool = NET.replace("kernal_size: 3 kernel_size: 2", "kernel_size: 1")
    empty = pool + 'layer { name: "r" type: "ReLU" bottom: "data" top: "r" inplace: true }\n'
    file.write_text(empty)
    result = CliRunner().invoke(commands, ["check", str(file), "--fix"])
    assert result.exit_code == 1
    assert file.read_text() == empty.replace("stride: 2", "stride: 2 round_mode: FLOOR")
