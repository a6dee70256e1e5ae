"""The heads of SSD: boxes and scores at several layers, and the detections from all of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

from protogen import fillers
from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._form import Form, current_net, head

__all__ = ["VOC", "Source", "detections", "images"]

#: The variance by which the offsets of boxes are divided: of the center, and of the size.
#: (source: weiliu89/caffe, branch ssd: examples/ssd/ssd_pascal.py)
_VARIANCE = (0.1, 0.1, 0.2, 0.2)

#: The classes of Pascal VOC, with the background.
VOC = 21

#: How boxes are predicted: offsets of center and size, the same for all classes; class 0 is none.
_BOXES: dict[str, Any] = {
    "share_location": True,
    "background_label_id": 0,
    "code_type": "CENTER_SIZE",
}


class Source(NamedTuple):
    """A blob that boxes are predicted from, with the sizes and shapes of its prior boxes.

    Sizes are in pixels. ``ratios`` are those of width to height, apart from 1; ``step`` is the
    distance between two places in pixels, or 0 for that of the image to the blob.
    """

    blob: str
    smallest: float
    largest: float
    ratios: Sequence[float]
    step: float = 0

    @property
    def boxes(self) -> int:
        """The number of boxes at each place: one or two squares, each ratio, and its inverse."""
        return 1 + bool(self.largest) + 2 * len(self.ratios)


def detections(
    form: Form,
    data: Blob,
    sources: Sequence[Source],
    *,
    classes: int,
    kernel: int,
    published: int = VOC,
    keep: int,
    top: int,
    confidence: float,
) -> None:
    """Add the heads at all sources, and the detections, (1, 1, N, 7); in training the loss.

    ``kernel`` is that of the convolutions, and ``published`` the published number of classes. At
    most ``top`` boxes of a class and ``keep`` of an image stay, with a score of at least
    ``confidence``.
    """
    location, score, prior = _heads(data, sources, (classes, published), kernel)
    net = current_net()
    if form.training:
        with net.phase("TRAIN"):
            _loss(location, score, prior, form.label, classes)
    # For deployment the published files have a phase only at their last layer.
    with net.phase("TEST") if form.training else nullcontext():
        x = _probabilities(score, classes)
    # Section 3.7: boxes that overlap by more than 0.45 are the same object.
    nms = {"nms_threshold": 0.45, "top_k": top}
    kept = {"nms_param": nms, "keep_top_k": keep, "confidence_threshold": confidence}
    with net.phase("TEST"):
        found = _detection_output(location, x, prior, num_classes=classes, **kept)
        if form.training:
            _evaluation(found, form.label, classes)


def _detection_output(location: Blob, probabilities: Blob, prior: Blob, **keywords: Any) -> Blob:
    """The boxes that are kept of all images: (1, 1, N, 7)."""
    found: Blob = L.DetectionOutput(
        location, probabilities, prior, name="detection_out", **keywords, **_BOXES
    )
    return found


def _probabilities(score: Blob, classes: int) -> Blob:
    """The probabilities of the classes of each box, (N, boxes * classes)."""
    x = L.Reshape(score, name="mbox_conf_reshape", shape=[0, -1, classes])
    x = L.Softmax(x, name="mbox_conf_softmax", axis=2)
    flat: Blob = L.Flatten(x, name="mbox_conf_flatten", axis=1)
    return flat


def _heads(
    data: Blob, sources: Sequence[Source], classes: tuple[int, int], kernel: int
) -> tuple[Blob, Blob, Blob]:
    """The locations, the scores and the priors of the boxes from all sources.

    ``classes`` is the number of classes, and the published one.
    """
    locations, scores, priors = [], [], []
    for source in sources:
        locations.append(_convolution(source, "mbox_loc", 4 * source.boxes, kernel))
        conf = head("mbox_conf", *classes)
        scores.append(_convolution(source, conf, classes[0] * source.boxes, kernel))
        priors.append(_priors(source, data))
    return (
        L.Concat(*locations, name="mbox_loc", axis=1),
        L.Concat(*scores, name="mbox_conf", axis=1),
        L.Concat(*priors, name="mbox_priorbox", axis=2),
    )


def _evaluation(found: Blob, label: Blob, classes: int) -> None:
    L.DetectionEvaluate(
        found,
        label,
        name="detection_eval",
        num_classes=classes,
        background_label_id=0,
        overlap_threshold=0.5,
        evaluate_difficult_gt=False,
    )


def _loss(location: Blob, score: Blob, prior: Blob, label: Blob, classes: int) -> None:
    """Add the loss of boxes that match an object, and of three times as many that do not."""
    L.MultiBoxLoss(
        location,
        score,
        prior,
        label,
        name="mbox_loss",
        # Neither the prior boxes nor the true boxes are learned.
        propagate_down=[True, True, False, False],
        # Divided by the number of matched boxes, not of all boxes: equation 1.
        normalization="VALID",
        loc_loss_type="SMOOTH_L1",
        conf_loss_type="SOFTMAX",
        loc_weight=1,
        num_classes=classes,
        # Section 2.2: each true box matches all prior boxes that overlap it by more than a half.
        match_type="PER_PREDICTION",
        overlap_threshold=0.5,
        use_prior_for_matching=True,
        use_difficult_gt=True,
        # Of the other boxes, those with the greatest loss count, at most three for each match.
        neg_pos_ratio=3,
        neg_overlap=0.5,
        ignore_cross_boundary_bbox=False,
        mining_type="MAX_NEGATIVE",
        **_BOXES,
    )


def images(
    form: Form,
    size: int,
    *,
    batches: tuple[int, int],
    sources: tuple[str, str],
    labels: str,
    **transform: Any,
) -> Blob:
    """Add the data: square images; in training with the boxes in them: (1, 1, N, 8).

    ``labels`` is the file with the names of the classes. Training distorts the colors, puts images
    on larger ones, and cuts out parts that contain objects.
    """
    if not form.training:
        return form.image(size)
    # Images are warped to squares, whatever their aspect ratio.
    resize = {"prob": 1, "resize_mode": "WARP", "height": size, "width": size}
    any_mode = {"interp_mode": ["LINEAR", "AREA", "NEAREST", "CUBIC", "LANCZOS4"]}
    training = {
        "mirror": True,
        "resize_param": {**resize, **any_mode},
        "emit_constraint": {"emit_type": "CENTER"},
        "distort_param": _DISTORTION,
        "expand_param": {"prob": 0.5, "max_expand_ratio": 4},
        "batch_sampler": _samplers(),
    }
    testing = {"resize_param": {**resize, "interp_mode": ["LINEAR"]}}
    return form.annotated_image(
        size, batches, sources, (training, testing), label_map_file=labels, **transform
    )


#: The photometric distortions of Howard 2013, "Some Improvements on Deep Convolutional Neural
#: Network Based Image Classification", as section 2.2 cites them.
_DISTORTION = {
    "brightness_prob": 0.5,
    "brightness_delta": 32,
    "contrast_prob": 0.5,
    "contrast_lower": 0.5,
    "contrast_upper": 1.5,
    "hue_prob": 0.5,
    "hue_delta": 18,
    "saturation_prob": 0.5,
    "saturation_lower": 0.5,
    "saturation_upper": 1.5,
    "random_order_prob": 0,
}


def _samplers() -> list[dict[str, Any]]:
    """The whole image, or a part that overlaps an object by at least so much."""
    # Section 2.2: a part of at least so much of the image, with an aspect ratio from 1/2 to 2.
    sampler = {
        "min_scale": 0.3,
        "max_scale": 1,
        "min_aspect_ratio": 0.5,
        "max_aspect_ratio": 2,
    }
    found: list[dict[str, Any]] = [{"max_sample": 1, "max_trials": 1}]
    constraints: list[dict[str, float]] = [
        {"min_jaccard_overlap": least} for least in (0.1, 0.3, 0.5, 0.7, 0.9)
    ]
    for constraint in [*constraints, {"max_jaccard_overlap": 1}]:
        found.append(
            {
                "sampler": sampler,
                "sample_constraint": constraint,
                "max_sample": 1,
                "max_trials": 50,
            }
        )
    return found


def _convolution(source: Source, suffix: str, num_output: int, kernel: int) -> Blob:
    """A convolution, with the values of one box side by side: (N, H * W * num_output)."""
    net = current_net()
    name = f"{source.blob}_{suffix}"
    # The published files write no pad of 0.
    padding: dict[str, Any] = {"pad": kernel // 2} if kernel > 1 else {}
    x = L.Convolution(
        net[source.blob],
        name=name,
        num_output=num_output,
        kernel_size=kernel,
        weight_filler=fillers.xavier(),
        **padding,
    )
    # In the order of the prior boxes: by place, and then by box.
    x = L.Permute(x, name=f"{name}_perm", order=[0, 2, 3, 1])
    flat: Blob = L.Flatten(x, name=f"{name}_flat", axis=1)
    return flat


def _priors(source: Source, data: Blob) -> Blob:
    net = current_net()
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
