"""Rows and totals; each sum was worked out by hand."""

from __future__ import annotations

import protogen
from protogen.reports.summary import Total, align_phases, summarize

SHARED = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 5 } } }
layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" param { name: "w" }
        inner_product_param { num_output: 3 } }
layer { name: "r" type: "ReLU" bottom: "a" top: "a" }
layer { name: "b" type: "InnerProduct" bottom: "x" top: "b" param { name: "w" }
        inner_product_param { num_output: 3 } }
"""


def test_what_is_shared_counts_once() -> None:
    summary = summarize(protogen.infer_shapes(protogen.loads(SHARED)))
    assert [row.parameters for row in summary.rows] == [Total(0), Total(18), Total(0), Total(3)]
    assert summary.parameters == Total(21)
    assert summary.macs == Total(60)


def test_what_is_written_in_place_takes_no_memory() -> None:
    assert summarize(protogen.infer_shapes(protogen.loads(SHARED))).activations == Total(10 + 6 + 6)


def test_a_sum_with_an_unknown_part_is_not_exact() -> None:
    net = protogen.loads(SHARED.replace("dim: 5", "").replace('"ReLU"', '"Mystery"'))
    summary = summarize(protogen.infer_shapes(net))
    assert (summary.parameters.exact, summary.activations.exact) == (False, False)


def test_layers_side_by_side() -> None:
    layer = 'layer { name: "d" type: "DummyData" top: "d" include { phase: %s } %s }'
    shape = "dummy_data_param { shape { dim: %d dim: 2 } }"
    net = protogen.loads(
        layer % ("TRAIN", shape % 8)
        + layer % ("TEST", shape % 4)
        + 'layer { name: "s" type: "Sigmoid" bottom: "d" top: "s" }'
        + 'layer { name: "r" type: "Reduction" bottom: "d" top: "r" }'
    )
    phases = [summarize(protogen.infer_shapes(net, phase)) for phase in ("TRAIN", "TEST")]
    layers = align_phases(phases)
    assert [(s.first.name, [r is not None for r in s.rows], s.differs) for s in layers] == [
        ("d", [True, False], False),
        ("d", [False, True], False),
        ("s", [True, True], True),
        ("r", [True, True], False),
    ]
