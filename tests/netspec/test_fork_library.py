"""The ``model_libs.py`` of a fork, for the scripts in its tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protogen.cli import commands

pytestmark = pytest.mark.usefixtures("in_folder")

SCRIPT = """
from caffe.model_libs import *
import caffe
print(caffe.model_libs.ConvBNLayer(), caffe.model_libs is sys.modules["caffe.model_libs"])
"""


def run(library: str, *options: str) -> Result:
    """A script in the tree of a Caffe with this library."""
    Path("python/caffe").mkdir(parents=True)
    Path("python/caffe/model_libs.py").write_text(library, encoding="utf-8")
    Path("examples/ssd").mkdir(parents=True)
    Path("examples/ssd/net.py").write_text(f"import sys\n{SCRIPT}", encoding="utf-8")
    return CliRunner().invoke(commands, ["run", *options, "examples/ssd/net.py"])


def test_a_library_with_more_functions_is_used() -> None:
    result = run("def ConvBNLayer():\n    return 'theirs'\ndef MyHead():\n    pass\n")
    assert (result.stdout, result.stderr) == ("theirs True\n", "")


def test_it_may_be_for_python_2() -> None:
    pytest.importorskip("fissix", reason="fissix is not installed")
    result = run("def ConvBNLayer():\n    return 7/2\ndef MyHead():\n    print 'a'\n", "--py2")
    assert result.stdout == "(3, True)\n"  # a tuple, in Python 2


def test_that_of_ssd_is_not_used() -> None:
    """Ours makes the same layers, in Python 3, too."""
    result = run("def ConvBNLayer():\n    print 'Python 2'\n")
    assert "TypeError: ConvBNLayer() missing" in result.stderr
