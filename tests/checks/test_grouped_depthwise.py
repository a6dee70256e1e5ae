from __future__ import annotations

from tests.checks.nets import convolved, findings


def test_the_whole_message() -> None:
    assert findings(convolved(8, "num_output: 8 kernel_size: 3 group: 4"), "S205") == [
        'net.prototxt:5:52: note[S205] layer "conv" (Convolution): 4 groups for 4 channels'
        " (depthwise): Caffe computes the groups one after another"
    ]


def test_fewer_groups_than_channels() -> None:
    assert findings(convolved(8, "num_output: 4 kernel_size: 3 group: 2"), "S205") == []
    assert findings(convolved(8, "num_output: 4 kernel_size: 3", channels=1), "S205") == []
