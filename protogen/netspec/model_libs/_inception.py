"""Inception v3 with the names of its published TensorFlow graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.netspec.model_libs._blocks import ConvBNLayer, InceptionTower
from protogen.netspec.net_spec import NetSpec, Top, layers
from protogen.proto import PoolingParameter

__all__ = ["InceptionV3Body"]

_AVE, _MAX = PoolingParameter.AVE, PoolingParameter.MAX

#: A branch of a module: what follows the name of the module, and its layers.
_Tower = tuple[str, Sequence[dict[str, Any]]]


def InceptionV3Body(  # noqa: N802
    net: NetSpec, from_layer: str, output_pred: bool = False, **bn_param: Any
) -> NetSpec:
    """Add Inception v3 from conv to mixed_10; with ``output_pred`` the classifier, too.

    (source: Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision")
    """
    below = _add_stem(net, from_layer, bn_param)
    # Three modules at 35x35, four at 17x17 and two at 8x8, with a reduction in between.
    for index, projection in enumerate((32, 64, 64)):
        name = f"mixed_{index}" if index else "mixed"
        below = _add_module(net, below, name, _squares(projection), bn_param)
    below = _add_module(net, below, "mixed_3", _first_reduction(), bn_param)
    for index, channels in ((4, 128), (5, 160), (6, 160), (7, 192)):
        below = _add_module(net, below, f"mixed_{index}", _sevens(channels), bn_param)
    below = _add_module(net, below, "mixed_8", _second_reduction(), bn_param)
    # The last module pools by the maximum, as the published graph does.
    for index, pool in ((9, _AVE), (10, _MAX)):
        below = _add_expanded(net, below, f"mixed_{index}", pool, bn_param)
    if output_pred:
        net["pool_3"] = layers.Pooling(net[below], pool=_AVE, kernel_size=8, pad=0, stride=1)
        # The published graph has 1,008 outputs for its 1,000 classes.
        net["softmax"] = layers.InnerProduct(net["pool_3"], num_output=1008)
        net["softmax_prob"] = layers.Softmax(net["softmax"])
    return net


def _conv(
    name: str, channels: int, kernel: Any = 1, pad: Any = 0, stride: Any = 1
) -> dict[str, Any]:
    return {
        "name": name,
        "num_output": channels,
        "kernel_size": kernel,
        "pad": pad,
        "stride": stride,
    }


def _tall(name: str, channels: int, kernel: int) -> dict[str, Any]:
    return _conv(name, channels, [kernel, 1], [kernel // 2, 0], [1, 1])


def _wide(name: str, channels: int, kernel: int) -> dict[str, Any]:
    return _conv(name, channels, [1, kernel], [0, kernel // 2], [1, 1])


def _pool(pool: int, pad: int, stride: int) -> dict[str, Any]:
    return {"name": "pool", "pool": pool, "kernel_size": 3, "pad": pad, "stride": stride}


def _add_stem(net: NetSpec, below: str, bn_param: dict[str, Any]) -> str:
    stem = (
        _conv("conv", 32, 3, 0, 2),
        _conv("conv_1", 32, 3),
        _conv("conv_2", 64, 3, 1),
        None,
        _conv("conv_3", 80),
        _conv("conv_4", 192, 3),
        None,
    )
    pools = iter(("pool", "pool_1"))
    for params in stem:
        if params is None:
            name = next(pools)
            net[name] = layers.Pooling(net[below], pool=_MAX, kernel_size=3, stride=2, pad=0)
        else:
            name = params.pop("name")
            ConvBNLayer(
                net,
                below,
                name,
                use_bn=True,
                use_relu=True,
                use_scale=False,
                **params,
                **bn_param,
            )
        below = name
    return below


def _squares(projection: int) -> list[_Tower]:
    """A module of 1x1, 5x5 and two 3x3 convolutions, and a projected pooling."""
    return [
        ("", [_conv("conv", 64)]),
        ("/tower", [_conv("conv", 48), _conv("conv_1", 64, 5, 2)]),
        ("/tower_1", [_conv("conv", 64), _conv("conv_1", 96, 3, 1), _conv("conv_2", 96, 3, 1)]),
        ("/tower_2", [_pool(_AVE, 1, 1), _conv("conv", projection)]),
    ]


def _first_reduction() -> list[_Tower]:
    branch = [_conv("conv", 64), _conv("conv_1", 96, 3, 1), _conv("conv_2", 96, 3, 0, 2)]
    return [
        ("", [_conv("conv", 384, 3, 0, 2)]),
        ("/tower", branch),
        ("", [_pool(_MAX, 0, 2)]),
    ]


def _sevens(channels: int) -> list[_Tower]:
    """A module of 7x1 and 1x7 convolutions."""
    # Two of each see as much as two convolutions of 7x7, with 2/7 of their weights.
    double = [
        _conv("conv", channels),
        _tall("conv_1", channels, 7),
        _wide("conv_2", channels, 7),
        _tall("conv_3", channels, 7),
        _wide("conv_4", 192, 7),
    ]
    return [
        ("", [_conv("conv", 192)]),
        (
            "/tower",
            [_conv("conv", channels), _wide("conv_1", channels, 7), _tall("conv_2", 192, 7)],
        ),
        ("/tower_1", double),
        ("/tower_2", [_pool(_AVE, 1, 1), _conv("conv", 192)]),
    ]


def _second_reduction() -> list[_Tower]:
    branch = [
        _conv("conv", 192),
        _wide("conv_1", 192, 7),
        _tall("conv_2", 192, 7),
        _conv("conv_3", 192, 3, 0, 2),
    ]
    return [
        ("/tower", [_conv("conv", 192), _conv("conv_1", 320, 3, 0, 2)]),
        ("/tower_1", branch),
        ("", [_pool(_MAX, 0, 2)]),
    ]


def _add_module(
    net: NetSpec, below: str, name: str, towers: Sequence[_Tower], bn_param: dict[str, Any]
) -> str:
    tops = []
    for suffix, params in towers:
        tops.append(InceptionTower(net, below, f"{name}{suffix}", params, **bn_param))
    return _join(net, name, tops)


def _add_expanded(net: NetSpec, below: str, name: str, pool: int, bn_param: dict[str, Any]) -> str:
    """Add a module in which 3x3 convolutions are split into 1x3 and 3x1 side by side."""
    tops = [InceptionTower(net, below, name, [_conv("conv", 320)], **bn_param)]
    for suffix, params in (
        ("/tower", [_conv("conv", 384)]),
        ("/tower_1", [_conv("conv", 448), _conv("conv_1", 384, 3, 1)]),
    ):
        tower = f"{name}{suffix}"
        InceptionTower(net, below, tower, params, **bn_param)
        last = f"{tower}/{params[-1]['name']}"
        mixed = f"{tower}/mixed"
        halves = []
        for half in (_wide("conv", 384, 3), _tall("conv_1", 384, 3)):
            halves.append(InceptionTower(net, last, mixed, [half], **bn_param))
        net[mixed] = layers.Concat(*halves, axis=1)
        tops.append(net[mixed])
    params = [_pool(pool, 1, 1), _conv("conv", 192)]
    tops.append(InceptionTower(net, below, f"{name}/tower_2", params, **bn_param))
    return _join(net, name, tops)


def _join(net: NetSpec, name: str, tops: Sequence[Top]) -> str:
    join = f"{name}/join"
    net[join] = layers.Concat(*tops, axis=1)
    return join
