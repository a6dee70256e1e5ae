"""Blocks: the layers each adds, under their published names, and what they produce.

The names and shapes of inception, fire, bottleneck and depthwise_separable are those of the
prototxt files that were published with their nets.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import pytest

from protogen import Blob, ComposeError, Net, blocks, infer_shapes
from protogen import layers as L
from protogen.compose.blocks import __all__ as every_block


def composed(block: Callable[..., Blob], *shape: int, **keywords: Any) -> tuple[Net, Blob]:
    """A net of one block on a bottom of this shape, and the block's top."""
    with Net() as net:
        top = block(L.Input(name="data", shape=list(shape)), **keywords)
    assert infer_shapes(net).ok
    return net, top


def layers(net: Net) -> list[tuple[str, str]]:
    return [(layer.name, layer.type) for layer in net.message.layer[1:]]


def learned(net: Net) -> int:
    return sum(prod(shape) for shapes in infer_shapes(net).params.values() for shape in shapes)


def test_every_file_is_a_block() -> None:
    assert {"inception", "mlpconv", "bottleneck"} <= set(every_block)
    assert all(
        callable(getattr(blocks, name)) and getattr(blocks, name).__doc__ for name in every_block
    )


def test_an_unknown_block_is_reported() -> None:
    with pytest.raises(AttributeError, match='unknown block "incepton"; did you mean "inception"'):
        blocks.incepton  # noqa: B018


@pytest.mark.parametrize(
    ("name", "relu"), [("conv1_1", "relu1_1"), ("fc6", "relu_fc6"), ("conv", "relu_conv")]
)
def test_conv_relu(name: str, relu: str) -> None:
    net, top = composed(
        blocks.conv_relu, 1, 3, 8, 8, num_output=4, kernel_size=3, pad=1, stride=2, name=name
    )
    assert layers(net) == [(name, "Convolution"), (relu, "ReLU")]
    assert (top.name, top.shape) == (name, (1, 4, 4, 4))


def test_conv_relu_without_a_name_is_numbered() -> None:
    net, _ = composed(blocks.conv_relu, 1, 3, 8, 8, num_output=4, kernel_size=3)
    assert layers(net) == [("convolution1", "Convolution"), ("relu1", "ReLU")]


def test_mlpconv_is_the_first_of_network_in_network() -> None:
    net, top = composed(
        blocks.mlpconv,
        *(1, 3, 32, 32),
        num_output=(192, 160, 96),
        kernel_size=5,
        pad=2,
        name=("conv1", "cccp1", "cccp2"),
        weight_filler={"type": "gaussian", "std": 0.05},
    )
    assert [name for name, _ in layers(net)] == [
        *("conv1", "relu1", "cccp1", "relu_cccp1", "cccp2", "relu_cccp2")
    ]
    assert top.shape == (1, 96, 32, 32)
    assert infer_shapes(net).params["cccp1"] == [(160, 192, 1, 1), (160,)]
    fillers = [layer.convolution_param.weight_filler.std for layer in net.message.layer[1::2]]
    assert fillers == pytest.approx([0.05] * 3)


def test_inception_3a_of_googlenet() -> None:
    net, top = composed(
        blocks.inception, *(1, 192, 28, 28), num_output=(64, 96, 128, 16, 32, 32), name="i3a"
    )
    assert [name.removeprefix("i3a/") for name, _ in layers(net)] == [
        *("1x1", "relu_1x1", "3x3_reduce", "relu_3x3_reduce", "3x3", "relu_3x3"),
        *("5x5_reduce", "relu_5x5_reduce", "5x5", "relu_5x5"),
        *("pool", "pool_proj", "relu_pool_proj", "output"),
    ]
    assert (top.name, top.shape) == ("i3a/output", (1, 256, 28, 28))
    # Table 1 of the paper: 159K weights (159.5 * 1024).
    assert learned(net) == 163_328 + (64 + 96 + 128 + 16 + 32 + 32)


def test_inception_without_reductions_is_the_naive_module() -> None:
    net, top = composed(
        blocks.inception, *(1, 192, 28, 28), num_output=(64, 0, 128, 0, 32, 32), name="i3a"
    )
    assert not [name for name, _ in layers(net) if name.endswith("reduce")]
    assert top.shape == (1, 256, 28, 28)
    assert infer_shapes(net).params["i3a/5x5"][0] == (32, 192, 5, 5)


def test_fire2_of_squeezenet() -> None:
    net, top = composed(blocks.fire, *(1, 96, 55, 55), squeeze=16, expand=64, name="fire2")
    assert [name.removeprefix("fire2/") for name, _ in layers(net)] == [
        *("squeeze1x1", "relu_squeeze1x1", "expand1x1", "relu_expand1x1"),
        *("expand3x3", "relu_expand3x3", "concat"),
    ]
    assert top.shape == (1, 128, 55, 55)
    assert learned(net) == 11_920  # Table 1 of the paper


def test_conv_bn_scale_relu_is_the_first_of_resnet() -> None:
    net, top = composed(
        blocks.conv_bn_scale_relu,
        *(1, 3, 224, 224),
        num_output=64,
        kernel_size=7,
        pad=3,
        stride=2,
        name="conv1",
    )
    assert layers(net) == [
        ("conv1", "Convolution"),
        ("bn_conv1", "BatchNorm"),
        ("scale_conv1", "Scale"),
        ("conv1_relu", "ReLU"),
    ]
    assert (top.name, top.shape) == ("conv1", (1, 64, 112, 112))
    params = infer_shapes(net).params
    assert params["conv1"] == [(64, 3, 7, 7)]
    assert params["scale_conv1"] == [(64,), (64,)]


def test_conv_bn_scale_relu_without_a_relu_and_a_name() -> None:
    net, _ = composed(
        blocks.conv_bn_scale_relu, *(1, 3, 8, 8), num_output=4, kernel_size=3, relu=False
    )
    assert [name for name, _ in layers(net)] == ["convolution1", "batchnorm1", "scale1"]


def test_bottleneck_res3a_of_resnet_projects_its_shortcut() -> None:
    net, top = composed(
        blocks.bottleneck, *(1, 256, 56, 56), num_output=512, stride=2, name="res3a"
    )
    assert [name for name, _ in layers(net)] == [
        *("res3a_branch1", "bn3a_branch1", "scale3a_branch1"),
        *("res3a_branch2a", "bn3a_branch2a", "scale3a_branch2a", "res3a_branch2a_relu"),
        *("res3a_branch2b", "bn3a_branch2b", "scale3a_branch2b", "res3a_branch2b_relu"),
        *("res3a_branch2c", "bn3a_branch2c", "scale3a_branch2c"),
        *("res3a", "res3a_relu"),
    ]
    assert (top.name, top.shape) == ("res3a", (1, 512, 28, 28))
    strides = {layer.name: list(layer.convolution_param.stride) for layer in net.message.layer}
    assert strides["res3a_branch1"] == strides["res3a_branch2a"] == [2]


def test_bottleneck_adds_a_bottom_with_the_right_shape() -> None:
    net, top = composed(blocks.bottleneck, *(1, 256, 56, 56), num_output=256, name="res2b")
    assert not [name for name, _ in layers(net) if "branch1" in name]
    assert list(net.message.layer[-2].bottom) == ["data", "res2b_branch2c"]
    assert top.shape == (1, 256, 56, 56)


def test_depthwise_separable_conv2_1_of_mobilenet() -> None:
    net, top = composed(
        blocks.depthwise_separable, *(1, 32, 112, 112), num_output=64, stride=2, name="conv2_1"
    )
    assert [name for name, _ in layers(net)] == [
        *("conv2_1/dw", "conv2_1/dw/bn", "conv2_1/dw/scale", "relu2_1/dw"),
        *("conv2_1/sep", "conv2_1/sep/bn", "conv2_1/sep/scale", "relu2_1/sep"),
    ]
    assert top.shape == (1, 64, 56, 56)
    params = infer_shapes(net).params
    assert params["conv2_1/dw"] == [(32, 1, 3, 3)]
    assert params["conv2_1/sep"] == [(64, 32, 1, 1)]


def test_blocks_are_named_by_the_scope_around_them() -> None:
    with Net() as net:
        data = L.Input(name="data", shape=[1, 8, 8, 8])
        with net.scope("left"):
            blocks.fire(data, squeeze=1, expand=1, name="fire")
    assert net.message.layer[1].name == "left/fire/squeeze1x1"


MISTAKES: list[tuple[Callable[[Blob], Any], str]] = [
    (lambda x: blocks.conv_relu(x, num_output=1, kernal_size=3), 'keyword "kernal_size"'),
    (
        lambda x: blocks.inception(x, num_output=(1, 2, 3), name="i"),
        "expected 6 values in num_output, got 3",
    ),
    (
        lambda x: blocks.mlpconv(x, num_output=(1, 2), kernel_size=1, name=("a", "b", "c")),
        "a num_output and a name for each Convolution, got 2 and 3",
    ),
    (
        lambda x: blocks.depthwise_separable(
            L.Data(source="db", batch_size=1), num_output=1, name="c"
        ),
        'needs the number of channels of "data1", which is unknown',
    ),
]


@pytest.mark.parametrize(("mistake", "match"), MISTAKES)
def test_a_mistake_is_reported_at_the_line_that_calls_the_block(
    mistake: Callable[[Blob], Any], match: str
) -> None:
    with Net():
        data = L.Input(name="data", shape=[1, 8, 8, 8])
        with pytest.raises(ComposeError, match=match) as caught:
            mistake(data)
    (found,) = caught.value.diagnostics
    lines = [entry.lineno + 1 for entry in caught.traceback if str(entry.path) == __file__]
    assert found.location is not None
    assert (found.location.file, found.location.line) == (__file__, lines[-1])


def test_a_block_outside_of_any_net_is_rejected() -> None:
    with Net():
        data = L.Input(name="data", shape=[1, 8, 8, 8])
    with pytest.raises(ComposeError, match='"fire2": is composed outside of any net'):
        blocks.fire(data, squeeze=1, expand=1, name="fire2")
