"""A notebook in a real kernel: what it shows, and how it completes keywords."""

from __future__ import annotations

import re
from typing import Any

import pytest

CELLS = [
    "import protogen\nfrom protogen import layers as L\n"
    "with protogen.Net('small') as net:\n"
    "    x = L.Input(shape=[2, 3, 8, 8], name='data')\n"
    "    y = L.Convolution(x, num_output=4, kernel_size=3, name='conv')\n"
    "net",
    "y",
    "protogen.summary(net)",
    "protogen.check(net)",
    "print(protogen.receptive_field(net, y))",
    "from IPython.core.completer import provisionalcompleter\n"
    "with provisionalcompleter():\n"
    "    found = get_ipython().Completer.completions('L.Convolution(x, ker', 20)\n"
    "    print([each.text for each in found])",
    "print(get_ipython().object_inspect_text('L.Convolution'))",
]


@pytest.fixture(scope="module")
def outputs() -> list[Any]:
    """The outputs of each cell."""
    needs = "pip install -e '.[notebook]' to run a notebook"
    nbclient = pytest.importorskip("nbclient", reason=needs)
    nbformat = pytest.importorskip("nbformat", reason=needs)
    pytest.importorskip("ipykernel", reason=needs)
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def html(outputs: list[Any]) -> str:
    (output,) = outputs
    return str(output["data"]["text/html"])


def test_a_net_is_a_table(outputs: list[Any]) -> None:
    # 2 images x 4 channels x 6 x 6 places x 3 channels x 9 weights; 112 = 4 * 27 + 4.
    assert '<td style="text-align: right">3,888</td>' in html(outputs[0])
    assert ">112</td>" in html(outputs[2])


def test_a_blob_is_its_name_and_shape(outputs: list[Any]) -> None:
    assert html(outputs[1]) == "<code>conv</code> 2x4x6x6"


def test_a_report(outputs: list[Any]) -> None:
    assert html(outputs[3]).startswith("<pre>")


def test_print(outputs: list[Any]) -> None:
    assert 'sees of "data" (2x3x8x8)' in outputs[4][0]["text"]


def test_keywords_are_completed(outputs: list[Any]) -> None:
    assert "'kernel_size='" in outputs[5][0]["text"]
    assert "'kernel_h='" in outputs[5][0]["text"]


def test_help_lists_the_keywords(outputs: list[Any]) -> None:
    text = re.sub(r"\x1b\[[\d;]+m", "", outputs[6][0]["text"])
    assert "num_output: int | None = None" in text
    assert "kernel_size: Size of the kernel" in text
