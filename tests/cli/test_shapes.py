"""``protogen shapes`` as it is used. Shapes and sums were worked out by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.render.net import FORMATS

NET = """\
name: "toy"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        data_param { source: "x" batch_size: 64 } transform_param { crop_size: 28 } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
        data_param { source: "x" batch_size: 100 } transform_param { crop_size: 28 } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 20 kernel_size: 5 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "ip" type: "InnerProduct" bottom: "conv1" top: "ip"
        inner_product_param { num_output: 10 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
layer { name: "acc" type: "Accuracy" bottom: "ip" bottom: "label" top: "acc"
        include { phase: TEST } }
"""


def shapes(*arguments: str, text: str = NET) -> Result:
    return CliRunner().invoke(commands, ["shapes", *arguments], input=text)


def cells(output: str, layer: str) -> list[str]:
    """The cells of one row of a printed table."""
    row = next(line for line in output.splitlines() if layer in line.lstrip("* ").split()[:1])
    return [cell.strip() for cell in row.split("  ") if cell.strip()]


def test_a_table_of_a_net() -> None:
    result = shapes("-", "--input", "data=100,1,28,28")
    assert result.exit_code == 0
    assert result.stderr == ""
    # 100 images of 20 x 24 x 24 outputs, each of 1 x 5 x 5 products
    assert cells(result.stdout, "conv1") == [
        *("conv1", "Convolution", "100x20x24x24", "weights 20x1x5x5, bias 20"),
        *("520", "28,800,000"),
    ]
    assert cells(result.stdout, "relu1") == ["relu1", "ReLU", "conv1 100x20x24x24 (in place)"]
    assert cells(result.stdout, "acc") == ["acc", "Accuracy", "scalar"]
    # 520 + 10 * 11520 + 10; blobs: data, label, conv1, ip, loss, acc
    elements = 100 * 784 + 100 + 100 * 20 * 24 * 24 + 1000 + 2
    assert result.stdout.splitlines()[-1] == (
        "6 layers, 115,730 parameters, 40,320,000 multiply-accumulates,"
        f" {elements:,} elements in blobs ({elements * 4 / 2**20:.1f} MiB as floats)"
    )


def test_an_unknown_size_is_a_question_mark_and_sums_say_so() -> None:
    result = shapes("-")
    assert result.exit_code == 0
    assert cells(result.stdout, "data")[2] == "data 100x?x28x28, label 100"
    assert "at least 115,230 parameters" in result.stdout


def test_phases_side_by_side() -> None:
    result = shapes("-", "--all-phases")
    assert cells(result.stdout, "conv1") == [
        *("*", "conv1", "Convolution", "64x20x24x24", "100x20x24x24"),
        "weights 20x?x5x5, bias 20",
    ]
    assert cells(result.stdout, "acc") == ["acc", "Accuracy", "-", "scalar"]
    assert cells(result.stdout, "loss") == ["loss", "SoftmaxWithLoss", "scalar", "scalar"]
    assert "\nTRAIN: 5 layers, " in result.stdout
    assert "\nTEST: 6 layers, " in result.stdout


def test_shared_parameters_count_once() -> None:
    layer = """layer { name: "%s" type: "InnerProduct" bottom: "x" top: "%s" param { name: "w" }
        inner_product_param { num_output: 3 bias_term: false } }"""
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 5 } } }'
    result = shapes("-", text=text + layer % ("a", "a") + layer % ("b", "b"))
    assert "3 layers, 15 parameters, 60 multiply-accumulates" in result.stdout


def test_faults_are_reported_with_their_line_and_a_caret() -> None:
    result = shapes("-", text=NET.replace("ReLU", "RELUU").replace("num_output: 10", "axis: 9"))
    assert result.exit_code == 1
    assert '<stdin>:8:23: error[G104] layer "relu1" (RELUU): unknown layer type "RELUU"' in (
        result.stderr
    )
    assert "\n" + " " * 26 + "^^^^^^^^^^^^^\n" in result.stderr
    assert 'hint:  did you mean "ReLU"?' in result.stderr
    assert cells(result.stdout, "relu1")[2] == "conv1 ? (in place)"


def test_a_fault_of_one_phase_only() -> None:
    result = shapes(
        "-", "--all-phases", text=NET.replace('bottom: "label" top: "acc"', 'top: "acc"')
    )
    assert result.exit_code == 1
    assert result.stderr.startswith("in phase TEST only:\n<stdin>:12:38: error[S102]")


def test_json() -> None:
    data = json.loads(shapes("-", "--json", "--phase", "train").stdout)
    assert (data["phase"], data["ok"], data["diagnostics"]) == ("TRAIN", True, [])
    conv1 = data["layers"][1]
    assert conv1["tops"] == [{"name": "conv1", "shape": [64, 20, 24, 24], "in_place": False}]
    assert conv1["learnable"][0] == {"name": "weights", "shape": [20, None, 5, 5]}
    assert data["layers"][2]["tops"][0]["in_place"] is True
    assert data["parameters"] is None


def test_json_of_all_phases_with_faults() -> None:
    text = NET.replace("ReLU", "RELUU")
    result = shapes("-", "--json", "--all-phases", text=text)
    assert (result.exit_code, result.stderr) == (1, "")
    train, test = json.loads(result.stdout)["phases"]
    assert (train["phase"], test["phase"], train["ok"]) == ("TRAIN", "TEST", False)
    found = train["diagnostics"][0]
    assert (found["code"], found["location"]["line"]) == ("G104", 8)


def test_level_and_stage() -> None:
    text = """layer { name: "x" type: "Input" top: "x" include { stage: "deploy" min_level: 2 }
        input_param { shape { dim: 7 } } }"""
    assert "\n0 layers, " in shapes("-", text=text).stdout
    assert "\n1 layer, " in shapes("-", "--stage", "deploy", "--level", "2", text=text).stdout


def test_a_file_and_a_program(in_folder: Path) -> None:
    Path("net.prototxt").write_text(NET)
    assert cells(shapes("net.prototxt").stdout, "ip")[2] == "100x10"
    Path("net.py").write_text(f"import protogen\nnet = protogen.loads({NET!r})\n")
    assert cells(shapes("net.py").stdout, "ip")[2] == "100x10"
    Path("net.py").write_text(
        "import protogen\nfrom protogen import layers as L\n"
        "def net(sizes):\n"
        "    with protogen.Net() as net:\n        L.Input(name='x', shape=sizes)\n"
        "    return net\n"
    )
    assert cells(shapes("net.py", "--set", "sizes=[2, 3]").stdout, "x")[2] == "2x3"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.prototxt"], "nowhere.prototxt cannot be read: No such file or directory"),
        (["-", "--phase", "TRIAN"], "'TRIAN' is not one of"),
        (["-", "--input", "data"], 'expected BLOB=SHAPE like data=1,3,227,227, got "data"'),
        (["-", "--input", "data=1,a"], '"1,a" is not a shape'),
        (
            ["-", "--input", "dat=1,3"],
            '--input: no layer produces blob "dat"; did you mean "data"?',
        ),
    ],
)
def test_what_cannot_be_used(in_folder: Path, arguments: list[str], message: str) -> None:
    result = shapes(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("data", [b"\x00\x01\x02", "layer {".encode("utf-16")])
def test_what_is_not_text(data: bytes) -> None:
    result = CliRunner().invoke(commands, ["shapes", "-"], input=data)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("<stdin>: error[T114] expected a prototxt, got ")


def test_braces_that_do_not_match() -> None:
    result = shapes("-", text="layer { {{ }")
    assert result.exit_code == 1
    assert "<stdin>:1:9: error[T1" in result.stderr


def test_a_name_that_the_encoding_of_the_output_lacks() -> None:
    command = [sys.executable, "-c", "from protogen.cli import main; main()", "shapes", "-"]
    run = subprocess.run(
        command,
        input='layer { name: "caf\u00e9" type: "Silence" }'.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert b"caf\\xe9   Silence" in run.stdout
    assert b"Traceback" not in run.stderr


def test_a_reader_that_leaves_early(in_folder: Path) -> None:
    Path("net.prototxt").write_text(
        NET.partition("layer")[0]
        + "".join(f'layer {{ name: "x{i}" type: "Input" top: "x{i}" }}\n' for i in range(5000))
    )
    command = [sys.executable, "-c", "from protogen.cli import main; main()"]
    with subprocess.Popen(
        [*command, "shapes", "net.prototxt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_not_a_bug(in_folder: Path) -> None:
    Path("net.prototxt").write_text(NET)
    command = [sys.executable, "-c", "from protogen.cli import main; main()"]
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [*command, "shapes", "net.prototxt"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert run.returncode == 2
    assert run.stderr == b"Error: cannot write the output: No space left on device\n"


SOLVER = 'net: "net.prototxt"\nbase_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 10\n'


def write(name: str, text: str = NET) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_several_nets(in_folder: Path) -> None:
    write("a.prototxt")
    write("b.prototxt")
    one = shapes("a.prototxt").stdout
    assert shapes("a.prototxt", "b.prototxt").stdout == f"a.prototxt\n{one}\nb.prototxt\n{one}"
    data = json.loads(shapes("a.prototxt", "b.prototxt", "--json").stdout)
    assert [each.pop("file") for each in data["nets"]] == ["a.prototxt", "b.prototxt"]
    assert data["nets"][1] == json.loads(shapes("b.prototxt", "--json").stdout)


def test_a_folder(in_folder: Path) -> None:
    write("nets/a.prototxt")
    write("nets/labels.prototxt", 'item { name: "cat" }')
    write("nets/solver.prototxt", SOLVER)
    write("nets/old/b.prototxt")
    write("protogen.toml", 'exclude = ["old"]')
    result = shapes("nets")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "nets/a.prototxt")
    assert result.stdout.count("conv1") == shapes("nets/a.prototxt").stdout.count("conv1")
    assert result.stderr == (
        "nets/labels.prototxt: skipped, not a net or a solver (its fields: item)\n"
        "nets/solver.prototxt: skipped, a solver\n"
    )
    assert [each["file"] for each in json.loads(shapes("nets", "--json").stdout)["nets"]] == [
        "nets/a.prototxt"
    ]


def test_a_net_that_cannot_be_read_does_not_stop_the_others(in_folder: Path) -> None:
    write("a.prototxt")
    write("broken.py", "1 / 0\n")
    result = shapes("nowhere.prototxt", "a.prototxt")
    assert result.exit_code == 2
    assert "nowhere.prototxt cannot be read" in result.stderr
    assert "\nconv1 " in result.stdout
    result = shapes("broken.py", "a.prototxt")
    assert result.exit_code == 1
    assert "broken.py:1: error[T120] the program raised ZeroDivisionError" in result.stderr
    assert "\nconv1 " in result.stdout


def test_diagnostics_follow_their_net(in_folder: Path) -> None:
    write("a.prototxt", NET.replace("ReLU", "RELUU"))
    write("b.prototxt")
    command = [sys.executable, "-m", "protogen", "shapes", "a.prototxt", "b.prototxt"]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 1
    assert run.stdout.index("a.prototxt\n") < run.stdout.index("error[G104]")
    assert run.stdout.index("error[G104]") < run.stdout.index("\nb.prototxt\n")


def test_the_format_by_its_name() -> None:
    assert shapes("-", "--format", "json").stdout == shapes("-", "--json").stdout
    assert shapes("-", "--format", "table").stdout == shapes("-").stdout
    names = ", ".join(f"'{name}'" for name in FORMATS.names())
    assert f"'xyz' is not one of {names}" in shapes("-", "--format", "xyz").stderr


@pytest.mark.parametrize(("name", "shown"), [("", '""'), ("a\n\033[2J", r"a\n\x1b[2J")])
def test_the_name_of_a_file_that_cannot_be_read(name: str, shown: str) -> None:
    result = CliRunner().invoke(commands, ["shapes", name])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {shown} cannot be read: ")
