from __future__ import annotations

import pytest

from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer


def layer(param: str) -> str:
    return f'type: "Pooling" pooling_param {{ {param} }}'


def test_rows_of_a_real_caffe() -> None:
    check_rows("Pooling")
    check_rows("PoolingDeep")  # chains of them


@pytest.mark.parametrize(
    ("param", "bottom", "top"),
    [
        ("kernel_size: 3 stride: 2", (1, 96, 55, 55), (1, 96, 27, 27)),  # AlexNet
        ("kernel_size: 3 stride: 2", (1, 64, 112, 112), (1, 64, 56, 56)),  # GoogLeNet, up
        ("kernel_size: 3 stride: 2 round_mode: FLOOR", (1, 64, 112, 112), (1, 64, 55, 55)),
        ("kernel_size: 2 stride: 2", (1, 1, 7, 5), (1, 1, 4, 3)),
        ("kernel_h: 1 kernel_w: 3 stride_h: 1 stride_w: 2", (1, 1, 4, 7), (1, 1, 4, 3)),
        ("kernel_size: 3 stride: 2 pad_h: 1 pad_w: 0", (1, 1, 8, 8), (1, 1, 5, 4)),
        # The pad of one axis drops windows of the other, see tests/test_windows.py.
        ("kernel_h: 3 kernel_w: 1 stride: 2 pad_h: 1 pad_w: 0", (1, 1, 4, 4), (1, 1, 3, 2)),
        ("global_pooling: true pool: AVE", (2, 1024, 7, None), (2, 1024, 1, 1)),
        ("kernel_size: 3 stride: 2", (None, 3, None, 8), (None, 3, None, 4)),
        ("kernel_size: 6", (1, 3, 5, 5), (1, 3, 0, 0)),  # empty, but legal
    ],
)
def test_shapes(param: str, bottom: Shape, top: Shape) -> None:
    facts = infer(layer(param), bottom)
    assert (facts.tops, facts.blobs, facts.macs) == ((top,), (), 0)


def test_a_second_top_of_max_pooling_is_the_mask() -> None:
    text = layer("kernel_size: 2 stride: 2")
    assert infer(text, (1, 3, 4, 4), tops=2).tops == ((1, 3, 2, 2),) * 2
    text = layer("kernel_size: 2 pool: AVE")
    check_fault("expected 1 top, got 2", "top[1]", text, (1, 3, 4, 4), tops=2)


@pytest.mark.parametrize(
    ("rounding", "size"),
    [
        ("", 57),
        ("ceil_mode: true", 57),
        ("ceil_mode: false", 56),
        ("torch_pooling: true", 56),
        ("torch_pooling: false", 57),
        ("round_mode: FLOOR", 56),
        ("round_mode: CEIL ceil_mode: false", 57),
        ("ceil_mode: true torch_pooling: true", 57),
    ],
)
def test_every_fork_has_its_own_field_for_rounding(rounding: str, size: int) -> None:
    # DenseNet's first: (112 + 2 - 3) / 2 is 55.5; the 57th window starts within the pad
    text = layer(f"kernel_size: 3 stride: 2 pad: 1 {rounding}")
    assert infer(text, (1, 64, 112, 112)).tops == ((1, 64, size, size),)


@pytest.mark.parametrize(
    ("param", "why", "field"),
    [
        (
            "",
            "kernel size is missing; give kernel_size, or both kernel_h and kernel_w",
            "kernel_size",
        ),
        ("kernel_h: 2", "kernel size is missing", "kernel_size"),
        (
            "kernel_size: 2 kernel_h: 2 kernel_w: 2",
            "both kernel_size and kernel_h, kernel_w are given; keep one",
            "kernel_size",
        ),
        ("kernel_size: 0", "kernel_size must be greater than 0, got 0", "kernel_size"),
        ("kernel_h: 2 kernel_w: 0", "kernel_w must be greater than 0, got 0", "kernel_w"),
        ("kernel_size: 2 stride: 0", "stride must be greater than 0, got 0", "stride"),
        (
            "kernel_size: 2 stride_h: 2",
            "give either stride, or both stride_h and stride_w",
            "stride_h",
        ),
        (
            "kernel_size: 2 pad: 1 pad_h: 1 pad_w: 1",
            "give either pad, or both pad_h and pad_w",
            "pad_h",
        ),
        ("kernel_size: 2 pad: 2", "pad must be less than the kernel size 2, got 2", "pad"),
        (
            "kernel_size: 2 pad_h: 0 pad_w: 3",
            "pad must be less than the kernel size 2, got 3",
            "pad_w",
        ),
        (
            "kernel_size: 3 pad: 1 pool: STOCHASTIC",
            "STOCHASTIC pooling does not support pad",
            "pad",
        ),
        (
            "global_pooling: true kernel_size: 2",
            "global_pooling covers the whole bottom, so kernel_size must not be given",
            "kernel_size",
        ),
        (
            "global_pooling: true pad: 1",
            "global_pooling requires pad 0 and stride 1",
            "global_pooling",
        ),
        (
            "kernel_size: 9",
            "kernel 9 does not fit size 5 with pad 0 (axis 2): the top would have size -3",
            "kernel_size",  # ceil((5 - 9) / 1) + 1
        ),
    ],
)
def test_faults(param: str, why: str, field: str) -> None:
    check_fault(why, f"pooling_param.{field}", layer(param), (1, 3, 5, 5))


def test_a_last_window_past_the_edge() -> None:
    # float32 rounds 2**26 + 5, which is size - kernel, to 2**26 + 8: 2**26 + 9 windows. Caffe drops
    # one because of pad_w, and the next to last still starts at 2**26 + 7, past 2**26 + 6.
    text = layer("kernel_h: 1 kernel_w: 2 pad_h: 0 pad_w: 1")
    why = (
        "the last window would start at 67108871, but must start before size + pad ="
        " 67108870 + 0 = 67108870 (axis 2)"
    )
    check_fault(why, "pooling_param.stride", text, (1, 1, 2**26 + 6, 1))


@pytest.mark.parametrize(
    ("bottom", "why"),
    [
        ((2, 3, 4), "expected 4 axes (N, C, H, W), got 3: bottom 0 is 2x3x4"),
        ((1, 2, 3, 4, 5), "expected at most 4 axes, got 5: bottom 0 is 1x2x3x4x5"),
    ],
)
def test_images_only(bottom: Shape, why: str) -> None:
    check_fault(why, "bottom[0]", layer("kernel_size: 1"), bottom)


def test_global_pooling_of_an_empty_image() -> None:
    why = "global_pooling needs an image with pixels: bottom 0 is 1x2x0x4"
    check_fault(why, "bottom[0]", layer("global_pooling: true"), (1, 2, 0, 4))


def test_the_windows_that_sophgo_adds_for_yolo_are_not_counted() -> None:
    text = 'type: "Pooling" pooling_param { kernel_size: 2 stride: 1 yolo: true }'
    assert infer(text, (1, 512, 13, 13)).tops == ((1, 512, None, None),)
