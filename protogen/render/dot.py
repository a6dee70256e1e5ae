"""The graph of a net in the language of Graphviz, and drawn by it as SVG, PNG or PDF."""

from __future__ import annotations

from collections.abc import Iterator

from protogen.analysis import Analysis
from protogen.diagnostics import Severity
from protogen.pictures.boxes import Box, Edge, Picture, picture
from protogen.pictures.groups import Item, open_groups, root_group
from protogen.pictures.words import Words, box_words, family, group_words, shortened
from protogen.render.net_svg import COLORS, severities

__all__ = ["FORMATS", "dot", "graphviz"]

#: What Graphviz draws.
FORMATS = ("svg", "png", "pdf")

_OUTLINES = {Severity.ERROR: ("#c0182b", 3), Severity.WARNING: ("#b97a00", 2.5)}


def graphviz(text: str, file_format: str) -> bytes:
    """Draw a text in the language of Graphviz.

    Raises `ImportError` without pygraphviz, which the extra ``draw`` installs.
    """
    import pygraphviz

    drawn = pygraphviz.AGraph(string=text).draw(format=file_format, prog="dot")
    return bytes(drawn)


def dot(analysis: Analysis, direction: str = "TB", columns: int = 1) -> str:
    """The graph of a net in one phase. ``direction`` is TB, to the bottom, or LR, to the right.

    ``columns`` wraps the graph as a text: about equally long parts, side by side. A line into
    another part ends in a numbered circle, and goes on from another with the same number.
    """
    return "\n".join(_Dot(picture(analysis), columns).lines(direction)) + "\n"


class _Dot:
    """Writes a picture with its groups."""

    def __init__(self, drawn: Picture, columns: int) -> None:
        self.drawn = drawn
        self.root = root_group(drawn)
        self.opened = open_groups(self.root)
        self.worst = severities(drawn.analysis)
        #: The name of each box, or of the folded group that hides it.
        self.names: dict[Box, str] = {}
        self.count = 0
        #: Values that go on in another column with their numbers, and where they go on.
        self.connectors: dict[Edge, int] = {}
        self.entries: dict[str, int] = {}
        #: The column of each box, from 0 on.
        self.column = self._columns(columns)

    def _columns(self, columns: int) -> dict[Box, int]:
        heights = [self._height(item) for item in self.root.items]
        total = max(1, sum(heights))
        column: dict[Box, int] = {}
        above = 0
        for item, height in zip(self.root.items, heights):
            # An item is where its middle is.
            number = min(columns - 1, columns * (above + height // 2) // total)
            boxes = [item] if isinstance(item, Box) else item.boxes
            column.update(dict.fromkeys(boxes, number))
            above += height
        return column

    def _height(self, item: Item) -> int:
        """About how many lines an item takes: those of a chain, or of half the boxes of a block."""
        if isinstance(item, Box):
            return 2 + len(box_words(item).lines)
        if item not in self.opened:
            return 3
        return 2 + sum(map(self._height, item.items)) // 2

    def lines(self, direction: str) -> Iterator[str]:
        name = _quoted(shortened(str(self.drawn.analysis.message.name)))
        yield f"digraph {name} {{"
        yield f"  rankdir={direction}; ranksep=0.45; nodesep=0.25;"
        yield '  graph [fontname="sans-serif" fontsize=11 fontcolor="#5a6475"];'
        yield (
            '  node [shape=box style="rounded,filled" fontname="sans-serif" fontsize=11'
            ' color="#8d97a8" margin="0.12,0.06" height=0.3];'
        )
        yield (
            '  edge [fontname="sans-serif" fontsize=9 fontcolor="#5a6475" color="#8d97a8"'
            " arrowsize=0.6];"
        )
        yield from self._items(self.root.items, "  ")
        yield from self._edges()
        yield from self._connectors()
        yield from self._column_order()
        yield "}"

    def _items(self, items: list[Item], indent: str) -> Iterator[str]:
        for item in items:
            self.count += 1
            name = f"n{self.count}"
            if isinstance(item, Box):
                self.names[item] = name
                yield indent + self._node(name, box_words(item), [item], _fill(item))
            elif item in self.opened:
                yield f"{indent}subgraph cluster_{name} {{"
                title = _quoted(Words.of(item.title).title)
                yield f'{indent}  label={title}; labeljust=l; style="rounded,filled";'
                yield f'{indent}  fillcolor="#eceff4"; color="#c2cad6";'
                yield from self._items(item.items, indent + "  ")
                yield f"{indent}}}"
            else:
                self.names.update(dict.fromkeys(item.boxes, name))
                yield indent + self._node(name, group_words(item), item.boxes, "#ffffff")

    def _node(self, name: str, words: Words, boxes: list[Box], fill: str) -> str:
        lines = [words.title, *words.lines]
        if len(boxes) == 1 and boxes[0].rounds:
            lines.append("⌈ rounds up ⌉")
        attributes = f'label={_label(lines)} fillcolor="{fill}"'
        found = set()
        for box in boxes:
            found.update([self.worst.get(step.index) for step in box.steps])
        # The worst one is first.
        for severity, (color, width) in _OUTLINES.items():
            if severity in found:
                attributes += f' color="{color}" penwidth={width}'
                break
        return f"{name} [{attributes}];"

    def _edges(self) -> Iterator[str]:
        """The lines between what is visible, each once."""
        written: set[tuple[str, str]] = set()
        for edge in self.drawn.edges:
            for reader in edge.readers:
                for start, end in self._ends(edge, reader):
                    # Within a folded group, or between two of them, a line stands for several.
                    if start == end or (start, end) in written:
                        continue
                    written.add((start, end))
                    label = _edge_label(edge)
                    yield f"  {start} -> {end} [label={label}];"

    def _ends(self, edge: Edge, reader: Box) -> Iterator[tuple[str, str]]:
        """The line from a box to a reader; in two parts if the reader is in another column."""
        source, target = self.names[edge.source], self.names[reader]
        column = self.column[reader]
        if self.column[edge.source] == column:
            yield source, target
            return
        number = self.connectors.setdefault(edge, len(self.connectors) + 1)
        yield source, f"out{number}"
        yield f"in{number}_{column}", target
        self.entries[f"in{number}_{column}"] = column

    def _connectors(self) -> Iterator[str]:
        """Numbered circles, where a line goes on in another column."""
        circle = 'shape=circle style="" margin=0 width=0.25 fixedsize=true'
        for number in self.connectors.values():
            yield f"  out{number} [label={number} {circle}];"
        for name in self.entries:
            number = int(name.removeprefix("in").partition("_")[0])
            yield f"  {name} [label={number} {circle}];"

    def _column_order(self) -> Iterator[str]:
        """Invisible lines that begin the columns at the top, from left to right."""
        last = max(self.column.values(), default=0)
        if last == 0:
            return
        tops = [f"top{column}" for column in range(last + 1)]
        # Graphviz orders the nodes of one rank by the lines between them.
        order = " -> ".join(tops)
        yield f"  {{ rank=same; {order} [style=invis]; }}"
        for top in tops:
            yield f'  {top} [style=invis height=0 width=0 label=""];'
        # Backwards, so that of all boxes of a column the first one stays.
        firsts = {column: self.names[box] for box, column in reversed(self.column.items())}
        for column, name in firsts.items():
            top = tops[column]
            for each in self._entries_of(column) or [name]:
                yield f"  {top} -> {each} [style=invis];"

    def _entries_of(self, column: int) -> list[str]:
        """Where lines from earlier columns enter a column."""
        found = []
        for each, place in self.entries.items():
            if place == column:
                found.append(each)
        return found


def _fill(box: Box) -> str:
    return COLORS[family(box.steps[0])]


def _edge_label(edge: Edge) -> str:
    return _quoted(f" {edge.label}")


def _label(lines: list[str]) -> str:
    """The lines, each in the middle; ``\\n`` between them is Graphviz's own."""
    inner = [_quoted(line)[1:-1] for line in lines]
    return '"' + r"\n".join(inner) + '"'


def _quoted(text: str) -> str:
    """A string of Graphviz in which nothing is special: neither ``\\N`` nor ``&amp;`` nor HTML."""
    text = text.replace("\\", r"\\").replace('"', r"\"").replace("&", "&amp;")
    return f'"{text}"'
