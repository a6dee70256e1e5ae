"""``protogen solver`` and ``protogen lr`` as they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.solvers import PRESETS


def run(*args: str, data: str = "") -> Result:
    return CliRunner().invoke(commands, args, input=data)


@pytest.fixture
def net(in_folder: Path) -> Path:
    path = Path("train_val.prototxt")
    path.touch()
    return path


def test_a_preset_in_epochs(net: Path) -> None:
    size = ("--epochs", "90", "--images", "1281167", "--batch", "256")
    tests = ("--test-images", "50000", "--test-batch", "50")
    result = run("solver", "--preset", "alexnet", *size, *tests, "-o", "solver.prototxt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "max_iter is rounded up to 450411" in result.stderr
    text = Path("solver.prototxt").read_text()
    assert 'max_iter: 450411\nlr_policy: "step"\n' in text
    checked = run("check", "solver.prototxt", "--severity", "note")
    assert checked.exit_code == 0, checked.output


def test_the_batches_of_the_net(net: Path) -> None:
    data = 'layer { name: "d" type: "Data" top: "x" top: "y" include { phase: %s }'
    data += " data_param { batch_size: %d } }\n"
    net.write_text(data % ("TRAIN", 50) + data % ("TEST", 20))
    size = ("--epochs", "2", "--images", "1000", "--test-images", "200")
    result = run("solver", "--preset", "adam", *size)
    assert result.exit_code == 0, result.stderr
    assert "test_iter: 10\n" in result.stdout
    assert "max_iter: 40\n" in result.stdout
    assert result.stderr == (
        "batch 50 is that of train_val.prototxt\ntest batch 20 is that of train_val.prototxt\n"
    )


def test_fields_by_hand(net: Path) -> None:
    fields = ["base_lr=0.1", "lr_policy=multistep", "gamma=0.5", "stepvalue=[2,4]", "max_iter=9"]
    options = [word for field in fields for word in ("--set", field)]
    result = run("solver", *options)
    assert result.exit_code == 0, result.stderr
    assert "stepvalue: 2\nstepvalue: 4\n" in result.stdout


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "give --preset (--list lists them), or fields with --set"),
        (("--preset", "adm"), 1, 'error[V108] unknown preset "adm"\n  hint:  did you mean "adam"?'),
        (("--preset", "sgd", "--set", "momentun=0"), 1, 'did you mean "momentum"'),
        (
            ("--preset", "sgd", "--net", "nix.prototxt"),
            1,
            '[V102] net "nix.prototxt" does not',
        ),
        (("--preset", "sgd", "--epochs", "3"), 1, "epochs needs images"),
        (
            ("--preset", "vgg", "--set", "max_iter=1000"),
            1,
            "[V109] the learning rate never steps",
        ),
        (("--preset", "sgd", "--step-epochs", "x"), 2, 'expected epochs like 30,60, got "x"'),
    ],
)
def test_mistakes(net: Path, options: tuple[str, ...], code: int, message: str) -> None:
    result = run("solver", *options, "-o", "solver.prototxt")
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr
    assert not Path("solver.prototxt").exists()


def test_the_presets_are_listed() -> None:
    result = run("solver", "--list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == list(PRESETS)


STEP = 'base_lr: 0.01 lr_policy: "step" gamma: 0.1 stepsize: 100000 max_iter: 450000'


def test_the_learning_rate_of_a_solver() -> None:
    result = run("lr", "-", data=STEP)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == "     0   99999  0.01"
    at = run("lr", "-", "--at", "99999,100000", "--json", data=STEP)
    rates = [row["learning_rate"] for row in json.loads(at.stdout)["rates"]]
    assert rates == [0.01, 0.001]
    every = run("lr", "-", "--at", "0-2, 5", "--json", data=STEP)
    assert [row["iteration"] for row in json.loads(every.stdout)["rates"]] == [0, 1, 2, 5]


@pytest.mark.parametrize(
    ("data", "options", "code", "message"),
    [
        ("layer { }", (), 1, "error[T115] expected a solver, got a net"),
        ('lr_policy: "plateau"', (), 1, 'unknown lr_policy "plateau"; the policies of Caffe are'),
        ('lr_policy: "step"', (), 1, "stepsize must be greater than 0, got 0\n"),
        ("max_iter: 9", (), 1, "lr_policy is missing; the policies of Caffe are"),
        (STEP, ("--at", "1,x"), 2, 'expected iterations like 0,1000 or 0-199, got "1,x"'),
        (STEP, ("--at", "5-3"), 2, "5-3 is empty: 3 is less than 5"),
        (STEP, ("--at", "0-2000000"), 2, "0-2000000 has more than 1000000 iterations"),
        (STEP, ("--at", "3000000000"), 2, "Caffe counts up to 2147483647"),
    ],
)
def test_no_learning_rate(data: str, options: tuple[str, ...], code: int, message: str) -> None:
    result = run("lr", "-", *options, data=data)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr


def test_a_folder_is_not_a_net(in_folder: Path) -> None:
    Path("nets").mkdir()
    result = run("solver", "--preset", "adam", "--net", "nets", "-o", "solver.prototxt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: nets cannot be read: Is a directory\n"
    assert not Path("solver.prototxt").exists()


def test_a_compiled_program_is_not_a_net(in_folder: Path) -> None:
    Path("net.so").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(9))
    result = run("solver", "--preset", "adam", "--net", "net.so", "-o", "solver.prototxt")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("net.so: error[T114] expected a prototxt, got a compiled")
    assert not Path("solver.prototxt").exists()


def test_a_net_with_a_field_of_a_fork_is_accepted(net: Path) -> None:
    net.write_text('layer { name: "d" type: "Mine" mine_param { gain: 2 } }')
    result = run("solver", "--preset", "adam")
    assert (result.exit_code, result.stderr) == (0, "")


def test_the_net_is_not_overwritten(in_folder: Path) -> None:
    Path("net.prototxt").write_text("layer { }")
    result = run("solver", "--preset", "adam", "--net", "net.prototxt", "-o", "net.prototxt")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: net.prototxt is read by this command, and would be overwritten by its output\n"
    )
    assert Path("net.prototxt").read_text() == "layer { }"
