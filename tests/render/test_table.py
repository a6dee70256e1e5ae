"""Tables in a pipe and on a terminal."""

from __future__ import annotations

import io

import pytest

from protogen.render.table import Table, show

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
