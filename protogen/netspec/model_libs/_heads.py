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
        # The ratio 1 is not in the list, and has no other inverse.
        ratios = len(self.aspect_ratio) * (2 if self.flip else 1)
        return (1 + bool(self.max_size) + ratios) * len(self.min_size)


@dataclass
class _Tops:
    """What is concatenated at the end."""

    loc: list[Top] = field(default_factory=list)
    conf: list[Top] = field(default_factory=list)
    priorbox: list[Top] = field(default_factory=list)
    objectness: list[Top] = field(default_factory=list)


@dataclass(frozen=True)
class _Lists:
    """The arguments with a value for each layer. Those with a default may be empty."""

    from_layers: Sequence[str]
    normalizations: Sequence[float]
    min_sizes: Sequence[Any]
    max_sizes: Sequence[Any]
    aspect_ratios: Sequence[Any]
    steps: Sequence[Any]
    inter_layer_depth: Sequence[int]

    def check(self) -> None:
        """Raise `ComposeError` for lists that do not have a value for each layer."""
        expected = len(self.from_layers)
        for name, values in vars(self).items():
            # Without sizes there are no boxes, so this list is the only one that has to exist.
            may_be_empty = name != "min_sizes"
            if len(values) == expected or (may_be_empty and not values):
                continue
            message = f"expected one of {name} for each of {expected} layers, got {len(values)}"
            reject(message, "")

    def priors(self, index: int, flip: bool) -> _Priors:
        """The boxes of one layer."""
        min_size = _listed(self.min_sizes[index])
        max_size = _listed(self.max_sizes[index]) if self.max_sizes else []
        if max_size and len(max_size) != len(min_size):
            reject(f"expected as many max_sizes as min_sizes, got {max_size} and {min_size}", "")
        aspect_ratio = _listed(self.aspect_ratios[index]) if self.aspect_ratios else []
        step = self.steps[index] if self.steps else []
        return _Priors(min_size, max_size, aspect_ratio, step, flip)

    def scale(self, index: int) -> float | None:
        """What the layer is normalized to, if it is; -1 stands for a layer that is not."""
        if not self.normalizations or self.normalizations[index] == -1:
            return None
        return self.normalizations[index]

    def depth(self, index: int) -> int:
        """The channels of what is between the layer and its predictions; 0 for nothing."""
        if not self.inter_layer_depth:
            return 0
        return self.inter_layer_depth[index]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class _Head:
    """Predictions on several layers. ``predictor`` and ``boxes`` are keywords of its layers."""

    net: NetSpec
    data_layer: str
    lists: _Lists
    predictor: Mapping[str, Any]
    boxes: Mapping[str, Any]
    flip: bool
    share_location: bool
    loc_postfix: str
    conf_postfix: str

    def check(self, num_classes: Any) -> None:
        """Raise `ComposeError` for arguments that make no sense."""
        if not num_classes or num_classes < 0:
            reject(f"num_classes must be positive, got {num_classes!r}", "")
        self.lists.check()
        require_layer(self.net, self.data_layer)

    def normalized(self, name: str, index: int) -> str:
        """The layer to predict from: normalized, if a scale is given for it."""
        scale = self.lists.scale(index)
        if scale is None:
            return name
        norm = f"{name}_norm"
        # conv4_3 of VGG-16 has another scale than the later layers; SSD normalizes it to 20.
        # (source: Liu et al. 2016, section 3.1)
        self.net[norm] = layers.Normalize(
            self.net[name],
            scale_filler={"type": "constant", "value": scale},
            across_spatial=False,
            channel_shared=False,
        )
        return norm

    def add_predictions(self, below: str, priors: _Priors, classes: int, tops: _Tops) -> None:
        """Predict the offsets of the boxes around each place, and the classes in them."""
        # Four numbers for each box; each class may have boxes of its own.
        locations = priors.number * 4
        if not self.share_location:
            locations *= classes
        tops.loc.append(self.predict(below, f"mbox_loc{self.loc_postfix}", locations))
        scores = priors.number * classes
        tops.conf.append(self.predict(below, f"mbox_conf{self.conf_postfix}", scores))

    def predict(self, below: str, what: str, num_output: int) -> Top:
        """Add a prediction at each place, as one vector for each image."""
        net, name = self.net, f"{below}_{what}"
        ConvBNLayer(
            net, below, name, use_relu=False, num_output=num_output, stride=1, **self.predictor
        )
        # With the channels last, the numbers of a place lie side by side, as in the prior boxes.
        net[f"{name}_perm"] = layers.Permute(net[name], order=[0, 2, 3, 1])
        net[f"{name}_flat"] = layers.Flatten(net[f"{name}_perm"], axis=1)
        top: Top = net[f"{name}_flat"]
        return top

    def prior_box(self, below: str, priors: _Priors) -> Top:
        """Add the boxes themselves."""
        # Optional fields are written only if they say something, as in the published nets.
        more: dict[str, Any] = {}
        if priors.max_size:
            more["max_size"] = priors.max_size
        if priors.aspect_ratio:
            more.update(aspect_ratio=priors.aspect_ratio, flip=priors.flip)
        if priors.step:
            more["step"] = priors.step
        name, net = f"{below}_mbox_priorbox", self.net
        net[name] = layers.PriorBox(
            net[below], net[self.data_layer], min_size=priors.min_size, **self.boxes, **more
        )
        top: Top = net[name]
        return top

    def joined(self, prefix: str, tops: _Tops) -> list[Top]:
        """Join the predictions of all layers."""
        found = []
        # The boxes are on axis 2: axis 1 has their corners and their variances.
        for kind, axis in (("loc", 1), ("conf", 1), ("priorbox", 2), ("objectness", 1)):
            parts = getattr(tops, kind)
            if parts:
                name = f"{prefix}_{kind}"
                self.net[name] = layers.Concat(*parts, axis=axis)
                found.append(self.net[name])
        return found


def _box_keywords(
    clip: bool, variance: Any, offset: float, height: int, width: int
) -> dict[str, Any]:
    keywords: dict[str, Any] = {"clip": clip, "variance": variance, "offset": offset}
    # Without a size, the PriorBox takes that of the data.
    if height and width:
        if height == width:
            keywords["img_size"] = height
        else:
            keywords.update(img_h=height, img_w=width)
    return keywords


# Both functions have the parameters of the forks, in their order.


def CreateMultiBoxHead(  # noqa: N802
    net: NetSpec, data_layer: str = "data", num_classes: Any = (), from_layers: Sequence[str] = (),
    use_objectness: bool = False, normalizations: Sequence[float] = (), use_batchnorm: bool = True,
    lr_mult: float = 1, use_scale: bool = True, min_sizes: Sequence[Any] = (),
    max_sizes: Sequence[Any] = (), prior_variance: Any = (0.1,), aspect_ratios: Sequence[Any] = (),
    steps: Sequence[Any] = (), img_height: int = 0, img_width: int = 0, share_location: bool = True,
    flip: bool = True, clip: bool = True, offset: float = 0.5,
    inter_layer_depth: Sequence[int] = (), kernel_size: int = 1, pad: int = 0, prefix: str = "mbox",
    conf_postfix: str = "", loc_postfix: str = "", **bn_param: Any,
) -> list[Top]:  # fmt: skip
    """Add the head of SSD on ``from_layers``; return mbox_loc, mbox_conf and mbox_priorbox.

    Most arguments have one value for each layer. With ``use_objectness``, a fourth top predicts
    whether there is an object.
    """
    lists = _Lists(
        from_layers, normalizations, min_sizes, max_sizes, aspect_ratios, steps, inter_layer_depth
    )
    convolution = {"use_bn": use_batchnorm, "lr_mult": lr_mult, **bn_param}
    predictor = {**convolution, "kernel_size": kernel_size, "pad": pad}
    boxes = _box_keywords(clip, prior_variance, offset, img_height, img_width)
    postfixes = (loc_postfix, conf_postfix)
    head = _Head(net, data_layer, lists, predictor, boxes, flip, share_location, *postfixes)
    head.check(num_classes)
    tops = _Tops()
    for index, name in enumerate(from_layers):
        below = _intermediate(net, head.normalized(name, index), lists.depth(index), convolution)
        priors = lists.priors(index, flip)
        head.add_predictions(below, priors, num_classes, tops)
        tops.priorbox.append(head.prior_box(below, priors))
        if use_objectness:
            tops.objectness.append(head.predict(below, "mbox_objectness", priors.number * 2))
    return head.joined(prefix, tops)


def _intermediate(net: NetSpec, below: str, depth: int, keywords: Mapping[str, Any]) -> str:
    """The layer to predict from: another convolution, if a depth is given for it."""
    if depth <= 0:
        return below
    inter = f"{below}_inter"
    window = {**keywords, "kernel_size": 3, "pad": 1, "stride": 1}
    ConvBNLayer(net, below, inter, use_relu=True, num_output=depth, **window)
    return inter


def CreateRefineDetHead(  # noqa: N802
    net: NetSpec, data_layer: str = "data", num_classes: Any = (), from_layers: Sequence[str] = (),
    from_layers2: Sequence[str] = (), normalizations: Sequence[float] = (),
    use_batchnorm: bool = True, lr_mult: float = 1, min_sizes: Sequence[Any] = (),
    max_sizes: Sequence[Any] = (), prior_variance: Any = (0.1,), aspect_ratios: Sequence[Any] = (),
    steps: Sequence[Any] = (), img_height: int = 0, img_width: int = 0, share_location: bool = True,
    flip: bool = True, clip: bool = True, offset: float = 0.5,
    inter_layer_depth: Sequence[int] = (), kernel_size: int = 1, pad: int = 0,
    conf_postfix: str = "", loc_postfix: str = "", **bn_param: Any,
) -> list[Top]:  # fmt: skip
    """Add the two heads of RefineDet; return the tops of arm (with priors), then those of odm.

    The first one, on ``from_layers``, separates objects from background; the second one, on
    ``from_layers2``, refines the boxes and predicts the classes.
    """
    lists = _Lists(
        from_layers, normalizations, min_sizes, max_sizes, aspect_ratios, steps, inter_layer_depth
    )
    predictor = {"use_bn": use_batchnorm, "lr_mult": lr_mult, **bn_param}
    predictor.update(kernel_size=kernel_size, pad=pad)
    boxes = _box_keywords(clip, prior_variance, offset, img_height, img_width)
    postfixes = (loc_postfix, conf_postfix)
    head = _Head(net, data_layer, lists, predictor, boxes, flip, share_location, *postfixes)
    head.check(num_classes)
    # The anchors are objects or background; the second head tells the classes apart.
    arm = _refinement(head, "arm", from_layers, 2)
    return [*arm, *_refinement(head, "odm", from_layers2, num_classes)]


def _refinement(head: _Head, prefix: str, sources: Sequence[str], classes: int) -> list[Top]:
    """Add one of the two heads of RefineDet."""
    tops = _Tops()
    for index, name in enumerate(sources):
        below = head.normalized(name, index)
        # Unlike in SSD, a depth only says that there is a bottleneck, not how deep it is.
        if head.lists.depth(index) > 0:
            inter = f"{below}_inter"
            ResBody(head.net, below, inter, 256, 256, 1024, stride=1, use_branch1=True)
            below = f"res{inter}"
        priors = head.lists.priors(index, head.flip)
        head.add_predictions(below, priors, classes, tops)
        # The second head refines the boxes of the first one.
        if prefix == "arm":
            tops.priorbox.append(head.prior_box(below, priors))
    return head.joined(prefix, tops)
