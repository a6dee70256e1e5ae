from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from protogen.diagnostics import times
from protogen.layers._blobs import check_not_empty
from protogen.schema import Context, LayerSchema, register
from protogen.shapes import Size
from protogen.windows import float32

#: Caffe treats aspect ratios as equal if they differ by less.
_SAME_RATIO = 1e-6

#: A smaller ratio has no inverse in float32.
_SMALLEST_RATIO = 1e-38


class _PriorBoxes(LayerSchema):
    """What SSD's and SSTD's PriorBox share: all but the number of boxes at each pixel."""

    param = "prior_box_param"
    bottoms = (1, None)
    axes = (4, 4)
    formula = "height * width * (ratios * min_sizes + max_sizes) * 4"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        _check_sizes(ctx)
        _check_variances(ctx)
        _check_size_or_pair(ctx, "img_size", "img_h", "img_w")
        _check_size_or_pair(ctx, "step", "step_h", "step_w")
        # The steps follow from the size of the image, so it must come from somewhere.
        if len(ctx.bottoms) < 2 and not (p.img_size or p.img_h):
            raise ctx.fault(
                "expected the image as a second bottom, because img_size is not given",
                layer_field="bottom",
                rule="blob-count",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size]]:
        _, _, height, width = ctx.nchw()
        p = ctx.param
        # A max_size adds one square, of side sqrt(min_size * max_size), whatever the ratios are.
        boxes = self.ratios(p) * len(p.min_size) + len(p.max_size)
        # Caffe checks that the top is not empty.
        check_not_empty(ctx, (height, width), "the feature map")
        # One set for the whole batch: the first channel has the corners, the second the variances.
        return [(1, 2, height * width * boxes * 4)]

    def ratios(self, param: Any) -> int:
        """The number of aspect ratios of the boxes of each ``min_size``."""
        return len(_aspect_ratios(param.aspect_ratio, param.flip))


class _SstdPriorBox(_PriorBoxes):
    """SSTD's PriorBox, which has a box for the inverse of each ratio even if that is given, too."""

    source = "BestSonny/SSTD: src/caffe/layers/prior_box_layer.cpp"

    def __init__(self) -> None:
        super().__init__()
        self.type = "PriorBox"

    def ratios(self, param: Any) -> int:
        distinct = len(_aspect_ratios(param.aspect_ratio, flip=False))
        # The ratio 1 has no other inverse.
        return 2 * distinct - 1 if param.flip else distinct


@register
class PriorBox(_PriorBoxes):
    """The boxes of fixed sizes that SSD places at each pixel of a feature map, and refines.

    Bottoms are the feature map and the image. Their sizes give the step between boxes, unless
    ``step`` and ``img_size`` do. Each ``min_size`` gives a box for each aspect ratio (1, those in
    ``aspect_ratio`` and, with ``flip``, their inverses), each ``max_size`` one more square. The top
    holds the corners of all boxes, and the variances of each. A ratio counts once; in SSTD's older
    fork, the inverse of a ratio counts again if it is given, too.
    (source: Liu et al. 2016, SSD: Single Shot MultiBox Detector)
    """

    variants: ClassVar[Mapping[str, LayerSchema]] = {"sstd": _SstdPriorBox()}
    source = "weiliu89/caffe (branch ssd): src/caffe/layers/prior_box_layer.cpp"


def _check_sizes(ctx: Context) -> None:
    p = ctx.param
    if not p.min_size:
        raise ctx.fault("min_size is missing", "min_size")
    for index, size in enumerate(p.min_size):
        if not size > 0:
            raise ctx.fault(f"min_size must be greater than 0, got {size:g}", f"min_size[{index}]")
    if not p.max_size:
        return
    if len(p.max_size) != len(p.min_size):
        raise ctx.fault(
            f"max_size is given {times(len(p.max_size))} and min_size"
            f" {times(len(p.min_size))}; give one max_size for each min_size, or none",
            "max_size",
        )
    for index, (smallest, largest) in enumerate(zip(p.min_size, p.max_size)):
        if not largest > smallest:
            raise ctx.fault(
                f"max_size must be greater than its min_size {smallest:g}, got {largest:g}",
                f"max_size[{index}]",
            )


def _check_variances(ctx: Context) -> None:
    variances = ctx.param.variance
    if len(variances) not in (0, 1, 4):
        raise ctx.fault(
            f"variance is given {times(len(variances))}; give it once, 4 times, or not at all",
            "variance",
        )
    for index, variance in enumerate(variances):
        if not variance > 0:
            raise ctx.fault(
                f"variance must be greater than 0, got {variance:g}", f"variance[{index}]"
            )


def _check_size_or_pair(ctx: Context, size: str, height: str, width: str) -> None:
    """Raise unless a size is given once, or for both axes, or not at all, and is positive."""
    p = ctx.param
    pair = [name for name in (height, width) if p.HasField(name)]
    if pair and p.HasField(size):
        raise ctx.fault(f"both {size} and {pair[0]} are given; keep one", pair[0])
    # Caffe then takes the size of the image, or for a step, divides it by that of the bottom.
    if not pair and not p.HasField(size):
        return
    for name in (height, width) if pair else (size,):
        if not p.HasField(name):
            raise ctx.fault(f"{pair[0]} is given without {name}", pair[0])
        if not getattr(p, name) > 0:
            raise ctx.fault(f"{name} must be greater than 0, got {getattr(p, name):g}", name)


def _aspect_ratios(given: Iterable[float], flip: bool) -> list[float]:
    """The distinct ratios, 1 first."""
    ratios = [1.0]
    for ratio in given:
        # Also an inverse that flip has added: then the ratio counts once.
        if any(abs(ratio - other) < _SAME_RATIO for other in ratios):
            continue
        ratios.append(ratio)
        if flip:
            has_inverse = abs(ratio) > _SMALLEST_RATIO
            # In float, because later ratios are compared with what Caffe has stored.
            ratios.append(float32(1 / ratio) if has_inverse else math.inf)
    return ratios
