"""Jupyter notebooks, run like scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands
from protogen.netspec.notebook import NotebookError, code_of

pytestmark = pytest.mark.usefixtures("in_folder")


def cell(source: str, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True)}


def run(*cells: dict[str, Any]) -> Result:
    Path("net.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return CliRunner().invoke(commands, ["run", "-o", "out.prototxt", "net.ipynb"])


NET = """\
import caffe
from caffe import layers as L
n = caffe.NetSpec()
n.data = L.Input(shape=dict(dim=[1, 3, 8, 8]))
"""


def test_cells_are_run_in_order_as_far_as_no_caffe_is_needed() -> None:
    result = run(
        cell("# LeNet", "markdown"),
        cell("%matplotlib inline\n!data/get.sh \\\n  --all\nx = !ls"),
        cell(NET),
        cell("%%time\nthis is not Python"),
        cell("n.relu = L.ReLU(n.data)\nL.Pooling(n.data)\nmessage = n.to_proto()"),
        cell("caffe.SGDSolver('solver.prototxt')"),
        cell("print 'Python 2'"),
    )
    # 4 lines before the second cell of Python, and 2 between it and the third.
    assert result.stderr.splitlines()[:2] == [
        "net.ipynb:15: error[N105] caffe.SGDSolver needs a Caffe that computes; this one only"
        " composes nets and infers shapes",
        "    caffe.SGDSolver('solver.prototxt')",
    ]
    assert "net.ipynb:13: warning[N101] a layer without a name (Pooling)" in result.stderr
    assert result.exit_code == 1
    assert Path("out.prototxt").read_text(encoding="utf-8").count("layer {") == 2


def test_an_error_of_syntax_shows_its_line() -> None:
    result = run(cell("x = 1"), cell("print 'a'"))
    assert "  File \"net.ipynb\", line 2\n    print 'a'\n" in result.stderr
    assert "--py2" in result.stderr


def test_the_uses_of_a_missing_module() -> None:
    assert "the script uses h6py.File (line 2)" in run(cell("import h6py\nh6py.File")).stderr


def test_notebooks_of_version_3() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"]}]}]}
    assert code_of(json.dumps(old).encode()) == ("a\nb\n", ["a\nb\n"])


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": [{}]}', "import caffe"])
def test_what_is_no_notebook(text: str) -> None:
    with pytest.raises(NotebookError, match="is not a Jupyter notebook"):
        code_of(text.encode())
    Path("net.ipynb").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(commands, ["run", "net.ipynb"])
    assert "net.ipynb is not a Jupyter notebook" in result.stderr
    assert result.exit_code == 2
