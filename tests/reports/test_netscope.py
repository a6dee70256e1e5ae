"""Nets that Netscope gets wrong, with sizes, parameters and products worked out by hand."""

from __future__ import annotations

import protogen
from protogen.reports.summary import Row
from tests.reports.test_receptive_field import image, layer


def last(text: str) -> Row:
    """The last layer of a net on 1 image of 4 channels of 3 x 3."""
    return protogen.summary(protogen.loads(image(3, 4) + text)).rows[-1]


def test_concat_along_another_axis() -> None:
    row = last(layer("c", "Concat", "data data data", "concat_param { axis: 2 }"))
    assert (row.tops, row.memory) == ((("c", (1, 4, 9, 3)),), 4 * 9 * 3 * 4)


def test_concat_of_a_blob_with_itself() -> None:
    assert last(layer("c", "Concat", "data data")).tops == (("c", (1, 8, 3, 3)),)


def test_a_convolution_in_groups() -> None:
    # Each of 6 channels reads 2 of 4: 6 * 2 * 9 weights, used at one place.
    row = last(
        layer(
            "c",
            "Convolution",
            "data",
            "convolution_param { num_output: 6 kernel_size: 3 group: 2 }",
        )
    )
    assert (row.parameters, row.macs) == (108 + 6, 108)


def test_a_deconvolution_in_groups() -> None:
    # 4 channels of 9 elements; each goes to 6 / 2 channels through 2 x 2 weights.
    param = "convolution_param { num_output: 6 kernel_size: 2 stride: 2 group: 2 }"
    row = last(layer("d", "Deconvolution", "data", param))
    assert (row.parameters, row.macs) == (4 * 3 * 4 + 6, 4 * 9 * 3 * 4)
    assert row.tops == (("d", (1, 6, 6, 6)),)


def test_an_inner_product_of_rows() -> None:
    # 4 x 3 rows of 3 elements, each with the same 3 x 5 weights.
    row = last(layer("i", "InnerProduct", "data", "inner_product_param { num_output: 5 axis: 3 }"))
    assert (row.parameters, row.macs) == (15 + 5, 12 * 15)
    assert row.tops == (("i", (1, 4, 3, 5)),)


def test_a_pooling_whose_last_window_starts_in_the_padding() -> None:
    # ceil((3 + 2*1 - 2) / 2) + 1 = 3 windows, but the last would start at 4, past 3 + 1.
    row = last(layer("p", "Pooling", "data", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }"))
    assert row.tops == (("p", (1, 4, 2, 2)),)
