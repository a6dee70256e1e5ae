"""What layers compare: the amounts by hand, and that the layer's own rule is about the same."""

from __future__ import annotations

import pytest

import protogen
from protogen.explanations.comparisons import Comparison, failing_comparisons, shared_comparisons
from protogen.explanations.derivations import Derivations
from protogen.explanations.divergence import find_divergence
from tests.checks.conftest import layer
from tests.checks.random_joins import random_joins


def inputs(*shapes: str) -> str:
    """An Input layer with the blobs a, b, c with these shapes."""
    tops = " ".join(f'top: "{name}"' for name in "abc"[: len(shapes)])
    sizes = " ".join(
        f"shape {{ {' '.join(f'dim: {size}' for size in shape.split('x'))} }}" for shape in shapes
    )
    return f'layer {{ name: "in" type: "Input" {tops} input_param {{ {sizes} }} }}\n'


def failing(text: str) -> list[Comparison]:
    analysis = protogen.loads(text).analysis()
    return failing_comparisons(analysis.steps[-1])


def joined(kind: str, shapes: str, param: str) -> str:
    """A layer of this type, whose own parameters are given, with bottoms of these shapes."""
    bottoms = "abc"[: len(shapes.split())]
    schema = protogen.layers.find(kind)
    assert schema is not None
    params = {schema.param: param} if param else {}
    return inputs(*shapes.split()) + layer("top", kind, *bottoms, **params)


DETECTIONS = "num_classes: 2"
POSITIONS = "output_dim: 21 group_size: 7 spatial_scale: 0.1"


@pytest.mark.parametrize(
    ("kind", "shapes", "param", "what", "first", "second"),
    [
        ("Eltwise", "1x4x7x7 1x4x7x8", "", "width", "7", "8"),
        ("Concat", "1x4x7x7 1x5x8x7", "", "height", "7", "8"),
        ("Concat", "1x4x7x7 1x5x8x7", "axis: 2", "channels", "4", "5"),
        ("Concat", "1x4x7x7 1x5x8x7", "concat_dim: 2", "channels", "4", "5"),
        ("Scale", "1x4x7x7 4x8", "axis: 1", "height", "7", "8"),
        ("Bias", "1x4x7x7 1x5", "axis: -4", "channels", "4", "5"),
        ("Axpy", "1x5x1x1 1x4x7x7 1x4x7x7", "", "channels", "5", "4"),
        ("Crop", "1x4x9x9 1x4x7x8", "offset: 2", "width", "9", "8"),
        ("EuclideanLoss", "4x10 4x2", "", "element per item", "10", "2"),
        ("EuclideanLoss", "4x10 3x10", "", "batch size", "4", "3"),
        ("SigmoidCrossEntropyLoss", "4x5x2 4x9", "", "element", "4 * 5 * 2 = 40", "4 * 9 = 36"),
        ("ContrastiveLoss", "4x10 4x9 4", "", "channels", "10", "9"),
        ("SmoothL1Loss", "4x84 4x8", "", "channels", "84", "8"),
        ("SoftmaxWithLoss", "4x10x3 4x2", "", "prediction", "4 * 3 = 12", "4 * 2 = 8"),
        ("SoftmaxWithLoss", "4x10x3 4x9", "axis: 2", "prediction", "4 * 10 = 40", "4 * 9 = 36"),
        ("Accuracy", "4x10x3 4x2", "axis: 2", "prediction", "4 * 10 = 40", "4 * 2 = 8"),
        # 896 numbers of 224 boxes, and 2 scores for each box.
        ("DetectionOutput", "1x448 1x448 1x2x896", DETECTIONS, "location prediction", "448", "896"),
        (
            "DetectionOutput",
            "1x896 1x224 1x2x896",
            DETECTIONS,
            "confidence prediction",
            "224",
            "896 / 2 = 448",
        ),
        (
            "DetectionOutput",
            "1x896 1x448 1x2x896",
            f"{DETECTIONS} share_location: false",
            "location prediction",
            "896",
            "896 * 2 = 1792",
        ),
        ("PSROIPooling", "1x98x9x9 3x5", POSITIONS, "channel", "98", "21 * 7 * 7 = 1029"),
        (
            "Reshape",
            "2x21x4",
            "shape { dim: 0 dim: 20 dim: 4 }",
            "element",
            "21 * 4 = 84",
            "20 * 4 = 80",
        ),
    ],
)
def test_the_first_that_fails(
    kind: str, shapes: str, param: str, what: str, first: str, second: str
) -> None:
    found = failing(joined(kind, shapes, param))[0]
    assert (found.what, found.first.equation, found.second.equation) == (what, first, second)


@pytest.mark.parametrize(
    ("kind", "shapes", "param"),
    [
        ("Eltwise", "1x4x7x7 1x4x7x7", ""),
        ("Concat", "1x4x7x7 1x5x7x7", ""),
        ("Crop", "1x4x9x9 1x4x7x7", "offset: 2"),
        ("Scale", "1x4x7x7 4", ""),
        ("SoftmaxWithLoss", "4x10x3 4x1x3", ""),
        ("Reshape", "2x21x4", "shape { dim: 0 dim: -1 dim: 4 }"),
        # The number of axes is another matter.
        ("Eltwise", "1x4x7x7 1x196", ""),
    ],
)
def test_nothing_fails(kind: str, shapes: str, param: str) -> None:
    assert failing(joined(kind, shapes, param)) == []


def test_shared_weights() -> None:
    share = {"param": 'name: "w"', "inner_product_param": "num_output: 3"}
    text = inputs("2x4x5", "2x24") + layer("one", "InnerProduct", "a", **share)
    analysis = protogen.loads(text + layer("two", "InnerProduct", "b", **share)).analysis()
    (found,) = shared_comparisons(analysis, analysis.steps[-1])
    assert (found.first.equation, found.second.equation) == ("24", "4 * 5 = 20")


def test_no_account_of_another_fault() -> None:
    # The coeff is wrong as well, and that is what Caffe aborts on.
    text = inputs("1x4x7x7", "1x4x7x8") + layer(
        "sum", "Eltwise", "a", "b", eltwise_param="coeff: 1"
    )
    analysis = protogen.loads(text).analysis()
    assert failing_comparisons(analysis.steps[-1])
    assert find_divergence(Derivations(analysis), analysis.steps[-1]) is None


def test_comparisons_hold_the_numbers_of_the_layers_own_message() -> None:
    """Each number that is compared is in the message of the rule, or in the shapes it gives."""
    for seed, text in random_joins(40):
        analysis = protogen.loads(text).analysis()
        for finding in analysis.faults:
            step = next(step for step in analysis.steps if step.index == finding.layer_index)
            found = failing_comparisons(step)
            if found and finding.name == "bottom-shape-mismatch":
                assert str(found[0].first.size) in finding.message, seed
                assert str(found[0].second.size) in finding.message, seed
