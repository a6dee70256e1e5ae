"""How boxes are folded: by scope, by block, by what repeats."""

from __future__ import annotations

from protogen.pictures.groups import Group, Item, open_groups, root_group
from tests.pictures.nets import INPUT, block, chain, convolution, drawn


def outline(items: list[Item]) -> list[object]:
    """Titles and names, with a list for what is in a group."""
    found: list[object] = []
    for item in items:
        found.append((item.title, outline(item.items)) if isinstance(item, Group) else item.name)
    return found


def test_scopes_are_groups() -> None:
    picture = drawn(
        INPUT,
        convolution("a/b/one", "data"),
        convolution("a/b/two", "a/b/one"),
        convolution("a/three", "a/b/two"),
        convolution("c/four", "a/three"),
    )
    root = root_group(picture)
    assert outline(root.items) == [
        "data",
        ("a", [("a/b", ["a/b/one", "a/b/two"]), "a/three"]),
        "c/four",
    ]


def test_blocks_are_found_where_one_value_goes_on() -> None:
    texts = [INPUT]
    for index in range(10):
        texts.append(block(f"res{index}", f"res{index - 1}_sum" if index else "data"))
    root = root_group(drawn(*texts))
    assert [item.title for item in root.items[1:] if isinstance(item, Group)] == [
        f"res{index}" for index in range(10)
    ]
    assert len(root.items) == 11


def test_what_repeats_is_folded_with_its_number() -> None:
    texts = [INPUT]
    for index in range(60):
        texts.append(block(f"res{index}", f"res{index - 1}_sum" if index else "data"))
    root = root_group(drawn(*texts))
    assert [(item.title, item.times) for item in root.items if isinstance(item, Group)] == [
        ("res0 … res59", 60)
    ]


def test_what_differs_in_a_parameter_does_not_repeat() -> None:
    texts = [INPUT]
    for index in range(60):
        more = f"dilation: {index + 1}"
        texts.append(convolution(f"c{index}", f"c{index - 1}" if index else "data", more))
    root = root_group(drawn(*texts))
    assert not [item for item in root.items if isinstance(item, Group)]


def test_a_long_chain_is_folded_again_and_again() -> None:
    root = root_group(drawn(chain(5000)))
    assert len(root.items) == 2
    assert all(len(group.items) <= 120 for group in root.groups)
    assert len(root.boxes) == 5001
    assert not open_groups(root)


def test_a_net_of_a_screen_is_open() -> None:
    root = root_group(drawn(INPUT, convolution("a/1", "data"), convolution("a/2", "a/1")))
    assert open_groups(root) == set(root.groups)


def test_a_name_of_slashes_does_not_nest_for_ever() -> None:
    name = "/".join("x" * 2000)
    picture = drawn(INPUT, convolution(name + "1", "data"), convolution(name + "2", name + "1"))
    assert len(list(root_group(picture).groups)) <= 8


def test_groups_never_form_a_cycle() -> None:
    texts = [INPUT, convolution("a/1", "data"), convolution("a/2", "a/1")]
    texts += [convolution("b/1", "a/2"), convolution("b/2", "b/1")]
    texts += [convolution("a/3", "b/2"), convolution("a/4", "a/3")]
    root = root_group(drawn(*texts))
    assert outline(root.items) == [
        "data",
        ("a", ["a/1", "a/2"]),
        ("b", ["b/1", "b/2"]),
        ("a", ["a/3", "a/4"]),
    ]
