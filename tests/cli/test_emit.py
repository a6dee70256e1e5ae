"""``protogen emit`` as it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import protogen
from protogen.cli import commands

PROGRAM = """\
import protogen
from protogen import layers as L
from helper import SIZE

def net(classes=10, name="small"):
    print("composing")
    with protogen.Net(name) as net:
        with net.phase("TRAIN"):
            L.DummyData(name="data", shape=[[64, 1, SIZE, SIZE]])
        with net.phase("TEST"):
            data = L.DummyData(name="data", shape=[[100, 1, SIZE, SIZE]])
        L.InnerProduct(data, name="ip", num_output=classes)
    return net

def needy(depth, width=3):
    return net(depth)

def broken():
    raise KeyError("weights")

def misspelt():
    with protogen.Net():
        L.ReLU(L.Input(shape=[1, 2]), negative_slop=0.1)

def forgetful():
    with protogen.Net() as net:
        L.Input(shape=[1, 2])

def stops():
    raise SystemExit(3)

def train_only():
    with protogen.Net() as net:
        with net.phase("TRAIN"):
            x = L.Input(name="x", shape=[1, 2])
        L.ReLU(x, name="r")
    return net

if __name__ == "__main__":
    raise SystemExit("the main block ran")

def leaves():
    raise GeneratorExit
"""

REJECTED = """\
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c"
        convolution_param { num_output: 4 group: 2 kernel_size: 3 } }
"""


@pytest.fixture(autouse=True)
def program(in_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("helper", "small", "__protogen__"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    Path("nets").mkdir()
    Path("nets/helper.py").write_text("SIZE = 8\n")
    path = Path("nets/small.py")
    path.write_text(PROGRAM)
    return path


def emit(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(commands, ["emit", *arguments], input=text)


def test_a_program_to_standard_output() -> None:
    result = emit("nets/small.py")
    assert result.exit_code == 0
    assert result.stderr == "composing\n"
    net = protogen.loads(result.stdout)
    assert net.message.name == "small"
    assert protogen.infer_shapes(net).params == {"ip": [(10, 64), (10,)]}


def test_to_a_file_in_one_step() -> None:
    result = emit("nets/small.py:net", "-o", "small.prototxt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert protogen.load("small.prototxt").message.layer[2].name == "ip"
    assert sorted(path.name for path in Path().iterdir()) == ["nets", "small.prototxt"]


def test_settings_are_literals_or_else_strings() -> None:
    net = protogen.loads(emit("nets/small.py", "--set", "classes=7", "--set", "name=b-7").stdout)
    assert (net.message.name, net.message.layer[2].inner_product_param.num_output) == ("b-7", 7)


def test_a_function_that_the_program_imports() -> None:
    Path("nets/other.py").write_text("from small import net as imported\n")
    assert emit("nets/other.py:imported").stdout == emit("nets/small.py").stdout
    assert emit("nets/other.py").exit_code == 2


def test_only_one_phase() -> None:
    net = protogen.loads(emit("nets/small.py", "--phase", "test").stdout)
    assert [layer.name for layer in net.message.layer] == ["data", "ip"]
    assert protogen.infer_shapes(net, "TEST").blobs == {"data": (100, 1, 8, 8), "ip": (100, 10)}


def test_one_phase_keeps_what_a_stage_may_bring_in() -> None:
    text = """layer { name: "a" type: "Input" top: "a" include { phase: TEST stage: "s" } }
        layer { name: "b" type: "Input" top: "b" include { phase: TRAIN } }
        layer { name: "c" type: "Input" top: "c" exclude { phase: TEST } }
        layer { name: "d" type: "Input" top: "d" exclude { phase: TEST stage: "s" } }
        layer { name: "e" type: "Input" top: "e" include { stage: "s" } }"""
    net = protogen.loads(emit("-", "--phase", "TEST", text=text).stdout)
    assert [layer.name for layer in net.message.layer] == ["a", "d", "e"]


def test_annotated() -> None:
    tops = [line for line in emit("nets/small.py", "--annotate").stdout.splitlines() if "#" in line]
    assert tops == [
        '  top: "data"  # 64x1x8x8',
        '  top: "data"  # 100x1x8x8',
        '  top: "ip"  # 100x10',
    ]
    in_train = emit("nets/small.py", "--annotate", "--phase", "TRAIN").stdout
    assert '  top: "ip"  # 64x10\n' in in_train


def test_a_file_that_is_read_is_written_as_it_stands() -> None:
    text = 'layer{name:"x" type:"Input" top:"x"} # caf\xe9\r\n'
    assert emit("-", text=text).stdout_bytes == text.encode()
    annotated = emit(
        "-", "--annotate", text='input: "x" input_dim: 1 input_dim: 2 input_dim: 3 input_dim: 4'
    ).stdout
    assert '  top: "x"  # 1x2x3x4\n' in annotated


def test_a_net_at_the_top_level() -> None:
    Path("one.py").write_text("import protogen\nmodel = protogen.Net('model')\n")
    assert emit("one.py").stdout == 'name: "model"\n'
    assert emit("one.py:model").stdout == 'name: "model"\n'
    rejected = emit("one.py", "--set", "depth=3")
    assert (rejected.exit_code, rejected.stdout) == (2, "")
    assert "--set needs a function that returns a net, got a Net" in rejected.stderr


def test_nothing_is_written_if_caffe_would_reject_the_net() -> None:
    Path("out.prototxt").write_text("before")
    result = emit("-", "-o", "out.prototxt", text=REJECTED)
    assert result.exit_code == 1
    assert '<stdin>:3:43: error[S108] layer "c" (Convolution): group 2 does not divide' in (
        result.stderr
    )
    assert Path("out.prototxt").read_text() == "before"


def test_both_phases_are_checked() -> None:
    data = 'layer {{ name: "x" type: "Input" top: "x" input_param {{ shape {{ dim: {} }} }}{} }}\n'
    dropped = 'layer { name: "d" type: "Dropout" bottom: "x" top: "d" include { phase: TRAIN } }\n'
    read = 'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }\n'
    result = emit("-", text=data.format(2, "") + dropped + read)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "in phase TEST only:\n<stdin>:3:32: error[G101]" in result.stderr
    assert 'bottom: "d"' in result.stderr


def test_a_net_with_data_in_one_phase_is_checked_in_that() -> None:
    assert emit("nets/small.py:train_only").exit_code == 0
    result = emit("nets/small.py:train_only", "--phase", "TEST")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nets/small.py:36: error[G101]" in result.stderr


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("broken", "nets/small.py:19: error[T120] the program raised KeyError: 'weights'"),
        ("stops", "nets/small.py:30: error[T120] the program raised SystemExit: 3"),
        ("leaves", "nets/small.py:43: error[T120] the program raised GeneratorExit"),
        ("misspelt", 'nets/small.py:23: error[S101] layer "relu1" (ReLU): unknown keyword'),
        (
            "forgetful",
            'nets/small.py:25: error[T120] expected "forgetful" to return a Net, got None',
        ),
    ],
)
def test_a_program_at_fault(spec: str, message: str) -> None:
    result = emit(f"nets/small.py:{spec}")
    assert (result.exit_code, result.stdout) == (1, "")
    found = str(result.exception) if result.exception else ""
    assert message in result.stderr + found


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def net(:\n", "bad.py:1: error[T120] invalid Python: "),
        ("import nowhere\n", "bad.py:1: error[T120] the program raised ModuleNotFoundError: No"),
        ("x = 1\ny = x / 0\n", "bad.py:2: error[T120] the program raised ZeroDivisionError"),
        ("net = '\x00'\n", "bad.py"),
    ],
)
def test_a_program_that_does_not_load(source: str, message: str) -> None:
    Path("bad.py").write_text(source)
    command = [sys.executable, "-c", "from protogen.cli import main; main()"]
    run = subprocess.run([*command, "emit", "bad.py"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (1, "")
    assert message in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nets/small.py:nett"], 'no function "nett"; did you mean "net"?'),
        (["nets/helper.py"], 'has no Net at its top level and no function "net"'),
        (["nets/helper.py:x"], 'no function "x"; it has neither'),
        (["two.py"], "two.py has several nets (a, b); name one: two.py:a"),
        (["nowhere.py"], "nowhere.py cannot be read: No such file or directory"),
        (["zoo:lenett"], 'unknown network "lenett"; did you mean "lenet"?'),
        (["nets/small.py", "--set", "clases=3"], 'no parameter "clases"; did you mean "classes"?'),
        (["nets/small.py", "--set", "classes"], 'expected KEY=VALUE, got "classes"'),
        (["nets/small.py:needy"], '"needy" requires depth; give --set depth=...'),
        (["-", "--set", "a=1"], "--set needs a Python program with a function"),
        (["nets/small.py", "-o", "."], ". cannot be written: Is a directory"),
        (["nets/small.py", "-o", "no/where"], "no/where cannot be written: No such file"),
    ],
)
def test_what_cannot_be_used(arguments: list[str], message: str) -> None:
    Path("two.py").write_text("import protogen\na, b = protogen.Net(), protogen.Net()\n")
    result = emit(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_program_is_not_overwritten_by_its_net() -> None:
    result = emit("nets/small.py:net", "-o", "./nets/small.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "./nets/small.py is read by this command, and would be overwritten" in result.stderr
    assert Path("nets/small.py").read_text() == PROGRAM
    Path("nets/link.py").symlink_to("small.py")
    assert emit("nets/small.py", "-o", "nets/link.py").exit_code == 2


def test_a_program_with_a_drive_is_not_a_name(in_folder: Path) -> None:
    for spec, file in ((r"C:\nets\net.py", r"C:\nets\net.py"), (r"C:\net.py:resnet", r"C:\net.py")):
        result = emit(spec)
        assert result.exit_code == 2
        assert f"Error: {file} cannot be read: No such file" in result.stderr


@pytest.mark.parametrize("output", ["prog.py", "./prog.py", "link.py", "hard.py", "part.py"])
def test_no_file_that_was_read_is_overwritten(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    Path("part.py").write_text("SIZE = 4\n")
    Path("prog.py").write_text(
        "import protogen, part\nfrom protogen import layers as L\n"
        "with protogen.Net() as net:\n    L.Input(shape=[1, part.SIZE])\n"
    )
    Path("link.py").symlink_to("prog.py")
    os.link("prog.py", "hard.py")
    before = {path: path.read_text() for path in in_folder.glob("*.py")}
    monkeypatch.delitem(sys.modules, "part", raising=False)
    result = CliRunner().invoke(commands, ["emit", "prog.py", "-o", output])
    assert result.exit_code == 2
    assert "is read by this command, and would be overwritten by its output" in result.stderr
    assert {path: path.read_text() for path in before} == before


def test_a_prototxt_is_not_its_own_output(in_folder: Path) -> None:
    Path("net.prototxt").write_text('name: "a"\n')
    result = CliRunner().invoke(commands, ["emit", "net.prototxt", "-o", "net.prototxt"])
    assert result.exit_code == 2
    assert Path("net.prototxt").read_text() == 'name: "a"\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["emit", "upgrade"])
def test_a_full_device(in_folder: Path, command: str) -> None:
    Path("net.prototxt").write_text('name: "a"\n')
    result = CliRunner().invoke(commands, [command, "net.prototxt", "-o", "/dev/full"])
    assert result.exit_code == 2
    assert "/dev/full cannot be written: No space left on device" in result.stderr


MODEL = """\
layer { name: "data" type: "DummyData" top: "data" top: "label" include { phase: TRAIN }
  dummy_data_param { shape { dim: 8 dim: 5 } shape { dim: 8 } } }
layer { name: "data" type: "DummyData" top: "data" top: "label" include { phase: TEST }
  dummy_data_param { shape { dim: 2 dim: 5 } shape { dim: 2 } } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  inner_product_param { num_output: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy"
  include { phase: TEST } }
"""


@pytest.mark.parametrize(
    ("form", "layers"),
    [
        ("train_val", ["data", "data", "fc", "loss", "accuracy"]),
        ("train", ["data", "fc", "loss"]),
        ("test", ["data", "fc", "loss", "accuracy"]),
        ("deploy", ["data", "fc", "prob"]),
    ],
)
def test_one_definition_gives_all_files(tmp_path, form, layers):
    path = tmp_path / "net.prototxt"
    path.write_text(MODEL)
    result = CliRunner().invoke(commands, ["emit", str(path), "--as", form])
    assert result.exit_code == 0, result.output
    net = protogen.loads(result.stdout)
    assert [layer.name for layer in net.message.layer] == layers
    assert form == "train_val" or "phase" not in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--as", "train", "--phase", "TRAIN"], "--as and --phase both choose layers"),
        (["--batch", "2"], "--batch is for --as deploy"),
        (["--as", "test", "--no-probability"], "--no-probability is for --as deploy"),
    ],
)
def test_options_that_do_not_go_together(tmp_path, options, message):
    path = tmp_path / "net.prototxt"
    path.write_text(MODEL)
    result = CliRunner().invoke(commands, ["emit", str(path), *options])
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        "emit",
        "deploy --input d=1x3 --input l=1",
        "convert --to opencv4 --force",
        "view",
        "to-python",
        "edit --remove s",
        "edit --remove s --force -o net.prototxt",
        "upgrade",
    ],
)
def test_neither_the_net_nor_its_data_is_overwritten(in_folder: Path, command: str) -> None:
    net = (
        'layer { name: "x" type: "HDF5Data" top: "d" top: "l"'
        ' hdf5_data_param { source: "data.txt" batch_size: 1 } }\n'
        'layer { name: "s" type: "Silence" bottom: "d" bottom: "l" }\n'
    )
    Path("net.prototxt").write_text(net)
    Path("data.txt").write_text("missing.h5\n")
    Path("link").symlink_to("net.prototxt" if command == "upgrade" else "data.txt")
    name, *arguments = command.split()
    result = CliRunner().invoke(commands, [name, "net.prototxt", "-o", "link", *arguments])
    assert result.exit_code == 2
    assert "is read by this command, and would be overwritten by its output" in result.stderr
    assert Path("net.prototxt").read_text() == net
    assert Path("data.txt").read_text() == "missing.h5\n"
