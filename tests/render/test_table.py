"""Tables in a pipe and on a terminal."""

from __future__ import annotations

import io
import re

import pytest

import protogen
from protogen.render import summary as summary_render
from protogen.render.context import Context
from protogen.render.net import table as net_table
from protogen.render.table import Table, boxed, csv_text, html, markdown, show
from protogen.reports.summary import NetSummary

# 14 * 14 places x 1024 channels x 1152 weights.
DEEP = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 1 dim: 1152 dim: 14 dim: 14 } } }
layer { name: "inception_4e/a_long_name/3x3_reduce" type: "Convolution" bottom: "data" top: "c"
        convolution_param { num_output: 1024 kernel_size: 1 bias_term: false } }
"""

LONG = "inception_3a/" + "x" * 300
TABLE = Table(("layer", "MACs"), [("a", "1"), (LONG, "1,000")], right=(1,))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_in_a_pipe_columns_are_as_wide_as_they_need_to_be() -> None:
    out = io.StringIO()
    show(out, TABLE)
    width = len(LONG)
    assert out.getvalue().split("\n") == [
        "layer".ljust(width) + "   MACs",
        "a".ljust(width) + "      1",
        LONG + "  1,000",
        "",
    ]


def test_on_a_terminal_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()
    show(out, TABLE)
    assert out.getvalue().count("x") == 300
    assert max(map(len, out.getvalue().split("\n")[3:])) <= 60


def test_markup_in_a_name_has_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()
    show(out, Table(("layer",), [("conv[bold]1",)]))
    assert "conv[bold]1" in out.getvalue()


@pytest.mark.parametrize("out", [io.StringIO(), Terminal()])
def test_a_name_takes_one_line_whatever_it_contains(out: io.StringIO) -> None:
    show(out, Table(("layer",), [("a\nb\x1b[31m\u2028",)]))
    assert "a\\nb\\x1b[31m\\u2028" in out.getvalue()


def test_a_number_is_never_broken_and_the_least_useful_columns_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    titles = ("layer", "type", "shape", "MACs")
    row = ("inception_3a/3x3_reduce", "Convolution", "10x96x28x28", "1,582,671,872")
    lines = boxed(Table(titles, [row], right=(3,), least=(2, 1))).split("\n")
    assert "1,582,671,872" in "\n".join(lines)
    assert "10x96x28x28" not in "\n".join(lines)
    assert lines[-1] == "left out for lack of room: type, shape"
    assert max(map(len, lines[3:])) <= 40
    monkeypatch.setenv("COLUMNS", "100")
    assert "left out" not in boxed(Table(titles, [row], right=(3,), least=(2, 1)))


def test_other_formats() -> None:
    table = Table(("layer", "MACs"), [("a|b", "1,000")], right=(1,))
    assert markdown(table) == "| layer | MACs |\n| --- | ---: |\n| a\\|b | 1,000 |"
    assert csv_text(table) == 'layer,MACs\na|b,"1,000"'
    assert '<td style="text-align: right">1,000</td>' in html(table)


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("command", ["shapes", "summary"])
def test_no_terminal_breaks_a_number(
    command: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    net = protogen.loads(DEEP)
    if command == "shapes":
        parts = net_table.render([NetSummary("", (protogen.summary(net),))], Context(terminal=True))
        text = next(iter(parts))
    else:
        text = boxed(summary_render.layers_table(protogen.summary(net)))
    table, _, left_out = text.partition("left out for lack of room: ")
    assert max(map(len, re.sub(r"\x1b\[[\d;]*m", "", table).split("\n"))) <= max(width, 37)
    for column, numbers in (("MACs", ["231,211,008"]), ("tops", ["1x1024x14x14"])):
        if not any(column in each for each in left_out.split(", ")):
            assert all(number in table for number in numbers), column


def test_a_column_of_names_does_not_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    rows = [("alexnet", "60,965,224 (61.0 M)", "724,406,816 (724 M)")]
    text = boxed(Table(("net", "parameters", "MACs/image"), rows, right=(1, 2)))
    assert " alexnet   60,965,224 (61.0 M)   724,406,816 (724 M) " in text.split("\n")
