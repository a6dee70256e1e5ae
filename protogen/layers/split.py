from __future__ import annotations

from protogen.schema import Context, LayerSchema, register


@register
class Split(LayerSchema):
    """Hand the bottom to several tops; their gradients are added up.

    Caffe puts one behind each blob with several readers by itself.
    """

    tops = (1, None)
    source = "src/caffe/layers/split_layer.cpp"

    def check(self, ctx: Context) -> None:
        ctx.refuse_in_place()
