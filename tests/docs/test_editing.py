"""The programs on the page about editing run, and do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import protogen
from protogen import Net, transforms
from protogen import layers as L
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "editing.md").read_text("utf-8")
CHANGE, COMPOSE, APPLY, TRANSFORM, LAYERS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)


def small_net() -> Net:
    with Net("small") as net:
        x = L.Input(shape=[1, 3, 27, 27], name="data")
        x = L.Convolution(x, name="conv1", num_output=8, kernel_size=3)
        x = L.Pooling(x, name="pool1", kernel_size=2, stride=2)
        x = L.Convolution(x, name="conv2", num_output=8, kernel_size=3)
        x = L.Pooling(x, name="pool5", kernel_size=3, stride=2)
        L.Dropout(x, name="drop", in_place=True)
    return net


def test_the_programs_of_the_page(in_folder: Path) -> None:
    small_net().save("deploy.prototxt")
    small_net().save("body.prototxt")
    names: dict[str, object] = {}
    exec(CHANGE, names)
    before = Path("deploy.prototxt").read_text().split("\n")
    after = Path("wider.prototxt").read_text().split("\n")
    assert len(before) == len(after)
    assert [new for old, new in zip(before, after) if old != new] == ["    num_output: 16"]

    exec(COMPOSE, names)
    net = names["net"]
    assert isinstance(net, Net)
    assert protogen.infer_shapes(net).blobs["prob"] == (1, 10)

    exec(APPLY, names)
    types = [layer.type for layer in net.message.layer]
    assert types == ["Input", "Convolution", "ReLU", "Pooling", "Convolution", "Pooling",
                     "InnerProduct", "Softmax"]  # fmt: skip
    assert protogen.infer_shapes(net).blobs["pool1"] == (1, 8, 12, 12)  # floor((25 - 2) / 2) + 1

    exec(TRANSFORM, names)
    result = names["result"]
    assert isinstance(result, transforms.Result)
    assert protogen.check(result.net).ok

    exec(LAYERS, names)
    net = names["net"]
    assert isinstance(net, Net)
    layers = [(layer.name, layer.type) for layer in net.message.layer]
    assert layers == [
        ("pool1_input", "Input"),
        ("conv2", "Convolution"),
        ("relu5", "ReLU"),
        ("pool5", "Pooling"),
    ]
    assert protogen.infer_shapes(net).blobs["pool5"] == (1, 8, 5, 5)  # ceil((10 - 3) / 2) + 1


def test_every_transform_is_on_the_page() -> None:
    for name in transforms.names():
        assert f"| `{name.title().replace('_', '')}` |" in PAGE
