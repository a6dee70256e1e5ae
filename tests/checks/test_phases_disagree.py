from __future__ import annotations

from tests.checks.nets import BOTH, fc, findings, image, in_phase, layer


def of_sizes(train: int, test: int) -> str:
    return in_phase("TRAIN", image(3, train)) + in_phase("TEST", image(3, test))


def test_the_whole_message() -> None:
    # 3*7*7 = 147 and 3*8*8 = 192 elements.
    assert findings(of_sizes(8, 7) + fc("fc", "data"), "G302", phases=BOTH) == [
        'net.prototxt:3:1: error[G302] layer "fc" (InnerProduct): has learnable blobs 8x147 and 8'
        " in TEST, but has learnable blobs 8x192 and 8 in TRAIN\n"
        "  why:   when the solver tests, each layer takes the blobs of the layer with the same name"
        " in the training net, and Caffe aborts if their shapes differ"
    ]


def test_layers_of_different_types() -> None:
    net = image(3, 8) + in_phase("TRAIN", fc("fc", "data"))
    net += in_phase("TEST", layer("fc", "ReLU", "data"))
    (text,) = findings(net, "G302", phases=BOTH)
    assert "has no learnable blobs in TEST, but has learnable blobs 8x192 and 8 in TRAIN" in text


def test_blobs_that_do_not_depend_on_the_size() -> None:
    conv = layer("conv", "Convolution", "data", convolution_param="num_output: 4 kernel_size: 3")
    assert findings(of_sizes(8, 7) + conv, "G302", phases=BOTH) == []


def test_layers_that_share_a_name_in_one_phase() -> None:
    """A real Caffe loads the net; `duplicate-layer-name` warns."""
    conv = "num_output: 3 kernel_size: {}"
    net = image(3, 8) + layer("c", "Convolution", "data", convolution_param=conv.format(1))
    net += layer("c", "Convolution", "c", convolution_param=conv.format(3)).replace(
        'top: "c"', 'top: "d"'
    )
    assert findings(net, "G302", phases=BOTH) == []
    assert len(findings(net, "G206")) == 1
