"""Nets that were read: their message follows the text, and layers are composed into them."""

from __future__ import annotations

import inspect

import pytest

from protogen import ComposeError, check, infer_shapes, loads
from protogen import layers as L

DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 8, 8] } } }'
NET = (
    DATA
    + """
layer {  # halves
  name: "p" type: "Pooling" bottom: "d" top: "p" pooling_param { kernel_size: 2 stride: 2 }
}
"""
)
V1 = """
input: "d" input_dim: [1, 3, 8, 8]
layers { name: "p" type: POOLING bottom: "d" top: "p" pooling_param { kernel_size: 2 stride: 2 } }
"""


@pytest.mark.parametrize(("text", "kind"), [(NET, ("layer", 1)), (V1, ("layers", 0))])
def test_an_edit_of_the_text_is_an_edit_of_the_net(text: str, kind: tuple[str, int]) -> None:
    net = loads(text)
    message = net.message
    assert infer_shapes(net).blobs["p"] == (1, 3, 4, 4)
    net.document.set((*kind, "pooling_param", "stride"), 1)
    assert infer_shapes(net).blobs["p"] == (1, 3, 7, 7)
    assert net.message is message
    assert net.text == net.to_prototxt() == text.replace("stride: 2", "stride: 1")


def test_annotate_writes_the_shapes_of_a_net_that_was_read() -> None:
    reported = [line for line in loads(NET).to_prototxt(annotate=True).split("\n") if "#" in line]
    assert reported == ['  top: "d"  # 1x3x8x8', '  top: "p"  # 1x3x4x4']


def test_layers_are_composed_into_a_net_that_was_read() -> None:
    with loads(NET) as net:
        pooled = net["p"]
        assert pooled.shape == (1, 3, 4, 4)
        ip = L.InnerProduct(pooled, name="ip", num_output=10)
    assert ip.shape == (1, 10)
    added = """
layer {
  name: "ip"
  type: "InnerProduct"
  bottom: "p"
  top: "ip"
  inner_product_param {
    num_output: 10
  }
}"""
    assert net.text == NET.rstrip("\n") + added + "\n"  # the rest as it was, comments included
    assert infer_shapes(net).blobs["ip"] == (1, 10)
    assert infer_shapes(net).params == {"ip": [(10, 48), (10,)]}


def test_layers_composed_into_it_are_placed_at_the_program_and_others_at_the_text() -> None:
    with loads(NET, "net.prototxt") as net:
        L.Pooling(net["p"], name="q", kernel_size=2, stride=3)
    found = check(net, select=["P102"]).diagnostics
    places = [(each.layer, str(each.location).rpartition("/")[2]) for each in found]
    line = inspect.getsourcelines(
        test_layers_composed_into_it_are_placed_at_the_program_and_others_at_the_text
    )[1]
    assert places == [("q", f"test_net_files.py:{line + 2}")]


def test_its_names_are_taken_and_numbers_pass_over_them() -> None:
    with loads(NET + 'layer { name: "relu1" type: "ReLU" bottom: "p" top: "relu1" }') as net:
        assert L.ReLU(net["relu1"]).name == "relu2"
        with pytest.raises(ComposeError, match='a layer named "p" already exists'):
            L.ReLU(net["d"], name="p")


def test_a_blob_that_does_not_exist() -> None:
    with loads(NET) as net, pytest.raises(ComposeError, match='produces a blob "q"') as caught:
        net["q"]
    assert caught.value.diagnostics[0].code == "G101"


def test_a_blob_has_the_shape_of_the_phase_being_composed() -> None:
    both = "".join(
        DATA.replace("[1, 3", f"[{n}, 3").replace("}\n", "}").rstrip()[:-1]
        + f" include {{ phase: {phase} }} }}\n"
        for n, phase in ((64, "TRAIN"), (1, "TEST"))
    )
    with loads(both) as net:
        assert net["d"].shape == (1, 3, 8, 8)
        with net.phase("TRAIN"):
            assert net["d"].shape == (64, 3, 8, 8)


def test_any_kind_of_bytes() -> None:
    for data in (NET.encode(), bytearray(NET.encode()), memoryview(NET.encode())):
        assert loads(data).text == NET


def test_something_that_is_not_a_text() -> None:
    with pytest.raises(TypeError, match="expected the text of a net as str or bytes, got int"):
        loads(3)  # type: ignore[arg-type]


def test_a_text_that_no_file_can_hold() -> None:
    net = loads('name: "a\ud800b\udcff"')
    assert net.text == 'name: "a\ufffdb\udcff"'
    assert check(net).diagnostics
