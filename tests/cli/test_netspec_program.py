"""Programs that compose with NetSpec, given to the commands that take a SPEC."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands

pytestmark = pytest.mark.usefixtures("in_folder")

HEAD = "import caffe\nfrom caffe import layers as L\n"

BODY = """\
n = caffe.NetSpec()
n.data = L.Input(shape=dict(dim=[batch, 1, 28, 28]))
n.conv1 = L.Convolution(n.data, num_output=20, kernel_size=5)
"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def run(text: str, *arguments: str) -> Result:
    Path("net.py").write_text(text, encoding="utf-8")
    return CliRunner().invoke(commands, [*arguments])


@pytest.mark.parametrize("returned", ["n.to_proto()", "n"])
def test_a_function_that_returns_a_message_or_a_netspec(returned: str) -> None:
    text = f"{HEAD}def net(batch=1):\n{indented(BODY)}    return {returned}\n"
    result = run(text, "emit", "net.py", "--set", "batch=4")
    assert "dim: 4" in result.stdout
    assert (result.stdout.count("layer {"), result.stderr, result.exit_code) == (2, "", 0)


@pytest.mark.parametrize("last", ["", "message = n.to_proto()\n"])
def test_a_net_at_the_top_level(last: str) -> None:
    result = run(f"{HEAD}batch = 1\n{BODY}{last}", "shapes", "net.py")
    assert "1x20x24x24" in result.stdout


def test_findings_name_the_line_of_the_call() -> None:
    text = f"{HEAD}batch = 1\n{BODY}n.sum = L.Eltwise(n.data, n.conv1)\nL.ReLU(n.conv1)\n"
    result = run(text, "check", "net.py")
    assert "net.py:7: error[S104]" in result.stdout
    assert "net.py:8: warning[N101]" in result.stderr
    assert result.exit_code == 1


def test_a_mistake_of_a_keyword() -> None:
    result = run(f"{HEAD}n = caffe.NetSpec()\nn.a = L.Input(shap=1)\n", "emit", "net.py")
    assert 'net.py:4: error[S101] layer "a" (Input): unknown keyword "shap"' in str(
        result.exception
    )
    assert result.exit_code == 1
