"""The networks of the zoo: a table of all, and what is known of one."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from protogen import zoo
from protogen.files import write_file
from protogen.render.table import Table
from protogen.render.templates import render
from protogen.reports.networks import NetworkSummary, summarize_network
from protogen.shapes import format_shape
from protogen.zoo import Option

__all__ = ["data", "table", "text"]

_WIDTH = 88

#: The options that every network has.
_COMMON = ("form", "batch", "train", "test")


def table(summaries: Iterable[NetworkSummary]) -> Table:
    """All networks with their figures."""
    rows = []
    for each in summaries:
        network, figures = each.network, each.network.figures
        rows.append(
            (
                network.name,
                image(each),
                f"{figures.weights:,}",
                f"{figures.macs:,}",
                f"{each.depth}",
                needs(each),
            )
        )
    titles = ("network", "image", "weights", "multiply-accumulates", "depth", "needs a fork for")
    return Table(titles, rows, right=(2, 3, 4), least=(1, 5, 4))


def image(summary: NetworkSummary) -> str:
    """The shape of an image: ``3x224x224``."""
    return format_shape(None if summary.image is None else summary.image[1:])


def needs(summary: NetworkSummary) -> str:
    """What BVLC Caffe lacks for a network; in parentheses if there is a form without it."""
    listed = ", ".join(summary.network.needs)
    if listed and summary.has_plain_form:
        return f"({listed})"
    return listed


def text(summary: NetworkSummary) -> str:
    """What is known of a network, as text."""
    return "\n".join(_lines(summary))


def _lines(summary: NetworkSummary) -> Iterator[str]:
    network = summary.network
    figures = network.figures
    yield f"{network.name}: {network.summary.replace('``', '')}"
    yield ""
    yield from _entry("image", image(summary))
    yield from _entry("layers", f"{figures.layers:,}, depth {summary.depth}")
    yield from _entry("weights", f"{figures.weights:,}")
    if figures.statistics:
        yield from _entry("statistics", f"{figures.statistics:,} of BatchNorm layers")
    yield from _entry("MACs", f"{figures.macs:,} multiply-accumulates for an image")
    yield from _entry("paper", network.paper)
    yield from _entry("source", network.source)
    if network.solver:
        yield from _entry("solver", f"protogen solver --preset {network.solver}")
    for deviation in network.deviations:
        yield from _entry("deviation", deviation)
    if network.needs:
        plain = ""
        if summary.has_plain_form:
            plain = "; plain=true does without"
        yield from _entry("forks", f"only forks have {', '.join(network.needs)}{plain}")
    yield ""
    yield "options:"
    for option in network.options.values():
        yield f"  {_option(option)}"


def _entry(title: str, value: str) -> Iterator[str]:
    lines = textwrap.wrap(value, _WIDTH - 12, break_on_hyphens=False, break_long_words=False)
    for number, line in enumerate(lines):
        yield f"{'' if number else title:11} {line}"


def _option(option: Option) -> str:
    default = option.text
    if option.choices:
        return f"{option.name}={default}  (of {', '.join(map(str, option.choices))})"
    if not default:
        return option.name
    return f"{option.name}={default}"


def data(summary: NetworkSummary) -> dict[str, Any]:
    """What is known of a network, for JSON."""
    network = summary.network
    options = {}
    for option in network.options.values():
        options[option.name] = {"default": option.default, "choices": list(option.choices)}
    return {
        "name": network.name,
        "title": network.title,
        "summary": network.summary,
        "image": None if summary.image is None else list(summary.image[1:]),
        "depth": summary.depth,
        **network.figures._asdict(),
        "paper": network.paper,
        "source": network.source,
        "solver": network.solver,
        "deviations": list(network.deviations),
        "needs": list(network.needs),
        "has_plain_form": summary.has_plain_form,
        "options": options,
    }


def page() -> str:
    """The page of docs with all networks."""
    summaries = [summarize_network(zoo.find(name)) for name in zoo.names()]
    return render("zoo.md.j2", summaries=summaries, image=image, needs=needs, common=_COMMON)


if __name__ == "__main__":
    write_file(Path(sys.argv[1]), page())
