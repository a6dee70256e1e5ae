from __future__ import annotations

from tests.checks.nets import convolved, findings, layer

NORM = layer("norm", "BatchNorm", "conv")


def test_the_whole_message() -> None:
    net = convolved(8, "num_output: 2 kernel_size: 3") + NORM
    assert findings(net, "S207") == [
        'net.prototxt:5:3: note[S207] layer "conv" (Convolution): its bias has no effect: layer'
        ' "norm" (BatchNorm) subtracts it again'
    ]


def test_a_bias_with_an_effect() -> None:
    without = convolved(8, "num_output: 2 kernel_size: 3 bias_term: false") + NORM
    two_readers = convolved(8, "num_output: 2 kernel_size: 3") + NORM + layer("r", "ReLU", "conv")
    assert findings(without, "S207") == []
    assert findings(two_readers, "S207") == []
