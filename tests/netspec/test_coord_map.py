"""``caffe.coord_map``, compared with the answers of pycaffe's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from protogen import ComposeError
from protogen.netspec import NetSpec
from protogen.netspec import layers as L
from protogen.netspec import params as P
from protogen.netspec.coord_map import coord_map_from_to, crop
from tests.conftest import rows

ROWS = {row["id"]: row for row in rows("crop_offsets.jsonl.gz")}

#: pycaffe has no axis for layers that keep their shape, and ignores pad_h within a message.
OTHERWISE = {"pointwise_only", "nested_hw_ignored"}

MAPPED = [name for name, row in ROWS.items() if "map" in row and name not in OTHERWISE]
CROPPED = [name for name, row in ROWS.items() if "crop" in row]


def tops(row: dict[str, Any]) -> tuple[Any, Any]:
    n = NetSpec()
    for line in row["program"]:
        exec(line, {"n": n, "L": L, "P": P, "dict": dict})
    return n[row["from"]], n[row["to"]]


def test_the_rows() -> None:
    assert (len(MAPPED), len(CROPPED)) == (33, 25)


@pytest.mark.parametrize("name", MAPPED)
def test_the_map(name: str) -> None:
    axis, scale, shift = coord_map_from_to(*tops(ROWS[name]))
    expected = ROWS[name]["map"]
    assert axis == expected["axis"]
    # pycaffe has an element for each axis only where one is needed.
    assert scale == pytest.approx(np.broadcast_to(expected["scale"], scale.shape))
    assert shift == pytest.approx(np.broadcast_to(expected["shift"], shift.shape))


@pytest.mark.parametrize("name", CROPPED)
def test_the_crop(name: str) -> None:
    made = crop(*tops(ROWS[name])).fn.params["crop_param"]
    assert made == ROWS[name]["crop"]


def small_net() -> NetSpec:
    n = NetSpec()
    n.data = L.Input(shape={"dim": [1, 1, 100, 100]})
    n.pool = L.Pooling(n.data, pool=P.Pooling.MAX, kernel_size=4, stride=4)
    return n


def test_sizes_that_differ_cannot_be_cropped() -> None:
    """pycaffe raises an AssertionError, and a RuntimeError for tops that are not connected."""
    n = small_net()
    with pytest.raises(AssertionError, match=r'one element of "Pooling1" spans 4 of "Input1"'):
        crop(n.pool, n.data)
    n.fc = L.InnerProduct(n.pool, num_output=10)
    with pytest.raises(RuntimeError, match="are not connected by layers") as caught:
        coord_map_from_to(n.fc, n.data)
    assert isinstance(caught.value, ComposeError)


def test_an_offset_for_each_axis() -> None:
    """As many as pycaffe's, whose arrays have an element for each listed kernel size."""
    n = small_net()
    n.conv = L.Convolution(n.data, num_output=1, kernel_size=[3, 5], pad=[3, 4])
    assert crop(n.conv, n.data).fn.params["crop_param"] == {"axis": 2, "offset": [2, 2]}


def test_a_volume() -> None:
    """BVLC's test_coord_map.py maps through a pooling of three axes, which Caffe cannot run."""
    n = NetSpec()
    n.data = L.Input(shape={"dim": [2, 3, 100, 100, 100]})
    n.conv = L.Convolution(n.data, num_output=1, kernel_size=[3, 3, 3], pad=[0, 1, 2])
    n.pool = L.Pooling(n.conv, pool=P.Pooling.MAX, kernel_size=2, stride=2)
    n.up = L.Deconvolution(n.pool, num_output=1, kernel_size=4, stride=2)
    axis, scale, shift = coord_map_from_to(n.up, n.data)
    assert axis == 1
    assert list(scale) == [1, 1, 1]
    assert list(shift - shift[0]) == [0, -1, -2]


def test_no_layer_is_made_or_reported_by_asking(reported: list[Any]) -> None:
    n = small_net()
    n.crop = crop(n.data, n.data)
    assert [layer.type for layer in n.to_proto().layer] == ["Input", "Pooling", "Crop"]
    assert reported == []
