"""The heads of SSD and RefineDet: predictions of boxes and classes on several layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from protogen.netspec.model_libs._blocks import ConvBNLayer, ResBody, require_layer
from protogen.netspec.net_spec import NetSpec, Top, layers
from protogen.program import reject

__all__ = ["CreateMultiBoxHead", "CreateRefineDetHead"]


@dataclass
class _Priors:
    """The boxes around each place of one layer."""

    min_size: list[float]
    max_size: list[float]
    aspect_ratio: list[float]
    step: Any
    flip: bool

    @property
    def number(self) -> int:
        """How many there are: a small square, a large one if any, and the other ratios."""
        ratios = len(self.aspect_ratio) * (2 if self.flip else 1)
        return (1 + bool(self.max_size) + ratios) * len(self.min_size)


@dataclass
class _Tops:
    """What is concatenated at the end."""

    loc: list[Top] = field(default_factory=list)
    conf: list[Top] = field(default_factory=list)
    priorbox: list[Top] = field(default_factory=list)
    objectness: list[Top] = field(default_factory=list)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _priors(
    index: int, min_sizes: Any, max_sizes: Any, aspect_ratios: Any, steps: Any, flip: bool
) -> _Priors:
    """The boxes of one layer. The lists that are optional may be empty."""
    min_size = _listed(min_sizes[index])
    max_size = _listed(max_sizes[index]) if max_sizes else []
    if max_size and len(max_size) != len(min_size):
        reject(f"expected as many max_sizes as min_sizes, got {max_size} and {min_size}", "")
    aspect_ratio = _listed(aspect_ratios[index]) if aspect_ratios else []
    step = steps[index] if steps else []
    return _Priors(min_size, max_size, aspect_ratio, step, flip)


def _check(net: NetSpec, data_layer: str, num_classes: Any, **per_layer: Sequence[Any]) -> None:
    """Raise `ComposeError` for lists that do not have a value for each layer."""
    if not num_classes or num_classes < 0:
        reject(f"num_classes must be positive, got {num_classes!r}", "")
    expected = len(per_layer["from_layers"])
    for name, values in per_layer.items():
        if len(values) != expected and (values or name == "min_sizes"):
            message = f"expected one of {name} for each of {expected} layers, got {len(values)}"
            reject(message, "")
    require_layer(net, data_layer)


def _normalized(net: NetSpec, name: str, normalizations: Sequence[float], index: int) -> str:
    """The layer to predict from: normalized, if a scale is given for it."""
    if not normalizations or normalizations[index] == -1:
        return name
    norm = f"{name}_norm"
    net[norm] = layers.Normalize(
        net[name],
        scale_filler={"type": "constant", "value": normalizations[index]},
        across_spatial=False,
        channel_shared=False,
    )
    return norm


def _predict(net: NetSpec, below: str, name: str, num_output: int, keywords: Any) -> Top:
    """Add a prediction at each place, as one vector for each image: its convolution, permuted."""
    ConvBNLayer(net, below, name, use_relu=False, num_output=num_output, stride=1, **keywords)
    net[f"{name}_perm"] = layers.Permute(net[name], order=[0, 2, 3, 1])
    net[f"{name}_flat"] = layers.Flatten(net[f"{name}_perm"], axis=1)
    top: Top = net[f"{name}_flat"]
    return top


def _add_predictions(
    net: NetSpec,
    below: str,
    boxes: int,
    classes: int,
    tops: _Tops,
    keywords: Any,
    *,
    share_location: bool,
    loc_postfix: str,
    conf_postfix: str,
) -> None:
    """Predict the offsets of the boxes around each place, and the classes of what is in them."""
    locations = boxes * 4 if share_location else boxes * 4 * classes
    name = f"{below}_mbox_loc{loc_postfix}"
    tops.loc.append(_predict(net, below, name, locations, keywords))
    name = f"{below}_mbox_conf{conf_postfix}"
    tops.conf.append(_predict(net, below, name, boxes * classes, keywords))


def _prior_box(
    net: NetSpec, below: str, data_layer: str, priors: _Priors, keywords: Mapping[str, Any]
) -> Top:
    name = f"{below}_mbox_priorbox"
    more: dict[str, Any] = {}
    if priors.max_size:
        more["max_size"] = priors.max_size
    if priors.aspect_ratio:
        more.update(aspect_ratio=priors.aspect_ratio, flip=priors.flip)
    if priors.step:
        more["step"] = priors.step
    net[name] = layers.PriorBox(
        net[below], net[data_layer], min_size=priors.min_size, **keywords, **more
    )
    top: Top = net[name]
    return top


def _box_keywords(
    clip: bool, variance: Any, offset: float, height: int, width: int
) -> dict[str, Any]:
    keywords: dict[str, Any] = {"clip": clip, "variance": variance, "offset": offset}
    if height and width:
        if height == width:
            keywords["img_size"] = height
        else:
            keywords.update(img_h=height, img_w=width)
    return keywords


def _concat(net: NetSpec, prefix: str, tops: _Tops) -> list[Top]:
    """Join the predictions of all layers."""
    joined = []
    for kind, axis in (("loc", 1), ("conf", 1), ("priorbox", 2), ("objectness", 1)):
        parts = getattr(tops, kind)
        if parts:
            name = f"{prefix}_{kind}"
            net[name] = layers.Concat(*parts, axis=axis)
            joined.append(net[name])
    return joined


def CreateMultiBoxHead(  # noqa: N802
    net: NetSpec,
    data_layer: str = "data",
    num_classes: Any = (),
    from_layers: Sequence[str] = (),
    use_objectness: bool = False,
    normalizations: Sequence[float] = (),
    use_batchnorm: bool = True,
    lr_mult: float = 1,
    use_scale: bool = True,
    min_sizes: Sequence[Any] = (),
    max_sizes: Sequence[Any] = (),
    prior_variance: Any = (0.1,),
    aspect_ratios: Sequence[Any] = (),
    steps: Sequence[Any] = (),
    img_height: int = 0,
    img_width: int = 0,
    share_location: bool = True,
    flip: bool = True,
    clip: bool = True,
    offset: float = 0.5,
    inter_layer_depth: Sequence[int] = (),
    kernel_size: int = 1,
    pad: int = 0,
    prefix: str = "mbox",
    conf_postfix: str = "",
    loc_postfix: str = "",
    **bn_param: Any,
) -> list[Top]:
    """Add the head of SSD on ``from_layers``; return mbox_loc, mbox_conf and mbox_priorbox.

    Most arguments have one value for each layer. With ``use_objectness``, a fourth top predicts
    whether there is an object.
    """
    _check(
        net,
        data_layer,
        num_classes,
        from_layers=from_layers,
        normalizations=normalizations,
        min_sizes=min_sizes,
        max_sizes=max_sizes,
        aspect_ratios=aspect_ratios,
        steps=steps,
        inter_layer_depth=inter_layer_depth,
    )
    keywords = {"use_bn": use_batchnorm, "lr_mult": lr_mult, **bn_param}
    predictor = {**keywords, "kernel_size": kernel_size, "pad": pad}
    boxes = _box_keywords(clip, prior_variance, offset, img_height, img_width)
    tops = _Tops()
    for index, below in enumerate(from_layers):
        below = _normalized(net, below, normalizations, index)
        if inter_layer_depth and inter_layer_depth[index] > 0:
            inter, depth = f"{below}_inter", inter_layer_depth[index]
            window = {**keywords, "kernel_size": 3, "pad": 1, "stride": 1}
            ConvBNLayer(net, below, inter, use_relu=True, num_output=depth, **window)
            below = inter
        priors = _priors(index, min_sizes, max_sizes, aspect_ratios, steps, flip)
        _add_predictions(
            net,
            below,
            priors.number,
            num_classes,
            tops,
            predictor,
            share_location=share_location,
            loc_postfix=loc_postfix,
            conf_postfix=conf_postfix,
        )
        tops.priorbox.append(_prior_box(net, below, data_layer, priors, boxes))
        if use_objectness:
            name = f"{below}_mbox_objectness"
            tops.objectness.append(_predict(net, below, name, priors.number * 2, predictor))
    return _concat(net, prefix, tops)


def CreateRefineDetHead(  # noqa: N802
    net: NetSpec,
    data_layer: str = "data",
    num_classes: Any = (),
    from_layers: Sequence[str] = (),
    from_layers2: Sequence[str] = (),
    normalizations: Sequence[float] = (),
    use_batchnorm: bool = True,
    lr_mult: float = 1,
    min_sizes: Sequence[Any] = (),
    max_sizes: Sequence[Any] = (),
    prior_variance: Any = (0.1,),
    aspect_ratios: Sequence[Any] = (),
    steps: Sequence[Any] = (),
    img_height: int = 0,
    img_width: int = 0,
    share_location: bool = True,
    flip: bool = True,
    clip: bool = True,
    offset: float = 0.5,
    inter_layer_depth: Sequence[int] = (),
    kernel_size: int = 1,
    pad: int = 0,
    conf_postfix: str = "",
    loc_postfix: str = "",
    **bn_param: Any,
) -> list[Top]:
    """Add the two heads of RefineDet; return the tops of arm (with priors), then those of odm.

    The first one, on ``from_layers``, separates objects from background; the second one, on
    ``from_layers2``, refines the boxes and predicts the classes.
    """
    _check(
        net,
        data_layer,
        num_classes,
        from_layers=from_layers,
        normalizations=normalizations,
        min_sizes=min_sizes,
        max_sizes=max_sizes,
        aspect_ratios=aspect_ratios,
        steps=steps,
        inter_layer_depth=inter_layer_depth,
    )
    keywords = {"use_bn": use_batchnorm, "lr_mult": lr_mult, **bn_param}
    predictor = {**keywords, "kernel_size": kernel_size, "pad": pad}
    boxes = _box_keywords(clip, prior_variance, offset, img_height, img_width)
    joined: list[Top] = []
    for prefix, sources, classes in (("arm", from_layers, 2), ("odm", from_layers2, num_classes)):
        tops = _Tops()
        for index, below in enumerate(sources):
            below = _normalized(net, below, normalizations, index)
            if inter_layer_depth and inter_layer_depth[index] > 0:
                inter = f"{below}_inter"
                ResBody(net, below, inter, 256, 256, 1024, stride=1, use_branch1=True)
                below = f"res{inter}"
            priors = _priors(index, min_sizes, max_sizes, aspect_ratios, steps, flip)
            _add_predictions(
                net,
                below,
                priors.number,
                classes,
                tops,
                predictor,
                share_location=share_location,
                loc_postfix=loc_postfix,
                conf_postfix=conf_postfix,
            )
            # RefineDet's second head refines the boxes of the first one.
            if prefix == "arm":
                tops.priorbox.append(_prior_box(net, below, data_layer, priors, boxes))
        joined += _concat(net, prefix, tops)
    return joined
