"""What the wiring of a net reports: bottoms that no layer produces, and names of any kind."""

from __future__ import annotations

from typing import Any

from google.protobuf import text_format

from protogen import infer_shapes, proto

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 4 } } }'


def parse(text: str) -> Any:
    return text_format.Parse(text, proto.NetParameter())


def test_only_the_first_of_many_unknown_bottoms_are_looked_for() -> None:
    lost = "".join(f'layer {{ type: "ReLU" bottom: "dta" top: "r{i}" }}' for i in range(30))
    hints = [found.hint for found in infer_shapes(parse(DATA + lost)).diagnostics]
    assert hints == ['did you mean "data"?'] * 20 + [""] * 10


def test_a_finding_is_one_line_whatever_a_name_holds() -> None:
    net = parse(DATA + r'layer { name: "a\nb" type: "ReLU" bottom: "\033[1m" top: "t" }')
    (found,) = infer_shapes(net).diagnostics
    assert found.headline == (
        r'error[G101] layer "a\nb" (ReLU): reads blob "\x1b[1m", which no earlier layer produces'
    )


def test_no_blob_without_elements_counts_in_the_objective_though_a_split_takes_its_weight() -> None:
    net = parse(
        'layer { name: "x" type: "Input" top: "x" loss_weight: 1'
        " input_param { shape { dim: 0 dim: 4 } } }"
        'layer { name: "r" type: "ReLU" bottom: "x" top: "r" }'
    )
    (found,) = infer_shapes(net).diagnostics  # Caffe: blob.cpp:145] Check failed: diff_
    assert found.message == "an empty top cannot have a loss_weight"
