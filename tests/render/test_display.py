"""What ``print``, ``repr`` and a notebook show of nets, inferences, reports and blobs."""

from __future__ import annotations

import inspect

import pytest

import protogen
from protogen import fillers
from protogen import layers as L
from protogen.compose import blocks

NET = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 4 } }
"""
BROKEN = NET + 'layer { name: "<b>" type: "Relu" bottom: "ip" top: "<b>" }'


def test_print_shows_a_net_with_its_totals() -> None:
    lines = str(protogen.loads(NET)).split("\n")
    assert lines[0] == "<net 'small', 2 layers>"
    cells = "ip InnerProduct 1x3 1x4 16 12 16 B 100.0 % ██████████"
    assert " ".join(lines[4].split()) == cells
    assert "parameters  16 learned" in "\n".join(lines)


def test_a_net_has_a_summary() -> None:
    assert protogen.loads(NET).summary().parameters == 16
    assert protogen.loads(NET).summary(batch=5).macs == 60


def test_reprs_fit_on_a_line() -> None:
    net = protogen.loads(BROKEN, "net.prototxt")
    assert repr(net) == "<net 'small', 3 layers>"
    assert repr(protogen.infer_shapes(net)) == "<analysis in TEST: 3 layers, rejected>"
    report = protogen.check(net)
    assert repr(report).startswith("<report: 1 error")
    assert repr(protogen.check(protogen.loads(NET))) == "<report: no findings>"
    assert repr(report.diagnostics[0]) == (
        '<net.prototxt:6:21: error[G104] layer "<b>" (Relu): unknown layer type "Relu">'
    )


def test_reports_and_inferences_print_what_is_wrong() -> None:
    net = protogen.loads(BROKEN, "net.prototxt")
    assert 'did you mean "ReLU"?' in str(protogen.check(net))
    text = str(protogen.infer_shapes(net))
    assert "at least" not in text.split("\n")[0]
    assert 'unknown layer type "Relu"' in text
    assert str(protogen.check(protogen.loads(NET))) == "<report: no findings>"


@pytest.mark.parametrize("kind", ["net", "inference", "report", "summary"])
def test_a_notebook_shows_names_as_text(kind: str) -> None:
    net = protogen.loads(BROKEN)
    shown = {
        "net": net,
        "inference": protogen.infer_shapes(net),
        "report": protogen.check(net),
        "summary": protogen.summary(net),
    }[kind]
    html = shown._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_a_notebook_shows_blobs() -> None:
    with protogen.Net():
        x = L.Input(shape=[1, 3, 8, 8], name="<x>")
    assert x._repr_html_() == "<code>&lt;x&gt;</code> 1x3x8x8"


def test_a_layer_type_has_a_signature_for_completion() -> None:
    parameters = inspect.signature(L.Convolution).parameters
    names = list(parameters)
    assert names[:4] == ["bottom", "num_output", "bias_term", "pad"]
    assert parameters["group"].default == 1
    assert parameters["bottom"].kind is inspect.Parameter.POSITIONAL_ONLY
    # Keywords of forks come after those of every layer.
    assert names.index("in_place") < names.index("conv_algorithm")
    assert "slice_point" in inspect.signature(L.Slice).parameters


def test_a_layer_type_explains_its_keywords() -> None:
    doc = inspect.getdoc(L.Convolution) or ""
    assert doc.startswith("Slide ``num_output`` learned filters")
    assert "\n  kernel_size: Size of the kernel, in pixels." in doc
    assert "Keywords:" not in (inspect.getdoc(type(L.Convolution)) or "")


def test_every_layer_type_has_both() -> None:
    for schema in (*L.all_types(), *L.other_types()):
        assert inspect.signature(schema).parameters["name"].default is None
        assert inspect.getdoc(schema)
        assert inspect.signature(type(schema)) is not None


def test_dir_has_public_names_only() -> None:
    assert "importlib" not in dir(protogen)
    assert set(dir(protogen)) == set(protogen.__all__)
    assert "find" not in dir(L)
    assert {"Layer", "Convolution"} <= set(dir(L))
    assert dir(fillers) == sorted(fillers.__all__)
    assert dir(blocks) == list(blocks.__all__)
