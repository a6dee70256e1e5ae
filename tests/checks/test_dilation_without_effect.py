from __future__ import annotations

from tests.checks.nets import convolved, findings, fixed, only_fix

DILATED = convolved(8, "num_output: 2 kernel_size: 1 dilation: 2")


def test_the_whole_message() -> None:
    assert findings(DILATED, "S206") == [
        'net.prototxt:5:52: warning[S206] layer "conv" (Convolution): dilation 2 has no effect on'
        " kernel 1\n"
        "  hint:  remove the dilation"
    ]


def test_a_kernel_that_can_be_dilated() -> None:
    net = convolved(8, "num_output: 2 kernel_h: 1 kernel_w: 3 dilation: 2")
    assert findings(net, "S206") == []


def test_the_safe_fix_removes_the_dilation() -> None:
    assert only_fix(DILATED, "S206").safe
    assert "convolution_param { num_output: 2 kernel_size: 1 }" in fixed(DILATED, "S206")
