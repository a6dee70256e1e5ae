from __future__ import annotations

import pytest

from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer


def pooling(param: str, bottom: Shape, **more) -> tuple[Shape, ...]:
    facts = infer(f'type: "Pooling" pooling_param {{ {param} }}', bottom, **more)
    assert facts.macs == 0
    assert facts.blobs == ()
    return facts.tops


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("kernel_size: 3 stride: 2", (1, 96, 55, 55), (1, 96, 27, 27)),  # AlexNet
        ("kernel_size: 3 stride: 2", (1, 64, 112, 112), (1, 64, 56, 56)),  # GoogLeNet, up
        ("kernel_size: 3 stride: 2 round_mode: FLOOR", (1, 64, 112, 112), (1, 64, 55, 55)),
        ("kernel_size: 2 stride: 2", (1, 1, 7, 5), (1, 1, 4, 3)),
        ("kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2", (1, 1, 4, 7), (1, 1, 4, 3)),
        ("kernel_size: 3 stride: 2 pad_h: 1 pad_w: 0", (1, 1, 8, 8), (1, 1, 5, 4)),
        # the pad of one axis takes windows off the other, see test_windows.py
        ("kernel_h: 3 kernel_w: 1 stride: 2 pad_h: 1 pad_w: 0", (1, 1, 4, 4), (1, 1, 3, 2)),
        ("global_pooling: true pool: AVE", (2, 1024, 7, None), (2, 1024, 1, 1)),
        ("kernel_size: 3 stride: 2", (None, 3, None, 8), (None, 3, None, 4)),
        ("kernel_size: 6", (1, 3, 5, 5), (1, 3, 0, 0)),  # empty, but legal
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    assert pooling(param, bottom) == (top,)


def test_a_second_top_of_max_pooling_is_the_mask() -> None:
    assert pooling("kernel_size: 2 stride: 2", (1, 3, 4, 4), tops=2) == ((1, 3, 2, 2),) * 2
    with pytest.raises(Fault, match="makes exactly 1 top, but has 2"):
        pooling("kernel_size: 2 pool: AVE", (1, 3, 4, 4), tops=2)


@pytest.mark.parametrize(
    ("param", "why"),
    [
        ("", "no kernel size; give kernel_size, or else kernel_h and kernel_w"),
        ("kernel_h: 2", "no kernel size"),
        ("kernel_size: 2 kernel_h: 2 kernel_w: 2", "both kernel_size and kernel_h, kernel_w"),
        ("kernel_size: 0", "a kernel of size 0"),
        ("kernel_size: 2 stride: 0", "a stride of 0"),
        ("kernel_size: 2 stride_h: 2", "give stride, or else stride_h and stride_w"),
        ("kernel_size: 2 pad: 1 pad_h: 1 pad_w: 1", "give pad, or else pad_h and pad_w"),
        ("kernel_size: 2 pad: 2", "pad 2 is not below the kernel of 2"),
        ("kernel_size: 3 pad: 1 pool: STOCHASTIC", "pad is for MAX and AVE pooling only"),
        ("global_pooling: true kernel_size: 2", "global_pooling takes the whole bottom"),
        ("global_pooling: true pad: 1", "global_pooling goes with pad 0 and stride 1 only"),
        (
            "kernel_size: 9",
            "a kernel of 9 does not fit a bottom of 5 with pad 0: its top would be -3",
        ),
    ],
)
def test_faults(param: str, why: str) -> None:
    with pytest.raises(Fault, match=why):
        pooling(param, (1, 3, 5, 5))


@pytest.mark.parametrize(("bottom", "why"), [((2, 3, 4), "4 axes"), ((1, 2, 3, 4, 5), "4 axes")])
def test_images_only(bottom: Shape, why: str) -> None:
    with pytest.raises(Fault, match=why):
        pooling("kernel_size: 1", bottom)
