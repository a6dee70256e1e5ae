"""Repairs of mismatched shapes; each size is worked out by hand."""

from __future__ import annotations

import protogen
from protogen import infer_shapes, loads
from protogen.transforms import Repair, SafeFixes, Sequential, Upgrade

# The Pooling has ceil(7 / 2) + 1 = 5 windows on each axis, the Convolution floor(7 / 2) + 1 = 4.
JOIN = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 9, 9] } } }
layer { name: "p" type: "Pooling" bottom: "data" top: "p"
  pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "r" type: "ReLU" bottom: "p" top: "r" }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 3 kernel_size: 2 stride: 2 } }
layer { name: "sum" type: "Eltwise" bottom: "r" bottom: "c" top: "sum" }
"""


def test_a_repair_makes_the_bottoms_agree() -> None:
    net = loads(JOIN)
    assert not infer_shapes(net).ok
    result = Repair()(net)
    assert infer_shapes(result.net).ok
    assert infer_shapes(result.net).blobs["sum"] == (1, 3, 4, 4)
    assert result.changed >= {"p", "r"}
    assert [each.code for each in result.diagnostics] == ["S104"]
    assert net.text == JOIN


def test_upgrade_repair_and_fixes_in_sequence() -> None:
    result = Sequential(Upgrade(), Repair(), SafeFixes())(loads(JOIN))
    assert protogen.check(result.net).ok
    assert result.origins == (0, 1, 2, 3, 4)
