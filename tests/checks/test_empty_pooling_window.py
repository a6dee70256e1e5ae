"""The findings are the windows that a real Caffe fills with -FLT_MAX or NaN."""

from __future__ import annotations

import csv
import gzip

import pytest

import protogen
from protogen.analysis import Analysis
from protogen.checks import all_checks
from protogen.graph import State
from tests.checks.nets import fc, findings, layer, only_fix, pooled
from tests.conftest import DATA


def test_the_whole_message() -> None:
    assert findings(pooled(4, "kernel_size: 1 stride: 2"), "P101") == [
        'net.prototxt:5:34: error[P101] layer "pool" (Pooling): 1 of 3 windows in each direction is'
        " empty; Caffe fills it with -FLT_MAX\n"
        "  why:   the last window starts at 4, at the edge of height and width 4 (kernel 1, stride"
        " 2)\n"
        "  hint:  set round_mode: FLOOR, which drops the empty window and leaves 2"
    ]


def test_an_average_at_the_edge() -> None:
    """A real Caffe writes NaN: windows start at 0, 2 and 4, and the sum of none is divided by 0."""
    (text,) = findings(pooled(4, "pool: AVE kernel_size: 1 stride: 2", width=5), "P101")
    assert "1 of 3 windows along the height is empty; Caffe fills it with NaN" in text
    assert "starts at 4, at the edge of height 4" in text


@pytest.mark.parametrize(("pool", "found"), [("AVE", 0), ("MAX", 1)])
def test_a_window_past_the_edge(pool: str, found: int) -> None:
    """Windows start at 0, 3 and 6 of 5: a real Caffe writes 0 for AVE, and -FLT_MAX for MAX."""
    texts = findings(pooled(5, f"pool: {pool} kernel_size: 1 stride: 3"), "P101")
    assert len(texts) == found
    assert all("starts at 6, past the edge of height and width 5" in text for text in texts)


def test_a_kernel_as_large_as_the_stride_leaves_no_window_empty() -> None:
    assert findings(pooled(7, "kernel_size: 2 stride: 2"), "P101") == []
    assert findings(pooled(4, "kernel_size: 1 stride: 2 round_mode: FLOOR"), "P101") == []


def test_the_fix_is_proposed_only_if_the_net_is_accepted_with_it() -> None:
    net = (
        pooled(4, "kernel_size: 1 stride: 2")
        + layer("wide", "Pooling", "data", pooling_param="kernel_size: 2 stride: 1")
        + layer("sum", "Eltwise", "pool", "wide")
    )
    (text,) = findings(net, "P101")
    assert "why:" in text
    assert "hint:" not in text


CHECK = next(each for each in all_checks() if each.code == "P101")
NET = protogen.loads(pooled(1, ""))


def flagged(row: dict[str, str]) -> bool:
    message = NET.to_proto()
    size = int(row["size"])
    message.layer[0].input_param.shape[0].dim[2:] = [size, size]
    param = message.layer[1].pooling_param
    param.kernel_size, param.stride, param.pad = (int(row[k]) for k in ("kernel", "stride", "pad"))
    param.round_mode = param.RoundMode.Value(row["round_mode"])
    param.pool = param.PoolMethod.Value(row["pool"])
    return any(CHECK.check_phase(Analysis(message, State(), {})))


def test_every_row_of_a_real_caffe() -> None:
    with gzip.open(DATA / "pooling.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    empty = sum(row["empty_windows"] != "0" for row in rows)
    assert (len(rows), empty) == (27920, 496)
    assert [row for row in rows if flagged(row) != (row["empty_windows"] != "0")] == []


@pytest.mark.parametrize(("reader", "safe"), [("", True), (fc("ip", "pool"), False)])
def test_the_fix_is_safe_if_no_weights_change_their_shape(reader: str, safe: bool) -> None:
    net = pooled(4, "kernel_size: 1 stride: 2") + reader
    assert only_fix(net, "P101").safe is safe
