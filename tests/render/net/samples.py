"""Nets for the tests of every format."""

from __future__ import annotations

import protogen
from protogen.reports.summary import NetSummary, summarize

TEXT = """
layer { name: "data" type: "DummyData" top: "data" include { phase: TRAIN }
        dummy_data_param { shape { dim: 4 dim: 3 } } }
layer { name: "data" type: "Input" top: "data" include { phase: TEST }
        input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "scores"
        inner_product_param { num_output: 5 } }
layer { name: "relu" type: "ReLU" bottom: "scores" top: "scores" }
"""


def net(*phases: str, title: str = "", text: str = TEXT) -> NetSummary:
    read = protogen.loads(text)
    inferences = [protogen.infer_shapes(read, phase) for phase in phases or ("TEST",)]
    return NetSummary(title, tuple(map(summarize, inferences)))
