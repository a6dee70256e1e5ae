"""Crops whose offset does not align their bottoms. The published nets of FCN have none."""

from __future__ import annotations

from pathlib import Path

import pytest

import protogen
from protogen.checks import check
from tests.checks.conftest import image, layer, reported


def crop(bottom: str, reference: str, param: str) -> str:
    return layer("crop", "Crop", bottom, reference, crop_param=param)


def conv(name: str, bottom: str, param: str) -> str:
    return layer(name, "Convolution", bottom, convolution_param=f"num_output: 4 {param}")


VALID = image(3, 20) + conv("conv", "data", "kernel_size: 5")


def test_a_whole_message() -> None:
    # Kernel 5 without pad begins at element 2.
    assert reported(VALID + crop("data", "conv", "axis: 2 offset: 0"), "S208") == [
        'net.prototxt:10:24: warning[S208] layer "crop" (Crop): offset 0 shifts "data" relative'
        ' to "conv" by 2 elements (height and width); the aligned offset is 2\n'
        "  hint:  offset: 2 (keeps all weights and sizes; changes what the net computes)"
    ]


def test_the_fix() -> None:
    net = protogen.loads(VALID + crop("data", "conv", "axis: 2 offset: 0"))
    (found,) = check(net, select=["S208"]).diagnostics
    assert found.fix is not None
    assert not found.fix.safe
    net.apply(found.fix.edits)
    assert net.message.layer[-1].crop_param.offset == [2]
    assert not check(net, select=["S208"]).diagnostics


@pytest.mark.parametrize("param", ["offset: 2", "axis: 2 offset: 2 offset: 2", "axis: 3 offset: 2"])
def test_an_aligned_offset(param: str) -> None:
    assert reported(VALID + crop("data", "conv", param), "S208") == []


def test_an_offset_that_is_not_written() -> None:
    (text,) = reported(VALID + crop("data", "conv", ""), "S208")
    assert text.startswith('net.prototxt:7:1: warning[S208] layer "crop" (Crop): offset 0 shifts')


def test_one_wrong_axis() -> None:
    (text,) = reported(VALID + crop("data", "conv", "offset: 2 offset: 4"), "S208")
    assert 'offset 4 shifts "data" relative to "conv" by 2 elements (width)' in text
    assert "hint:  offset: 2 (keeps" in text


def test_either_neighbor_of_a_fraction_will_do() -> None:
    # Kernel 4 begins at element 1.5.
    net = image(3, 20) + conv("conv", "data", "kernel_size: 4")
    assert reported(net + crop("data", "conv", "offset: 1"), "S208") == []
    assert reported(net + crop("data", "conv", "offset: 2"), "S208") == []
    (text,) = reported(net + crop("data", "conv", "offset: 3"), "S208")
    assert "by 1.5 elements (height and width); the aligned offset is 1.5" in text
    assert "hint" not in text


@pytest.mark.parametrize(
    "net",
    [
        # Two images that have nothing to do with each other.
        image(3, 20) + image(3, 10).replace('"data"', '"other"') + crop("data", "other", ""),
        # A blob of another scale.
        image(3, 20)
        + conv("conv", "data", "kernel_size: 2 stride: 2")
        + crop("data", "conv", "offset: 7"),
        # A layer that Caffe rejects has an error of its own.
        VALID + crop("data", "conv", "offset: 9"),
    ],
)
def test_what_cannot_be_compared(net: str) -> None:
    assert reported(net, "S208") == []


def test_one_of_two_paths_is_enough() -> None:
    # Around 0.5 the one way, around 0 the other way.
    net = (
        image(3, 20)
        + conv("one", "data", "kernel_size: 2 stride: 2")
        + conv("other", "data", "kernel_size: 1 stride: 2")
        + layer("sum", "Eltwise", "one", "other")
        + layer(
            "up", "Deconvolution", "sum", convolution_param="num_output: 4 kernel_size: 4 stride: 2"
        )
    )
    # Kernel 4 begins 1.5 earlier: at -1 the one way, at -1.5 the other way.
    assert reported(net + crop("up", "data", "offset: 1"), "S208") == []
    assert reported(net + crop("up", "data", "offset: 2"), "S208") == []


@pytest.mark.parametrize(
    "start",
    [
        'layer { name: "start" type: "Pooling" top: "start" pooling_param { kernel_size: 2 } }\n',
        'layer { name: "start" type: "Convolution" top: "start" convolution_param { '
        "num_output: 4 kernel_size: 1 } }\n",
    ],
)
def test_a_layer_without_its_bottom(start: str) -> None:
    assert reported(image(3, 20) + start + crop("data", "start", "offset: 1"), "S208") == []


def test_the_published_nets_of_fcn_are_clean(conformance: Path) -> None:
    files = [
        path
        for path in sorted((conformance / "nets").rglob("*.prototxt"))
        if 'type: "Crop"' in path.read_text(errors="replace")
    ]
    assert len(files) == 31
    for path in files:
        assert not check(protogen.load(path), select=["S208"]).diagnostics
