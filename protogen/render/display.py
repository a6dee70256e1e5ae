"""What ``print`` and a notebook show of each kind of object; see `protogen.display`."""

from __future__ import annotations

import html as escaping
import linecache
from collections.abc import Collection
from functools import singledispatch
from pathlib import Path

from protogen.analysis import Analysis
from protogen.checks import Report
from protogen.compose import Blob
from protogen.graph import State
from protogen.inference import Inputs
from protogen.net import Net
from protogen.render import receptive_field, summary
from protogen.render.diagnostic import diagnostics_text
from protogen.render.net_svg import net_svg
from protogen.reports.receptive_field import ReceptiveField
from protogen.reports.summary import Summary, default_phase, summarize
from protogen.reports.summary import summary as summarize_net
from protogen.shapes import format_shape

__all__ = ["html", "svg", "text"]


@singledispatch
def text(shown: object) -> str:
    """The object as text for people."""
    return repr(shown)


@singledispatch
def html(shown: object) -> str:
    """The object as HTML for a notebook: by default its text, as it is."""
    return f"<pre>{escaping.escape(text(shown))}</pre>"


@singledispatch
def svg(shown: object, **options: object) -> str:
    """The object as a picture. Raises `TypeError` for what has none."""
    raise TypeError(f"{type(shown).__name__} has no picture")


text.register(ReceptiveField, receptive_field.text)
text.register(Summary, summary.text)
html.register(Summary, summary.html)


@text.register
def _net_text(net: Net) -> str:
    """The summary of a net, below its name."""
    return f"{net!r}\n\n{text(summarize_net(net))}"


@html.register
def _net_html(net: Net) -> str:
    return f"<p>{escaping.escape(repr(net))}</p>\n{html(summarize_net(net))}"


@svg.register
def _net_svg(
    net: Net,
    phase: str | None = None,
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
) -> str:
    """The graph of a net."""
    state = State(phase or default_phase(net, level, stages), level, stages)
    return net_svg(net.analysis(state, inputs))


@svg.register
def _analysis_svg(analysis: Analysis) -> str:
    return net_svg(analysis)


@text.register
def _analysis_text(analysis: Analysis) -> str:
    """The layers with their shapes, and what is wrong with them."""
    return "\n".join([text(summarize(analysis)), *map(str, analysis.diagnostics)])


@html.register
def _analysis_html(analysis: Analysis) -> str:
    found = "\n".join(map(str, analysis.diagnostics))
    findings = ""
    if found:
        findings = f"\n<pre>{escaping.escape(found)}</pre>"
    return f"<p>{escaping.escape(repr(analysis))}</p>\n{html(summarize(analysis))}{findings}"


@text.register
def _report_text(report: Report) -> str:
    """The findings, with the lines that they are about, and what could not be checked."""
    found = repr(report)
    if report.diagnostics:
        found = diagnostics_text(report.diagnostics, _source)
    return "\n".join([found, *report.unchecked])


def _source(file: str) -> str:
    """The text of a file, or nothing if it cannot be read."""
    # linecache would look for other files on the path of Python.
    if not Path(file).is_file():
        return ""
    return "".join(linecache.getlines(file))


@html.register
def _blob_html(blob: Blob) -> str:
    name = escaping.escape(blob.name)
    return f"<code>{name}</code> {format_shape(blob.shape)}"
