"""Where Caffe rounds a pooling up and others do not; sizes by hand."""

from __future__ import annotations

from protogen import Net
from protogen import layers as L
from protogen.poolings import Rounding, pooled_axes, roundings


def test_only_poolings_that_round_up_are_listed() -> None:
    with Net() as net:
        odd = L.Input(shape=[1, 3, 9, 8], name="odd")
        L.Pooling(odd, name="up", kernel_size=2, stride=2)  # 9: ceil(3.5) + 1 = 5, floor 4
        L.Pooling(odd, name="floor", kernel_size=2, stride=2, round_mode="FLOOR")
        L.Pooling(odd, name="even", kernel_h=3, kernel_w=2, stride=2)  # (9 - 3) / 2 + 1 = 4
        L.Pooling(odd, name="all", global_pooling=True)
    assert roundings(net.analysis()) == [Rounding("up", (5, 4), (4, 4))]


def test_axes_of_unknown_size_are_left_out() -> None:
    with Net() as net:
        data = L.Data(name="data", source="none", batch_size=4, ntop=1)
        L.Pooling(data, name="pool", kernel_size=2, stride=2)
    analysis = net.analysis(inputs={"data": (4, 3, None, 9)})
    (axis,) = pooled_axes(analysis, analysis.steps[1])
    assert (axis.name, axis.size, axis.pooled, axis.floored) == ("width", 9, 5, 4)
