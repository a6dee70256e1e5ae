"""Sizes that a net accepts: against whole nets inferred one by one, and known arithmetic.

A real Caffe was asked for the squares of 60 to 100 of the nets in ``checks/mismatches``: it
accepts those that are said to be legal here, and no others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen.graph import State
from protogen.reports.sizes import AxisSizes, Sizes, safe_sizes
from tests.checks.conftest import image, layer

MISMATCHES = Path(__file__).parent.parent / "checks" / "mismatches"


def sizes(text: str, first: int, last: int, **inputs: tuple[int, ...]) -> Sizes:
    analysis = protogen.loads(text).analysis(State("TEST"), inputs)
    found = safe_sizes(analysis, range(first, last + 1))
    assert found is not None
    return found


def legal(found: Sizes) -> dict[str, list[int]]:
    return {axis.name: list(axis.legal) for axis in found.axes}


HALVED = image(1, 9, 12) + layer(
    "pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2"
)
DOUBLED = HALVED + layer(
    "up", "Deconvolution", "pool", convolution_param="num_output: 1 kernel_size: 2 stride: 2"
)


def test_height_and_width_apart() -> None:
    found = sizes(DOUBLED + layer("sum", "Eltwise", "up", "data"), 5, 13)
    even = (6, 8, 10, 12)
    assert found == Sizes(
        images=("data",),
        present=(9, 12),
        rejected=True,
        together="",
        axes=(AxisSizes("height", even, even), AxisSizes("width", even, even)),
        nearest=(10, 12),
        nearest_exact=(10, 12),
    )


def test_legal_where_pooling_rounds() -> None:
    found = sizes(HALVED, 5, 10)
    assert (found.rejected, found.nearest, found.nearest_exact) == (False, (9, 12), (10, 12))
    assert found.axes[0] == AxisSizes("height", (5, 6, 7, 8, 9, 10), (6, 8, 10))


def test_a_size_with_an_empty_window_is_not_legal() -> None:
    pool = layer("pool", "Pooling", "data", pooling_param="kernel_size: 1 stride: 2")
    assert legal(sizes(image(1, 9) + pool, 5, 10))["height"] == [5, 7, 9]


def test_the_published_formula_of_an_inception_stem() -> None:
    # 3x3/2, 3x3, 3x3/2 and 3x3 leave s of 4s+7 to 4s+10; a 3x3/2 Pooling is even on an odd s.
    found = sizes((MISMATCHES / "inception_stem.prototxt").read_text(), 215, 235)
    assert legal(found)["height"] == [219, 220, 221, 222, 227, 228, 229, 230, 235]
    assert found.axes[0].exact == found.axes[0].legal


@pytest.mark.parametrize("name", sorted(path.stem for path in MISMATCHES.glob("*.prototxt")))
def test_against_whole_nets(name: str) -> None:
    net = protogen.loads((MISMATCHES / f"{name}.prototxt").read_text())
    found = sizes(net.text, 60, 100)
    channels = net.message.layer[0].input_param.shape[0].dim[1]
    accepted = [
        size
        for size in range(60, 101)
        if protogen.infer_shapes(net, inputs={"data": (1, channels, size, size)}).ok
    ]
    assert legal(found) == {"height": accepted, "width": accepted}


RESHAPED = image(3, 12, 16) + layer(
    "cut", "Reshape", "data", reshape_param="shape { dim: 0 dim: -1 dim: 32 }"
)


def test_height_and_width_together() -> None:
    # 3*h*w has to be a multiple of 32.
    found = sizes(RESHAPED, 4, 24)
    assert found.together == "cut"
    assert legal(found) == {
        "height (width 16)": [h for h in range(4, 25) if 3 * h * 16 % 32 == 0],
        "width (height 12)": [w for w in range(4, 25) if 3 * 12 * w % 32 == 0],
        "both": [s for s in range(4, 25) if 3 * s * s % 32 == 0],
    }


def test_a_count_that_grows_too_large() -> None:
    # 64*1000*h*w elements of 2147483647 at most: 183x183 is too large, 182x184 is not.
    wide = layer("conv", "Convolution", "data", convolution_param="num_output: 64 kernel_size: 1")
    batch = image(1, 180).replace("dim: 1 ", "dim: 1000 ", 1) + wide
    found = sizes(batch, 178, 190)
    assert found.together == "conv"
    assert legal(found)["both"] == [178, 179, 180, 181, 182, 183]


UP = "num_output: 5 kernel_size: 2 stride: 2"


def test_labels_change_with_their_images() -> None:
    shapes = "shape { dim: 1 dim: 3 dim: 8 dim: 8 } shape { dim: 1 dim: 1 dim: 8 dim: 8 }"
    net = (
        f'layer {{ name: "in" type: "Input" top: "data" top: "label" input_param {{ {shapes} }} }}'
        + layer("pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
        + layer("up", "Deconvolution", "pool", convolution_param=UP)
        + layer("loss", "SoftmaxWithLoss", "up", "label")
    )
    found = sizes(net, 5, 12)
    assert found.images == ("data", "label")
    assert found.together == "loss"  # it compares how many there are, h*w, and not h and w
    assert legal(found)["both"] == [6, 8, 10, 12]
    assert legal(found)["height (width 8)"] == [6, 8, 10, 12]


def test_a_data_layer_whose_shape_is_given() -> None:
    data = (
        'layer { name: "data" type: "Data" top: "data"'
        ' data_param { source: "db" batch_size: 1 } }\n'
    )
    pool = layer("pool", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    assert sizes(data + pool, 4, 7).present is None
    assert sizes(data + pool, 4, 7).nearest is None
    assert sizes(data + pool, 4, 7, data=(1, 3, 5, 5)).nearest_exact == (6, 6)


def test_a_net_without_images() -> None:
    text = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 5 } } }'
    assert safe_sizes(protogen.loads(text).analysis(), range(4, 8)) is None


def test_a_net_that_is_rejected_whatever_its_size() -> None:
    found = sizes(HALVED + layer("odd", "NoSuchLayer", "pool"), 5, 10)
    assert (found.rejected, legal(found), found.nearest) == (
        True,
        {"height": [], "width": []},
        None,
    )
