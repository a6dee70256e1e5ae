from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protogen.schema import Context, LayerSchema, register
from protogen.shapes import UNKNOWN


@register
class Python(LayerSchema):
    """A layer written in Python: the class ``layer`` of the module ``module``.

    That class decides the shapes of the tops and what is learned, so they are unknown.
    """

    param = "python_param"
    bottoms, tops = (0, None), (0, None)
    source = "include/caffe/layers/python_layer.hpp"

    def check(self, ctx: Context) -> None:
        for name in ("module", "layer"):
            # Caffe imports the module when it sets the net up.
            if not getattr(ctx.param, name):
                raise ctx.fault(f"{name} is missing", name)

    def top_shapes(self, ctx: Context) -> Sequence[None]:
        return [None] * ctx.tops

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        return UNKNOWN
