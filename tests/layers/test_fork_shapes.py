"""The remaining layers of forks: what keeps a shape, and what makes another."""

from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

UNPOOL = 'type: "UnPooling" unpooling_param'
GRID = "stride: 16 image_size_x: 1248 image_size_y: 384"


@pytest.mark.parametrize("kind", ["ReLU6", "Mish", "SpatialDropout", "SeLu", "SeLuDropout"])
def test_elementwise(kind: str) -> None:
    assert infer(f'type: "{kind}"', (2, 3, None), in_place=[0]).tops == ((2, 3, None),)


def test_axpy() -> None:
    maps: Shape = (2, 64, 9, 9)
    for scale in ((2, 64, 1, 1), (2, 64), (2, None)):
        assert infer('type: "Axpy"', scale, maps, maps).tops == (maps,)
    with pytest.raises(Fault, match="not one number to each channel"):
        infer('type: "Axpy"', (2, 64, 9, 9), maps, maps)
    with pytest.raises(Fault, match="bottom 1 is 2x64x9x9, bottom 2 is 2x64x9x8"):
        infer('type: "Axpy"', (2, 64), maps, (2, 64, 9, 8))
    with pytest.raises(Fault, match="has no channel axis: bottom 0 is 2"):
        infer('type: "Axpy"', (2,), maps, maps)


def test_shuffled_channels() -> None:
    text = 'type: "ShuffleChannel" shuffle_channel_param { group: %d }'
    assert infer(text % 3, (1, 240, 28, 28)).tops == ((1, 240, 28, 28),)
    with pytest.raises(Fault, match="group 7 does not divide 240 bottom channels"):
        infer(text % 7, (1, 240, 28, 28))
    with pytest.raises(Fault, match="group is 0"):
        infer(text % 0, (1, 240, 28, 28))


@pytest.mark.parametrize(
    ("param", "bottoms", "top"),
    [
        ("out_kernel_size: 2 out_stride: 2", ((1, 3, 5, 6),), (1, 3, 10, 12)),
        ("out_kernel_size: 3 out_stride: 2 out_pad: 1", ((1, 3, 5, 6),), (1, 3, 9, 11)),
        ("out_kernel_h: 3 out_kernel_w: 2", ((1, 3, 5, 6),), (1, 3, 7, 7)),
        # ceil(9 / 4) = 3 by 3: 3 * 3 + 3 = 12, of which floor(3 / 2) come off both ends
        ("out_kernel_size: 1", ((1, 3, 4, 4), (1, 1, 9, 12)), (1, 3, 10, 12)),
        ("out_kernel_size: 1", ((1, 3, 1, 1), (1, 1, 9, 12)), (1, 3, 9, 12)),
        ("out_kernel_size: 1", ((1, 3, None, 4), (1, 1, 9, 12)), (1, 3, None, 12)),
    ],
)
def test_unpooling(param: str, bottoms: tuple[Shape, ...], top: Shape) -> None:
    assert infer(f"{UNPOOL} {{ {param} }}", *bottoms).tops == (top,)


@pytest.mark.parametrize(
    ("param", "why"),
    [
        ("", "give out_kernel_size, or else out_kernel_h and out_kernel_w"),
        ("out_kernel_size: 2 out_kernel_h: 2 out_kernel_w: 2", "give out_kernel_size, or else"),
        ("out_kernel_size: 2 out_stride_h: 2", "give out_stride, or else"),
        ("out_kernel_size: 0", "a kernel of size 0"),
    ],
)
def test_faults_of_unpooling(param: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        infer(f"{UNPOOL} {{ {param} }}", (1, 3, 5, 6))


def test_accuracy_of_segmentation() -> None:
    assert infer('type: "SegAccuracy"', (2, 21, 9, 8), (2, 1, 9, 8)).tops == ((1, 1, 1, 3),)
    with pytest.raises(Fault, match="the labels are not one to each pixel"):
        infer('type: "SegAccuracy"', (2, 21, 9, 8), (2, 1, 9, 9))


def test_the_grid_of_detectnet() -> None:
    text = f'type: "DetectNetTransformation" detectnet_groundtruth_param {{ {GRID} %s }}'
    bottoms: tuple[Shape, ...] = ((10, 3, 400, 1300), (10, 1, 50, 16))
    # 8 numbers and the coverage of classes 0 to 1; 384 / 16 by 1248 / 16
    made = infer(
        text % "object_class { src: 1 dst: 0 } object_class { src: 8 dst: 1 }", *bottoms, tops=2
    )
    assert made.tops == ((10, 3, 384, 1248), (10, 10, 24, 78))
    with pytest.raises(Fault, match="takes images of 3 channels"):
        infer(text % "", (10, 1, 400, 1300), bottoms[1], tops=2)
    with pytest.raises(Fault, match="differ in batch size"):
        infer(text % "", (9, 3, 400, 1300), bottoms[1], tops=2)
