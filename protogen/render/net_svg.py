"""The graph of a net as SVG, as the page of the net shows it at first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from protogen.analysis import Analysis
from protogen.diagnostics import Severity
from protogen.pictures.boxes import Box, Edge, Picture, picture
from protogen.pictures.groups import Group, open_groups, root_group
from protogen.pictures.layout import Line, Node
from protogen.pictures.levels import Level, Placed, levels
from protogen.pictures.words import Words, box_words, family, group_words
from protogen.render.svg import element, svg, text

__all__ = ["COLORS", "SvgPicture", "net_svg", "severities"]

#: What the families of layers are filled with, as on the page in daylight.
COLORS = {
    "convolution": "#d6e6fb",
    "pooling": "#d5efd9",
    "data": "#e4e6ea",
    "activation": "#fde9cf",
    "normalization": "#e8dff7",
    "combination": "#cfeeee",
    "loss": "#fbd9dc",
    "other": "#f1ead8",
}
_INK, _FAINT, _LINE, _PAPER, _GROUP = "#1c2330", "#5a6475", "#8d97a8", "#ffffff", "#eceff4"
_GROUP_LINE = "#c2cad6"
_ERROR, _WARNING = "#c0182b", "#b97a00"


def severities(analysis: Analysis) -> dict[int, Severity]:
    """The worst finding of each layer, by its index."""
    found: dict[int, Severity] = {}
    for each in analysis.diagnostics:
        # Of several findings the first one counts, unless a later one is an error.
        if each.severity is Severity.ERROR or each.layer_index not in found:
            found[each.layer_index] = each.severity
    return found


def net_svg(analysis: Analysis) -> str:
    """The graph of a net in one phase, as the page of the net shows it at first."""
    return SvgPicture(picture(analysis)).text


class SvgPicture:
    """Draws a picture with its groups."""

    def __init__(self, drawn: Picture) -> None:
        self.root = root_group(drawn)
        self.opened: Collection[Group] = open_groups(self.root)
        self.levels: Mapping[Group, Level] = levels(drawn, self.root, self.opened)
        self.worst = severities(drawn.analysis)
        name = drawn.analysis.message.name or "a net"
        self.title = f"{Words.of(name).title} in {drawn.analysis.phase}"

    @property
    def text(self) -> str:
        """The SVG."""
        level = self.levels[self.root]
        content = "".join(self._level(level, -level.left, 0.0))
        return svg(content, level.width, level.height, self.title)

    def _level(self, level: Level, x: float, y: float) -> Iterator[str]:
        """The lines of a group, then what stands on them; (x, y) is the place of its (0, 0)."""
        bottoms = []
        for rank in level.ranks:
            tallest = max([each.node.height for each in rank])
            bottoms.append(rank[0].y + tallest)
        for line in level.lines:
            yield from self._line(level, line, bottoms, x, y)
        # After all lines, so that none of them crosses a label.
        labeled: set[tuple[int, int]] = set()
        for line in level.lines:
            yield from self._label(level, line, labeled, x, y)
        for rank in level.ranks:
            for placed in rank:
                left = x + placed.node.x - placed.node.width / 2
                top = y + placed.y
                yield from self._thing(placed, left, top)

    def _line(
        self, level: Level, line: Line, bottoms: list[float], x: float, y: float
    ) -> Iterator[str]:
        """A line: straight down to the bottom of its rank, in a curve to the next one, and on."""
        source, target = level.placed[line.source], level.placed[line.target]
        x0, x1 = x + _end(source, line), x + _end(target, line)
        turn, end = y + bottoms[source.node.rank], y + target.y
        # What enters a group comes from its border.
        start = y if source.node.first else y + source.y + source.node.height
        middle = (turn + end) / 2
        path = f"M{x0:.1f} {start:.1f}V{turn:.1f}C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f}"
        path += f" {x1:.1f} {end:.1f}"
        if target.node.is_bend:
            path += f"V{y + bottoms[target.node.rank]:.1f}"
        elif target.node.last:
            path += f"V{y + level.height:.1f}"
        yield element("path", d=path, fill="none", stroke=_LINE, stroke_width=1.4)
        if isinstance(target.thing, Box) or self._is_folded(target):
            yield element("path", d=f"M{x1:.1f} {end:.1f}l-3.5 -7h7z", fill=_LINE)

    def _label(
        self, level: Level, line: Line, labeled: set[tuple[int, int]], x: float, y: float
    ) -> Iterator[str]:
        """The shape, once for each value."""
        source = level.placed[line.source]
        key = id(source), id(line.value)
        if key in labeled:
            return
        # A bend has no shape of its own, and in an open group the shape is inside.
        if not isinstance(source.thing, Box) and not self._is_folded(source):
            return
        labeled.add(key)
        assert isinstance(line.value, Edge)
        place = x + source.node.x + 5, y + source.y + source.node.height + 12
        yield text(line.value.label, *place, font_size=10.5, fill=_FAINT)

    def _is_folded(self, placed: Placed) -> bool:
        return isinstance(placed.thing, Group) and placed.thing not in self.opened

    def _thing(self, placed: Placed, x: float, y: float) -> Iterator[str]:
        thing, node = placed.thing, placed.node
        if isinstance(thing, Box):
            yield from self._words(box_words(thing), [thing], x, y, COLORS[family(thing.steps[0])])
            if thing.rounds:
                yield from _badge("⌈ ⌉", x + node.width, y)
        elif isinstance(thing, Group) and thing in self.opened:
            yield from self._open_group(thing, node, x, y)
        elif isinstance(thing, Group):
            # A second sheet behind it says that it can be opened.
            behind: dict[str, Any] = {"width": node.width, "height": node.height, "rx": 6}
            yield element("rect", x=x + 4, y=y + 4, **behind, fill=_GROUP, stroke=_LINE)
            yield from self._words(group_words(thing), thing.boxes, x, y, _PAPER)

    def _open_group(self, group: Group, node: Node, x: float, y: float) -> Iterator[str]:
        yield element(
            "rect",
            x=x,
            y=y,
            width=node.width,
            height=node.height,
            rx=8,
            fill=_GROUP,
            stroke=_GROUP_LINE,
        )
        title = Words.of(group.title).title
        if group.times > 1:
            title = f"{group.times} × {title}"
        yield text(title, x + 9, y + 16, font_weight=600, fill=_FAINT)
        level = self.levels[group]
        yield from self._level(level, x - level.left, y)

    def _words(
        self, words: Words, boxes: list[Box], x: float, y: float, fill: str
    ) -> Iterator[str]:
        found = set()
        for box in boxes:
            found.update([self.worst.get(step.index) for step in box.steps])
        stroke, width = _LINE, 1.0
        if Severity.ERROR in found:
            stroke, width = _ERROR, 3.0
        elif Severity.WARNING in found:
            stroke, width = _WARNING, 2.5
        yield element(
            "rect",
            x=x,
            y=y,
            width=words.width,
            height=words.height,
            rx=5,
            fill=fill,
            stroke=stroke,
            stroke_width=width,
        )
        middle: dict[str, Any] = {"x": x + words.width / 2, "text_anchor": "middle", "fill": _INK}
        yield text(words.title, y=y + 19, **middle, font_weight=600)
        for index, line in enumerate(words.lines):
            yield text(line, y=y + 35 + 15 * index, **middle, font_size=11)


def _end(placed: Placed, line: Line) -> float:
    """Where a line ends, as seen from the (0, 0) of the group around it."""
    if not isinstance(placed.thing, Group):
        return placed.node.x
    # Inside an open group the line goes on from where its port is.
    return placed.node.x + placed.node.offsets.get(line.value, 0.0)


def _badge(words: str, x: float, y: float) -> Iterator[str]:
    shape: dict[str, Any] = {"width": 24, "height": 16, "rx": 8}
    yield element("rect", x=x - 14, y=y - 8, **shape, fill=_PAPER, stroke=_LINE)
    yield text(words, x - 2, y + 4, text_anchor="middle", font_size=11, fill=_INK)
