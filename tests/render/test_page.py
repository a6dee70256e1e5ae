"""The page of a net, without a browser: one file, complete and safe."""

from __future__ import annotations

import html.parser
import json
import re
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import pytest

from protogen import Net, loads
from protogen.graph import State
from protogen.render.dot import dot
from protogen.render.net_svg import net_svg
from protogen.render.page import page
from protogen.zoo import net_of_spec
from tests.mutated_nets import mutated
from tests.pictures.nets import INPUT, chain, convolution, in_place

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "\"quotes\" and 'others'",
    "{{ 7 * 7 }} {% raw %}",
    "line\nbreak\ttab\x01",
    "\u202egnp.exe",
    "x" * 2000,
    "&lt;b&gt; &amp;",
    "\u2028",
    "\udcff",
]


def page_of(net: Net, phase: str = "TEST") -> str:
    return page(net, net.analysis(State(phase)), "net.prototxt")


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


class Tags(html.parser.HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(text)
    return parser.found


def named(name: str) -> Net:
    """A net whose layer, type and blobs have this name."""
    net = loads("\n".join([INPUT, convolution("conv", "data"), in_place("relu", "ReLU", "conv")]))
    for layer in net.message.layer:
        layer.name = layer.name + name.encode("utf-8", "replace").decode()
    return net


def test_the_data_of_a_small_net() -> None:
    net = loads("\n".join([INPUT, convolution("c", "data"), in_place("r", "ReLU", "c")]))
    data = data_of(page_of(net))
    assert [box["title"] for box in data["boxes"]] == ["data", "c"]
    assert data["boxes"][1]["lines"] == ["Convolution 1x1, 3", "ReLU"]
    assert [(edge["name"], edge["label"], edge["to"]) for edge in data["edges"]] == [
        ("data", "1x3x9x9", [1]),
        ("c", "1x3x9x9", []),
    ]
    assert [layer["lines"] for layer in data["layers"]] == [[1, 1], [2, 2], [3, 3]]
    # 3 * 3 weights and 3 biases; 9 products for each of 81 pixels.
    assert ["parameters", "12"] in data["layers"][1]["facts"]
    assert ["MACs", "729"] in data["layers"][1]["facts"]
    assert data["layers"][1]["fields"][0]["box"] == [4, 4, 4, 4]


def test_a_page_needs_no_network() -> None:
    text = page_of(net_of_spec("lenet", {}))
    sources = []
    for tag, attributes in tags(text):
        sources += [(tag, attributes[key]) for key in ("src", "href", "data") if key in attributes]
    assert sources == [("link", "data:,")]
    assert "url(" not in text
    assert "@import" not in text
    policy = next(a["content"] for tag, a in tags(text) if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(name: str) -> None:
    plain = [(tag, set(attributes)) for tag, attributes in tags(page_of(named("")))]
    text = page_of(named(name))
    assert [(tag, set(attributes)) for tag, attributes in tags(text)] == plain
    data = data_of(text)
    assert data["layers"][1]["name"] == "conv" + name.encode("utf-8", "replace").decode()
    assert len(data["boxes"][1]["title"]) <= 60
    assert not re.search("[\x00-\x08\u202a-\u202e\u2028]", data["boxes"][1]["title"])


def test_the_findings_are_those_of_check() -> None:
    net = loads("\n".join([INPUT, convolution("c", "dat")]))
    data = data_of(page_of(net))
    assert [(each["severity"], each["text"]) for each in data["findings"]] == [
        ("warning", 'layer "data" (Input): no layer reads its top "data"'),
        ("error", 'layer "c" (Convolution): reads blob "dat", which no earlier layer produces'),
    ]
    assert [layer["findings"] for layer in data["layers"]] == [[0], [1]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name: "nothing"',
        "layer { name: 'x' type: 'Nothing' bottom: 'x' top: 'x' }",
        "layer { name: 'a' type: 'ReLU' bottom: 'b' top: 'a' }"
        " layer { name: 'b' type: 'ReLU' bottom: 'a' top: 'b' }",
        "layer { name: 'd' type: 'Input' top: 'd'"
        " input_param { shape { dim: 0 dim: 2147483648 } } }",
        "layer { type: 'Input' }",
        "layer {",
        "input: 'data' input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9",
        "layers { name: 'r' type: RELU bottom: 'x' top: 'x' }",
    ],
)
def test_every_net_has_a_page(text: str) -> None:
    data = data_of(page_of(loads(text)))
    assert data["groups"]
    assert data["source"] == text


def test_a_composed_net_has_lines_of_its_prototxt() -> None:
    net = net_of_spec("lenet", {})
    data = data_of(page_of(net))
    lines = data["source"].split("\n")
    for layer in data["layers"]:
        first, last = layer["lines"]
        assert lines[first - 1] == "layer {"
        assert lines[last - 1] == "}"


def test_a_long_chain_opens_folded() -> None:
    data = data_of(page_of(loads(chain(500))))
    assert [number for number, group in enumerate(data["groups"]) if group["open"]] == [0]
    assert sum(len(rank) for rank in data["groups"][0]["ranks"]) == 2


def test_the_script_writes_markup_in_one_place_only() -> None:
    script = resources.files("protogen.templates").joinpath("view.js").read_text("utf-8")
    # What the server of the editor has escaped; everything else is text.
    assert script.count("innerHTML") == 1
    for other in ("eval(", "document.write", "outerHTML", "insertAdjacentHTML", "</script"):
        assert other not in script


@pytest.mark.parametrize("seed", range(30))
def test_mutated_nets_have_pages_and_pictures(seed: int) -> None:
    net = loads(mutated(seed).encode("utf-8", "surrogatepass"))
    analysis = net.analysis(State("TEST" if seed % 2 else "TRAIN"))
    assert len(data_of(page(net, analysis, "x"))["layers"]) == len(analysis.steps)
    ElementTree.fromstring(net_svg(analysis))
    assert dot(analysis, columns=1 + seed % 3).endswith("}\n")
