"""The graph of a net for Graphviz."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from protogen import Net, loads
from protogen.render.dot import dot, graphviz
from protogen.zoo import net_of_spec
from tests.pictures.nets import INPUT, convolution, in_place
from tests.render.test_page import HOSTILE


def small(name: str = "c") -> Net:
    net = loads("\n".join([INPUT, convolution("c", "data"), in_place("r", "ReLU", "c")]))
    net.message.layer[1].name = name
    return net


def test_boxes_and_lines() -> None:
    lines = dot(small().analysis()).split("\n")
    assert r'  n2 [label="c\nConvolution 1x1, 3\nReLU" fillcolor="#d6e6fb"];' in lines
    assert '  n1 -> n2 [label=" 1x3x9x9"];' in lines


def test_direction() -> None:
    assert "rankdir=LR;" in dot(small().analysis(), "LR")


def test_scopes_are_clusters() -> None:
    text = dot(net_of_spec("googlenet", {}).analysis())
    assert re.findall(r"label=\"(inception_\w+)\"; labeljust", text) == [
        f"inception_{name}" for name in ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
    ]


def test_what_repeats_is_one_box() -> None:
    text = dot(net_of_spec("resnet152", {}).analysis())
    # Three convolutions with BatchNorm and Scale, two of them with ReLU; the sum and its ReLU: 13.
    assert r'label="res4b1 … res4b35\n35 ×, 455 layers"' in text


def test_an_error_has_a_red_outline() -> None:
    text = dot(loads("\n".join([INPUT, convolution("c", "dat")])).analysis())
    assert re.search(r'"c\\nConvolution 1x1, 3" fillcolor="#d6e6fb" color="#c0182b"', text)


@pytest.mark.parametrize("name", [*HOSTILE, r"\N \G \l", "é漢"])
def test_graphviz_draws_a_name_as_it_is(name: str) -> None:
    pytest.importorskip("pygraphviz", reason="the extra [draw] is not installed")
    name = name.encode("utf-8", "replace").decode()
    drawn = graphviz(dot(small(name).analysis()), "svg").decode()
    texts = [element.text or "" for element in ElementTree.fromstring(drawn).iter() if element.text]
    assert len([text for text in texts if text.strip() == "Convolution 1x1, 3"]) == 1
    if len(name) < 48 and name.isprintable():
        # Graphviz writes spaces as no-break spaces.
        assert name in [text.replace("\u00a0", " ") for text in texts]


@pytest.mark.parametrize(("file_format", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_graphviz_writes_other_formats(file_format: str, start: bytes) -> None:
    pytest.importorskip("pygraphviz", reason="the extra [draw] is not installed")
    assert graphviz(dot(small().analysis()), file_format).startswith(start)


def test_an_empty_net() -> None:
    pytest.importorskip("pygraphviz", reason="the extra [draw] is not installed")
    assert b"<svg" in graphviz(dot(loads("").analysis()), "svg")


def test_columns_end_and_go_on_in_circles() -> None:
    text = dot(net_of_spec("googlenet", {}).analysis(), columns=3)
    circles = re.findall(r"^  ((?:in|out)\w+) \[label=(\d) shape=circle", text, re.MULTILINE)
    assert circles == [("out1", "1"), ("out2", "2"), ("in1_1", "1"), ("in2_2", "2")]
    # Each inception module reads the value of a circle four times.
    assert len(re.findall(r"^  in1_1 -> ", text, re.MULTILINE)) == 4
    assert "top0 -> top1 -> top2" in text


@pytest.mark.parametrize("columns", [1, 2, 20])
def test_columns_of_a_small_or_empty_net(columns: int) -> None:
    pytest.importorskip("pygraphviz", reason="the extra [draw] is not installed")
    for net in (small(), loads("")):
        assert b"<svg" in graphviz(dot(net.analysis(), "LR", columns), "svg")
