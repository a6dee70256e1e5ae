"""Nets as NetSpec scripts: what is written, and that the script composes the net."""

from __future__ import annotations

import sys

import pytest

from protogen import loads
from protogen.render.program import to_python

DATA = (
    'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }'
)


def script(text: str) -> str:
    """The script of a net. `to_python` has run it, and compared the messages."""
    return to_python(loads(text), "netspec")


def test_a_script_as_people_write_them() -> None:
    assert script(
        'name: "small"'
        + DATA
        + '\n# wide\nlayer { name: "conv" type: "Convolution" bottom: "data" top: "conv"'
        + ' param { lr_mult: 1 } convolution_param { num_output: 4 kernel_size: 3 engine: CAFFE'
        + ' weight_filler { type: "xavier" } } }'
        + 'layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }'
        + 'layer { name: "a/b" type: "Pooling" bottom: "conv" top: "a/b"'
            " pooling_param { pool: AVE } }"
        + 'layer { name: "none" type: "Silence" bottom: "a/b" include { phase: TEST } }'
    ) == '''\
"""A net, written by protogen to-python --style netspec."""

import caffe
from caffe import layers as L
from caffe import params as P

n = caffe.NetSpec()
n.data = L.Input(shape=[dict(dim=[1, 3, 8, 8])])
# wide
n.conv = L.Convolution(
    n.data, param=[dict(lr_mult=1)], num_output=4, kernel_size=3, weight_filler=dict(type="xavier"),
    engine=P.Convolution.CAFFE,
)
n.relu = L.ReLU(n.conv, in_place=True)
n["a/b"] = L.Pooling(n.conv, pool=P.Pooling.AVE)
n.none = L.Silence(n["a/b"], ntop=0, include=[dict(phase=caffe.TEST)])

net = n.to_proto()
net.name = "small"

if __name__ == "__main__":
    print(net)
'''  # fmt: skip


@pytest.mark.parametrize(
    "layers",
    [
        # The names of blobs and layers meet, or are not those of NetSpec.
        'layer { name: "a" type: "ReLU" bottom: "data" top: "b" }'
        ' layer { name: "b" type: "ReLU" bottom: "b" top: "b" }',
        'layer { name: "d" type: "Data" top: "x" top: "y" include { phase: TRAIN } }'
        ' layer { name: "d" type: "Data" top: "x" top: "y" include { phase: TEST } }'
        ' layer { name: "s" type: "Softmax" bottom: "x" top: "s" }',
        'layer { name: "tops" type: "ReLU" bottom: "data" top: "tops" }'
        ' layer { name: "class" type: "ReLU" bottom: "tops" top: "class" }',
        # NetSpec cannot say these.
        'layer { name: "a" type: "ReLU" bottom: "missing" top: "a" }',
        'layer { name: "a" type: "ReLU" bottom: "data" top: "a" relu_param { } }'
        ' layer { name: "b" type: "ReLU" bottom: "a" top: "b" }',
        'layer { type: "ReLU" bottom: "data" top: "a" } layer { name: "x" }',
        'layer { name: "a" type: "Scale" bottom: "data" bottom: "data" top: "data" }',
        'layer { name: "a" type: "Deconvolution" bottom: "data" top: "a"'
        " convolution_param { num_output: 3 kernel_size: 2 } }",
        'state { phase: TEST stage: "deep" } force_backward: true',
        'layer { name: "a" type: "SoftmaxWithLoss" bottom: "data" top: "a" loss_weight: 0.3'
        " loss_param { ignore_label: 255 normalization: VALID } }",
    ],
)
def test_what_netspec_does_not_say_by_itself(layers: str) -> None:
    source = script(DATA + layers)
    assert "n = caffe.NetSpec()" in source


def test_import_caffe_is_as_before() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("caffe")}
    script(DATA)
    after = {name: module for name, module in sys.modules.items() if name.startswith("caffe")}
    assert after == before
