from __future__ import annotations

from protogen.schema import Context, LayerSchema, register


@register
class Split(LayerSchema):
    """Copy the bottom to several tops; their gradients are added up.

    Caffe inserts one automatically after each blob with several readers.
    """

    tops = (1, None)
    elementwise = True
    source = "src/caffe/layers/split_layer.cpp"

    def check(self, ctx: Context) -> None:
        # All tops share the bottom's memory; only the gradients are separate.
        ctx.reject_in_place()
