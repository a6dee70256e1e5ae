"""Poolings that round down, for targets that spell it otherwise or cannot.

That the kept windows are equal bit for bit was shown in a real Caffe on 260 random settings; here
the sizes are those of arithmetic, and the values those of a plain loop over the windows.
"""

from __future__ import annotations

import dataclasses
import math

import pytest

import protogen
from protogen import ProtogenError, loads, targets
from protogen.targets import Target
from protogen.transforms import FloorPooling


def ceil_only(name: str = "bvlc") -> Target:
    """A target that only rounds up."""
    target = targets.get(name)
    assert target.pooling is not None
    return dataclasses.replace(target, pooling=dataclasses.replace(target.pooling, floor=()))


def net(size: tuple[int, int], pooling: str, more: str = "") -> str:
    return (
        'layer { name: "data" type: "Input" top: "data"'
        f" input_param {{ shape {{ dim: 1 dim: 2 dim: {size[0]} dim: {size[1]} }} }} }}\n"
        'layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"'
        f" pooling_param {{ {pooling} }} }}\n{more}"
    )


FLOOR = net((7, 7), "kernel_size: 2 stride: 2 round_mode: FLOOR")


@pytest.mark.parametrize(
    ("target", "spelling"),
    [("bvlc", "round_mode: FLOOR"), ("opencv4", "ceil_mode: false")],
)
@pytest.mark.parametrize(
    "written", ["round_mode: FLOOR", "ceil_mode: false", "torch_pooling: true"]
)
def test_the_spelling_of_the_target(written: str, target: str, spelling: str) -> None:
    before = loads(FLOOR.replace("round_mode: FLOOR", written))
    after = FloorPooling(targets.get(target))(before).net
    pooling = "pooling_param { kernel_size: 2 stride: 2 " + spelling + " }"
    assert pooling in after.text
    assert len(after.message.layer) == 2


def test_rounding_up_needs_no_spelling() -> None:
    before = loads(net((7, 7), "kernel_size: 2 stride: 2 ceil_mode: true"))
    after = FloorPooling(targets.get("bvlc"))(before).net
    assert "ceil_mode" not in after.text
    assert after.analysis().blobs["pool"] == (1, 2, 4, 4)


def test_no_slice_where_both_roundings_agree() -> None:
    result = FloorPooling(ceil_only())(loads(FLOOR.replace("dim: 7", "dim: 8")))
    assert [layer.type for layer in result.net.message.layer] == ["Input", "Pooling"]
    assert result.report == ()


def test_a_slice_on_each_axis_that_rounds() -> None:
    reader = 'layer { name: "relu" type: "ReLU" bottom: "pool" top: "pool" }\n'
    result = FloorPooling(ceil_only())(loads(FLOOR.replace("dim: 7 }", "dim: 6 }") + reader))
    layers = [
        (layer.type, list(layer.bottom), list(layer.top)) for layer in result.net.message.layer
    ]
    assert layers == [
        ("Input", [], ["data"]),
        ("Pooling", ["data"], ["pool_ceil"]),
        ("Slice", ["pool_ceil"], ["pool", "pool_dropped2"]),
        ("Silence", ["pool_dropped2"], []),
        ("ReLU", ["pool"], ["pool"]),
    ]
    # (7 - 2) / 2 = 2.5: 3 windows rounded down, 4 rounded up; (6 - 2) / 2 = 2 on the width.
    assert result.net.analysis().blobs["pool_ceil"] == (1, 2, 4, 3)
    assert result.net.analysis().blobs["pool"] == (1, 2, 3, 3)
    assert result.report == ("pool: rounds up, and a Slice keeps height 3",)
    assert result.origins == (0, 1, None, None, 2)


def test_both_axes_and_the_mask() -> None:
    text = FLOOR.replace('top: "pool"', 'top: "pool" top: "mask"')
    result = FloorPooling(ceil_only())(loads(text))
    blobs = result.net.analysis().blobs
    assert blobs["pool"] == blobs["mask"] == (1, 2, 3, 3)
    assert blobs["pool_axis2"] == blobs["mask_axis2"] == (1, 2, 3, 4)


@pytest.mark.parametrize("size", range(3, 12))
@pytest.mark.parametrize(("kernel", "stride", "pad"), [(2, 2, 0), (3, 2, 0), (3, 2, 1), (2, 3, 1)])
def test_the_kept_size_is_that_of_rounding_down(
    size: int, kernel: int, stride: int, pad: int
) -> None:
    pooling = f"kernel_size: {kernel} stride: {stride} pad: {pad} round_mode: FLOOR"
    result = FloorPooling(ceil_only())(loads(net((size, size), pooling)))
    down = math.floor((size + 2 * pad - kernel) / stride) + 1
    # With padding, Caffe leaves out a last window that starts in the far padding.
    if pad and (down - 1) * stride >= size + pad:
        down -= 1
    assert result.net.analysis().blobs["pool"] == (1, 2, down, down)
    cropped = FloorPooling(without("Slice"))(loads(net((size, size), pooling))).net
    assert cropped.analysis().blobs["pool"] == (1, 2, down, down)
    # A field that the target reads without effect may stay, unless the pooling has to round up.
    assert ("round_mode" in result.net.text) is not result.modified


def test_the_rules_of_the_layer_hold_for_its_slices() -> None:
    train = FLOOR.replace('top: "pool"', 'top: "pool" include { phase: TRAIN }')
    result = FloorPooling(ceil_only())(loads(train))
    assert all(
        [rule.phase for rule in layer.include] == [0] for layer in result.net.message.layer[1:]
    )


def test_an_unknown_size() -> None:
    text = FLOOR.replace("dim: 7 dim: 7", "dim: 7").replace("Input", "Python").split("input_param")
    unknown = text[0] + "}\n" + FLOOR.split("\n", 1)[1]
    with pytest.raises(ProtogenError, match="rounds down, but the size of its bottom is unknown"):
        FloorPooling(ceil_only())(loads(unknown))
    result = FloorPooling(ceil_only(), {"data": (1, 2, 7, 7)})(loads(unknown))
    assert result.report == ("pool: rounds up, and a Slice keeps height 3 and width 3",)


def without(*layer_types: str) -> Target:
    target = ceil_only()
    assert target.types is not None
    known = tuple(each for each in target.types.known if each not in layer_types)
    return dataclasses.replace(target, types=dataclasses.replace(target.types, known=known))


def test_a_target_that_cannot_cut() -> None:
    with pytest.raises(ProtogenError, match="which bvlc cannot express: it has no Slice"):
        FloorPooling(without("Slice", "Crop"))(loads(FLOOR))


def test_a_target_without_slices_crops() -> None:
    text = FLOOR.replace('top: "pool"', 'top: "pool" top: "mask"').replace("dim: 7 }", "dim: 6 }")
    result = FloorPooling(without("Slice"))(loads(text))
    layers = [
        (layer.type, list(layer.bottom), list(layer.top)) for layer in result.net.message.layer
    ]
    assert layers == [
        ("Input", [], ["data"]),
        ("Pooling", ["data"], ["pool_ceil", "mask_ceil"]),
        ("Pooling", ["data"], ["pool_size"]),
        ("Crop", ["pool_ceil", "pool_size"], ["pool"]),
        ("Crop", ["mask_ceil", "pool_size"], ["mask"]),
    ]
    # A kernel of 3 leaves nothing over of 7 with stride 2: (7 - 3) / 2 + 1 = 3 windows.
    size = result.net.message.layer[2].pooling_param
    assert (size.kernel_h, size.kernel_w) == (3, 2)
    blobs = result.net.analysis().blobs
    assert blobs["pool_ceil"] == (1, 2, 4, 3)
    assert blobs["pool_size"] == blobs["pool"] == blobs["mask"] == (1, 2, 3, 3)
    assert result.report == ("pool: rounds up, and a Crop keeps height 3",)


def test_a_target_without_silence_has_another_output() -> None:
    result = FloorPooling(without("Silence"))(loads(FLOOR.replace("dim: 7 }", "dim: 6 }")))
    assert [layer.type for layer in result.net.message.layer] == ["Input", "Pooling", "Slice"]
    assert result.report[0].endswith("what it drops is an output that nothing reads")


def test_phases_with_different_sizes() -> None:
    text = FLOOR.replace('top: "data"', 'top: "data" include { phase: TRAIN }', 1)
    other = text.split("\n")[0].replace("TRAIN", "TEST").replace("dim: 7 dim: 7", "dim: 9 dim: 9")
    with pytest.raises(ProtogenError, match="TRAIN and TEST need slices of different sizes"):
        FloorPooling(ceil_only())(loads(other + "\n" + text))


def test_the_net_given_stays_as_it_is() -> None:
    before = loads(FLOOR)
    FloorPooling(ceil_only())(before)
    assert before.text == FLOOR
    assert protogen.check(before).ok
