"""``protogen run``: NetSpec scripts as they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.rules import Rule, registered
from tests.netspec.conftest import reported

NET = """\
import sys
import caffe
from caffe import layers as L

n = caffe.NetSpec()
n.data = L.Input(shape=dict(dim=[1, 3, 8, 8]))
n.conv1 = L.Convolution(n.data, num_output=8, kernel_size=3)
"""


def run(
    text: str, *arguments: str, options: tuple[str, ...] = (), typed: str | None = None
) -> Result:
    """Run a script, which is ``net.py`` in the current folder."""
    Path("net.py").write_text(text, encoding="utf-8")
    return CliRunner().invoke(commands, ["run", *options, "net.py", *arguments], input=typed)


pytestmark = pytest.mark.usefixtures("in_folder")

#: No layers of other tests.
fresh = reported


def test_a_script_sees_itself_as_python_would_show_it() -> None:
    Path("beside_net.py").write_text("width = 4\n", encoding="utf-8")
    text = f"{NET}import beside_net\n"
    text += "print(__name__, __file__, sys.argv[1:], beside_net.width, input())\n"
    result = run(text, "--strict", "--", "-o", "x", typed="typed\n")
    assert result.stdout == "__main__ net.py ['--strict', '--', '-o', 'x'] 4 typed\n"
    # No message was made, so both layers are in no net.
    assert result.stderr.count("warning[N101]") == 2
    assert result.exit_code == 0


def test_the_net_is_written_and_faults_name_the_line() -> None:
    result = run(f"{NET}print(len(n.to_proto().layer))\n", options=("-o", "out.prototxt"))
    assert (result.stdout, result.stderr, result.exit_code) == ("2\n", "", 0)
    assert Path("out.prototxt").read_text(encoding="utf-8").count("layer {") == 2
    result = run(f"{NET}n.sum = L.Eltwise(n.data, n.conv1)\nn.to_proto()\n")
    assert result.stderr.startswith('net.py:8: error[S104] layer "sum" (Eltwise): bottoms differ')
    assert result.exit_code == 1


def test_a_net_is_checked_as_the_script_leaves_it() -> None:
    broken = f"{NET}n.sum = L.Eltwise(n.data, n.conv1)\nmessage = n.to_proto()\n"
    assert run(f"{broken}del message.layer[2]\n").stderr == ""
    moved = run(
        f"{broken}del message.layer[0]\nmessage.input.append('data')\n"
        "message.input_dim.extend([1, 3, 8, 8])\n"
    )
    assert moved.stderr.startswith("net.py:8: error[S104]")


def test_a_script_may_change_the_folder() -> None:
    Path("inner").mkdir()
    text = f"{NET}import os\nos.chdir('inner')\nn.a = n.conv1\nn.to_proto()\n"
    result = run(text, options=("-o", "out.prototxt"))
    assert "net.py:7: warning[N102]" in result.stderr
    assert "\n    n.conv1 = L.Convolution(n.data, num_output=8, kernel_size=3)\n" in result.stderr
    assert Path("out.prototxt").exists()


def test_a_part_of_a_net_is_no_error() -> None:
    assert run(f"{NET}n.end = L.ReLU(bottom='elsewhere')\nn.to_proto()\n").exit_code == 0


def test_which_of_several_nets_is_written() -> None:
    text = f"{NET}a = n.to_proto()\nn.relu1 = L.ReLU(n.conv1)\nb = n.to_proto()\n"
    result = run(text, options=("-o", "out.prototxt"))
    assert (
        "several nets (1 with 2 layers, 2 with 3 layers); choose one with --net N" in result.stderr
    )
    assert result.exit_code == 2
    assert run(text, options=("-o", "out.prototxt", "--net", "2")).exit_code == 0
    assert Path("out.prototxt").read_text(encoding="utf-8").count("layer {") == 3
    result = run(text, options=("-o", "out.prototxt", "--net", "3"))
    assert "--net 3: the script makes only 2" in result.stderr
    result = run("import caffe\n", options=("-o", "none.prototxt"))
    assert "the script makes no net" in result.stderr
    assert not Path("none.prototxt").exists()
    assert "net.py is read by this command" in run(text, options=("-o", "net.py")).stderr


def test_a_script_that_raises_shows_its_own_traceback() -> None:
    result = run("def f():\n    return 1 / 0\nf()\n")
    assert result.stderr.splitlines()[:2] == [
        "Traceback (most recent call last):",
        '  File "net.py", line 3, in <module>',
    ]
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert "protogen" not in result.stderr
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("argument", "code", "said"), [("7", 7, ""), ("", 0, ""), ("'no'", 1, "no\n")]
)
def test_the_exit_code_is_that_of_the_script(argument: str, code: int, said: str) -> None:
    result = run(f"import sys\nsys.exit({argument})\n")
    assert (result.exit_code, result.stderr) == (code, said)


def test_what_only_a_caffe_can_do_ends_the_run_and_keeps_the_net() -> None:
    text = f"{NET}m = n.to_proto()\nsolver = caffe.SGDSolver('solver.prototxt')\nprint('after')\n"
    result = run(text, options=("-o", "out.prototxt"))
    assert result.stdout == ""
    assert result.stderr.startswith(
        "net.py:9: error[N105] caffe.SGDSolver needs a Caffe that computes;"
    )
    assert result.stderr.count("\n") == 2
    assert result.exit_code == 1
    assert Path("out.prototxt").exists()


def test_a_missing_module_and_what_is_used_of_it() -> None:
    text = "import h6py as h\nfrom h6py.files import File\nh.Dataset\n"
    assert run(text).stderr.splitlines()[-1] == (
        'the module "h6py" is not installed; the script uses h6py.files.File (line 2),'
        " h.Dataset (line 3)"
    )
    assert 'the module caffe of protogen has no "caffe.draw"' in run("import caffe.draw\n").stderr


def test_an_error_of_a_keyword_is_no_traceback() -> None:
    result = run(f"{NET}n.bad = L.Pooling(n.conv1, kernal_size=2)\nn.to_proto()\n")
    assert result.stderr == (
        'net.py:8: error[S101] layer "bad" (Pooling): unknown keyword "kernal_size"\n'
        "    n.bad = L.Pooling(n.conv1, kernal_size=2)\n"
        '  hint:  did you mean "kernel_size"?\n'
    )
    assert result.exit_code == 1


def test_strict_ends_with_an_error() -> None:
    assert run(f"{NET}n.to_proto()\nL.ReLU(n.conv1)\n").exit_code == 0
    result = run(f"{NET}n.to_proto()\nL.ReLU(n.conv1)\n", options=("--strict",))
    assert "net.py:9: error[N101]" in result.stderr
    assert result.exit_code == 1
    options = ("--strict", "-o", "out.prototxt")
    result = run(f"{NET}n.a = n.conv1\nprint(n.to_proto())\n", options=options)
    assert "net.py:7: error[N102]" in result.stderr
    assert (result.stdout, result.exit_code) == ("", 1)
    assert not Path("out.prototxt").exists()


def test_a_net_with_errors_is_not_written() -> None:
    text = f"{NET}n.sum = L.Eltwise(n.data, n.conv1)\nn.to_proto()\n"
    assert run(text, options=("-o", "out.prototxt")).exit_code == 1
    assert not Path("out.prototxt").exists()


def test_a_file_that_does_not_exist() -> None:
    result = CliRunner().invoke(commands, ["run", "none.py"])
    assert "none.py cannot be read: No such file or directory" in result.stderr
    assert result.exit_code == 2


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_control_c_ends_a_loop() -> None:
    Path("net.py").write_text("print('on', flush=True)\nwhile True:\n    pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "protogen", "run", "net.py"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell ignores SIGINT for its background jobs, and what they start inherits that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"on\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (130, b"interrupted\n")


RULES = [rule for rule in registered() if rule.code.startswith("N")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_examples_of_a_rule(rule: Rule) -> None:
    assert f"{rule.severity}[{rule.code}]" in run(rule.bad).stderr
    assert run(rule.good).stderr == ""


def test_a_prototxt_is_no_script(in_folder: Path) -> None:
    Path("solver.prototxt").write_text("base_lr: 0.01\n")  # which is valid Python
    result = CliRunner().invoke(commands, ["run", "solver.prototxt"])
    assert result.exit_code == 2
    assert result.stderr == ("Error: expected a Python script or a notebook, got solver.prototxt\n")
