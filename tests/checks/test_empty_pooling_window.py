"""What is found is what a real Caffe fills with -FLT_MAX or NaN."""

from __future__ import annotations

import csv
import gzip

import pytest

import protogen
from protogen.analysis import Analysis
from protogen.checks import all_checks, check
from protogen.graph import State
from tests.checks.conftest import image, layer, told
from tests.conftest import DATA


def pooled(size: int, text: str) -> str:
    return image(3, size) + layer("pool", "Pooling", "data", pooling_param=text)


def test_the_whole_message() -> None:
    assert told(pooled(4, "kernel_size: 1 stride: 2"), "P101") == [
        'net.prototxt:5:34: error[P101] layer "pool" (Pooling): 1 of 3 windows of its height and'
        " width holds no element; Caffe puts -FLT_MAX there\n"
        "  why:   window 2 starts at 4, past a height and width of 4 (kernel 1, stride 2)\n"
        "  hint:  round_mode: FLOOR makes 2 whole windows of 4"
    ]


def test_a_kernel_as_large_as_the_stride_leaves_none_empty() -> None:
    assert told(pooled(7, "kernel_size: 2 stride: 2"), "P101") == []
    assert told(pooled(4, "kernel_size: 1 stride: 2 round_mode: FLOOR"), "P101") == []


def test_rounding_down_is_told_only_where_the_net_is_accepted_with_it() -> None:
    net = (
        pooled(4, "kernel_size: 1 stride: 2")
        + layer("wide", "Pooling", "data", pooling_param=("kernel_size: 2 stride: 1"))
        + layer("sum", "Eltwise", "pool", "wide")
    )
    (text,) = told(net, "P101")
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


@pytest.mark.parametrize(
    ("behind", "safe"),
    [("", True), (layer("ip", "InnerProduct", "pool", inner_product_param="num_output: 3"), False)],
)
def test_the_fix_is_safe_if_no_weights_change_their_shape(behind: str, safe: bool) -> None:
    net = protogen.loads(pooled(4, "kernel_size: 1 stride: 2") + behind)
    (found,) = check(net, phases=["TEST"], select=["P101"]).diagnostics
    assert found.fix is not None
    assert found.fix.safe is safe
