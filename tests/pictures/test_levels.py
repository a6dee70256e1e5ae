"""A picture in a picture: groups are laid out by themselves."""

from __future__ import annotations

import itertools

from protogen.pictures.boxes import Box, picture
from protogen.pictures.groups import Group, root_group
from protogen.pictures.levels import Level, Port, levels
from protogen.zoo import net_of_spec
from tests.pictures.nets import INPUT, convolution, drawn


def test_a_line_into_a_group_ends_at_its_border_and_goes_on_inside() -> None:
    drawing = drawn(
        INPUT, convolution("a/1", "data"), convolution("a/2", "a/1"), convolution("b", "a/2")
    )
    root = root_group(drawing)
    (group,) = root.groups
    inner = levels(drawing, root, {group})[group]
    things = [placed.thing for rank in inner.ranks for placed in rank]
    ports = [(each.edge.name, each.enters) for each in things if isinstance(each, Port)]
    assert ports == [("data", True), ("a/2", False)]


def test_an_open_group_takes_the_space_of_what_it_contains() -> None:
    drawing = drawn(INPUT, convolution("a/1", "data"), convolution("a/2", "a/1"))
    root = root_group(drawing)
    (group,) = root.groups
    opened, folded = levels(drawing, root, {group}), levels(drawing, root, set())
    assert opened[root].height > folded[root].height
    sizes = [placed.node.height for rank in opened[root].ranks for placed in rank]
    assert sizes[-1] == opened[group].height


def boxes_of(
    level: Level, found: dict[Group, Level], x: float, y: float
) -> list[tuple[float, ...]]:
    """The rectangles of all boxes: left, top, right, bottom."""
    rectangles: list[tuple[float, ...]] = []
    for placed in (each for rank in level.ranks for each in rank):
        left = x - level.left + placed.node.x - placed.node.width / 2
        top = y + placed.y
        if isinstance(placed.thing, Box):
            rectangles.append((left, top, left + placed.node.width, top + placed.node.height))
        elif isinstance(placed.thing, Group):
            rectangles += boxes_of(found[placed.thing], found, left, top)
    return rectangles


def test_no_boxes_of_googlenet_overlap() -> None:
    drawing = picture(net_of_spec("googlenet", {}).analysis())
    root = root_group(drawing)
    found = levels(drawing, root, set(root.groups))
    rectangles = boxes_of(found[root], found, 0, 0)
    assert len(rectangles) == len(drawing.boxes)
    for one, other in itertools.combinations(rectangles, 2):
        apart_x = one[2] <= other[0] or other[2] <= one[0]
        apart_y = one[3] <= other[1] or other[3] <= one[1]
        assert apart_x or apart_y
    assert all(left >= 0 and right <= found[root].width for left, _, right, _ in rectangles)


def test_a_net_without_layers_has_a_size() -> None:
    drawing = drawn("")
    root = root_group(drawing)
    assert levels(drawing, root, set())[root].width > 0
