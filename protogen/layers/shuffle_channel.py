from __future__ import annotations

from protogen.schema import Context, Fault, LayerSchema, register


@register
class ShuffleChannel(LayerSchema):
    """Reorder the channels so that each of ``group`` parts has some of every part.

    Channels as ``group`` rows are read by columns.  (source: Zhang et al. 2017, ShuffleNet)
    """

    param = "shuffle_channel_param"
    source = "farmingyard/ShuffleNet: shuffle_channel_layer.cpp"
    forks = ("shufflenet", "cambricon", "ncnn", "mnn", "tengine", "mace", "x2paddle")

    def check(self, ctx: Context) -> None:
        group, channels = ctx.param.group, ctx.legacy(ctx.bottom)[1]
        if group == 0:
            raise Fault("group is 0", field="shuffle_channel_param.group")
        if channels % group:
            raise Fault(
                f"group {group} does not divide {channels} bottom channels",
                rule="group-does-not-divide",
                field="shuffle_channel_param.group",
            )
