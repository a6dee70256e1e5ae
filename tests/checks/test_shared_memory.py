"""Layers that overwrite a blob under another name.

A real Caffe was run on each of these nets, and on the same net in which the layer writes a new top.
The tops or gradients of the two differ exactly where there is a finding.
"""

from __future__ import annotations

import pytest

from tests.checks.nets import fc, findings, image, in_place, layer

LABELED = (
    'layer { name: "data" type: "Input" top: "data" top: "label"\n'
    "  input_param { shape { dim: 2 dim: 4 dim: 1 dim: 1 } shape { dim: 2 dim: 3 } } }\n"
)
POWER = layer("a", "Power", "data", power_param="scale: 2")
FLATTEN = layer("s", "Flatten", "a")
OVERWRITE = in_place("r", "Power", "s", power_param="shift: 100")
READER = layer("o", "Power", "a")


def test_the_whole_message() -> None:
    assert findings(image(4, 1) + POWER + FLATTEN + OVERWRITE + READER, "G212") == [
        'net.prototxt:14:15: warning[G212] layer "r" (Power): overwrites "s" in place, and with it'
        ' "a", which layer "o" (Power) reads later\n'
        '  why:   the two blobs use the same memory: layer "s" (Flatten) copies nothing\n'
        "  hint:  give the top another name, and let the later layers read it"
    ]


def test_a_reader_before_the_layer() -> None:
    assert findings(image(4, 1) + POWER + FLATTEN + READER + OVERWRITE, "G212") == []


SHARING = [
    ("Flatten", ""),
    ("Reshape", "reshape_param { shape { dim: 1 dim: 4 } }"),
    ("Concat", ""),
    ("Slice", ""),
    ("Split", ""),
    ("Permute", "permute_param { order: 0 order: 1 order: 2 order: 3 }"),
]
COPYING = [
    ("Dropout", ""),
    ("Pooling", "pooling_param { kernel_size: 1 }"),
    ("Permute", "permute_param { order: 0 order: 2 order: 1 order: 3 }"),
    ("Tile", "tile_param { tiles: 1 }"),
    ("SPP", "spp_param { pyramid_height: 1 }"),
    ("Im2col", "convolution_param { kernel_size: 1 }"),
    ("Power", ""),
]


@pytest.mark.parametrize(
    ("kind", "params", "found"),
    [(*each, 1) for each in SHARING] + [(*each, 0) for each in COPYING],
)
def test_types_that_copy_nothing(kind: str, params: str, found: int) -> None:
    sharing = layer("s", kind, "a").replace("\n  \n", f"\n  {params}\n")
    net = image(4, 1) + POWER + sharing + OVERWRITE + READER
    assert len(findings(net, "G212")) == found


def test_two_tops_of_a_split() -> None:
    split = layer("s", "Split", "a").replace('top: "s"', 'top: "s" top: "t"')
    assert (
        len(findings(image(4, 1) + POWER + split + OVERWRITE + layer("o", "TanH", "t"), "G212"))
        == 1
    )


def test_dropout_changes_nothing_in_test() -> None:
    net = image(4, 1) + POWER + FLATTEN + in_place("r", "Dropout", "s") + READER
    assert findings(net, "G212", phases=("TEST",)) == []
    assert len(findings(net, "G212", phases=("TRAIN",))) == 1


def trained(producer: str, reader: str) -> str:
    """A net in which a Scale overwrites the blob "a" through the Flatten "s"."""
    learned = layer("c", "Convolution", "data", convolution_param="num_output: 4 kernel_size: 1")
    scale = in_place("r", "Scale", "s", scale_param="bias_term: true")
    net = LABELED + learned + producer + FLATTEN + reader + scale
    net += fc("f2", "s", "num_output: 3") + layer("sum", "Eltwise", "f1", "f2")
    return net + layer("loss", "EuclideanLoss", "sum", "label")


PRODUCER = layer("a", "Power", "c")
LAST = fc("f1", "g", "num_output: 3")


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 1 }"),
        ("Deconvolution", "convolution_param { num_output: 4 kernel_size: 1 }"),
        ("Scale", "scale_param { bias_term: true }"),
        ("ReLU", ""),
        ("PReLU", ""),
        ("Power", "power_param { power: 2 }"),
        ("AbsVal", ""),
        ("ELU", ""),
        ("BNLL", ""),
        ("LRN", ""),
        ("Log", "log_param { shift: 20 }"),
        ("Reduction", "reduction_param { operation: SUMSQ axis: 2 }"),
    ],
)
def test_gradients_that_need_the_bottom(kind: str, params: str) -> None:
    reader = layer("g", kind, "a").replace("\n  \n", f"\n  {params}\n")
    (text,) = findings(trained(PRODUCER, reader + LAST), "G212", phases=("TRAIN",))
    assert f'and with it "a", from which layer "g" ({kind}) computes its gradient\n' in text
    assert findings(trained(PRODUCER, reader + LAST), "G212", phases=("TEST",)) == []


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("Bias", ""),
        ("TanH", ""),
        ("Sigmoid", ""),
        ("MVN", ""),
        ("BatchNorm", ""),
        ("Pooling", "pooling_param { kernel_size: 1 }"),
        ("Softmax", ""),
        ("Exp", "exp_param { scale: 0.1 }"),
        ("Dropout", ""),
        ("Tile", "tile_param { tiles: 2 }"),
        ("Im2col", "convolution_param { kernel_size: 1 }"),
    ],
)
def test_gradients_that_do_not(kind: str, params: str) -> None:
    reader = layer("g", kind, "a").replace("\n  \n", f"\n  {params}\n")
    assert findings(trained(PRODUCER, reader + LAST), "G212", phases=("TRAIN",)) == []


@pytest.mark.parametrize(("operation", "found"), [("PROD", 1), ("SUM", 0), ("MAX", 0)])
def test_a_product_needs_its_bottoms(operation: str, found: int) -> None:
    reader = layer("g", "Eltwise", "a", "c", eltwise_param=f"operation: {operation}")
    assert len(findings(trained(PRODUCER, reader + LAST), "G212", phases=("TRAIN",))) == found


@pytest.mark.parametrize(
    ("kind", "params", "found"),
    [
        ("TanH", "", 1),
        ("Sigmoid", "", 1),
        ("ELU", "", 1),
        ("Exp", "exp_param { scale: 0.1 }", 1),
        ("Softmax", "", 1),
        ("LRN", "", 1),
        ("MVN", "", 1),
        ("Power", "power_param { power: 3 }", 1),
        ("ReLU", "", 0),
        ("PReLU", "", 0),
        ("BatchNorm", "", 0),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 1 }", 0),
        ("Scale", "", 0),
        ("Dropout", "", 0),
        ("Log", "log_param { shift: 20 }", 0),
        ("BNLL", "", 0),
        ("AbsVal", "", 0),
    ],
)
def test_gradients_that_need_the_top(kind: str, params: str, found: int) -> None:
    producer = layer("a", kind, "c").replace("\n  \n", f"\n  {params}\n")
    net = trained(producer, fc("f1", "c", "num_output: 3"))
    assert len(findings(net, "G212", phases=("TRAIN",))) == found
