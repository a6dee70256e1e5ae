"""The heads of SSD: boxes and scores at several layers, and the detections from all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from protogen import layers as L
from protogen.active import active_net
from protogen.compose.blob import Blob
from protogen.zoo._form import head

__all__ = ["Source", "detections"]

#: The variance by which the offsets of boxes are divided: of the center, and of the size.
_VARIANCE = (0.1, 0.1, 0.2, 0.2)

#: The classes of Pascal VOC, with the background.
VOC = 21


class Source(NamedTuple):
    """A blob that boxes are predicted from, with the sizes and shapes of its prior boxes.

    Sizes are in pixels. ``ratios`` are those of width to height, besides 1; ``step`` is the
    distance between two places in pixels, or 0 for that of the image to the blob.
    """

    blob: str
    smallest: float
    largest: float
    ratios: Sequence[float]
    step: float = 0

    @property
    def boxes(self) -> int:
        """The number of boxes at each place: each ratio, and its inverse."""
        return 1 + bool(self.largest) + 2 * len(self.ratios)


def detections(
    data: Blob,
    sources: Sequence[Source],
    *,
    classes: int,
    kernel: int,
    keep: int,
    top: int,
    confidence: float,
) -> None:
    """Add the heads at all sources, and the detections: (1, 1, N, 7).

    ``kernel`` is that of the convolutions. At most ``top`` boxes of a class and ``keep`` of an
    image stay, with a score of at least ``confidence``.
    """
    locations, scores, priors = [], [], []
    for source in sources:
        locations.append(_convolution(source, "mbox_loc", 4 * source.boxes, kernel))
        conf = head("mbox_conf", classes, VOC)
        scores.append(_convolution(source, conf, classes * source.boxes, kernel))
        priors.append(_priors(source, data))
    location = L.Concat(*locations, name="mbox_loc", axis=1)
    score = L.Concat(*scores, name="mbox_conf", axis=1)
    prior = L.Concat(*priors, name="mbox_priorbox", axis=2)
    x = L.Reshape(score, name="mbox_conf_reshape", shape=[0, -1, classes])
    x = L.Softmax(x, name="mbox_conf_softmax", axis=2)
    x = L.Flatten(x, name="mbox_conf_flatten", axis=1)
    net = active_net()
    assert net is not None
    with net.phase("TEST"):
        L.DetectionOutput(
            location,
            x,
            prior,
            name="detection_out",
            num_classes=classes,
            share_location=True,
            background_label_id=0,
            nms_param={"nms_threshold": 0.45, "top_k": top},
            code_type="CENTER_SIZE",
            keep_top_k=keep,
            confidence_threshold=confidence,
        )


def _convolution(source: Source, suffix: str, num_output: int, kernel: int) -> Blob:
    """A convolution, with the values of one box side by side: (N, H * W * num_output)."""
    net = active_net()
    assert net is not None
    name = f"{source.blob}_{suffix}"
    padding: dict[str, Any] = {"pad": kernel // 2} if kernel > 1 else {}
    x = L.Convolution(
        net[source.blob], name=name, num_output=num_output, kernel_size=kernel, **padding
    )
    x = L.Permute(x, name=f"{name}_perm", order=[0, 2, 3, 1])
    flat: Blob = L.Flatten(x, name=f"{name}_flat", axis=1)
    return flat


def _priors(source: Source, data: Blob) -> Blob:
    net = active_net()
    assert net is not None
    priors: Blob = L.PriorBox(
        net[source.blob],
        data,
        name=f"{source.blob}_mbox_priorbox",
        min_size=source.smallest,
        max_size=source.largest or None,
        aspect_ratio=source.ratios,
        flip=True,
        clip=False,
        variance=_VARIANCE,
        step=source.step or None,
        offset=0.5,
    )
    return priors
