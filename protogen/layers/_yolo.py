"""What the last layers of the YOLO versions have in common: boxes out of several maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from protogen.schema import Arity, Context, Fault, LayerSchema

__all__ = ["YoloOutput"]


class YoloOutput(LayerSchema):
    """A row to each detection; how many there are is known when it has run, until then 1."""

    bottoms: ClassVar[Arity] = (1, 4)
    forks = ("eric612", "ncnn")

    def check(self, ctx: Context) -> None:
        if not ctx.param.HasField("num_classes"):
            raise Fault("num_classes is missing", field=f"{self.param}.num_classes")

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any]]:
        return [(1, 1, 1, 7)]

    def unknown_tops(self, layer: Any, tops: int) -> tuple[tuple[int, ...], ...]:
        return ((1, 1, 1, 7),)
