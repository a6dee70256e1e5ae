"""LargeMarginInnerProduct (wy1iu/LargeMargin_Softmax_Loss, and happynear/caffe-windows)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned

PARAM = "largemargin_inner_product_param { num_output: 10 type: QUADRUPLE }"
TEXT = f'type: "LargeMarginInnerProduct" {PARAM}'


def test_the_classifier_of_the_cifar_example() -> None:
    facts = infer(TEXT, (256, 256), (256,), tops=2)
    assert facts.tops == ((256, 10), (1,))
    assert learned(facts) == {"weights": (10, 256)}


def test_a_third_bottom_has_the_weights() -> None:
    facts = infer('type: "LargeMarginInnerProduct"', (64, 256), (64,), (20, 256))
    assert facts.tops == ((64, 20),)
    assert learned(facts) == {}


def test_faults() -> None:
    why = "bottoms differ in batch size: 256 and 255 (axis 0)"
    check_fault(why, "bottom[1]", TEXT, (256, 512), (255,))
    # ``LayerSetUp`` of happynear's compares them with three bottoms as well.
    text = 'type: "LargeMarginInnerProduct"'
    check_fault(why, "bottom[1]", text, (256, 512), (255,), (20, 512))
