from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, proto
from protogen.shapes import Shape
from tests.layers.conftest import check_fault, check_rows, infer

TEXT = 'type: "SoftmaxWithLoss"'


def test_rows_of_a_real_caffe() -> None:
    check_rows("SoftmaxWithLoss")


@pytest.mark.parametrize("labels", [(64,), (64, 1), (64, 1, 1, 1), (None,)])
def test_the_top_is_a_scalar(labels: Shape) -> None:
    assert infer(TEXT, (64, 10), labels).tops == ((),)
    assert infer(TEXT, None, labels).tops == ((),)


@pytest.mark.parametrize("labels", [(8, 60, 60), (8, 1, 60, 60)])
def test_labels_of_an_image_keep_or_drop_the_class_axis(labels: Shape) -> None:
    assert infer(TEXT, (8, 21, 60, 60), labels).tops == ((),)


@pytest.mark.parametrize(
    ("param", "bottoms", "why", "field"),
    [
        (
            "",
            [(4, 6), (4, 2)],
            "expected 4 labels, one per prediction (classes along axis 1), got 8",
            "bottom[1]",
        ),
        ("", [(4,), (4,)], "axis 1 is out of range: bottom 0 has 1 axis (4)", "bottom[0]"),
        ("axis: 2", [(4, 6), (4,)], "axis 2 is out of range", "softmax_param.axis"),
        (
            "",
            [(0, 6), (0,)],
            "bottom 0, the input of its Softmax, is 0x6, which has no elements",
            "bottom[0]",
        ),
    ],
)
def test_faults(param: str, bottoms: list[Shape], why: str, field: str) -> None:
    check_fault(why, field, f"{TEXT} softmax_param {{ {param} }}", *bottoms)


def test_no_loss_weight_suits_a_second_top() -> None:
    why = "needs two loss_weights, which its inner Softmax rejects"
    check_fault(why, "top[1]", TEXT, (8, 4), (8,), tops=2)


def test_r_fcn_has_tops_for_the_probabilities_and_the_losses() -> None:
    """softmax_loss_layer.cpp of daijifeng001/caffe-rfcn: 1 to 3 tops.

    It clears the ``loss_weight`` of its inner Softmax, so that two tops work, too.
    """
    scores, labels = (300, 21), (300, 1, 1, 1)
    assert infer(TEXT, scores, labels, tops=3).tops == ((), scores, labels)
    fixed = f"{TEXT} loss_param {{ normalization: PRE_FIXED pre_fixed_normalizer: 256 }}"
    assert infer(fixed, scores, labels, tops=2).tops == ((), scores)
    check_fault("expected at most 3 tops, got 4", "top[3]", TEXT, scores, labels, tops=4)


def test_forks_take_a_weight_for_each_label() -> None:
    """A third bottom in happynear's and Intel's forks (softmax_loss_layer.cpp)."""
    assert infer(TEXT, (64, 10), (64,), (64, 1)).tops == ((),)
    why = "bottoms differ in elements: 64 and 32: bottom 0 is 64x10, bottom 2 is 32"
    check_fault(why, "bottom[2]", TEXT, (64, 10), (64,), (32,))


def test_a_loss_needs_no_top() -> None:
    text = """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 3 } } }
        layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 4 } } }
        layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "y" }
    """
    result = infer_shapes(text_format.Parse(text, proto.NetParameter()))
    assert result.ok
    assert result.blobs == {"x": (4, 3), "y": (4,), "(automatic)": ()}
