from __future__ import annotations

from protogen.layers._parameters import check_positive
from protogen.schema import Context, LayerSchema, register


@register
class ShuffleChannel(LayerSchema):
    """Reorder the channels so that each of ``group`` parts has some from every part.

    It arranges the channels in ``group`` rows, and reads them by columns.
    (source: Zhang et al. 2017, ShuffleNet)
    """

    param = "shuffle_channel_param"
    elementwise = True
    source = "farmingyard/ShuffleNet: shuffle_channel_layer.cpp"

    def check(self, ctx: Context) -> None:
        check_positive(ctx, "group")
        group = ctx.param.group
        _, channels, _, _ = ctx.nchw()
        # The channels are a matrix with group rows, so they must fill it.
        if channels % group:
            raise ctx.fault(
                f"group {group} does not divide {channels} bottom channels",
                "group",
                rule="group-does-not-divide",
            )
