"""Shapes that the composer states: of layers of unknown types, and of what cannot be inferred."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from protogen import Blob, ComposeError, Net, check, infer_shapes, loads, proto
from protogen import layers as L
from protogen.cli import commands
from protogen.edits import Edit, delete, insert


def composed() -> Net:
    with Net("n") as net:
        x = L.Input(shape=[1, 3, 16, 16], name="x")
        y, z = L.Layer("Blur", x, tops={"y": (1, 8, 16, 16), "z": None}, name="blur")
        L.Convolution(y, num_output=4, kernel_size=3, name="conv")
        L.ReLU(z, name="relu")
    return net


def test_a_layer_of_an_unknown_type() -> None:
    net = composed()
    layer = net.message.layer[1]
    assert (layer.type, list(layer.bottom), list(layer.top)) == ("Blur", ["x"], ["y", "z"])
    result = infer_shapes(net)
    assert result.diagnostics == []
    assert result.blobs["y"] == (1, 8, 16, 16)
    assert result.blobs["conv"] == (1, 4, 14, 14)
    assert result.blobs["relu"] is None


def test_the_shapes_stay_with_the_net() -> None:
    net = composed()
    new = {"name": "new", "type": "Silence", "bottom": ["x"]}
    for other in (net.copy(), net):
        other.apply([insert(("layer", 1), new)])
        assert infer_shapes(other).blobs["conv"] == (1, 4, 14, 14)
        other.apply([delete(("layer", 1)), Edit(("layer", 3, "name"), "set", "c")])
        assert infer_shapes(other).blobs["y"] == (1, 8, 16, 16)
    edited = net.analysis().edited([insert(("layer", 0), {"name": "new", "type": "Silence"})])
    assert edited.blobs["conv"] == (1, 4, 14, 14)


def test_the_text_does_not_have_them() -> None:
    read = loads(composed().to_prototxt())
    assert [(d.name, d.layer) for d in infer_shapes(read).diagnostics] == [("unknown-type", "blur")]
    assert infer_shapes(read, inputs={"y": (1, 8, 16, 16)}).blobs["conv"] == (1, 4, 14, 14)


def test_a_type_with_a_field_for_them_has_them_in_the_text() -> None:
    with Net() as net:
        x = L.Input(shape=[1, 3, 16, 16], name="x")
        L.Layer("Custom", x, tops={"y": (1, 8, 16, 16)}, name="chip")
        L.Custom(x, tops={"a": (1, 2), "b": (1, None)}, name="half")
        L.Custom(x, shape=[[1, 5]], name="own")
    shapes = [[list(s.dim) for s in layer.custom_param.shape] for layer in net.message.layer[1:]]
    assert shapes == [[[1, 8, 16, 16]], [], [[1, 5]]]
    assert infer_shapes(loads(net.to_prototxt())).blobs["y"] == (1, 8, 16, 16)
    assert infer_shapes(net).blobs["b"] == (1, None)


def test_what_a_layer_in_python_produces() -> None:
    with Net() as net:
        x = L.Input(shape=[1, 512, 38, 50], name="x")
        rois = L.Python(x, module="rpn", layer="Proposal", tops={"rois": (None, 5)})
        assert repr(rois) == "<blob 'rois' ?x5>"
        pooled = L.ROIPooling(x, rois, pooled_h=7, pooled_w=7)
    assert pooled.shape == (None, 512, 7, 7)
    assert infer_shapes(net).blobs["rois"] == (None, 5)


def test_sizes_that_a_data_layer_leaves_open() -> None:
    with Net() as net:
        data, label = L.Data(
            source="db", batch_size=8, tops={"data": (None, 3, 32, 32), "label": (8,)}
        )
    assert (data.shape, label.shape) == ((8, 3, 32, 32), (8,))
    assert infer_shapes(net).blobs == {"data": (8, 3, 32, 32), "label": (8,)}


def test_each_phase_has_its_own() -> None:
    with Net() as net:
        for phase, size in (("TRAIN", 600), ("TEST", 300)):
            with net.phase(phase):
                L.Layer("Camera", tops={"data": (1, 3, size, size)}, name="camera")
    assert infer_shapes(net, phase="TRAIN").blobs == {"data": (1, 3, 600, 600)}
    assert infer_shapes(net, phase="TEST").blobs == {"data": (1, 3, 300, 300)}


def test_a_scope_goes_before_the_names() -> None:
    with Net() as net, net.scope("a"):
        y = L.Layer("Blur", tops={"y": (1, 2)}, name="b")
    assert y.name == "a/y"
    assert net.message.layer[0].name == "a/b"


def test_a_known_type_by_its_name() -> None:
    with Net() as net:
        x = L.Input(shape=[1, 3, 16, 16], name="x")
        y = L.Layer("Convolution", x, num_output=4, kernel_size=3)
    assert y.shape == (1, 4, 14, 14)
    assert net.message.layer[1].convolution_param.num_output == 4


def test_messages_of_an_unknown_type() -> None:
    with Net() as net:
        L.Layer(
            "Blur",
            tops={"y": (1, 2)},
            convolution_param={"kernel_size": 3},
            transform_param=proto.TransformationParameter(scale=2),
        )
    layer = net.message.layer[0]
    assert list(layer.convolution_param.kernel_size) == [3]
    assert layer.transform_param.scale == 2


def mistakes() -> list[tuple[Callable[[Blob], Any], str]]:
    return [
        (
            lambda x: L.Layer("Blur", x),
            'layer "blur1": unknown layer type "Blur"\n  hint:  state the shapes of its tops:',
        ),
        (
            lambda x: L.Layer("Convolutoin", x, num_output=3),
            'unknown layer type "Convolutoin"\n  hint:  did you mean "Convolution"?',
        ),
        (
            lambda x: L.Layer("Blur", x, tops={"y": (1, 2)}, num_output=3),
            'unknown keyword "num_output"\n  hint:  parameters of an unknown type go in a message',
        ),
        (
            lambda x: L.Layer("Blur", x, tops={"y": 3}),
            'tops["y"] must be a list of sizes, with None for an unknown size',
        ),
        (
            lambda x: L.Layer("Blur", x, tops={"y": (1, -2)}),
            'tops["y"] must be a list of sizes, with None for an unknown size',
        ),
        (
            lambda x: L.Layer("Blur", x, tops=["y"]),
            "tops must map the names of tops to their shapes, got ['y']\n  hint:  for names alone",
        ),
        (
            lambda x: L.Python(x, module="m", layer="l", tops={"y": (1,)}, ntop=2),
            "expected either tops or ntop, got both",
        ),
        (
            lambda x: L.ReLU(x, tops={"y": (1, 3, 16, 15)}),
            'tops states 1x3x16x15 for "y", but the layer produces 1x3x16x16',
        ),
        (
            lambda x: L.ReLU(x, tops={"y": (3, 16, 16)}),
            'tops states 3x16x16 for "y", but the layer produces 1x3x16x16',
        ),
    ]


@pytest.mark.parametrize(("mistake", "why"), mistakes())
def test_mistakes(mistake: Callable[[Blob], Any], why: str) -> None:
    with Net() as net:
        x = L.Input(shape=[1, 3, 16, 16], name="x")
        with pytest.raises(ComposeError, match=re.escape(why)):
            mistake(x)
    assert len(net.message.layer) == 1


# Unpacking ---------------------------------------------------------------------------------------


def test_one_top_cannot_be_unpacked() -> None:
    with Net():
        x = L.Input(shape=[1, 3, 16, 16], name="x")
        why = 'layer "cut" (Slice): has one top, "cut", which cannot be unpacked'
        with pytest.raises(ComposeError, match=re.escape(why)) as caught:
            _one, _other = L.Slice(x, name="cut", axis=1)
        assert caught.value.diagnostics[0].hint == (
            'give it more: ntop=2, or top=["cut", ...], or say with slice_point where to cut'
        )
        with pytest.raises(ComposeError, match=r"\(ReLU\): has one top"):
            list(L.ReLU(x))
    with pytest.raises(ComposeError, match='has one top, "x"'):
        list(x)


def test_a_check_goes_on_with_what_was_composed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(
        "from protogen import Net, layers as L\n"
        'with Net("n") as net:\n'
        "    x = L.Input(shape=[32, 3, 8], name='data')\n"
        "    r, g, b = L.Slice(x, axis=1, name='s')\n"
    )
    result = CliRunner().invoke(commands, ["check", "net.py"])
    assert result.exit_code == 1
    assert 'net.py:4: error[S101] layer "s" (Slice): has one top, "s"' in result.stdout


def test_an_unknown_type_with_shapes_is_no_finding() -> None:
    assert check(composed(), select=["G104"]).ok
