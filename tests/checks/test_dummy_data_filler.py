"""A real Caffe loads each of these nets, and aborts in its first forward pass."""

from __future__ import annotations

import pytest

from protogen.checks import check
from protogen.net_files import loads
from tests.checks.nets import findings

DUMMY = """layer {{ name: "data" type: "DummyData" top: "data"
  dummy_data_param {{
    shape {{ {shape} }}
    data_filler {{ {filler} }}
  }} }}
"""


def dummy(filler: str, *shape: int) -> str:
    return DUMMY.format(filler=filler, shape=" ".join(f"dim: {size}" for size in shape))


def test_the_whole_message() -> None:
    assert findings(dummy('type: "uniform" min: 1 max: 0', 3), "S211") == [
        'net.prototxt:4:35: error[S211] layer "data" (DummyData):'
        " min must be at most max, got 1 and 0\n"
        "  why:   Caffe loads the net, and aborts in the first forward pass"
    ]


@pytest.mark.parametrize(
    ("filler", "shape", "field"),
    [
        ('type: "bilinear"', (1, 1, 3, 4), "data_filler[0].type"),
        ('type: "bilinear"', (4, 4), "data_filler[0].type"),
        ('type: "xavier" sparse: 2', (3, 3), "data_filler[0].sparse"),
        ('type: "gaussian" sparse: -2', (3, 3), "data_filler[0].sparse"),
        ('type: "gaussian" sparse: 9', (3, 3), "data_filler[0].sparse"),
        ('type: "gaussian" std: -1', (3,), "data_filler[0].std"),
        ('type: "gaussian" std: 0', (3,), "data_filler[0].std"),
        ('type: "uniform" min: 1 max: 0', (3,), "data_filler[0].min"),
        ('type: "xavier"', (0, 3), "shape[0]"),
        ('type: "xavier"', (3, 0), "shape[0]"),
    ],
)
def test_every_filler_on_which_caffe_aborts(
    filler: str, shape: tuple[int, ...], field: str
) -> None:
    net = loads(dummy(filler, *shape))
    (found,) = check(net, select=["S211"], phases=["TEST"]).diagnostics
    assert found.field == f"dummy_data_param.{field}"
    assert net.analysis().ok


@pytest.mark.parametrize(
    ("filler", "shape"),
    [
        ('type: "xavier"', (3, 3)),
        ('type: "bilinear"', (1, 1, 4, 4)),
        ('type: "constant" value: 2', (3,)),
        ('type: "constant" sparse: 2', (3,)),  # Caffe aborts at set-up: `filler`
    ],
)
def test_other_fillers(filler: str, shape: tuple[int, ...]) -> None:
    assert findings(dummy(filler, *shape), "S211") == []
