"""A pyramid of poolings over an image with odd sizes, and an explanation of each level.

    protogen emit examples/pooling_pyramid.py --annotate
    protogen emit examples/pooling_pyramid.py --set kernel_size=3
    python examples/pooling_pyramid.py          # how each level rounds

Caffe rounds the number of windows up: 75 pixels become 38, and the last window overhangs the edge.
Most frameworks round down and leave out the last pixel. Each level passes the difference on to the
next one, and in the end 75x107 pixels are 3x4 in Caffe and 2x3 in other frameworks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Literal, get_args

from protogen import Net, infer_shapes
from protogen import layers as L
from protogen.render import windows
from protogen.render.table import Table, show
from protogen.reports.pooling import Axis
from protogen.shapes import Shape, format_shape

RoundMode = Literal["CEIL", "FLOOR"]


def net(
    height: int = 75,
    width: int = 107,
    levels: int = 5,
    kernel_size: int = 2,
    stride: int = 2,
    round_mode: RoundMode = "CEIL",
) -> Net:
    """``levels`` poolings, each on top of the previous one."""
    with Net("pooling_pyramid") as pyramid:
        x = L.Input(name="data", shape=[1, 3, height, width])
        for level in range(1, levels + 1):
            x = L.Pooling(
                x,
                name=f"pool{level}",
                pool="MAX",
                kernel_size=kernel_size,
                stride=stride,
                round_mode=None if round_mode == "CEIL" else round_mode,  # Caffe's default
            )
    return pyramid


def axes(composed: Net) -> Iterator[tuple[str, Axis]]:
    """The axes of each square Pooling; axes with the same size are one."""
    for row in infer_shapes(composed).layers:
        p = composed.message.layer[row.index].pooling_param
        if row.type != "Pooling" or p.stride == 1:  # with stride 1, nothing is rounded
            continue
        ((_, shape),) = row.bottoms
        height, width = image(shape)
        sizes = {"both": height} if height == width else {"height": height, "width": width}
        for name, size in sizes.items():
            floor = p.round_mode == p.FLOOR
            yield row.name, Axis(name, size, p.kernel_size, p.stride, p.pad, floor, p.pad > 0)


def image(shape: Shape) -> tuple[int, ...]:
    """Height and width. They are known, because no blob of these nets is read from a database."""
    return tuple(size for size in (shape or ())[2:] if size is not None)


def description(axis: Axis) -> str:
    """How one axis rounds, in words."""
    last = axis.window(axis.pooled - 1)
    if not last.elements:
        return "rounds up: the last window is empty"
    if last.overhang:
        return f"rounds up: the last window overhangs by {last.overhang}"
    return "exact" if axis.pooled == floor_size(axis) else "rounds up"


def floor_size(axis: Axis) -> int:
    """The size after the same pooling in a framework that rounds down."""
    return Axis(axis.name, axis.size, axis.kernel, axis.stride, axis.pad, True, axis.clip).pooled


def explain(composed: Net) -> None:
    """Print the size of each Pooling with its formula, and how it rounds."""
    rows = []
    for name, axis in axes(composed):
        formula, floor = windows.formula(axis), str(floor_size(axis))
        rows.append((name, axis.name, str(axis.size), formula, floor, description(axis)))
    titles = ("layer", "axis", "size", "in Caffe", "floor", "")
    show(sys.stdout, Table(titles, rows, right=(2, 4)))


def main() -> None:
    """Explain every level, then compare with poolings that round down."""
    explain(net())
    ceil, floor = (infer_shapes(net(round_mode=mode)).blobs for mode in get_args(RoundMode))
    print("\nThe sizes if every pooling rounded down:")
    rows = [
        (name, format_shape(image(ceil[name])), format_shape(image(floor[name]))) for name in ceil
    ]
    show(sys.stdout, Table(("blob", "Caffe", "floor"), rows, right=(1, 2)))


if __name__ == "__main__":
    main()
