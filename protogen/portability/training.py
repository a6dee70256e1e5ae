"""What a program that only runs nets computes otherwise in TRAIN."""

from __future__ import annotations

from protogen.graph import Step

__all__ = ["difference_in_training"]


def difference_in_training(step: Step) -> str:
    """What a program that does not train computes otherwise in TRAIN; empty if nothing."""
    if step.type == "Dropout":
        return "drops nothing in training"
    # Caffe computes the statistics of the batch in TRAIN, unless the layer is frozen this way.
    is_frozen = step.layer.batch_norm_param.use_global_stats
    if step.type == "BatchNorm" and not is_frozen:
        return "uses the learned statistics in training, too"
    return ""
