"""The summary of a net: as a table with totals, Markdown, CSV, HTML, and data for scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from protogen.diagnostics import plural
from protogen.render import table as tables
from protogen.render.diagnostic import diagnostic_data
from protogen.render.numbers import bytes_text, exact_and_short, share_bar
from protogen.render.table import Table
from protogen.reports.summary import Group, NetSummary, Row, Summary, grouped
from protogen.reports.totals import Total
from protogen.shapes import Shape, format_shape

__all__ = [
    "COLUMNS",
    "DEFAULT_COLUMNS",
    "Layout",
    "csv_text",
    "data",
    "html",
    "layers_table",
    "markdown",
    "nets_data",
    "nets_table",
    "nets_text",
    "raw_table",
    "text",
    "totals",
]


class Column(NamedTuple):
    """A column: its title, what a cell has, and whether that is a number.

    ``cell`` is given a group and the summary that it is part of. ``text`` is for people, if what
    a cell has would be hard to read.
    """

    title: str
    cell: Callable[[Group, Summary], str | Total]
    is_number: bool = False
    text: Callable[[Group, Summary], str] | None = None


def _name(group: Group, summary: Summary) -> str:
    return group.name


def _type(group: Group, summary: Summary) -> str:
    if group.row:
        return group.row.type
    return plural(len(group.rows), "layer")


def _shapes(blobs: Sequence[tuple[str, Shape]]) -> str:
    """The shapes of several blobs; equal ones once, with their number."""
    counts = Counter(format_shape(shape) for _, shape in blobs)
    words = []
    for shape, number in counts.items():
        words.append(shape if number == 1 else f"{number} * {shape}")
    return ", ".join(words)


def _bottoms(group: Group, summary: Summary) -> str:
    # Of a group most bottoms are tops of its own layers, which would only distract.
    if not group.row:
        return ""
    return _shapes(group.row.bottoms)


def _tops(group: Group, summary: Summary) -> str:
    """The shapes of the tops; those of a group are its last layer's."""
    return _shapes(group.rows[-1].tops)


def _learnable(group: Group, summary: Summary) -> str:
    if not group.row:
        return ""
    return ", ".join([f"{blob.name} {format_shape(blob.shape)}" for blob in group.row.blobs])


def _parameters(group: Group, summary: Summary) -> Total:
    return group.parameters


def _statistics(group: Group, summary: Summary) -> Total:
    return group.statistics


def _macs(group: Group, summary: Summary) -> Total:
    return group.macs.per(summary.images)


def _memory(group: Group, summary: Summary) -> Total:
    return group.memory.per(summary.images)


def _memory_text(group: Group, summary: Summary) -> str:
    return bytes_text(_memory(group, summary))


def _share(group: Group, summary: Summary) -> str:
    if not summary.macs:
        return ""
    return f"{group.macs / summary.macs:.6f}"


def _bar(group: Group, summary: Summary) -> str:
    # Without a bar, so that the layers that compute stand out.
    if not group.macs:
        return ""
    return share_bar(group.macs, summary.macs)


#: Every column, by the name that `--columns` gives it.
COLUMNS: dict[str, Column] = {
    "layer": Column("layer", _name),
    "type": Column("type", _type),
    "bottoms": Column("bottoms", _bottoms),
    "tops": Column("tops", _tops),
    "learnable": Column("learnable", _learnable),
    "parameters": Column("parameters", _parameters, True),
    "statistics": Column("statistics", _statistics, True),
    "macs": Column("MACs", _macs, True),
    "memory": Column("memory", _memory, True, _memory_text),
    "share": Column("share of MACs", _share, text=_bar),
}

DEFAULT_COLUMNS = ("layer", "type", "bottoms", "tops", "parameters", "macs", "memory", "share")

#: The same for groups of layers, whose bottoms would be many.
GROUP_COLUMNS = tuple(name for name in DEFAULT_COLUMNS if name != "bottoms")

#: What a narrow terminal leaves out first.
_LEAST = ("learnable", "bottoms", "share", "type", "statistics", "memory", "tops")


class Layout(NamedTuple):
    """The columns of a table of layers, how deep their names are looked at, and the order.

    Without columns, they are the default ones.
    """

    columns: Sequence[str] = ()
    depth: int | None = None
    sort: str | None = None

    @property
    def shown(self) -> Sequence[str]:
        """The names of the columns."""
        if self.columns:
            return self.columns
        if self.depth is None:
            return DEFAULT_COLUMNS
        return GROUP_COLUMNS


_LAYOUT = Layout()


def layers_table(summary: Summary, layout: Layout = _LAYOUT) -> Table:
    """A row for each layer, or for each group of layers, for people."""
    columns = layout.shown
    rows = []
    for group in _groups(summary, layout):
        rows.append([_text(COLUMNS[name], group, summary) for name in columns])
    titles = [_title(name, summary) for name in columns]
    least = [columns.index(name) for name in _LEAST if name in columns]
    return Table(titles, rows, _right(columns), least)


def raw_table(summary: Summary, layout: Layout = _LAYOUT) -> Table:
    """The same table for spreadsheets: plain numbers; an unknown one is empty."""
    columns = layout.shown
    titles = [_title(name, summary) for name in columns]
    rows = []
    for group in _groups(summary, layout):
        cells = [COLUMNS[name].cell(group, summary) for name in columns]
        row = list(map(_raw, cells))
        rows.append(row)
    return Table(titles, rows, _right(columns))


def _right(columns: Sequence[str]) -> tuple[int, ...]:
    """The indices of the columns of numbers."""
    found = []
    for index, name in enumerate(columns):
        if COLUMNS[name].is_number:
            found.append(index)
    return tuple(found)


def _raw(cell: str | Total) -> str:
    if not isinstance(cell, Total):
        return cell
    # A lower bound would be taken for the number itself.
    if not cell.exact:
        return ""
    return str(int(cell))


def _text(column: Column, group: Group, summary: Summary) -> str:
    cell = column.cell(group, summary)
    # Not a 0, so that the layers that learn or compute stand out.
    if isinstance(cell, Total) and cell == 0:
        return ""
    if column.text:
        return column.text(group, summary)
    if isinstance(cell, Total):
        return cell.text
    return cell


def _title(name: str, summary: Summary) -> str:
    title = COLUMNS[name].title
    if name in ("macs", "memory") and summary.images > 1:
        return f"{title}/image"
    return title


def _groups(summary: Summary, layout: Layout) -> list[Group]:
    groups = grouped(summary.rows, layout.depth)
    sort = layout.sort
    if sort is None:
        return groups
    if sort == "layer":
        return sorted(groups, key=lambda group: group.name)
    # The largest first; equal ones stay in the order of the net.
    return sorted(groups, key=lambda group: -int(getattr(group, sort)))


# Totals ----------------------------------------------------------------------------------------


def totals(summary: Summary) -> list[str]:
    """The totals, a line for each."""
    lines = [("layers", f"{len(summary.rows)} in {summary.phase}{_batch(summary)}")]
    lines.append(("parameters", _stored(summary.parameters)))
    if summary.statistics:
        lines.append(("statistics", f"{exact_and_short(summary.statistics)} kept by BatchNorm"))
    macs = exact_and_short(summary.macs_per_image)
    if summary.images > 1:
        macs += f" per image, {exact_and_short(summary.macs)} per batch"
    lines.append(("MACs", macs))
    memory = summary.memory
    # Caffe's log ("Memory required for data") counts every top, also one that uses the memory of
    # another blob, and so it is more than what Caffe allocates.
    lines.append(("memory", f"{bytes_text(memory.logged)} as Caffe logs it"))
    lines.append(("", f"{bytes_text(memory.allocated)} as Caffe allocates it"))
    lines.append(("", f"{bytes_text(memory.peak)} at the peak, if memory were freed after use"))
    if memory.gradients:
        lines.append(("", f"{bytes_text(memory.gradients)} more for gradients"))
    return [f"{name:10}  {value}" for name, value in lines]


def _batch(summary: Summary) -> str:
    if summary.batch is None:
        return ""
    return f", batch {summary.batch}"


def _stored(parameters: Total) -> str:
    sizes = []
    # What a chip needs to hold them, by the bytes of a number.
    for name, size in (("fp32", 4), ("fp16", 2), ("int8", 1)):
        sizes.append(f"{bytes_text(parameters.times(size))} as {name}")
    return f"{exact_and_short(parameters)} learned: {', '.join(sizes)}"


def text(summary: Summary, layout: Layout = _LAYOUT, terminal: bool = False) -> str:
    """The table and the totals, for people."""
    lines = totals(summary)
    if summary.rows:
        table = layers_table(summary, layout)
        lines = [tables.table_text(table, terminal), "", *lines]
    return "\n".join(lines)


def html(summary: Summary) -> str:
    """The table and the totals, for a notebook."""
    table = tables.html(layers_table(summary))
    lines = tables.html(Table(("", ""), [line.split("  ", 1) for line in totals(summary)]))
    return f"{lines}\n<details open><summary>layers</summary>\n{table}\n</details>"


# Several nets ----------------------------------------------------------------------------------

_NETS_TITLES = ("net", "layers", "parameters", "MACs/image", "allocated/image", "peak/image")


def nets_table(nets: Sequence[NetSummary]) -> Table:
    """A row for each net, and each phase if there are several."""
    rows = []
    for title, summary in _phases(nets):
        memory = summary.memory
        rows.append(
            [
                title,
                str(len(summary.rows)),
                exact_and_short(summary.parameters),
                exact_and_short(summary.macs_per_image),
                bytes_text(memory.allocated.per(summary.images)),
                bytes_text(memory.peak.per(summary.images)),
            ]
        )
    return Table(_NETS_TITLES, rows, right=(1, 2, 3, 4, 5), least=(5, 4, 1))


def _raw_nets_table(nets: Sequence[NetSummary]) -> Table:
    rows = []
    for title, summary in _phases(nets):
        numbers = (
            Total(len(summary.rows)),
            summary.parameters,
            summary.macs_per_image,
            summary.memory.allocated.per(summary.images),
            summary.memory.peak.per(summary.images),
        )
        rows.append([title, *map(_raw, numbers)])
    return Table(_NETS_TITLES, rows, right=(1, 2, 3, 4, 5))


def _phases(nets: Sequence[NetSummary]) -> list[tuple[str, Summary]]:
    """Every phase of every net, with what it is called."""
    found = []
    for net in nets:
        is_single = len(net.phases) == 1
        for summary in net.phases:
            # A single phase need not be named.
            name = net.title
            if not is_single:
                name = _phase_title(net.title, summary.phase)
            found.append((name, summary))
    return found


def _phase_title(title: str, phase: str) -> str:
    """``net.prototxt (TRAIN)``, or ``TRAIN`` without a title."""
    if not title:
        return phase
    return f"{title} ({phase})"


def _is_single(nets: Sequence[NetSummary]) -> bool:
    """Whether there is one net, which then is shown with its layers."""
    return len(nets) == 1 and not nets[0].title


def nets_text(nets: Sequence[NetSummary], layout: Layout, terminal: bool) -> str:
    """One net with its layers, or the totals of several nets."""
    if not nets:
        return ""
    if not _is_single(nets):
        return tables.table_text(nets_table(nets), terminal)
    return "\n\n".join([text(summary, layout, terminal) for _, summary in _phases(nets)])


def markdown(nets: Sequence[NetSummary], layout: Layout) -> str:
    """The same as Markdown; the totals are a list."""
    if not _is_single(nets):
        return tables.markdown(nets_table(nets))
    parts = []
    for title, summary in _phases(nets):
        lines = []
        if title:
            lines += [f"### {title}", ""]
        lines += [tables.markdown(layers_table(summary, layout)), ""]
        for line in totals(summary):
            # The columns are for a terminal; Markdown has a proportional font.
            lines.append(f"- {' '.join(line.split())}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def csv_text(nets: Sequence[NetSummary], layout: Layout) -> str:
    """The same as CSV, with plain numbers and without the totals of a single net."""
    if not _is_single(nets):
        return tables.csv_text(_raw_nets_table(nets))
    parts = [raw_table(summary, layout) for _, summary in _phases(nets)]
    return "\n\n".join(map(tables.csv_text, parts))


# Scripts ---------------------------------------------------------------------------------------


def nets_data(nets: Sequence[NetSummary]) -> dict[str, Any]:
    """One net, its phases if there are several, or a list of nets below ``nets``."""
    if _is_single(nets):
        return _net_data(nets[0])
    return {"nets": [{"file": net.title, **_net_data(net)} for net in nets]}


def _net_data(net: NetSummary) -> dict[str, Any]:
    phases = [data(summary) for summary in net.phases]
    if len(phases) == 1:
        return phases[0]
    return {"phases": phases}


def data(summary: Summary) -> dict[str, Any]:
    """The summary for scripts. A total is ``None`` if some part of it is unknown."""
    memory = summary.memory
    return {
        "name": summary.name,
        "phase": summary.phase,
        "batch": summary.batch,
        "parameters": _number(summary.parameters),
        "statistics": _number(summary.statistics),
        "macs": _number(summary.macs),
        "macs_per_image": _number(summary.macs_per_image),
        "memory": {
            "logged": _number(memory.logged),
            "allocated": _number(memory.allocated),
            "peak": _number(memory.peak),
            "gradients": _number(memory.gradients),
        },
        "layers": [_row_data(row) for row in summary.rows],
        "ok": summary.ok,
        "diagnostics": [diagnostic_data(each) for each in summary.diagnostics],
    }


def _row_data(row: Row) -> dict[str, Any]:
    return {
        "index": row.index,
        "name": row.name,
        "type": row.type,
        "bottoms": _blobs_data(row.bottoms),
        "tops": _blobs_data(row.tops),
        "parameters": _number(row.parameters),
        "statistics": _number(row.statistics),
        "macs": row.macs,
        "memory": _number(row.memory),
    }


def _blobs_data(blobs: Sequence[tuple[str, Shape]]) -> list[dict[str, Any]]:
    return [{"name": name, "shape": shape} for name, shape in blobs]


def _number(total: Total) -> int | None:
    # ``known`` is only a lower bound if some part is unknown.
    if not total.exact:
        return None
    return int(total)
