"""The commands and programs on the pages about deploy nets and solvers run as they are shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import protogen
from protogen.cli import commands
from tests.conftest import ROOT

DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
SOLVER = (ROOT / "docs" / "solver.md").read_text("utf-8")

NET = """\
layer { name: "data" type: "Data" top: "data" top: "label"
  transform_param { crop_size: 224 mean_value: [104, 117, 123] }
  data_param { source: "lmdb" batch_size: 32 backend: LMDB } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""


def programs(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)


def shown(page: str) -> list[str]:
    """The commands on a page, each on one line."""
    return re.findall(r"^\$ protogen (.*)$", page.replace("\\\n", " "), re.M)


@pytest.fixture
def net(in_folder: Path) -> None:
    Path("train_val.prototxt").write_text(NET)
    Path("net.py").write_text(f"import protogen\n\nnet = protogen.loads('''{NET}''')\n")


@pytest.mark.parametrize("command", [*shown(DEPLOY), *shown(SOLVER)])
def test_a_command_runs(command: str, net: None) -> None:
    if command.startswith("lr "):
        run = CliRunner().invoke(
            commands, ["solver", "--preset", "alexnet", "-o", "solver.prototxt"]
        )
        assert run.exit_code == 0, run.output
    result = CliRunner().invoke(commands, shlex.split(command))
    assert result.exit_code == 0, result.output


def test_the_programs_run(net: None) -> None:
    (derive,) = programs(DEPLOY)
    exec(derive, {})
    assert protogen.load("deploy.prototxt").analysis().blobs["prob"] == (1, 10)
    (train,) = programs(SOLVER)
    names: dict[str, object] = {}
    exec(train, names)
    solver = names["solver"]
    assert isinstance(solver, protogen.Solver)
    # The comment beside it says 0.01.
    assert solver.learning_rate(32000) == pytest.approx(0.01)
    assert protogen.check_solver("solver.prototxt").ok
