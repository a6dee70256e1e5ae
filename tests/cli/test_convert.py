"""``protogen convert``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import protogen
from protogen.cli import commands

pytestmark = pytest.mark.usefixtures("in_folder")

NET = """\
layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 1 dim: 3 dim: 7 dim: 7 } } }
# halves
layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
  pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR } }
"""


def convert(text: str, *arguments: str) -> Result:
    Path("net.prototxt").write_text(text)
    return CliRunner().invoke(commands, ["convert", "net.prototxt", *arguments])


def test_a_net_in_the_dialect_of_opencv() -> None:
    result = convert(NET, "--to", "opencv4", "-o", "out.prototxt")
    assert (result.exit_code, result.stdout) == (0, "")
    expected = NET.replace("round_mode: FLOOR", "ceil_mode: false")
    assert Path("out.prototxt").read_text() == expected
    report = protogen.check("out.prototxt", target="opencv4")
    assert report.verdict("opencv4") == "runs"


def test_a_net_for_a_target_that_only_rounds_up() -> None:
    result = convert(NET, "--to", "ncnn")
    assert result.exit_code == 0
    assert "net.prototxt: pool: rounds up, and a Slice keeps height 3 and width 3" in result.stderr
    assert 'type: "Slice"' in result.stdout
    assert "# halves" in result.stdout


def test_the_report_as_json() -> None:
    text = NET + 'layer { name: "up" type: "Upsample" bottom: "pool" top: "up"'
    text += " upsample_param { scale: 2 } }\n"
    result = convert(text, "--to", "opencv4", "--json", "-o", "out.prototxt")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["targets"] == ["opencv4"]
    assert report["changes"] == [
        "up: Upsample replaced by Deconvolution"
        ' (weights: blob 0 of "up" (3x1x2x2) is filled with 1)',
        "pool: write ceil_mode: false instead of round_mode",
    ]
    assert report["weights"] == [{"layer": "up", "blob": 0, "shape": [3, 1, 2, 2], "value": 1}]
    assert protogen.check("out.prototxt", target="opencv4").verdict("opencv4") == "runs"
    assert convert(text, "--to", "opencv4", "--json").exit_code == 2


def test_a_net_for_two_targets() -> None:
    """No spelling of rounding down is read by both, but both have Slice and Silence."""
    result = convert(NET, "--to", "opencv4,bvlc", "-o", "out.prototxt")
    assert (result.exit_code, result.stdout) == (0, "")
    report = protogen.check("out.prototxt", target=["opencv4", "bvlc"])
    assert [report.verdict(name) for name in ("opencv4", "bvlc")] == ["runs", "runs"]
    assert protogen.load("out.prototxt").analysis().blobs["pool"] == (1, 3, 3, 3)


def test_two_targets_that_no_file_fits() -> None:
    """TensorRT has no Slice; both have Crop, but only one of them reads each spelling."""
    text = NET + 'layer { name: "x" type: "Slice" bottom: "pool" top: "a" top: "b"'
    text += " slice_param { axis: 1 slice_point: 1 } }\n"
    result = convert(text, "--to", "bvlc,tensorrt8", "-o", "out.prototxt")
    assert result.exit_code == 1
    assert 'layer "x" (Slice): TensorRT 8 does not load it' in str(result.exception)
    assert not Path("out.prototxt").exists()
    assert convert(NET, "--to", "bvlc,tensor").exit_code == 2


def test_nothing_to_change() -> None:
    result = convert(NET, "--to", "bvlc")
    assert (result.exit_code, result.stdout) == (0, NET)
    assert result.stderr == "net.prototxt needs no change for BVLC Caffe\n"


def test_what_the_target_cannot_express_is_named_and_nothing_is_written() -> None:
    text = NET + 'layer { name: "best" type: "ArgMax" bottom: "pool" top: "best" }\n'
    result = convert(text, "--to", "opencv4", "-o", "out.prototxt")
    assert result.exit_code == 1
    said = str(result.exception)
    assert said.startswith('net.prototxt:6:22: error[F301] layer "best" (ArgMax): OpenCV 4')
    assert not Path("out.prototxt").exists()
    forced = convert(text, "--to", "opencv4", "-o", "out.prototxt", "--force")
    assert forced.exit_code == 0
    assert Path("out.prototxt").exists()


def test_a_net_that_caffe_rejects_is_rejected() -> None:
    result = convert(NET.replace('bottom: "data"', 'bottom: "dat"'), "--to", "opencv4")
    assert result.exit_code == 1
    assert "error[G101]" in str(result.exception)


def test_a_training_net_becomes_a_deploy_net() -> None:
    text = """\
layer { name: "data" type: "Data" top: "data" top: "label"
  transform_param { crop_size: 8 } data_param { source: "lmdb" batch_size: 4 } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  param { lr_mult: 2 } inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""
    result = convert(text, "--to", "opencv4")
    net = protogen.loads(result.stdout)
    assert [layer.type for layer in net.message.layer] == ["Input", "InnerProduct", "Softmax"]
    assert convert(text, "--to", "bvlc").stdout == text


def test_an_unknown_target() -> None:
    result = convert(NET, "--to", "opencv")
    assert result.exit_code == 2
    assert 'unknown target "opencv"; did you mean "opencv4"?' in result.stderr


def test_a_net_is_not_its_own_output() -> None:
    result = convert(NET, "--to", "opencv4", "-o", "net.prototxt")
    assert result.exit_code == 2
    assert Path("net.prototxt").read_text() == NET


def test_input_fields_for_a_target_without_input_layers() -> None:
    Path("net.prototxt").write_text(NET)
    result = protogen.convert("net.prototxt", to="bvlc")
    assert not result.modified
    with pytest.raises(ValueError, match='unknown target "caffe"'):
        protogen.convert("net.prototxt", to="caffe")
