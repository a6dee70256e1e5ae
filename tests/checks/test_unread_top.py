from __future__ import annotations

import pytest

from tests.checks.nets import TRAINED, findings, image, layer


def test_the_whole_message() -> None:
    assert findings(TRAINED + layer("prob", "Softmax", "fc"), "G202", phases=("TRAIN",)) == [
        'net.prototxt:15:16: warning[G202] layer "prob" (Softmax): no layer reads its top "prob"'
        " in TRAIN\n"
        '  where: "prob" is 4x8\n'
        "  why:   Caffe treats it as an output of the net, and logs all its values at every display"
    ]


@pytest.mark.parametrize(
    "more",
    [
        "",
        layer("acc", "Accuracy", "fc", "label"),
        layer("arg", "ArgMax", "fc"),
        layer("l2", "EuclideanLoss", "fc", "fc").replace('top: "l2"', 'top: "l2" loss_weight: 0'),
    ],
)
def test_losses_and_measures_are_for_people(more: str) -> None:
    assert findings(TRAINED + more, "G202", phases=("TRAIN",)) == []


def test_a_deploy_net_has_outputs() -> None:
    assert findings(image(3, 8) + layer("prob", "Softmax", "data"), "G202", phases=("TRAIN",)) == []
