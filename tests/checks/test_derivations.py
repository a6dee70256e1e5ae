"""Where sizes come from, for layers of every sort; the numbers are worked out by hand."""

from __future__ import annotations

import pytest

import protogen
from protogen.explanations.derivations import Derivation, Derivations, Kind, Place
from protogen.graph import State
from tests.checks.conftest import image, layer


def derivations(text: str, **inputs: tuple[int, ...]) -> Derivations:
    return Derivations(protogen.loads(text).analysis(State("TEST"), inputs))


def derived(text: str, blob: str, axis: int) -> Derivation:
    found = derivations(text)
    return found.of(Place(found.analysis.values[blob], axis))


def top(kind: str, param: str) -> str:
    """A layer of this type, whose own parameters are given, that reads data."""
    schema = protogen.layers.find(kind)
    assert schema is not None
    return layer("top", kind, "data", **({schema.param: param} if param else {}))


def sources(derivation: Derivation) -> list[tuple[str, int]]:
    return [(place.value.name, place.axis) for place in derivation.sources]


def test_an_input() -> None:
    assert derived(image(3, 8), "data", 2).kind is Kind.GIVEN


@pytest.mark.parametrize(
    ("kind", "param", "axis", "source"),
    [
        ("ReLU", "", 1, 1),
        ("Pooling", "kernel_size: 2 stride: 2", 1, 1),
        ("Convolution", "num_output: 5 kernel_size: 3 pad: 1", 2, 2),
        ("Permute", "order: 0 order: 2 order: 3 order: 1", 3, 1),
        ("Permute", "order: 0 order: 2 order: 3 order: 1", 1, 2),
        ("Flatten", "axis: 2", 1, 1),
        ("Concat", "axis: 1", 2, 2),
        ("Slice", "axis: 1", 2, 2),
        ("InnerProduct", "num_output: 5", 0, 0),
        ("Tile", "axis: 1 tiles: 3", 2, 2),
        ("Reshape", "shape { dim: 0 dim: 0 dim: -1 }", 1, 1),
    ],
)
def test_a_size_that_is_kept(kind: str, param: str, axis: int, source: int) -> None:
    found = derived(image(4, 8, 6) + top(kind, param), "top", axis)
    assert found.kind is Kind.KEPT
    assert sources(found) == [("data", source)]


@pytest.mark.parametrize(
    ("kind", "param", "axis", "field"),
    [
        ("Convolution", "num_output: 6 kernel_size: 3 group: 2", 1, "num_output: 6"),
        ("Deconvolution", "num_output: 5 kernel_size: 3", 1, "num_output: 5"),
        ("InnerProduct", "num_output: 5", 1, "num_output: 5"),
        ("Reshape", "shape { dim: 0 dim: 2 dim: -1 }", 1, "dim: 2"),
        ("Interp", "height: 15 width: 11", 2, "height: 15"),
        ("Slice", "axis: 1 slice_point: 3", 1, "slice_point: 3"),
    ],
)
def test_a_size_that_a_field_sets(kind: str, param: str, axis: int, field: str) -> None:
    text = top(kind, param)
    if kind == "Slice":
        text = text.replace('top: "top"', 'top: "top" top: "rest"')
    found = derived(image(4, 8, 6) + text, "top", axis)
    assert found.kind is Kind.SET
    assert found.setting is not None
    assert found.setting.text(found.setting.value) == field


def test_a_global_pooling() -> None:
    net = image(4, 8) + layer("top", "Pooling", "data", pooling_param="global_pooling: true")
    found = derived(net, "top", 2)
    assert (found.kind, found.setting) == (Kind.SET, None)


@pytest.mark.parametrize(
    ("kind", "param", "text"),
    [
        # 8 is the height of the bottom.
        (
            "Pooling",
            "kernel_size: 3 stride: 2",
            "8 becomes 4: (8 - 3) / 2 = 2.5, which Caffe rounds up to 3, plus 1",
        ),
        ("Pooling", "kernel_size: 2 stride: 2", "8 becomes 4: (8 - 2) / 2 + 1 = 4"),
        (
            "Pooling",
            "kernel_size: 4 stride: 3",
            "8 becomes 3: (8 - 4) / 3 is about 1.333, which Caffe rounds up to 2, plus 1",
        ),
        ("Pooling", "kernel_size: 2 stride: 4 pad: 1", "8 becomes 3: (8 + 2*1 - 2) / 4 + 1 = 3"),
        ("Convolution", "num_output: 1 kernel_size: 3 dilation: 2", "8 becomes 4: 8 - 5 + 1 = 4"),
        (
            "Convolution",
            "num_output: 1 kernel_size: 3 stride: 2",
            "8 becomes 3: (8 - 3) / 2 = 2.5, which Caffe rounds down to 2, plus 1",
        ),
        (
            "Deconvolution",
            "num_output: 1 kernel_size: 4 stride: 2 pad: 1",
            "8 becomes 16: 2*(8 - 1) + 4 - 2*1 = 16",
        ),
        ("Deconvolution", "num_output: 1 kernel_size: 3", "8 becomes 10: 8 - 1 + 3 = 10"),
        ("Upsample", "scale: 2", "8 becomes 16: 2*8 = 16"),
        ("Interp", "zoom_factor: 2", "8 becomes 15: 2*8 - 1 = 15"),
        ("Tile", "axis: 2 tiles: 3", "8 becomes 24: 3*8 = 24"),
        ("Reorg", "stride: 2", "8 becomes 4: 8 / 2 = 4"),
    ],
)
def test_a_size_that_is_computed(kind: str, param: str, text: str) -> None:
    found = derived(image(4, 8, 6) + top(kind, param), "top", 2)
    assert found.kind is Kind.CHANGED
    assert sources(found) == [("data", 2)]
    assert found.change is not None
    assert found.change.text == text


def test_a_window_that_would_start_past_the_edge() -> None:
    # (3 + 2*1 - 2) / 2 = 1.5, rounded up to 2, plus 1 are 3 windows. The last would start at 4,
    # which is size + pad.
    pool = layer("top", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2 pad: 1")
    found = derived(image(1, 3) + pool, "top", 2)
    assert found.change is not None
    assert found.change.text == (
        "3 becomes 2: (3 + 2*1 - 2) / 2 = 1.5, which Caffe rounds up to 2, plus 1, minus 1 because"
        " the last window would start past the edge"
    )


def test_a_size_that_the_rest_of_a_slice_has() -> None:
    cut = layer("top", "Slice", "data", slice_param="axis: 1 slice_point: 3")
    net = image(10, 8) + cut.replace('top: "top"', 'top: "top" top: "rest"')
    found = derived(net, "rest", 1)
    assert found.change is not None
    assert found.change.text == "10 becomes 7: 10 - 3 = 7"


def test_a_product() -> None:
    found = derived(image(4, 8, 6) + layer("flat", "Flatten", "data"), "flat", 1)
    assert found.kind is Kind.PRODUCT
    assert sources(found) == [("data", 1), ("data", 2), ("data", 3)]
    assert found.equation == "4 * 8 * 6 = 192"


def test_a_product_with_a_number() -> None:
    # 2 sizes with an aspect ratio of 2 and its inverse: 2*(1 + 2) = 6 boxes of 4 numbers.
    boxes = "min_size: 8 min_size: 16 aspect_ratio: 2 flip: true"
    net = image(4, 8, 6) + layer("prior", "PriorBox", "data", "data", prior_box_param=boxes)
    assert derived(net, "prior", 2).equation == "8 * 6 * 24 = 1152"
    net = image(4, 8, 6) + layer(
        "rows", "Reshape", "data", reshape_param="shape { dim: 0 dim: -1 dim: 3 }"
    )
    assert derived(net, "rows", 1).equation == "4 * 8 * 6 / 3 = 64"


def test_a_sum() -> None:
    conv = layer("conv", "Convolution", "data", convolution_param="num_output: 5 kernel_size: 1")
    found = derived(image(4, 8) + conv + layer("both", "Concat", "conv", "data"), "both", 1)
    assert (found.kind, found.equation) == (Kind.SUM, "5 + 4 = 9")


@pytest.mark.parametrize("kind", ["Python", "NoSuchLayer"])
def test_a_layer_that_is_not_known(kind: str) -> None:
    net = image(4, 8) + layer("top", kind, "data") + layer("relu", "ReLU", "top")
    found = derivations(net, top=(1, 4, 8, 8))
    relu = Place(found.analysis.values["relu"], 2)
    assert found.of(relu).kind is Kind.KEPT
    assert found.of(found.way(relu)[-1]).kind is Kind.UNKNOWN


def test_factors_before_a_flatten() -> None:
    net = image(4, 8, 6) + layer("flat", "Flatten", "data") + layer("relu", "ReLU", "flat")
    found = derivations(net)
    relu = Place(found.analysis.values["relu"], 1)
    assert [place.size for place in found.factors(relu)] == [4, 8, 6]


def test_roots() -> None:
    conv = layer("conv", "Convolution", "data", convolution_param="num_output: 5 kernel_size: 3")
    found = derivations(image(4, 8) + conv + layer("flat", "Flatten", "conv"))
    flat = Place(found.analysis.values["flat"], 1)
    # The channels come from num_output, and not from the image.
    assert {(place.value.name, place.axis) for place in found.roots(flat)} == {
        ("data", 2),
        ("data", 3),
    }
