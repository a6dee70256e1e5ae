from __future__ import annotations

from protogen.layers._losses import Loss, check_ones
from protogen.schema import Context, register


@register
class MultinomialLogisticLoss(Loss):
    """The mean negative log of the probability of the true class.

    The first bottom holds probabilities, such as a Softmax computes. SoftmaxWithLoss does both in
    one layer, and stays accurate where a probability is nearly 0.
    """

    source = "src/caffe/layers/multinomial_logistic_loss_layer.cpp"

    def check(self, ctx: Context) -> None:
        super().check(ctx)
        check_ones(ctx, 1, from_axis=1)
