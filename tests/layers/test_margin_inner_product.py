"""MarginInnerProduct (wy1iu/sphereface: src/caffe/layers/margin_inner_product_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned

PARAM = "margin_inner_product_param { num_output: 10572 type: QUADRUPLE }"
TEXT = f'type: "MarginInnerProduct" {PARAM}'


def test_the_classifier_of_sphereface() -> None:
    facts = infer(TEXT, (256, 512), (256,), tops=2)
    assert facts.tops == ((256, 10572), (1,))
    assert learned(facts) == {"weights": (10572, 512)}
    assert facts.macs == 256 * 512 * 10572
    assert infer(TEXT, (None, 512, 7, 6), (None,)).tops == ((None, 10572),)


def test_faults() -> None:
    why = "bottoms differ in batch size: 256 and 255 (axis 0)"
    check_fault(why, "bottom[1]", TEXT, (256, 512), (255,))
    text = 'type: "MarginInnerProduct"'
    check_fault(
        "num_output is missing", "margin_inner_product_param.num_output", text, (2, 5), (2,)
    )
    check_fault("expected 2 bottoms, got 1", "bottom", TEXT, (256, 512))
