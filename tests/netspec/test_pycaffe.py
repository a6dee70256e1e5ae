"""``caffe.Net`` without weights, and the rest of the module ``caffe``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

import protogen.netspec as caffe
from protogen import ProtogenError, proto
from protogen.netspec import NetSpec, install
from protogen.netspec import layers as L
from protogen.netspec.needs_caffe import NeedsCaffe


@pytest.fixture
def file(tmp_path: Path) -> str:
    n = NetSpec()
    n.data = L.Input(shape={"dim": [1, 3, 8, 8]})
    n.conv1 = L.Convolution(n.data, num_output=4, kernel_size=3)
    n.relu1 = L.ReLU(n.conv1, in_place=True)
    n.drop = L.Dropout(n.conv1, include={"phase": caffe.TRAIN})
    path = tmp_path / "net.prototxt"
    path.write_text(str(n.to_proto()), encoding="utf-8")
    return str(path)


def test_the_shapes_of_a_net(file: str) -> None:
    net = caffe.Net(file, caffe.TEST)
    assert {name: blob.data.shape for name, blob in net.blobs.items()} == {
        "data": (1, 3, 8, 8),
        "conv1": (1, 4, 6, 6),
    }
    assert [blob.data.shape for blob in net.params["conv1"]] == [(4, 3, 3, 3), (4,)]
    assert (net.inputs, net.outputs) == (["data"], ["conv1"])
    assert net._layer_names == ["data", "conv1", "relu1"]
    assert [layer.type for layer in net.layers] == ["Input", "Convolution", "ReLU"]
    assert net.bottom_names["relu1"] == net.top_names["relu1"] == ["conv1"]
    blob = net.blobs["conv1"]
    assert (blob.num, blob.channels, blob.height, blob.width, blob.count) == (1, 4, 6, 6, 144)
    assert caffe.Net(file, phase=caffe.TRAIN).outputs == ["drop"]


def test_what_computes_needs_a_caffe(file: str) -> None:
    net = caffe.Net(file, caffe.TEST)
    for action in (
        net.forward,
        lambda: net.save("x"),
        lambda: net.blobs["conv1"].data[0],
        lambda: net.blobs["conv1"].data.mean(),
        lambda: caffe.Net(file, "weights.caffemodel", caffe.TEST),
        lambda: caffe.SGDSolver("solver.prototxt"),
        lambda: caffe.get_solver("solver.prototxt"),
        lambda: caffe.io.load_image("cat.jpg"),
    ):
        with pytest.raises(NeedsCaffe, match="needs a Caffe that computes"):
            action()


def test_a_net_without_outputs_has_nothing_to_compute(tmp_path: Path) -> None:
    """BVLC's test_net_spec.py does that."""
    n = NetSpec()
    n.data = L.DummyData(shape={"dim": 3})
    n.silence = L.Silence(n.data, ntop=0)
    path = tmp_path / "net.prototxt"
    path.write_text(str(n.to_proto()), encoding="utf-8")
    assert caffe.Net(str(path), caffe.TEST).forward() == {}


def test_a_net_that_caffe_rejects(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text('layer { name: "a" type: "ReLU" bottom: "x" top: "a" }', encoding="utf-8")
    with pytest.raises(ProtogenError, match=r'net.prototxt:1.*"x"'):
        caffe.Net(str(path), caffe.TEST)
    with pytest.raises(TypeError, match=r"phase must be caffe.TRAIN or caffe.TEST, got None"):
        caffe.Net(str(path))


def test_the_modules_of_caffe() -> None:
    install()
    from caffe import layers, params, to_proto  # type: ignore[import-not-found]
    from caffe.coord_map import crop  # type: ignore[import-not-found]
    from caffe.model_libs import VGGNetBody  # type: ignore[import-not-found]
    from caffe.proto import caffe_pb2  # type: ignore[import-not-found]

    assert sys.modules["caffe"] is caffe
    assert (layers, params, to_proto) == (caffe.layers, caffe.params, caffe.to_proto)
    assert importlib.import_module("caffe.proto.caffe_pb2") is caffe_pb2
    assert callable(crop)
    assert callable(VGGNetBody)
    assert caffe_pb2.NetParameter is proto.NetParameter
    assert caffe_pb2.Phase.Value("TEST") == caffe_pb2.TEST == caffe.TEST == 1
    assert {"SolverParameter", "BlobShape", "EmitConstraint", "LabelMap"} <= set(caffe_pb2.__all__)
    with pytest.raises(AttributeError, match='caffe_pb2 has no attribute "NoSuch"'):
        _ = caffe_pb2.NoSuch
    assert "Convolution" in caffe.layer_type_list()


def test_a_layer_in_python_can_be_defined() -> None:
    class Loss(caffe.Layer):
        def setup(self, bottom: object, top: object) -> None:
            self.seen = bottom

    layer = Loss()
    layer.setup(1, 2)
    layer.reshape(1, 2)
    assert (layer.seen, layer.param_str) == (1, "")


def test_functions_without_effect() -> None:
    caffe.set_mode_gpu()
    caffe.set_device(0)
    assert (caffe.solver_count(), caffe.solver_rank(), caffe.has_nccl()) == (1, 0, False)
