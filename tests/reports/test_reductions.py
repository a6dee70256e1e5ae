"""What 1x1 reductions save, against the same net composed without them."""

from __future__ import annotations

from typing import Any

import pytest

import protogen
from protogen.reports.reductions import Reduction, Reductions, find_reductions
from protogen.reports.summary import summarize
from tests.reports.test_published_totals import example
from tests.reports.test_receptive_field import image, layer


def reductions(net: Any) -> Reductions:
    analysis = protogen.infer_shapes(net)
    return find_reductions(analysis, summarize(analysis).parameters)


CONV = "convolution_param { num_output: %d kernel_size: %d pad: %d }"


def test_one_reduction_by_hand() -> None:
    # 4 to 2 channels of 3x3: 9 * 4 * 2 = 72. Then 3x3 to 5: 9 * 9 * 2 * 5 = 810, or 1620 from 4.
    # Parameters: 4 * 2 + 2 and 9 * 2 * 5 + 5, or 9 * 4 * 5 + 5.
    text = image(3, 4) + layer("reduce", "Convolution", "data", CONV % (2, 1, 0))
    text += 'layer { name: "relu" type: "ReLU" bottom: "reduce" top: "reduce" }\n'
    text += layer("c", "Convolution", "reduce", CONV % (5, 3, 1))
    found = reductions(protogen.loads(text))
    assert found.rows == [
        Reduction(
            "reduce",
            4,
            2,
            ("c",),
            macs=882,
            macs_without=1620,
            parameters=105,
            parameters_without=185,
        )
    ]
    assert (found.macs, found.macs_without) == (882, 1620)
    assert (found.parameters, found.parameters_without) == (105, 185)


def test_googlenet_without_them_is_the_net_composed_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sys

    example("googlenet", monkeypatch)
    googlenet = sys.modules["googlenet"]
    found = reductions(googlenet.net(batch=1))
    without = protogen.summary(googlenet.net(batch=1, reductions=False))
    # Two in each of nine modules; conv2/3x3_reduce has as many channels as its bottom.
    assert len(found.rows) == 18
    assert (found.macs_without, found.parameters_without) == (without.macs, without.parameters)


@pytest.mark.parametrize(
    "text",
    [
        # More channels than before, a kernel of 3, a reader that is not a Convolution, no reader.
        layer("a", "Convolution", "data", CONV % (9, 1, 0))
        + layer("b", "Convolution", "a", CONV % (2, 3, 1)),
        layer("a", "Convolution", "data", CONV % (2, 3, 1))
        + layer("b", "Convolution", "a", CONV % (2, 3, 1)),
        layer("a", "Convolution", "data", CONV % (2, 1, 0)) + layer("b", "Pooling", "a"),
        layer("a", "Convolution", "data", CONV % (2, 1, 0)),
    ],
)
def test_what_is_not_a_reduction(text: str) -> None:
    assert reductions(protogen.loads(image(3, 4) + text)).rows == []


def test_a_reduction_of_a_reduction() -> None:
    # Without both, c reads 8 channels in place of 2: 4 times its 9 * 2 * 5 products.
    text = image(1, 8) + layer("a", "Convolution", "data", CONV % (4, 1, 0))
    text += layer("b", "Convolution", "a", CONV % (2, 1, 0))
    text += layer("c", "Convolution", "b", CONV % (5, 3, 1))
    found = reductions(protogen.loads(text))
    assert [row.name for row in found.rows] == ["a", "b"]
    assert (found.macs, found.macs_without) == (8 * 4 + 4 * 2 + 90, 360)
