from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from protogen.layers._blobs import refuse_empty
from protogen.layers._windows import float32
from protogen.schema import Context, Fault, LayerSchema, register


@register
class PriorBox(LayerSchema):
    """The boxes of fixed sizes that SSD places at each pixel of a feature map, and refines.

    Bottoms are the feature map and the image, whose sizes make the steps between boxes unless
    ``step`` and ``img_size`` do. Each ``min_size`` makes a box for each aspect ratio (1, those in
    ``aspect_ratio`` and with ``flip`` also their inverses), each ``max_size`` a further square.
    The top holds the corners of all boxes, and the variances of each.
    (source: Liu et al. 2016, SSD: Single Shot MultiBox Detector)
    """

    param = "prior_box_param"
    bottoms = (1, None)
    source = "src/caffe/layers/prior_box_layer.cpp"
    formula = "height * width * (ratios * min_sizes + max_sizes) * 4"

    def check(self, ctx: Context) -> None:
        p = ctx.param
        _check_sizes(p)
        if len(p.variance) not in (0, 1, 4):
            raise Fault(
                f"variance is given {len(p.variance)} times; give it once, 4 times or not at all",
                field="prior_box_param.variance",
            )
        if any(not variance > 0 for variance in p.variance):
            raise Fault("a variance is not above 0", field="prior_box_param.variance")
        _check_pair(p, "img_size", "img_h", "img_w")
        _check_pair(p, "step", "step_h", "step_w")
        if len(ctx.bottoms) < 2 and not (p.img_size or p.img_h):
            raise Fault(
                "needs the image as its second bottom, for no img_size is given",
                rule="blob-count",
                field="bottom",
            )

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        height, width = ctx.legacy(ctx.bottom)[2:]
        p = ctx.param
        boxes = len(_aspect_ratios(p)) * len(p.min_size) + len(p.max_size)
        refuse_empty((height, width), "the feature map")
        return [(1, 2, height * width * boxes * 4)]


def _check_sizes(p: Any) -> None:
    if not p.min_size:
        raise Fault("no min_size", field="prior_box_param.min_size")
    if any(not size > 0 for size in p.min_size):
        raise Fault("a min_size is not above 0", field="prior_box_param.min_size")
    if not p.max_size:
        return
    if len(p.max_size) != len(p.min_size):
        raise Fault(
            f"{len(p.max_size)} max_size for {len(p.min_size)} min_size; give one for each, or"
            " none",
            field="prior_box_param.max_size",
        )
    for least, most in zip(p.min_size, p.max_size):
        if not most > least:
            raise Fault(
                f"max_size {most:g} is not above its min_size {least:g}",
                field="prior_box_param.max_size",
            )


def _check_pair(p: Any, both: str, first: str, second: str) -> None:
    """A size for both axes, or one for each; what is given must be above 0."""
    given = [name for name in (first, second) if p.HasField(name)]
    if given and p.HasField(both):
        raise Fault(
            f"both {both} and {given[0]} are given; keep one", field=f"prior_box_param.{both}"
        )
    names = (first, second) if given else (both,)
    for name in names if given or p.HasField(both) else ():
        if not getattr(p, name) > 0:
            raise Fault(f"{name} is missing or not above 0", field=f"prior_box_param.{name}")


def _aspect_ratios(p: Any) -> list[float]:
    """The distinct ratios, 1 first; those within 1e-6 of each other count as one."""
    ratios = [1.0]
    for ratio in p.aspect_ratio:
        if any(abs(ratio - other) < 1e-6 for other in ratios):
            continue
        ratios.append(ratio)
        if p.flip:
            ratios.append(float32(1 / ratio) if abs(ratio) > 1e-38 else math.inf)
    return ratios
