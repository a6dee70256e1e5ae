"""Which layers are boxes, and which boxes have lines between them."""

from __future__ import annotations

from tests.pictures.nets import INPUT, block, convolution, drawn, in_place, total


def names(picture: object) -> list[list[str]]:
    return [[step.name for step in box.steps] for box in picture.boxes]  # type: ignore[attr-defined]


def lines(picture: object) -> list[tuple[str, list[str], str]]:
    edges = picture.edges  # type: ignore[attr-defined]
    return [(edge.source.name, [box.name for box in edge.readers], edge.label) for edge in edges]


def test_layers_in_place_are_in_the_box_whose_top_they_change() -> None:
    picture = drawn(
        INPUT,
        convolution("conv", "data"),
        in_place("relu", "ReLU", "conv"),
        total("s", *["conv"] * 2),
    )
    assert names(picture) == [["data"], ["conv", "relu"], ["s"]]
    assert lines(picture) == [
        ("data", ["conv"], "1x3x9x9"),
        ("conv", ["s"], "1x3x9x9"),
        ("s", [], "1x3x9x9"),
    ]


def test_a_value_with_two_readers_has_a_line_to_each() -> None:
    picture = drawn(INPUT, block("a", "data"))
    assert lines(picture)[0] == ("data", ["a_a", "a_sum"], "1x3x9x9")


def test_a_layer_that_reads_a_blob_twice_has_one_line() -> None:
    picture = drawn(INPUT, total("twice", "data", "data"))
    assert lines(picture)[0][1] == ["twice"]


def test_in_place_after_a_slice_is_a_box_of_its_own() -> None:
    slices = 'layer { name: "s" type: "Slice" bottom: "data" top: "a" top: "b" top: "c" }'
    picture = drawn(INPUT, slices, in_place("relu", "ReLU", "b"))
    assert names(picture) == [["data"], ["s"], ["relu"]]
    assert ("s", ["relu"], "1x1x9x9") in lines(picture)


def test_the_pooling_that_rounds_up_is_marked() -> None:
    def pool(name: str, kernel: int) -> str:
        return (
            f'layer {{ name: "{name}" type: "Pooling" bottom: "data" top: "{name}"'
            f" pooling_param {{ kernel_size: {kernel} stride: 2 }} }}"
        )

    picture = drawn(INPUT, pool("even", 3), pool("odd", 2))
    # (9 - 3) / 2 = 3 is whole, (9 - 2) / 2 = 3.5 is not.
    assert [(box.name, box.rounds) for box in picture.boxes[1:]] == [("even", False), ("odd", True)]


def test_a_blob_that_is_overwritten_in_a_forbidden_way_is_still_drawn() -> None:
    picture = drawn(INPUT, in_place("relu", "ReLU", "data"), total("s", "data"), total("s2", "no"))
    assert names(picture) == [["data", "relu"], ["s"], ["s2"]]
