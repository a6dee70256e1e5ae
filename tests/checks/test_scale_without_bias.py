from __future__ import annotations

from tests.checks.nets import findings, fixed, image, in_place, layer

NORM = image(3, 8) + layer("bn", "BatchNorm", "data")
SCALED = NORM + in_place("scale", "Scale", "bn")


def test_the_whole_message() -> None:
    assert findings(SCALED, "G213") == [
        'net.prototxt:7:1: note[G213] layer "scale" (Scale): learns a scale but no shift, because'
        " bias_term is false\n"
        "  hint:  set bias_term: true, which adds a learnable blob"
    ]
    assert "scale_param { bias_term: true }" in " ".join(fixed(SCALED, "G213").split())


def test_a_shift_that_is_learned() -> None:
    with_bias = NORM + in_place("scale", "Scale", "bn", scale_param="bias_term: true")
    assert findings(with_bias, "G213") == []
    assert findings(SCALED + layer("bias", "Bias", "bn"), "G213") == []


def test_a_scale_of_something_else() -> None:
    assert findings(image(3, 8) + layer("scale", "Scale", "data"), "G213") == []
