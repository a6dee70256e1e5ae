"""The losses and Accuracy. What is expected was asked of BVLC Caffe."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from protogen import infer_shapes, proto
from protogen.schema import Fault
from protogen.shapes import Shape
from tests.layers.conftest import infer

LABELLED = ["SoftmaxWithLoss", "Accuracy", "HingeLoss", "MultinomialLogisticLoss"]
PAIRED = ["EuclideanLoss", "SigmoidCrossEntropyLoss", "SmoothL1Loss"]


@pytest.mark.parametrize("kind", LABELLED)
@pytest.mark.parametrize("labels", [(64,), (64, 1), (64, 1, 1, 1), (None,)])
def test_a_score_per_class_and_a_label_make_a_scalar(kind: str, labels: Shape) -> None:
    facts = infer(f'type: "{kind}"', (64, 10), labels)
    assert facts.tops == ((),)
    assert (facts.blobs, facts.macs) == ((), 0)


@pytest.mark.parametrize("kind", ["SoftmaxWithLoss", "Accuracy"])
@pytest.mark.parametrize("labels", [(8, 60, 60), (8, 1, 60, 60)])
def test_labels_of_an_image_keep_or_drop_the_class_axis(kind: str, labels: Shape) -> None:
    assert infer(f'type: "{kind}"', (8, 21, 60, 60), labels).tops == ((),)


@pytest.mark.parametrize("kind", PAIRED)
def test_two_alike_make_a_scalar(kind: str) -> None:
    assert infer(f'type: "{kind}"', (4, 3, 5, 5), (4, 3, 5, 5)).tops == ((),)
    assert infer(f'type: "{kind}"', (None, 3, None, 5), (4, 3, 5, 5)).tops == ((),)


@pytest.mark.parametrize("kind", [*LABELLED, *PAIRED])
def test_it_is_a_scalar_whatever_comes_in(kind: str) -> None:
    assert infer(f'type: "{kind}"', None, (4, 3)).tops == ((),)


@pytest.mark.parametrize("kind", [*LABELLED[2:], *PAIRED, "SoftmaxWithLoss"])
def test_batch_sizes_must_agree(kind: str) -> None:
    with pytest.raises(Fault, match=r"batch size: 64 and 32 \(axis 0\): bottom 0 is 64x10"):
        infer(f'type: "{kind}"', (64, 10), (32, 10))


@pytest.mark.parametrize(
    ("text", "bottoms", "message"),
    [
        ('type: "EuclideanLoss"', [(4, 6), (4, 5)], "elements per item: 6 and 5"),
        ('type: "EuclideanLoss"', [(), ()], "bottom 0 is a scalar"),
        ('type: "SigmoidCrossEntropyLoss"', [(4, 6), (4, 5)], "elements: 24 and 20"),
        ('type: "MultinomialLogisticLoss"', [(4, 6), (4, 2)], "bottom 1 has size 2 on axis 1"),
        ('type: "MultinomialLogisticLoss"', [(4, 6), (4, 1, 1, 1, 1)], "at most 4 axes"),
        ('type: "SoftmaxWithLoss"', [(4, 6), (4, 2)], "4 predictions .* have 8 labels"),
        ('type: "SoftmaxWithLoss"', [(4,), (4,)], "axis 1 is outside of a bottom with 1 axes"),
        ('type: "SoftmaxWithLoss"', [(0, 6), (0,)], "it has no elements"),
        ('type: "Accuracy" accuracy_param { top_k: 5 }', [(8, 4), (8,)], "top_k 5 .* 4 scores"),
        ('type: "Accuracy"', [(8, 4), (0,)], "dies dividing by their number"),
        ('type: "Accuracy"', [(8, 4), (8,), (8,)], "takes exactly 2 bottoms, but has 3"),
    ],
)
def test_bottoms_caffe_dies_of(text: str, bottoms: list[Shape], message: str) -> None:
    with pytest.raises(Fault, match=message):
        infer(text, *bottoms)


def test_a_top_k_that_is_a_negative_int_to_caffe_passes() -> None:
    text = 'type: "Accuracy" accuracy_param { top_k: 4294967295 }'
    assert infer(text, (8, 4), (8,)).tops == ((),)


def test_accuracy_of_each_class() -> None:
    assert infer('type: "Accuracy"', (8, 4), (8,), tops=2).tops == ((), (4,))
    assert infer('type: "Accuracy"', None, (8,), tops=2).tops == ((), (None,))


def test_no_loss_weight_suits_a_second_top_of_softmax_with_loss() -> None:
    with pytest.raises(Fault, match="two loss_weights, which its inner Softmax refuses"):
        infer('type: "SoftmaxWithLoss"', (8, 4), (8,), tops=2)


def test_a_second_top_of_infogain_loss_is_the_probabilities() -> None:
    assert infer('type: "InfogainLoss"', (8, 4), (8,), (4, 4), tops=2).tops == ((), (8, 4))


def test_infogain_takes_its_matrix_as_a_bottom_or_from_a_file() -> None:
    assert infer('type: "InfogainLoss"', (8, 4), (8,), (1, 1, 4, 4)).tops == ((),)
    text = 'type: "InfogainLoss" infogain_loss_param { source: "H.binaryproto" }'
    assert infer(text, (8, 4), (8,)).tops == ((),)
    with pytest.raises(Fault, match="no matrix"):
        infer('type: "InfogainLoss"', (8, 4), (8,))
    with pytest.raises(Fault, match="not 4x4 for 4 classes"):
        infer('type: "InfogainLoss"', (8, 4), (8,), (4, 3))
    with pytest.raises(Fault, match="normalize is not taken here"):
        infer(text + " loss_param { normalize: false }", (8, 4), (8,))


def test_contrastive_loss_takes_features_of_both_sides_and_a_label() -> None:
    assert infer('type: "ContrastiveLoss"', (8, 64), (8, 64, 1, 1), (8,)).tops == ((),)
    with pytest.raises(Fault, match="differ in channels: 64 and 32"):
        infer('type: "ContrastiveLoss"', (8, 64), (8, 32), (8,))
    with pytest.raises(Fault, match="bottom 1 has size 2 on axis 2"):
        infer('type: "ContrastiveLoss"', (8, 64), (8, 64, 2), (8,))


def test_smooth_l1_takes_weights_in_fast_r_cnn_only() -> None:
    four = [(128, 84)] * 4
    text = 'type: "SmoothL1Loss" smooth_l1_loss_param { sigma: 3 }'
    assert infer(text, *four).tops == ((),)
    with pytest.raises(Fault, match="exactly 2 bottoms in SSD, but has 4"):
        infer('type: "SmoothL1Loss"', *four)
    with pytest.raises(Fault, match="but has 3"):
        infer(text, *four[:3])
    with pytest.raises(Fault, match=r"channels: 84 and 80: .* bottom 3 is 128x80"):
        infer(text, *four[:3], (128, 80))


def test_a_loss_needs_no_top() -> None:
    text = """
        layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 4 dim: 3 } } }
        layer { name: "y" type: "Input" top: "y" input_param { shape { dim: 4 } } }
        layer { name: "loss" type: "SoftmaxWithLoss" bottom: "x" bottom: "y" }
    """
    result = infer_shapes(text_format.Parse(text, proto.NetParameter()))
    assert result.ok
    assert result.blobs == {"x": (4, 3), "y": (4,), "(automatic)": ()}
