"""What SSD's detection layers have in common: predictions for each of the prior boxes."""

from __future__ import annotations

from protogen.layers._blobs import describe
from protogen.schema import Context, Fault

__all__ = ["check_predictions"]


def check_predictions(ctx: Context) -> None:
    """Bottom 0 has 4 coordinates for each box of bottom 2, bottom 1 a score for each class."""
    p = ctx.param
    locations, scores, boxes = map(ctx.legacy, ctx.bottoms[:3])
    if locations[0] != scores[0]:
        raise Fault(
            f"bottoms differ in batch size: {locations[0]} and {scores[0]} (axis 0):"
            f" {describe(ctx.bottoms, 0, 1)}",
            rule="bottom-shape-mismatch",
        )
    priors = boxes[2] // 4
    coordinates = priors * 4 * (1 if p.share_location else p.num_classes)
    for index, wanted in enumerate((coordinates, priors * p.num_classes)):
        given = (locations, scores)[index][1]
        if given != wanted:
            what = ("location", "confidence")[index]
            raise Fault(
                f"{priors} prior boxes and {p.num_classes} classes take {wanted} {what}"
                f" predictions, not {given}: {describe(ctx.bottoms, index, 2)}",
                rule="bottom-shape-mismatch",
            )
