"""The graph of a net as SVG, which a notebook shows."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from protogen import Net, loads
from protogen.zoo import net_of_spec
from tests.pictures.nets import INPUT, convolution, in_place
from tests.render.test_page import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def small(name: str = "c") -> Net:
    net = loads("\n".join([INPUT, convolution("c", "data"), in_place("r", "ReLU", "c")]))
    net.message.layer[1].name = name
    return net


def test_what_is_written_on_it() -> None:
    found = texts(small().draw().svg)
    assert sorted(found) == sorted(["data", "Input", "1x3x9x9", "c", "Convolution 1x1, 3", "ReLU"])


def test_googlenet_has_all_its_groups() -> None:
    found = texts(net_of_spec("googlenet", {}).draw().svg)
    assert {"pool1", "inception_3a", "inception_5b", "⌈ ⌉"} <= set(found)
    assert found.count("⌈ ⌉") == 4  # each of the four poolings with stride 2 rounds up


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(name: str) -> None:
    svg = small(name.encode("utf-8", "replace").decode()).draw().svg
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "rect", "path", "text"}
    assert "Convolution 1x1, 3" in texts(svg)


@pytest.mark.parametrize("text", ["", "layer { type: 'Input' }", "layer {", "layer { name: 'x' }"])
def test_every_net_has_a_picture(text: str) -> None:
    assert loads(text).draw().svg.startswith("<svg")


def test_an_error_is_marked() -> None:
    svg = loads("\n".join([INPUT, convolution("c", "dat")])).draw().svg
    assert 'stroke="#c0182b"' in svg
    assert 'stroke="#c0182b"' not in small().draw().svg


def test_a_drawing_is_shown_and_saved(tmp_path: Path) -> None:
    drawing = small().draw()
    assert drawing._repr_svg_() == drawing.svg == str(drawing) == small()._repr_svg_()
    assert small().analysis()._repr_svg_() == drawing.svg
    drawing.save(tmp_path / "net.svg")
    assert (tmp_path / "net.svg").read_text("utf-8") == drawing.svg
    assert "characters of SVG" in repr(drawing)


def test_a_phase() -> None:
    net = net_of_spec("lenet", {"form": "train_val"})
    assert "loss" in texts(net.draw("TRAIN").svg)
    assert "accuracy" not in texts(net.draw("TRAIN").svg)
    assert "accuracy" in texts(net.draw("TEST").svg)


def test_only_nets_have_pictures() -> None:
    from protogen.render.display import svg

    with pytest.raises(TypeError, match="int has no picture"):
        svg(3)
