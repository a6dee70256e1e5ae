"""What could not be checked is reported, in every format that people or programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import protogen
from protogen import ComposeError, Net
from protogen import layers as L
from protogen.cli import commands

# Caffe reads the channels and, without a crop, the size of the images from the database.
NET = """\
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
  transform_param { crop_size: 28 } data_param { source: "no_train" batch_size: 64 backend: LMDB } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
  data_param { source: "no_test" batch_size: 100 backend: LMDB } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 5 } }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def test_each_unknown_shape_is_named_with_its_reason_and_what_to_give() -> None:
    report = protogen.check(protogen.loads(NET))
    assert report.ok
    assert report.unchecked == [
        'the shape of "data" (64x?x28x28) of layer "data" (Data) is unknown in TRAIN: "no_train"'
        " does not exist. What depends on it is not checked; to check it, give the shape:"
        " --input data=64,C,28,28",
        'the shape of "data" (100x?x?x?) of layer "data" (Data) is unknown in TEST: "no_test" does'
        " not exist. What depends on it is not checked; to check it, give the shape:"
        " --input data=100,C,H,W",
    ]


def test_the_command_says_so_beside_its_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    result = run("check", "net.prototxt")
    assert result.exit_code == 0
    assert [line[:40] for line in result.stderr.splitlines()] == [
        'net.prototxt: the shape of "data" (64x?x',
        'net.prototxt: the shape of "data" (100x?',
    ]
    data = json.loads(run("check", "--format", "json", "net.prototxt").stdout)
    assert [each["file"] for each in data["unchecked"]] == ["net.prototxt"] * 2
    assert run("check", "-q", "net.prototxt").stderr == ""


def test_a_shape_given_leaves_the_batch_to_the_layer() -> None:
    for phase, batch in (("TRAIN", 64), ("TEST", 100)):
        found = protogen.infer_shapes(
            protogen.loads(NET), phase=phase, inputs={"data": (1, 1, 28, 28)}
        )
        assert found.ok
        assert found.blobs["data"] == (batch, 1, 28, 28)
        assert found.blobs["conv"] == (batch, 4, 24, 24)  # 28 - 5 + 1
    assert protogen.check(protogen.loads(NET), inputs={"data": (1, 1, 28, 28)}).unchecked == []


def test_a_shape_that_contradicts_the_layer_gets_a_warning() -> None:
    report = protogen.check(protogen.loads(NET), inputs={"data": (1, 1, 32, 32)}, select=["G111"])
    (found,) = report.diagnostics
    assert (found.code, found.layer, str(found.severity)) == ("G111", "data", "warning")
    assert found.message.startswith(
        'the shape given for "data" is 1x1x32x32, but the layer produces 64x?x28x28'
    )
    assert found.hint == "give ? for the sizes that the layer sets: data=64,?,28,28"


def test_a_name_that_no_blob_has_is_rejected_in_python_and_on_the_command_line(
    tmp_path: Path,
) -> None:
    with pytest.raises(ValueError, match=r'inputs: no layer produces blob "dta"; did you mean "d'):
        protogen.infer_shapes(protogen.loads(NET), inputs={"dta": (1, 1, 28, 28)})
    file = tmp_path / "net.prototxt"
    file.write_text(NET)
    for command in ("check", "shapes"):
        result = run(command, str(file), "--input", "dta=1,1,28,28")
        assert result.exit_code == 2
        assert 'produces blob "dta"; did you mean "data"?' in result.stderr


PROGRAM = """\
from protogen import Net, layers as L

def net():
    with Net("half") as net:
        x = L.Input(shape=[1, 3, 9, 9], name="data")
        x = L.Convolution(x, name="conv", num_output=4, kernel_size=3)
        L.Convolution(x, name="bad", num_output=4, kernel_size=3, group=3)
    return net
"""


def test_what_a_program_has_composed_before_its_mistake_is_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "half.py"
    file.write_text(PROGRAM)
    shapes = run("shapes", str(file))
    assert shapes.exit_code == 1
    assert "1x4x7x7" in shapes.stdout
    assert f"{file}:7: error[S108]" in shapes.stderr
    check = run("check", str(file))
    assert check.exit_code == 1
    assert f"{file}:7: error[S108]" in check.stdout
    sizes = run("sizes", str(file), "--range", "3:12")
    assert sizes.exit_code == 1
    assert "legal" in sizes.stdout
    assert run("emit", str(file)).stdout == ""


def test_a_mistake_in_composing_has_the_net_so_far() -> None:
    with Net() as net:
        L.Input(shape=[1, 3, 9, 9], name="data")
        with pytest.raises(ComposeError, match="group 2 does not divide") as caught:
            L.Convolution(net["data"], num_output=4, kernel_size=3, group=2)
    assert caught.value.net is net
    assert [layer.name for layer in net.message.layer] == ["data"]


def test_many_tops_of_one_sort_share_a_line(tmp_path: Path) -> None:
    net = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 8] } } }\n'
    for name in "abcd":
        python = 'python_param { module: "m" layer: "L" }'
        net += f'layer {{ name: "{name}" type: "Python" bottom: "x" top: "{name}" {python} }}\n'
        net += f'layer {{ name: "{name}2" type: "ReLU" bottom: "{name}" top: "{name}2" }}\n'
    file = tmp_path / "net.prototxt"
    file.write_text(net)
    assert run("check", str(file)).stderr == (
        f'{file}: the shapes of "a" and 3 more tops of Python layers are unknown: protogen does not'
        " run the code of Python layers. What depends on them is not checked; to check it, give the"
        " shapes: --input a=N,C,H,W ...\n"
    )
