from __future__ import annotations

from tests.checks.nets import findings, image, layer

NORM = image(3, 8) + layer("bn", "BatchNorm", "data")


def test_the_whole_message() -> None:
    assert findings(NORM + layer("relu", "ReLU", "bn"), "G207") == [
        'net.prototxt:2:1: note[G207] layer "bn" (BatchNorm): no Scale layer reads its top, so no'
        " scale and shift are learned\n"
        "  why:   in Caffe, BatchNorm only normalizes\n"
        "  hint:  add a Scale layer with scale_param { bias_term: true }"
    ]


def test_a_scale_that_reads_it() -> None:
    assert findings(NORM + layer("scale", "Scale", "bn"), "G207") == []
