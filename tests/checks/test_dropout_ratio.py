"""A real Caffe in TRAIN: every element is NaN for 1; it aborts for -0.5, 1.5 and nan.

In TEST, it copies the bottom for each of them.
"""

from __future__ import annotations

import pytest

from tests.checks.nets import DATA, LOSS, fc, findings, image, in_place


def dropped(ratio: str, more: str = "") -> str:
    drop = in_place("drop", "Dropout", "data", dropout_param=f"dropout_ratio: {ratio}")
    return DATA + drop.replace("type:", f"{more} type:") + fc("fc", "data") + LOSS


def test_a_ratio_of_1() -> None:
    assert findings(dropped("1"), "S210", phases=("TRAIN",)) == [
        'net.prototxt:6:19: error[S210] layer "drop" (Dropout): dropout_ratio 1 makes every element'
        " NaN in training\n"
        "  why:   Caffe multiplies by 1 / (1 - dropout_ratio), which is infinite"
    ]


@pytest.mark.parametrize("ratio", ["-0.5", "1.5", "nan"])
def test_a_ratio_on_which_caffe_aborts(ratio: str) -> None:
    assert findings(dropped(ratio), "S210", phases=("TRAIN",)) == [
        'net.prototxt:6:19: error[S210] layer "drop" (Dropout): dropout_ratio must be at least 0'
        f" and less than 1, got {ratio}\n"
        "  why:   Caffe aborts in the first iteration of training"
    ]


@pytest.mark.parametrize("ratio", ["0", "0.5", "0.999999"])
def test_a_ratio_with_which_caffe_trains(ratio: str) -> None:
    assert findings(dropped(ratio), "S210", phases=("TRAIN",)) == []


def test_only_training_reads_the_ratio() -> None:
    assert findings(dropped("1"), "S210", phases=("TEST",)) == []
    assert findings(dropped("1", "phase: TEST"), "S210", phases=("TRAIN",)) == []
    assert len(findings(dropped("1", "phase: TRAIN"), "S210", phases=("TEST",))) == 1
    deploy = image(3, 8) + in_place("drop", "Dropout", "data", dropout_param="dropout_ratio: 1")
    assert findings(deploy, "S210", phases=("TRAIN", "TEST")) == []
