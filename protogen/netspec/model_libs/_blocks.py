"""What the backbones and the heads are built of: a convolution with what follows it, and data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from protogen.netspec.net_spec import NetSpec, Top, layers
from protogen.program import reject
from protogen.proto import DataParameter, Phase

__all__ = [
    "ConvBNLayer",
    "CreateAnnotatedDataLayer",
    "DeconvBNLayer",
    "EltwiseLayer",
    "InceptionTower",
    "ResBody",
    "UnpackVariable",
    "check_if_exist",
    "freeze",
    "make_if_not_exist",
    "plain_convolution",
    "require_layer",
]

#: A learnable blob that does not learn.
FROZEN = {"lr_mult": 0, "decay_mult": 0}


def check_if_exist(path: str) -> bool:
    """Whether a file or a folder exists."""
    return Path(path).exists()


def make_if_not_exist(path: str) -> None:
    """Make a folder, and those above it."""
    os.makedirs(path, exist_ok=True)  # noqa: PTH103 (which accepts an empty path, as scripts do)


def UnpackVariable(var: Any, num: int) -> list[Any]:  # noqa: N802
    """A value for each of ``num`` axes: the list itself, or one value for all."""
    values = var if isinstance(var, list) else [var]
    if len(values) == num:
        return values
    if len(values) != 1:
        reject(f"expected 1 or {num} values, got {var!r}", "")
    return values * num


def plain_convolution(lr_mult: float = 1) -> dict[str, Any]:
    """The keywords of a convolution without batch normalization."""
    return {
        "param": [
            {"lr_mult": lr_mult, "decay_mult": 1},
            {"lr_mult": 2 * lr_mult, "decay_mult": 0},
        ],
        "weight_filler": {"type": "xavier"},
        "bias_filler": {"type": "constant", "value": 0},
    }


def _normalized_convolution(lr_mult: float) -> dict[str, Any]:
    return {
        "param": [{"lr_mult": lr_mult, "decay_mult": 1}],
        "weight_filler": {"type": "gaussian", "std": 0.01},
        "bias_term": False,
    }


def require_layer(net: NetSpec, name: str) -> None:
    """Raise `ComposeError` for a layer that the net does not have."""
    if name not in net:
        reject(f'the net has no layer "{name}" to start from', "")


def freeze(net: NetSpec, names: Iterable[str]) -> None:
    """Keep the named layers from learning; names that the net does not have are skipped."""
    for name in names:
        if name in net:
            keywords = plain_convolution()
            keywords["param"] = [dict(FROZEN), dict(FROZEN)]
            net[name].fn.params.update(keywords)


# The functions below have the parameters of the forks, in their order.


def ConvBNLayer(  # noqa: N802
    net: NetSpec, from_layer: str, out_layer: str, use_bn: bool, use_relu: bool,
    num_output: int, kernel_size: Any, pad: Any, stride: Any, dilation: int = 1,
    use_scale: bool = True, lr_mult: float = 1,
    conv_prefix: str = "", conv_postfix: str = "", bn_prefix: str = "", bn_postfix: str = "_bn",
    scale_prefix: str = "", scale_postfix: str = "_scale",
    bias_prefix: str = "", bias_postfix: str = "_bias", **bn_params: Any,
) -> None:  # fmt: skip
    """Add a Convolution and, if asked for, BatchNorm with Scale or Bias, and ReLU.

    Sizes are numbers, or lists of height and width. ``bn_params`` are ``eps``,
    ``moving_average_fraction`` and ``use_global_stats``.
    """
    keywords = _normalized_convolution(lr_mult) if use_bn else plain_convolution(lr_mult)
    conv = f"{conv_prefix}{out_layer}{conv_postfix}"
    window = _window(kernel_size, pad, stride)
    net[conv] = layers.Convolution(net[from_layer], num_output=num_output, **window, **keywords)
    if dilation > 1:
        net[conv].fn.params["dilation"] = dilation
    if use_bn:
        bn = f"{bn_prefix}{out_layer}{bn_postfix}"
        after = f"{scale_prefix}{out_layer}{scale_postfix}"
        if not use_scale:
            after = f"{bias_prefix}{out_layer}{bias_postfix}"
        _add_normalization(net, conv, bn, after, use_scale, lr_mult, bn_params)
    if use_relu:
        net[f"{conv}_relu"] = layers.ReLU(net[conv], in_place=True)


def _window(kernel_size: Any, pad: Any, stride: Any) -> dict[str, Any]:
    kernel_h, kernel_w = UnpackVariable(kernel_size, 2)
    pad_h, pad_w = UnpackVariable(pad, 2)
    stride_h, stride_w = UnpackVariable(stride, 2)
    # Neither pads nor strides are compared: a square kernel takes those of the height.
    if kernel_h == kernel_w:
        return {"kernel_size": kernel_h, "pad": pad_h, "stride": stride_h}
    return {
        "kernel_h": kernel_h,
        "kernel_w": kernel_w,
        "pad_h": pad_h,
        "pad_w": pad_w,
        "stride_h": stride_h,
        "stride_w": stride_w,
    }


def _add_normalization(
    net: NetSpec,
    conv: str,
    bn: str,
    after: str,
    use_scale: bool,
    lr_mult: float,
    bn_params: Mapping[str, Any],
) -> None:
    """Add a BatchNorm, and the Scale or Bias after it, in place."""
    keywords: dict[str, Any] = {"param": [dict(FROZEN) for _ in range(3)]}
    keywords["eps"] = bn_params.get("eps", 0.001)
    # Written only if it is asked for: Caffe itself uses the statistics in TEST. With them in
    # training, the scale and the bias stay as they are, too.
    if bn_params.get("use_global_stats"):
        keywords["use_global_stats"] = bn_params["use_global_stats"]
        lr_mult = 0
    else:
        keywords["moving_average_fraction"] = bn_params.get("moving_average_fraction", 0.999)
    net[bn] = layers.BatchNorm(net[conv], in_place=True, **keywords)
    # Neither of the two decays, as the bias of a convolution does not.
    learns = {"lr_mult": lr_mult, "decay_mult": 0}
    zero = {"type": "constant", "value": 0.0}
    if use_scale:
        net[after] = layers.Scale(
            net[bn],
            in_place=True,
            bias_term=True,
            param=[dict(learns), dict(learns)],
            filler={"type": "constant", "value": 1.0},
            bias_filler=zero,
        )
    else:
        net[after] = layers.Bias(net[bn], in_place=True, param=[learns], filler=zero)


def DeconvBNLayer(  # noqa: N802
    net: NetSpec, from_layer: str, out_layer: str, use_bn: bool, use_relu: bool,
    num_output: int, kernel_size: Any, pad: Any, stride: Any, use_scale: bool = True,
    lr_mult: float = 1, deconv_prefix: str = "", deconv_postfix: str = "",
    bn_prefix: str = "", bn_postfix: str = "_bn",
    scale_prefix: str = "", scale_postfix: str = "_scale",
    bias_prefix: str = "", bias_postfix: str = "_bias", **bn_params: Any,
) -> None:  # fmt: skip
    """Add a Deconvolution and, if asked for, BatchNorm with Scale or Bias, and ReLU (RefineDet)."""
    keywords = _normalized_convolution(lr_mult) if use_bn else plain_convolution(lr_mult)
    name = f"{deconv_prefix}{out_layer}{deconv_postfix}"
    # pycaffe names the parameters of a layer after its type, and there is no deconvolution_param:
    # all but the learning rates have to be in a convolution_param that is written out.
    rates = {"param": keywords.pop("param")}
    param = dict(keywords, num_output=num_output, kernel_size=kernel_size, pad=pad, stride=stride)
    net[name] = layers.Deconvolution(net[from_layer], convolution_param=param, **rates)
    if use_bn:
        # Unlike `ConvBNLayer`, RefineDet's function leaves both layers at their defaults here.
        bn = f"{bn_prefix}{out_layer}{bn_postfix}"
        net[bn] = layers.BatchNorm(net[name], in_place=True)
        if use_scale:
            scale = f"{scale_prefix}{out_layer}{scale_postfix}"
            net[scale] = layers.Scale(net[bn], in_place=True, bias_term=True)
        else:
            zero = {"type": "constant", "value": 0.0}
            learns = [{"lr_mult": lr_mult, "decay_mult": 0}]
            bias = f"{bias_prefix}{out_layer}{bias_postfix}"
            net[bias] = layers.Bias(net[bn], in_place=True, param=learns, filler=zero)
    if use_relu:
        net[f"{name}_relu"] = layers.ReLU(net[name], in_place=True)


def EltwiseLayer(net: NetSpec, from_layer: Sequence[str], out_layer: str) -> None:  # noqa: N802
    """Add the sum of two layers (RefineDet)."""
    net[out_layer] = layers.Eltwise(net[from_layer[0]], net[from_layer[1]])


def ResBody(  # noqa: N802
    net: NetSpec, from_layer: str, block_name: str, out2a: int, out2b: int, out2c: int,
    stride: int, use_branch1: bool, dilation: int = 1, **bn_param: Any,
) -> None:  # fmt: skip
    """Add a bottleneck of ResNet with the names of the published nets, such as res2a_branch2a."""
    names = {
        "conv_prefix": f"res{block_name}_",
        "bn_prefix": f"bn{block_name}_",
        "bn_postfix": "",
        "scale_prefix": f"scale{block_name}_",
        "scale_postfix": "",
    }

    def add(below: str, branch: str, num_output: int, use_relu: bool, **window: Any) -> str:
        keywords = {**names, **bn_param, **window}
        ConvBNLayer(
            net, below, branch, use_bn=True, use_relu=use_relu, num_output=num_output, **keywords
        )
        return f"res{block_name}_{branch}"

    point: dict[str, Any] = {"kernel_size": 1, "pad": 0}
    # The shortcut needs a convolution where the channels or the size change.
    shortcut = from_layer
    if use_branch1:
        shortcut = add(from_layer, "branch1", out2c, False, stride=stride, **point)
    branch = add(from_layer, "branch2a", out2a, True, stride=stride, **point)
    # A pad as large as the dilation keeps the size.
    window = {"kernel_size": 3, "pad": dilation, "stride": 1, "dilation": dilation}
    branch = add(branch, "branch2b", out2b, True, **window)
    branch = add(branch, "branch2c", out2c, False, stride=1, **point)
    total = f"res{block_name}"
    net[total] = layers.Eltwise(net[shortcut], net[branch])
    net[f"{total}_relu"] = layers.ReLU(net[total], in_place=True)


def InceptionTower(  # noqa: N802
    net: NetSpec,
    from_layer: str,
    tower_name: str,
    layer_params: Sequence[Mapping[str, Any]],
    **bn_param: Any,
) -> Top:
    """Add a branch of an inception module: one layer after the other, each with a ``name``.

    A layer with "pool" in its name is a Pooling, any other a convolution with BatchNorm.
    """
    for params in layer_params:
        keywords = {key: value for key, value in params.items() if key != "name"}
        name = f"{tower_name}/{params['name']}"
        # As in the forks, also if "pool" is in the name of the tower.
        if "pool" in name:
            net[name] = layers.Pooling(net[from_layer], **keywords)
        else:
            keywords.update(bn_param)
            ConvBNLayer(
                net, from_layer, name, use_bn=True, use_relu=True, use_scale=False, **keywords
            )
        from_layer = name
    top: Top = net[from_layer]
    return top


def CreateAnnotatedDataLayer(  # noqa: N802
    source: str,
    batch_size: int = 32,
    backend: int = DataParameter.LMDB,
    output_label: bool = True,
    train: bool = True,
    label_map_file: str = "",
    anno_type: int | None = None,
    transform_param: Mapping[str, Any] | None = None,
    batch_sampler: Sequence[Mapping[str, Any]] = ({},),
) -> Any:
    """An AnnotatedData layer that reads a database of images and boxes, in one phase."""
    # The default sampler is an empty one, which takes the whole image.
    annotated: dict[str, Any] = {
        "label_map_file": label_map_file,
        "batch_sampler": list(batch_sampler),
    }
    if anno_type is not None:
        annotated["anno_type"] = anno_type
    return layers.AnnotatedData(
        name="data",
        annotated_data_param=annotated,
        data_param={"batch_size": batch_size, "backend": backend, "source": source},
        ntop=2 if output_label else 1,
        include={"phase": Phase.Value("TRAIN" if train else "TEST")},
        transform_param=transform_param or {},
    )
