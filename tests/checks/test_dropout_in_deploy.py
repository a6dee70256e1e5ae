from __future__ import annotations

from tests.checks.nets import TRAINED, findings, image, in_place, layer, only_fix

DROPPED = image(3, 8) + in_place("drop", "Dropout", "data")


def test_the_whole_message() -> None:
    assert findings(DROPPED, "G209") == [
        'net.prototxt:2:1: note[G209] layer "drop" (Dropout): has no effect in a net that is not'
        " trained\n"
        "  why:   in TEST, Dropout copies its bottom\n"
        "  hint:  remove the layer"
    ]
    assert only_fix(DROPPED, "G209").safe


def test_a_layer_that_is_not_in_place_has_no_fix() -> None:
    (text,) = findings(image(3, 8) + layer("drop", "Dropout", "data"), "G209")
    assert "hint:" not in text


def test_a_net_that_is_trained() -> None:
    assert findings(TRAINED + in_place("drop", "Dropout", "fc"), "G209") == []


def test_a_field_of_forks_that_scales_in_test() -> None:
    scaled = in_place("drop", "Dropout", "data", dropout_param="scale_train: false")
    assert findings(image(3, 8) + scaled, "G209") == []
