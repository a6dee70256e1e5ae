"""``protogen zoo``, and networks of the zoo as SPECs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen import zoo
from protogen.cli import commands


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands, arguments)


def test_the_list_has_every_network() -> None:
    lines = run("zoo").output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == zoo.names()
    (alexnet,) = [line for line in lines if line.startswith("alexnet ")]
    assert alexnet.split() == ["alexnet", "3x227x227", "60,965,224", "724,406,816", "8"]


def test_one_network() -> None:
    lines = run("zoo", "zoo:se-resnet50").output.splitlines()
    assert "weights     28,088,024" in lines
    assert "source      hujie-frank/SENet: models/SE-ResNet-50.prototxt" in lines
    assert "solver      protogen solver --preset resnet" in lines
    assert "forks       only forks have Axpy; plain=true does without" in lines
    assert "  depth=50  (of 50, 101, 152)" in lines


def test_json() -> None:
    data = json.loads(run("zoo", "lenet", "--json").output)
    assert (data["weights"], data["macs"], data["depth"]) == (431_080, 2_293_000, 4)
    assert data["options"]["classes"] == {"default": 10, "choices": []}


def test_an_unknown_network() -> None:
    result = run("zoo", "lenett")
    assert result.exit_code == 2
    assert 'Error: unknown network "lenett"; did you mean "lenet"?' in result.output


@pytest.mark.parametrize("command", ["shapes", "check", "emit", "sizes"])
def test_a_network_is_a_spec(command: str) -> None:
    assert run(command, "zoo:lenet").exit_code == 0


def test_emit_with_options_in_both_ways(in_folder: Path) -> None:
    assert run("emit", "zoo:lenet?classes=3", "-o", "a.prototxt").exit_code == 0
    assert run("emit", "zoo:lenet", "--set", "classes=3", "-o", "b.prototxt").exit_code == 0
    assert Path("a.prototxt").read_text() == Path("b.prototxt").read_text()
    assert 'name: "ip2_3"' in Path("a.prototxt").read_text()


def test_a_wrong_option_is_a_usage_error() -> None:
    result = run("shapes", "zoo:lenet?sise=28")
    assert result.exit_code == 2
    assert 'zoo:lenet has no option "sise"; did you mean "size"?' in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("form", "present", "absent"),
    [
        ("train_val", ["phase: TRAIN", "phase: TEST", "SoftmaxWithLoss"], ['type: "Input"']),
        ("train", ["SoftmaxWithLoss", "mnist_train_lmdb"], ["Accuracy"]),
        ("test", ["Accuracy", "mnist_test_lmdb"], ["mnist_train_lmdb"]),
        ("deploy", ['type: "Input"', 'name: "prob"'], ["SoftmaxWithLoss", "lr_mult"]),
    ],
)
def test_all_files_of_a_network(form: str, present: list[str], absent: list[str]) -> None:
    result = run("emit", "zoo:lenet", "--as", form)
    assert result.exit_code == 0, result.output
    assert [part for part in present if part not in result.stdout] == []
    assert [part for part in absent if part in result.stdout] == []


def test_a_deploy_net_without_probabilities_is_derived_from_that_for_training() -> None:
    result = run("emit", "zoo:resnet18", "--as", "deploy", "--no-probability", "--batch", "4")
    assert "Softmax" not in result.stdout
    assert "dim: 4" in result.stdout


def test_plain_layers() -> None:
    assert "Axpy" in run("emit", "zoo:se-resnet50").stdout
    assert "Axpy" not in run("emit", "zoo:se-resnet50", "--plain").stdout
    rejected = run("emit", "zoo:segnet", "--plain")
    assert (rejected.exit_code, "no equivalent of BN, Upsample" in rejected.output) == (2, True)
    rejected = run("emit", "net.prototxt", "--plain")
    assert "--plain needs a network of the zoo" in rejected.output
