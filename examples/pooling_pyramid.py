"""A pyramid of poolings over an odd-sized image, which explains itself.

    protogen emit examples/pooling_pyramid.py --annotate
    protogen emit examples/pooling_pyramid.py --set kernel_size=3
    python examples/pooling_pyramid.py          # what rounding up did at every level

Caffe rounds the number of windows up: of 75 pixels it makes 38, and the last window hangs over the
edge. Most frameworks round down and leave the last pixel out. Each level passes the difference on
to the next, and in the end 75x107 pixels are 3x4 in Caffe and 2x3 elsewhere.
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
    """``levels`` poolings, each of the one before."""
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
    """What each square Pooling with a stride did to its axes; to both alike, said once."""
    for row in infer_shapes(composed).layers:
        p = composed.message.layer[row.index].pooling_param
        if row.type != "Pooling" or p.stride == 1:  # stride 1 has nothing to round
            continue
        ((_, shape),) = row.bottoms
        height, width = image(shape)
        sizes = {"both": height} if height == width else {"height": height, "width": width}
        for name, size in sizes.items():
            floor = p.round_mode == p.FLOOR
            yield row.name, Axis(name, size, p.kernel_size, p.stride, p.pad, floor, p.pad > 0)


def image(shape: Shape) -> tuple[int, ...]:
    """Height and width, which are known of every blob that is not read from a database."""
    return tuple(size for size in (shape or ())[2:] if size is not None)


def story(axis: Axis) -> str:
    """What rounding did to one axis, in words."""
    last = axis.window(axis.pooled - 1)
    if not last.elements:
        return "the last window holds nothing at all"
    if last.overhang:
        return f"rounded up: the last window overhangs by {last.overhang}, floor would leave it out"
    return "exact: nothing to round" if axis.pooled == floored(axis) else "rounded up"


def floored(axis: Axis) -> int:
    """What a framework that rounds down makes of the same size."""
    return Axis(axis.name, axis.size, axis.kernel, axis.stride, axis.pad, True, axis.clip).pooled


def explain(composed: Net) -> None:
    """Print, for each Pooling, the sum that makes its size and what rounding up did."""
    rows = [
        (name, axis.name, str(axis.size), windows.formula(axis), str(floored(axis)), story(axis))
        for name, axis in axes(composed)
    ]
    titles = ("layer", "axis", "size", "in Caffe", "floor", "")
    show(sys.stdout, Table(titles, rows, right=(2, 4)))


def main() -> None:
    """Explain every level, then show how the difference to floor grows."""
    explain(net())
    ceil, floor = (infer_shapes(net(round_mode=mode)).blobs for mode in get_args(RoundMode))
    print("\nLevel by level, if every pooling rounded down:")
    rows = [
        (name, format_shape(image(ceil[name])), format_shape(image(floor[name]))) for name in ceil
    ]
    show(sys.stdout, Table(("blob", "Caffe", "floor"), rows, right=(1, 2)))


if __name__ == "__main__":
    main()
