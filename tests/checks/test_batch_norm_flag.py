from __future__ import annotations

import pytest

from tests.checks.nets import BOTH, DATA, LOSS, fc, findings, fixed, image, layer


def normalized(flag: str) -> str:
    return image(3, 8) + layer("bn", "BatchNorm", "data", batch_norm_param=flag)


def test_false_in_test() -> None:
    assert findings(normalized("use_global_stats: false"), "G208") == [
        'net.prototxt:5:22: warning[G208] layer "bn" (BatchNorm): use_global_stats is false in'
        " TEST\n"
        "  why:   with false, Caffe normalizes by the statistics of the batch\n"
        "  hint:  remove use_global_stats, so that Caffe chooses by the phase"
    ]


def test_true_in_train_is_a_note_about_all_layers() -> None:
    flag = "use_global_stats: true"
    net = DATA + layer("bn1", "BatchNorm", "data", batch_norm_param=flag)
    net += layer("bn2", "BatchNorm", "bn1", batch_norm_param=flag) + fc("fc", "bn2") + LOSS
    assert findings(net, "G208", phases=("TRAIN",)) == [
        'net.prototxt:6:22: note[G208] layer "bn1" (BatchNorm): use_global_stats is true in TRAIN,'
        " and in 1 more layer\n"
        "  why:   with true, Caffe never updates the statistics\n"
        "  hint:  remove use_global_stats, so that Caffe chooses by the phase"
    ]


@pytest.mark.parametrize("flag", ["", "use_global_stats: true"])
def test_values_that_fit_the_phase(flag: str) -> None:
    assert findings(normalized(flag), "G208", phases=BOTH) == []


def test_the_fix_removes_the_field() -> None:
    assert "use_global_stats" not in fixed(normalized("use_global_stats: false"), "G208")
