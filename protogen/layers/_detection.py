"""What SSD's detection layers share: predictions for each of the prior boxes."""

from __future__ import annotations

from protogen.schema import Context

__all__ = ["check_predictions"]


def check_predictions(ctx: Context) -> None:
    """Raise unless bottoms 0 and 1 predict coordinates and class scores for the boxes of bottom 2.

    (source: ``DetectionOutputLayer::Reshape``)
    """
    p = ctx.param
    locations, scores, boxes = ctx.nchw(0), ctx.nchw(1), ctx.nchw(2)
    if locations[0] != scores[0]:
        raise ctx.fault(
            f"bottoms differ in batch size: {locations[0]} and {scores[0]} (axis 0):"
            f" {ctx.describe(0, 1)}",
            bottom=1,
            rule="bottom-shape-mismatch",
        )
    # The height of the prior boxes' blob holds 4 numbers for each.
    priors = boxes[2] // 4
    # Without share_location each class has boxes of its own.
    coordinates = priors * 4 * (1 if p.share_location else p.num_classes)
    predictions = (
        ("location", coordinates, locations[1]),
        ("confidence", priors * p.num_classes, scores[1]),
    )
    for index, (kind, expected, given) in enumerate(predictions):
        if given != expected:
            raise ctx.fault(
                f"expected {expected} {kind} predictions for {priors} prior boxes and"
                f" {p.num_classes} classes, got {given}: {ctx.describe(index, 2)}",
                bottom=index,
                rule="bottom-shape-mismatch",
            )
