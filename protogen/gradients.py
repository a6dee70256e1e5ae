"""What Caffe's backward pass computes, and what it reads."""

from __future__ import annotations

from protogen import proto
from protogen.analysis import Analysis
from protogen.graph import Step

__all__ = ["is_updated", "passing_gradients", "reads_bottom", "reads_top"]

#: Types that compute the gradient of their weights from the values of their bottom.
_READ_BOTTOM_FOR_WEIGHTS = {"Convolution", "Deconvolution", "InnerProduct", "PReLU", "Scale"}

#: Types that compute the gradient of their bottom from its values.
_READ_BOTTOM = {"AbsVal", "BNLL", "ELU", "LRN", "Log", "PReLU", "ReLU"}


def passing_gradients(analysis: Analysis) -> set[Step]:
    """The layers that, in training, pass a gradient on to their bottoms.

    Caffe computes the gradient of a bottom only if an earlier layer learns something from it, and
    only in layers that a loss depends on.  (source: ``Net::Init``, ``bottom_need_backward_``)
    """
    if not analysis.trained:
        return set()
    needing: set[Step] = set()
    passing: set[Step] = set()
    for step in analysis.steps:
        if step not in analysis.useful:
            continue
        producers = {bottom.step for bottom in step.produced_bottoms}
        if not producers.isdisjoint(needing):
            passing.add(step)
        # The first layer that learns needs a gradient of its top, but passes none on to its bottom.
        if step in passing or is_updated(step):
            needing.add(step)
    return passing


def is_updated(step: Step) -> bool:
    """Whether the layer learns, and one of its learning rates is not 0."""
    if not step.learns:
        return False
    # A blob without a param entry has a rate of 1.
    if len(step.layer.param) < len(step.facts.blobs):
        return True
    return any(spec.lr_mult for spec in step.layer.param)


def reads_top(step: Step) -> bool:
    """Whether the layer computes its gradient from the values of its top."""
    if step.type == "Power":
        # Only the general formula divides by the bottom and multiplies by the top.
        # (source: ``PowerLayer::Backward_cpu``)
        return step.layer.power_param.power not in (0, 1, 2)
    return step.schema is not None and step.schema.reads_top


def reads_bottom(step: Step, passes_gradient: bool) -> bool:
    """Whether the layer computes a gradient from the values of its bottoms.

    A real Caffe was asked about each of these types: the gradients of a net in which a later layer
    overwrites the bottom differ from those of a net in which it does not.
    """
    layer = step.layer
    if step.type in _READ_BOTTOM_FOR_WEIGHTS and is_updated(step):
        return True
    if not passes_gradient:
        return False
    if step.type == "Eltwise":
        return bool(layer.eltwise_param.operation == proto.EltwiseParameter.PROD)
    if step.type == "Power":
        return layer.power_param.power not in (0, 1)
    if step.type == "Reduction":
        sums_values = proto.ReductionParameter.ASUM, proto.ReductionParameter.SUMSQ
        return layer.reduction_param.operation in sums_values
    return step.type in _READ_BOTTOM
