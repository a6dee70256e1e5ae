"""A page about a net: one HTML file with its graph, its layers and its findings."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from protogen.analysis import Analysis
from protogen.checks import check
from protogen.diagnostics import Diagnostic, escaped
from protogen.edits import Path
from protogen.net import Net
from protogen.net_files import loads
from protogen.pictures.boxes import Box, Edge, Picture, picture
from protogen.pictures.groups import Group, open_groups, root_group
from protogen.pictures.levels import (
    ENTRY_GAP,
    EXIT_GAP,
    HEADING,
    MARGIN,
    RANK_GAP,
    Level,
    Port,
    levels,
)
from protogen.pictures.words import Words, box_words, family, group_words, shortened
from protogen.render import receptive_field as field_words
from protogen.render import templates
from protogen.render.numbers import bytes_text, exact_and_short, share_bar, short
from protogen.render.summary import totals
from protogen.reports.images import default_source
from protogen.reports.receptive_field import ReceptiveField, fields
from protogen.reports.summary import Row, Summary, summarize
from protogen.reports.totals import Total
from protogen.shapes import format_shape

__all__ = ["content", "page"]

#: Fields of blobs with a longer axis take seconds.
_LONGEST_FIELD_AXIS = 4096

#: What the table shows of a name; the rest is in its tooltip.
_LONGEST_NAME = 80


def page(net: Net, analysis: Analysis, title: str, *, editor: bool = False) -> str:
    """The page of a net in one phase. ``title`` is the name of its file.

    ``editor`` adds a text area beside the graph. The page then asks the server that it came from.
    """
    shown = content(net, analysis, title)
    script, style = _asset("view.js"), _asset("view.css")
    return templates.render(
        "view.html.j2",
        title=escaped(title)[:200],
        data=_json(shown["data"]),
        layers=shown["layers"],
        script=script,
        script_hash=b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        style=style,
        editor=editor,
    )


def content(net: Net, analysis: Analysis, title: str) -> dict[str, Any]:
    """What changes with the net: the data of the graph, and the list of layers as HTML."""
    state = analysis.state
    report = check(
        net, phases=[state.phase], level=state.level, stages=state.stages, inputs=analysis.inputs
    )
    summary = summarize(analysis)
    drawn = picture(analysis)
    found = _findings_by_layer(report.diagnostics)
    data = {
        # A file may have any name, and this one is shown.
        "title": escaped(title)[:200],
        "headline": _headline(summary),
        "totals": totals(summary),
        **_graph(drawn, found),
        "layers": _layers(net, analysis, summary, found),
        "findings": [_finding(each) for each in report.diagnostics],
        "unchecked": list(report.unchecked),
        "source": _source_text(net),
        "image": _image(analysis),
    }
    rows = [_table_row(row, summary) for row in summary.rows]
    layers = templates.render(
        "view_layers.html.j2", rows=rows, totals=totals(summary), per=_per(summary)
    )
    return {"data": data, "layers": layers}


def _headline(summary: Summary) -> str:
    words = [f"{len(summary.rows)} layers in {summary.phase}"]
    words.append(f"{summary.parameters.text} parameters")
    words.append(f"{_short(summary.macs_per_image) or 0} MACs{_per(summary)}")
    return " · ".join(words)


def _asset(name: str) -> str:
    return resources.files("protogen.templates").joinpath(name).read_text(encoding="utf-8")


def _json(data: object) -> str:
    """JSON that can stand in a script element: nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    # A layer may be named </script>, which a browser looks for before it parses the JSON.
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


# The graph -------------------------------------------------------------------------------------


def _graph(drawn: Picture, found: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    """What the page needs to lay out the graph again when a group is opened or folded."""
    root = root_group(drawn)
    opened = open_groups(root)
    placed = levels(drawn, root, opened)
    numbers = _Numbers(drawn, root)
    groups = []
    for group in numbers.groups:
        is_open = group is root or group in opened
        groups.append(_group(group, is_open, placed[group], numbers))
    return {
        "space": {
            "gap": RANK_GAP,
            "entry": ENTRY_GAP,
            "exit": EXIT_GAP,
            "margin": MARGIN,
            "heading": HEADING,
        },
        "boxes": [_box(box, numbers, found) for box in drawn.boxes],
        "edges": [_edge(edge) for edge in drawn.edges],
        "groups": groups,
    }


class _Numbers:
    """JSON has no references: groups, edges and layers refer to each other by number."""

    def __init__(self, drawn: Picture, root: Group) -> None:
        self.groups = {root: 0}
        for group in root.groups:
            self.groups[group] = len(self.groups)
        self.edges = {edge: index for index, edge in enumerate(drawn.edges)}
        self.layers = {step: index for index, step in enumerate(drawn.analysis.steps)}


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "name": shortened(edge.name, _LONGEST_NAME),
        "label": edge.label,
        "from": edge.source.number,
        "to": [reader.number for reader in edge.readers],
    }


def _box(box: Box, numbers: _Numbers, found: Mapping[int, Sequence[int]]) -> dict[str, Any]:
    words = box_words(box)
    return {
        **_words(words),
        "layers": [numbers.layers[step] for step in box.steps],
        "family": family(box.steps[0]),
        "rounds": box.rounds,
    }


def _words(words: Words) -> dict[str, Any]:
    return {"title": words.title, "lines": words.lines, "w": _tenth(words.width), "h": words.height}


def _group(group: Group, is_open: bool, level: Level, numbers: _Numbers) -> dict[str, Any]:
    words = group_words(group)
    ranks = []
    # A line refers to a node by its rank and its place in the rank.
    index = {}
    for rank_index, rank in enumerate(level.ranks):
        row: list[list[Any]] = []
        for each in rank:
            index[each.node] = (rank_index, len(row))
            thing = _thing(each.thing, numbers)
            row.append([*thing, _tenth(each.node.x), _tenth(each.node.width)])
        ranks.append(row)
    lines = []
    for line in level.lines:
        assert isinstance(line.value, Edge)
        ends = (*index[line.source], *index[line.target])
        lines.append([*ends, numbers.edges[line.value]])
    return {
        **_words(words),
        "heading": shortened(group.title),
        "minimum": _tenth(Words.of(group.title).width) if group.title else 0,
        "open": is_open,
        "times": group.times,
        "ranks": ranks,
        "edges": lines,
    }


def _thing(thing: Box | Group | Port | None, numbers: _Numbers) -> tuple[str, int]:
    """A letter for the kind, and the number."""
    if isinstance(thing, Box):
        return "b", thing.number
    if isinstance(thing, Group):
        return "g", numbers.groups[thing]
    if isinstance(thing, Port):
        return ("e" if thing.enters else "x"), numbers.edges[thing.edge]
    # A bend of a line.
    return "-", 0


def _tenth(number: float) -> float:
    # A tenth of a pixel nobody sees, and a page of a large net has thousands of positions.
    return round(number, 1)


# The layers ------------------------------------------------------------------------------------


def _layers(
    net: Net, analysis: Analysis, summary: Summary, found: Mapping[int, Sequence[int]]
) -> list[dict[str, Any]]:
    seen = _fields(analysis)
    lines = _lines(net)
    layers = []
    for step, row in zip(analysis.steps, summary.rows):
        visible = []
        for value in step.tops:
            if value.name in seen:
                visible.append(seen[value.name])
        layers.append(
            {
                "name": row.name,
                "type": row.type,
                "bottoms": _blobs(row.bottoms),
                "tops": _blobs(row.tops),
                "facts": _facts(row, summary),
                "lines": lines.get(row.index),
                "findings": found.get(row.index, []),
                "fields": visible,
            }
        )
    return layers


def _blobs(blobs: Sequence[tuple[str, Any]]) -> list[list[str]]:
    return [[name, format_shape(shape)] for name, shape in blobs]


def _facts(row: Row, summary: Summary) -> list[list[str]]:
    """What the panel says of a layer, apart from its blobs."""
    facts = []
    for blob in row.blobs:
        facts.append([blob.name, format_shape(blob.shape)])
    numbers = (
        ("parameters", row.parameters, exact_and_short),
        ("statistics", row.statistics, exact_and_short),
        (f"MACs{_per(summary)}", _macs(row, summary), exact_and_short),
        (f"memory{_per(summary)}", row.memory.per(summary.images), bytes_text),
    )
    for name, number, text in numbers:
        # A 0 says nothing, unless it is only what is known.
        if number or not number.exact:
            facts.append([name, text(number)])
    if row.macs:
        facts.append(["share of MACs", share_bar(row.macs, summary.macs)])
    return facts


def _macs(row: Row, summary: Summary) -> Total:
    if row.macs is None:
        return Total(0, exact=False)
    return Total(row.macs).per(summary.images)


def _per(summary: Summary) -> str:
    if summary.images > 1:
        return " per image"
    return ""


def _table_row(row: Row, summary: Summary) -> dict[str, Any]:
    macs = _macs(row, summary)
    share = 0.0
    if row.macs and summary.macs:
        share = 100 * row.macs / summary.macs
    return {
        "name": shortened(row.name, _LONGEST_NAME) or "(no name)",
        "type": escaped(row.type),
        "tops": ", ".join(format_shape(shape) for _, shape in row.tops),
        "parameters": _short(row.parameters),
        "macs": _short(macs),
        # Less would be 0.0.
        "share": f"{share:.1f}" if share >= 0.05 else "",
    }


def _short(number: Total) -> str:
    """A number in three digits; nothing for a 0."""
    if number.exact:
        if number:
            return short(number)
        return ""
    if number:
        return f"≥ {short(number)}"
    return "?"


# Receptive fields ------------------------------------------------------------------------------


def _image(analysis: Analysis) -> list[int] | None:
    """The height and width of the images."""
    images = default_source(analysis)
    if images is None or images.shape is None:
        return None
    # A net may read vectors or features only.
    if len(images.shape) != 4:
        return None
    height, width = images.shape[2:]
    if height is None or width is None:
        return None
    return [height, width]


def _fields(analysis: Analysis) -> dict[str, dict[str, Any]]:
    """What each blob sees of the images, and the box of its middle element."""
    images = default_source(analysis)
    if images is None:
        return {}
    found = {}
    for each in fields(analysis, images, _LONGEST_FIELD_AXIS):
        facts: dict[str, Any] = {"blob": each.blob, "to": each.to}
        if isinstance(each, ReceptiveField):
            # Without the title, which names the blob again.
            facts["text"] = field_words.text(each).split("\n")[1:] or ["nothing"]
            facts["box"] = _middle_box(each)
        else:
            facts["text"] = [f"? {each.reason}"]
        found[each.blob] = facts
    return found


def _middle_box(field: ReceptiveField) -> list[int] | None:
    # Only in an image is there something to draw it on, and a blob without elements has no middle.
    if len(field.to_shape) != 4 or 0 in field.shape:
        return None
    middle = [size // 2 for size in field.shape[2:]]
    box = field.at(*middle)
    if not box:
        return None
    return list(box)


# Findings and the text -------------------------------------------------------------------------


def _findings_by_layer(diagnostics: Sequence[Diagnostic]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index, each in enumerate(diagnostics):
        # What is wrong with the net as a whole has no layer.
        if each.layer_index >= 0:
            found.setdefault(each.layer_index, []).append(index)
    return found


def _finding(each: Diagnostic) -> dict[str, Any]:
    return {
        "severity": str(each.severity),
        "code": each.code,
        "text": each.fact,
        "notes": [note.strip() for note in each.notes],
        "place": each.place.rstrip(": "),
        "line": each.location.line if each.location else 0,
    }


def _source_text(net: Net) -> str:
    text = net.to_prototxt()
    # Bytes that are no UTF-8 are surrogates in Python, which JSON of a browser rejects.
    return text.encode("utf-8", "replace").decode("utf-8")


def _lines(net: Net) -> dict[int, list[int]]:
    """The first and the last line of each layer in the text, by its index."""
    current = net.current
    # A net that was composed has no text of its own: the page shows what would be written.
    document = net.document or loads(net.to_prototxt()).document
    assert document is not None
    found = {}
    for index in range(len(current.message.layer)):
        path: Path = current.path(index)
        location = document.locate(path)
        if location is None or not location.line:
            continue
        last = location.end_line or location.line
        found[index] = [location.line, last]
    return found
