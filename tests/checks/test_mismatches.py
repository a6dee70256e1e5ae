"""Bottoms that differ: how `check` explains it, and the repairs.

The nets in the folder ``mismatches`` are those of public issues, cut down to what matters; beside
each stands what is told of it. A real Caffe refused each net as it stands, and accepted it with
each of the mends.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen.checks import check
from protogen.net import infer_shapes
from tests.checks.conftest import image, layer, told


def pool(name: str, bottom: str, text: str) -> str:
    return layer(name, "Pooling", bottom, pooling_param=text)


def conv(name: str, bottom: str, text: str, kind: str = "Convolution") -> str:
    return layer(name, kind, bottom, convolution_param=text)


def deconv(name: str, bottom: str, text: str) -> str:
    return conv(name, bottom, text, "Deconvolution")


FOLDER = Path(__file__).parent / "mismatches"
NETS = sorted(path.stem for path in FOLDER.glob("*.prototxt"))


def net(name: str) -> str:
    return (FOLDER / f"{name}.prototxt").read_text()


@pytest.mark.parametrize("name", NETS)
def test_the_account_and_the_fixes(name: str) -> None:
    assert told(net(name), "S104") == [(FOLDER / f"{name}.txt").read_text().rstrip("\n")]


@pytest.mark.parametrize("name", ["shufflenet", "shufflenet_odd", "inception_stem", "dsod"])
def test_the_fix_has_the_net_accepted(name: str) -> None:
    read = protogen.loads(net(name))
    (found,) = check(read, select=["S104"]).diagnostics
    assert found.fix is not None
    read.apply(found.fix.edits)
    assert infer_shapes(read).ok


@pytest.mark.parametrize(("name", "safe"), [("inception_stem", True), ("shufflenet_odd", False)])
def test_a_fix_is_safe_if_it_only_rounds_as_elsewhere(name: str, safe: bool) -> None:
    (found,) = check(protogen.loads(net(name)), select=["S104"]).diagnostics
    assert found.fix is not None
    assert found.fix.safe is safe


HALVED = pool("a", "data", "kernel_size: 2 stride: 2") + conv(
    "b", "data", "num_output: 4 kernel_size: 2 stride: 2"
)


@pytest.mark.parametrize(
    ("joined", "first"),
    [
        # 7 is halved to 4 by a Pooling and to 3 by a Convolution: 4*4*4 and 4*3*3 elements.
        (
            layer("fa", "Flatten", "a")
            + layer("fb", "Flatten", "b")
            + layer("sum", "Eltwise", "fa", "fb"),
            'net.prototxt:20:1: error[S104] layer "sum" (Eltwise): bottoms differ: 64 and 36'
            " (axis 1): bottom 0 is 1x64, bottom 1 is 1x36",
        ),
        (
            layer("ia", "InnerProduct", "a", param='name: "w"', inner_product_param="num_output: 2")
            + layer(
                "ib", "InnerProduct", "b", param='name: "w"', inner_product_param="num_output: 2"
            ),
            'net.prototxt:15:3: error[S113] layer "ib" (InnerProduct): shares "w" with layer "ia",'
            " but their shapes differ: 2x36 here, 2x64 there",
        ),
    ],
)
def test_sizes_behind_counts_and_shared_parameters(joined: str, first: str) -> None:
    (text,) = told(image(4, 7) + HALVED + joined, "S104", "S113")
    assert text.split("\n")[0].partition("layer")[2] == first.partition("layer")[2]
    assert 'both come from "data" (height and width 7) and part at "a", a Pooling' in text
    assert '\n  hint:  round_mode: FLOOR in "a"\n' in text
    assert '\n         or "data" of 8x8, the nearest size that is accepted' in text


def test_axes_that_were_permuted() -> None:
    order = "order: 0 order: 2 order: 3 order: 1"
    (text,) = told(
        image(4, 8, 9)
        + HALVED
        + layer("pa", "Permute", "a", permute_param=order)
        + layer("pb", "Permute", "b", permute_param=order)
        + layer("sum", "Eltwise", "pa", "pb"),
        "S104",
    )
    assert 'both come from "data" (height 9) and part at "a"' in text
    assert '"a" (line 2): (9 - 2) / 2 = 3 remainder 1, rounded up, + 1 = 5\n' in text
    assert '"b" (line 7): (9 - 2) / 2 = 3 remainder 1, rounded down, + 1 = 4\n' in text


def test_inputs_of_different_sizes() -> None:
    shapes = "shape { dim: 1 dim: 3 dim: 33 dim: 33 } shape { dim: 1 dim: 3 dim: 40 dim: 33 }"
    (text,) = told(
        f'layer {{ name: "in" type: "Input" top: "a" top: "b" input_param {{ {shapes} }} }}'
        + layer("sum", "Eltwise", "a", "b"),
        "S104",
    )
    assert '\n  why:   they come from "a" and "b", of height 33 and 40\n' in text
    assert '\n  hint:  a Crop of "b" to "a" (offset: 3 offset: 0) before "sum"\n' in text


def test_labels_are_resized_with_their_image() -> None:
    shapes = "shape { dim: 1 dim: 3 dim: 33 dim: 33 } shape { dim: 1 dim: 1 dim: 33 dim: 33 }"
    (text,) = told(
        f'layer {{ name: "in" type: "Input" top: "data" top: "label" input_param {{ {shapes} }} }}'
        + pool("pool", "data", "kernel_size: 2 stride: 2")
        + deconv("up", "pool", "num_output: 5 kernel_size: 4 stride: 2 pad: 1")
        + layer("loss", "SoftmaxWithLoss", "up", "label"),
        "S104",
    )
    assert 'they come from "data" and "label" (both of height and width 33) and part at' in text
    assert 'or "data" and "label" of 34x34, the nearest size that is accepted' in text


@pytest.mark.parametrize(
    "joined",
    [
        # Neither channels nor an unknown size are compared as sizes.
        conv("a", "data", "num_output: 3 kernel_size: 1") + layer("sum", "Eltwise", "a", "data"),
        layer("a", "Flatten", "data") + layer("sum", "Eltwise", "a", "data"),
    ],
)
def test_no_account_of_anything_else(joined: str) -> None:
    (text,) = told(image(4, 7) + joined, "S104")
    assert "why:" not in text
    assert "hint:" not in text


def test_an_error_elsewhere_removes_no_repair() -> None:
    (text,) = told(net("shufflenet") + layer("odd", "NoSuchLayer", "concat"), "S104")
    assert text == (FOLDER / "shufflenet.txt").read_text().rstrip("\n")


def test_a_stride_that_makes_the_difference() -> None:
    (text,) = told(
        image(4, 28)
        + conv("a", "data", "num_output: 4 kernel_size: 3 pad: 1 stride: 2")
        + conv("b", "a", "num_output: 4 kernel_size: 1")
        + layer("sum", "Eltwise", "b", "data"),
        "S104",
    )
    assert 'part at "a", a Convolution: no other layer resizes it\n' in text
    assert '"a" (line 2): (28 + 2*1 - 3) / 2 = 13 remainder 1, rounded down, + 1 = 14\n' in text
    assert '\n  hint:  stride: 1 in "a"' in text


def test_one_axis_of_which_nothing_is_known() -> None:
    data = (
        'layer { name: "in" type: "Data" top: "data" data_param { source: "db" batch_size: 1 } }\n'
    )
    join = layer("sum", "Eltwise", "a", "b")
    (text,) = told(data + HALVED + join, "S104", inputs={"data": (1, 4, None, 9)})
    assert 'both come from "data" (width 9) and part at "a", a Pooling, which Caffe' in text
    assert told(data + HALVED + join, "S104") == []


def test_a_fix_breaks_no_other_phase() -> None:
    # In TRAIN the pooling is joined with what rounds up as it does: FLOOR would break that.
    train = layer("other", "Pooling", "data", pooling_param="kernel_size: 2 stride: 2")
    both = layer("both", "Eltwise", "a", "other")
    only = [part.replace("\n}", " include { phase: TRAIN }\n}") for part in (train, both)]
    test = layer("sum", "Eltwise", "a", "b").replace("\n}", " include { phase: TEST }\n}")
    net = image(4, 7) + HALVED + "".join(only) + test
    (text,) = told(net, "S104", phases=("TRAIN", "TEST"))
    assert '\n  hint:  pad: 1 in "b"\n' in text
    assert "FLOOR" not in text


def test_the_ceil_mode_of_a_fork() -> None:
    joined = HALVED.replace(
        "kernel_size: 2 stride: 2 ", "kernel_size: 2 stride: 2 ceil_mode: true ", 1
    )
    (text,) = told(image(4, 7) + joined + layer("sum", "Eltwise", "a", "b"), "S104")
    assert '\n  hint:  ceil_mode: false in "a"\n' in text
