"""``protogen deploy`` as it is called: what it writes, what it says, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen import load
from protogen.cli import commands

NET = """\
layer { name: "data" type: "Data" top: "data" top: "label" data_param { batch_size: 4 } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""
SIZE = ("--input", "data=1x1x8x8")


def run(*args: object) -> Result:
    return CliRunner().invoke(commands, ["deploy", *map(str, args)])


@pytest.fixture
def training(in_folder: Path) -> Path:
    path = Path("train_val.prototxt")
    path.write_text(NET)
    return path


def test_it_writes_the_net_and_reports_what_it_does(training: Path) -> None:
    result = run(training, "-o", "deploy.prototxt", *SIZE, "--batch", 2)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        'train_val.prototxt: input "data" 2x1x8x8, in place of layer "data" (Data): as given',
        'train_val.prototxt: output "prob", Softmax of "fc", in place of "loss" (SoftmaxWithLoss)',
        'train_val.prototxt: removed "data" (Data): the caller provides the data',
        'train_val.prototxt: removed "loss" (SoftmaxWithLoss): only training needs a loss',
    ]
    assert load("deploy.prototxt").analysis().blobs["prob"] == (2, 10)
    checked = CliRunner().invoke(commands, ["check", "deploy.prototxt", "--severity", "note"])
    assert checked.exit_code == 0, checked.output


def test_to_standard_output_and_quiet(training: Path) -> None:
    result = run(training, *SIZE, "--no-probability", "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert 'type: "InnerProduct"' in result.stdout
    assert "Softmax" not in result.stdout


def test_what_is_asked_for_is_an_error_and_writes_nothing(training: Path) -> None:
    result = run(training, "-o", "deploy.prototxt")
    assert result.exit_code == 1
    assert not Path("deploy.prototxt").exists()


def test_a_deploy_net_stays_as_it_is(training: Path) -> None:
    text = run(training, *SIZE).stdout
    Path("deploy.prototxt").write_text(text)
    result = run("deploy.prototxt")
    assert (result.exit_code, result.stdout) == (0, text)
    assert result.stderr.startswith("deploy.prototxt is a deploy net already")


def test_its_own_input_is_not_overwritten(training: Path) -> None:
    result = run(training, "-o", training, *SIZE)
    assert result.exit_code == 2
    assert training.read_text() == NET


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--outputs", "fc,"), '--outputs expects names of blobs or losses, got "fc,"'),
        (("--input", "8"), 'expected BLOB=SHAPE like data=1,3,227,227, got "8"'),
        (("--batch", "0"), "0 is not in the range x>=1"),
    ],
)
def test_bad_options(training: Path, option: tuple[str, str], message: str) -> None:
    result = run(training, *option)
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_error_has_its_place(training: Path) -> None:
    result = run(training, "--outputs", "fx")
    assert result.exit_code == 1
    expected = 'train_val.prototxt: error[G112] the output "fx" is not a blob of the net in TEST'
    assert str(result.exception).startswith(expected)


def test_an_unknown_field_is_kept_and_reported(in_folder: Path) -> None:
    text = (
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }\n'
        'layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"\n'
        "  inner_product_param { num_output: 2 colour: 3 } }\n"
    )
    Path("net.prototxt").write_text(text)
    result = CliRunner().invoke(commands, ["deploy", "net.prototxt"])
    assert (result.exit_code, result.stdout) == (1, text)
    assert 'InnerProductParameter has no field "colour"' in result.stderr
