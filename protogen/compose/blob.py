"""A blob of a net that is being composed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from protogen.active import active_net
from protogen.display import html
from protogen.program import mistake
from protogen.shapes import Shape, format_shape

__all__ = ["Blob"]


class Blob:
    """What a layer produces and others read: a name, and the shape that Caffe would give it.

    An unknown size, such as that of a data layer without its database, is ``None``. ``shape`` is
    ``None`` if even the number of axes is unknown.
    """

    __slots__ = ("name", "shape")

    def __init__(self, name: str, shape: Shape) -> None:
        self.name = name
        self.shape = shape

    def __repr__(self) -> str:
        return f"<blob {self.name!r} {format_shape(self.shape)}>"

    def _repr_html_(self) -> str:
        return html(self)

    if not TYPE_CHECKING:  # so that type checkers reject unpacking a blob, too

        def __iter__(self) -> NoReturn:
            """Reject unpacking one blob into several, at the user's line."""
            layer, layer_type = _producer(self.name)
            hint = f'give it more: ntop=2, or top=["{layer or self.name}", ...]'
            if layer_type == "Slice":
                hint += ", or say with slice_point where to cut"
            error = mistake(
                "layer-parameter",
                f'has one top, "{self.name}", which cannot be unpacked',
                layer,
                layer_type,
                hint=hint,
            )
            error.net = active_net()
            raise error


def _producer(blob: str) -> tuple[str, str]:
    """The name and the type of the layer that was composed last with this top."""
    net = active_net()
    if net is not None:
        for layer in reversed(net.current.message.layer):
            if blob in layer.top:
                return layer.name, layer.type
    return "", ""
