"""Layers that a target lacks, or reads otherwise, replaced by others that compute the same.

The values were compared in a real Caffe that has both forms (Sophgo's): equal, or to 4e-7. The
formulas here are computed with numpy-free arithmetic on single numbers.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import pytest

from protogen import loads, targets
from protogen.analysis import Analysis
from protogen.net import Net
from protogen.targets import Target
from protogen.transforms import LayerTypes

DATA = (
    'layer { name: "data" type: "Input" top: "data"'
    " input_param { shape { dim: 1 dim: 8 dim: 6 dim: 4 } } }\n"
)


def having(*types: str) -> Target:
    """BVLC's Caffe without these types, and without what it says of quirks."""
    target = targets.get("bvlc")
    assert target.types is not None
    known = tuple(each for each in target.types.known if each not in types)
    return dataclasses.replace(target, types=dataclasses.replace(target.types, known=known))


def layer(kind: str, param: str = "", bottom: str = "data", top: str = "y") -> str:
    return (
        f'layer {{ name: "y" type: "{kind}" bottom: "{bottom}" top: "{top}" {param} }}\n'
        'layer { name: "after" type: "TanH" bottom: "' + top + '" top: "after" }\n'
    )


def converted(text: str, target: Target) -> tuple[Net, Sequence[str]]:
    result = LayerTypes(target)(loads(DATA + text))
    return result.net, result.report


def types(net: Net) -> list[str]:
    return [each.type for each in net.message.layer[1:-1]]


def evaluate(net: Net, x: float) -> float:
    """The value of blob "y" for one value of the data, layer by layer as Caffe defines them."""
    blobs = {"data": x}
    for each in net.message.layer[1:-1]:
        read = [blobs[name] for name in each.bottom]
        blobs[each.top[0]] = _value(each, read)
    return blobs[net.message.layer[-1].bottom[0]]


def _value(each: object, read: list[float]) -> float:
    kind = each.type  # type: ignore[attr-defined]
    if kind == "ReLU":
        return max(read[0], 0.0)
    if kind == "Power":
        param = each.power_param  # type: ignore[attr-defined]
        return float(param.shift + param.scale * read[0]) ** param.power
    if kind == "Sigmoid":
        return 1 / (1 + math.exp(-read[0]))
    if kind == "TanH":
        return math.tanh(read[0])
    if kind == "BNLL":
        return math.log1p(math.exp(read[0]))
    if kind == "Log":
        return math.log(read[0])
    assert kind == "Eltwise"
    param = each.eltwise_param  # type: ignore[attr-defined]
    if param.operation == param.PROD:
        return math.prod(read)
    if param.operation == param.MAX:
        return max(read)
    weights = list(param.coeff) or [1.0] * len(read)
    return sum(weight * value for weight, value in zip(weights, read))


@pytest.mark.parametrize("x", [-9.0, -1.0, 0.0, 0.5, 2.0, 6.0, 7.5])
@pytest.mark.parametrize(
    ("kind", "param", "lacking", "expected"),
    [
        ("ReLU6", "", ("Clip",), lambda x: min(max(x, 0.0), 6.0)),
        ("Clip", "clip_param { min: -1 max: 2 }", ("Clip",), lambda x: min(max(x, -1.0), 2.0)),
        ("Clip", "clip_param { min: 0 max: 5 }", ("Clip",), lambda x: min(max(x, 0.0), 5.0)),
        ("Swish", "swish_param { beta: 2 }", ("Swish",), lambda x: x / (1 + math.exp(-2 * x))),
        ("Mish", "", (), lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    ],
)
def test_activations_have_equal_values(kind, param, lacking, expected, x) -> None:  # type: ignore[no-untyped-def]
    net, report = converted(layer(kind, param), having(*lacking))
    assert kind not in types(net)
    assert evaluate(net, x) == pytest.approx(expected(x), abs=1e-6)
    assert report[0].startswith(f"y: {kind} replaced by ")


def test_a_depthwise_convolution_is_grouped() -> None:
    param = "convolution_param { num_output: 8 kernel_size: 3 }"
    net, _ = converted(layer("ConvolutionDepthwise", param), having())
    assert types(net) == ["Convolution"]
    assert net.message.layer[1].convolution_param.group == 8
    assert net.analysis().params["y"] == [(8, 1, 3, 3), (8,)]


def test_a_depthwise_convolution_keeps_its_groups() -> None:
    param = "convolution_param { num_output: 4 group: 4 kernel_size: 3 }"
    net, _ = converted(layer("ConvolutionDepthwise", param), having())
    assert net.message.layer[1].convolution_param.group == 4
    assert net.analysis().params["y"] == [(4, 2, 3, 3), (4,)]


def test_a_grouped_convolution_of_a_target_without_groups() -> None:
    param = "convolution_param { num_output: 8 group: 8 kernel_size: 3 }"
    target = having()
    assert target.types is not None
    known = (*target.types.known, "DepthwiseConvolution")
    limits = tuple(each for each in targets.get("vitis-dpu").limits if each.value == "group")
    types_ = dataclasses.replace(target.types, known=known)
    net, _ = converted(
        layer("Convolution", param), dataclasses.replace(target, types=types_, limits=limits)
    )
    assert types(net) == ["DepthwiseConvolution"]
    assert net.message.layer[1].convolution_param.group == 8


def test_an_upsampling_repeats_each_pixel() -> None:
    net, report = converted(layer("Upsample", "upsample_param { scale: 3 }"), having())
    assert types(net) == ["Deconvolution"]
    assert net.analysis().blobs["y"] == (1, 8, 18, 12)
    assert report[0].endswith('(weights: blob 0 of "y" (8x1x3x3) is filled with 1)')


def test_a_shuffle_needs_permute() -> None:
    text = layer("ShuffleChannel", "shuffle_channel_param { group: 4 }")
    kept, report = converted(text, having())
    assert (types(kept), report) == (["ShuffleChannel"], ())
    net, _ = converted(text, targets.get("ssd"))
    assert types(net) == ["Reshape", "Permute", "Reshape"]
    assert net.analysis().blobs["y"] == (1, 8, 6, 4)


def test_a_layer_in_place_gets_a_blob_of_its_own() -> None:
    text = 'layer { name: "x" type: "Power" bottom: "data" top: "x" }\n'
    net, _ = converted(text + layer("Swish", bottom="x", top="x"), having("Swish"))
    assert types(net) == ["Power", "Sigmoid", "Eltwise"]
    assert list(net.message.layer[-1].bottom) == ["y"]
    assert net.analysis().ok


def test_a_layer_in_place_stays_in_place_where_it_can() -> None:
    text = 'layer { name: "x" type: "Power" bottom: "data" top: "x" }\n'
    net, _ = converted(text + layer("ReLU6", bottom="x", top="x"), having())
    assert types(net) == ["Power", "Clip"]
    assert list(net.message.layer[-1].bottom) == ["x"]


def test_what_opencv_takes_otherwise_is_written_out() -> None:
    opencv = targets.get("opencv4")
    net, _ = converted(layer("LRN", "lrn_param { local_size: 3 }"), opencv)
    param = net.message.layer[1].lrn_param
    assert param.HasField("alpha")
    assert param.alpha == 1.0
    net, _ = converted(layer("LRN", "lrn_param { alpha: 0.5 beta: 0.5 k: 4 }"), opencv)
    assert types(net) == ["LRN", "Power"]
    norm, power = net.message.layer[1:3]
    # (4 + 0.5 s)^-0.5 = 4^-0.5 (1 + 0.125 s)^-0.5
    assert (norm.lrn_param.k, norm.lrn_param.alpha) == (1.0, 0.125)
    assert power.power_param.scale == 0.5
    net, _ = converted(layer("Log", "log_param { base: 10 scale: 2 shift: 1 }"), opencv)
    assert evaluate(net, 4.5) == pytest.approx(1.0)  # log10(2 * 4.5 + 1)
    text = layer("Concat", "concat_param { concat_dim: 2 }").replace(
        'bottom: "data"', 'bottom: "data" bottom: "data"', 1
    )
    net, _ = converted(text, opencv)
    assert net.message.layer[1].concat_param.axis == 2
    assert not net.message.layer[1].concat_param.HasField("concat_dim")


def test_a_net_that_needs_no_change_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    net = loads(DATA + layer("ReLU") * 50)
    asked = 0
    current = Net.current.fget
    assert current is not None

    def counted(self: Net) -> object:
        nonlocal asked
        asked += 1
        return current(self)

    monkeypatch.setattr(Net, "current", property(counted))
    LayerTypes(targets.get("opencv4"))(net)
    assert asked < 30  # each time takes time in the size of the net


def test_where_weights_come_from() -> None:
    """PSPNet's BN has slope, bias, mean and variance, each 1xCx1x1; BatchNorm divides by its third.

    (source: hszhao/PSPNet: src/caffe/layers/bn_layer.cpp; batch_norm_layer.cpp)
    """
    text = layer("BN", "bn_param { eps: 0.001 }")
    result = LayerTypes(targets.get("bvlc"))(loads(DATA + text))
    assert result.report == (
        "y: BN replaced by BatchNorm + Scale (weights:"
        ' blob 0 of "y_normalized" (8) is blob 2 of "y" (1x8x1x1);'
        ' blob 1 of "y_normalized" (8) is blob 3 of "y" (1x8x1x1);'
        ' blob 2 of "y_normalized" (1) is filled with 1;'
        ' blob 0 of "y" (8) is blob 0 of "y" (1x8x1x1);'
        ' blob 1 of "y" (8) is blob 1 of "y" (1x8x1x1))',
    )
    third = result.weights[2]
    assert (third.layer, third.blob, third.value) == ("y_normalized", 2, 1.0)


def test_a_transposed_inner_product() -> None:
    param = "inner_product_param { num_output: 5 transpose: true }"
    result = LayerTypes(targets.get("opencv4"))(loads(DATA + layer("InnerProduct", param)))
    # 8 * 6 * 4 = 192 elements are multiplied.
    assert result.report[0].endswith(
        '(weights: blob 0 of "y" (5x192) is blob 0 of "y" (192x5), transposed)'
    )
    assert not result.net.message.layer[1].inner_product_param.transpose


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("", 3.0 * 4),
        ("eltwise_param { coeff: [2, 1, -3, 0.5] }", 3.0 * 0.5),
        ("eltwise_param { operation: PROD }", 3.0**4),
        ("eltwise_param { operation: MAX }", 3.0),
    ],
)
def test_an_eltwise_of_four_bottoms_in_pairs(param: str, expected: float) -> None:
    """TensorRT's parser takes two, without coefficients (parseEltwise.cpp)."""
    text = layer("Eltwise", param).replace('bottom: "data"', 'bottom: "data" ' * 4, 1)
    tensorrt = targets.get("tensorrt8")
    first = LayerTypes(tensorrt)(loads(DATA + text))
    net = LayerTypes(tensorrt)(first.net).net
    assert types(net).count("Eltwise") == 3
    assert all(len(each.bottom) <= 2 for each in net.message.layer)
    assert not any(each.eltwise_param.coeff for each in net.message.layer)
    assert evaluate(net, 3.0) == pytest.approx(expected)


def test_kernels_of_both_axes() -> None:
    param = "convolution_param { num_output: 8 kernel_size: [3, 1] pad: [1, 0] stride: 2 }"
    net, _ = converted(layer("Convolution", param), targets.get("ncnn"))
    written = net.message.layer[1].convolution_param
    assert (written.kernel_h, written.kernel_w, list(written.kernel_size)) == (3, 1, [])
    assert (written.pad_h, written.pad_w, list(written.pad)) == (1, 0, [])
    assert list(written.stride) == [2]
    assert net.analysis().blobs["y"] == (1, 8, 3, 2)  # (6 + 2 - 3) // 2 + 1, (4 - 1) // 2 + 1


def test_layers_of_both_kinds_keep_their_order() -> None:
    # A Clip takes the place of a ReLU6 at once; two layers for the Swish move all that follows.
    chain = [("a", "ReLU6"), ("b", "Swish"), ("c", "ReLU6"), ("d", "ReLU6"), ("y", "Sigmoid")]
    text, bottom = DATA, "data"
    for name, kind in chain:
        text += f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{name}" }}\n'
        bottom = name
    result = LayerTypes(having("Swish"))(loads(text))
    found = [each.type for each in result.net.message.layer]
    assert found == ["Input", "Clip", "Sigmoid", "Eltwise", "Clip", "Clip", "Sigmoid"]
    assert result.origins == (0, 1, 2, None, 3, 4, 5)
    assert [line.partition(":")[0] for line in result.report] == ["a", "b", "c", "d"]


def test_many_layers_take_one_inference(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for number in (3, 30):
        calls: list[Net] = []

        def counted(net: Net, calls: list[Net] = calls) -> list[Analysis]:
            calls.append(net)
            return [net.analysis()]

        monkeypatch.setattr("protogen.transforms.layer_types._phases", counted)
        text = DATA + "".join(
            f'layer {{ name: "r{at}" type: "ReLU6" bottom: "data" top: "r{at}" }}\n'
            for at in range(number)
        )
        assert LayerTypes(targets.get("bvlc"))(loads(text)).modified
        counts.append(len(calls))
    assert counts[0] == counts[1]


def test_new_layers_of_a_chain_get_names_of_their_own() -> None:
    swish = "".join(
        f'layer {{ name: "s{n}" type: "Swish" bottom: "y{n}" top: "y{n + 1}" }}\n'
        for n in range(20)
    )
    first = layer("ReLU", top="y0")
    net, report = converted(first + swish, having("Swish"))
    names = [each.name for each in net.message.layer]
    assert len(names) == len(set(names))
    assert "Swish" not in types(net)
    assert [line.split(":")[0] for line in report] == [f"s{n}" for n in range(20)]
    assert net.analysis().ok
