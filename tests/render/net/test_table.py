"""The table of a net; its figures were worked out by hand."""

from __future__ import annotations

from protogen.render.context import Context
from protogen.render.net.table import render
from tests.render.net.samples import TEXT, net

# 3 inputs to 5 outputs: 15 weights and 5 biases, 15 products for each of 2 rows.
TABLE = """\
layer  type          tops                   learnable            parameters  MACs
data   Input         2x3
ip     InnerProduct  scores 2x5             weights 5x3, bias 5          20    30
relu   ReLU          scores 2x5 (in place)
3 layers, 20 parameters, 30 multiply-accumulates, 16 elements in blobs (0.0 MiB as floats)"""

PHASES = """\
   layer  type          tops in TRAIN          tops in TEST           learnable
   data   DummyData     4x3                    -
   data   Input         -                      2x3
*  ip     InnerProduct  scores 4x5             scores 2x5             weights 5x3, bias 5
*  relu   ReLU          scores 4x5 (in place)  scores 2x5 (in place)
TRAIN: 3 layers, 20 parameters, 60 multiply-accumulates, 32 elements in blobs (0.0 MiB as floats)
TEST: 3 layers, 20 parameters, 30 multiply-accumulates, 16 elements in blobs (0.0 MiB as floats)"""


def test_one_phase() -> None:
    assert "\n".join(render([net()], Context())) == TABLE


def test_phases_side_by_side() -> None:
    assert "\n".join(render([net("TRAIN", "TEST")], Context())) == PHASES


def test_several_nets_have_titles() -> None:
    nets = [net(title="a.prototxt"), net(title="b.prototxt")]
    lines = "\n".join(render(nets, Context())).split("\n")
    assert lines == ["a.prototxt", *TABLE.split("\n"), "", "b.prototxt", *TABLE.split("\n")]


def test_an_unknown_number() -> None:
    unknown = TEXT.replace('"ReLU"', '"Mystery"')
    *_, row, totals = "\n".join(render([net(text=unknown)], Context())).split("\n")
    assert row.split()[-3:] == ["place)", "?", "?"]
    assert totals.startswith("3 layers, at least 20 parameters, at least 30 multiply-accumulates,")


def test_a_net_that_cannot_be_read_has_no_table() -> None:
    assert list(render([net(text="base_lr: 0.1 max_iter: 3")], Context())) == []
