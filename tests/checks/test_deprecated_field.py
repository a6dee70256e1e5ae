from __future__ import annotations

from tests.checks.nets import findings, fixed, image, layer, only_fix

CONCAT = image(3, 8) + layer("join", "Concat", "data", "data", concat_param="concat_dim: 1")


def test_the_whole_message() -> None:
    assert findings(CONCAT, "T301") == [
        'net.prototxt:5:18: note[T301] layer "join" (Concat): concat_param.concat_dim is'
        " deprecated\n"
        "  hint:  use axis instead"
    ]


def test_the_new_field() -> None:
    assert findings(CONCAT.replace("concat_dim", "axis"), "T301") == []


def test_the_safe_fix_renames_the_axis() -> None:
    assert only_fix(CONCAT, "T301").safe
    assert "concat_param { axis: 1 }" in fixed(CONCAT, "T301")


def test_a_field_without_a_fix() -> None:
    loss = layer("loss", "EuclideanLoss", "data", "data", loss_param="normalize: false")
    (text,) = findings(image(3, 8) + loss, "T301")
    assert text.endswith("loss_param.normalize is deprecated\n  hint:  use normalization instead")
