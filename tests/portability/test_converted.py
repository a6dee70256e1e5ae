"""Converted nets in real programs, which ``make consumers`` installs; else these are skipped."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

import protogen
from protogen import targets
from protogen.transforms import FloorPooling
from tests.portability.programs import TOLERANCE, ask, job

#: Behind the pooling: nothing, a layer in place, and two readers.
READERS = (
    "",
    'layer { name: "relu" type: "ReLU" bottom: "pool" top: "pool" }\n',
    'layer { name: "a" type: "Power" bottom: "pool" top: "a" }\n'
    'layer { name: "b" type: "Eltwise" bottom: "pool" bottom: "a" top: "b" }\n',
)


def floor_nets(number: int) -> Iterator[tuple[str, str]]:
    """Random poolings that round down where rounding up gives more, each with its identifier."""
    draw = random.Random(7)
    found = 0
    while found < number:
        sizes = [draw.randint(3, 20) for _ in range(2)]
        kernels = [draw.randint(1, 5) for _ in range(2)]
        strides = [draw.randint(1, 4) for _ in range(2)]
        pads = (
            [draw.randint(0, kernel - 1) for kernel in kernels] if draw.random() < 0.5 else [0, 0]
        )
        text = (
            'layer { name: "data" type: "Input" top: "data"'
            f" input_param {{ shape {{ dim: 2 dim: 3 dim: {sizes[0]} dim: {sizes[1]} }} }} }}\n"
            'layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param {'
            f" pool: {draw.choice(['MAX', 'AVE'])} kernel_h: {kernels[0]} kernel_w: {kernels[1]}"
            f" stride_h: {strides[0]} stride_w: {strides[1]} pad_h: {pads[0]} pad_w: {pads[1]}"
            f" round_mode: FLOOR }} }}\n{draw.choice(READERS)}"
        )
        net = protogen.loads(text)
        up = protogen.loads(text.replace("FLOOR", "CEIL")).analysis().blobs.get("pool")
        down = net.analysis().blobs.get("pool")
        if net.analysis().ok and down and 0 not in down and up != down:
            yield f"floor{found}", text
            found += 1


def values(caffe: str, folder: Path, nets: dict[str, str]) -> dict[str, dict[str, object]]:
    """Each blob of the nets in a real Caffe, on inputs that depend on the identifier."""
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    ask("caffe", caffe, folder, [job(name, text) for name, text in nets.items()])
    found = {}
    for name in nets:
        with numpy.load(folder / f"{name}.npz") as saved:
            found[name] = {key: saved[key] for key in saved.files if key.startswith("blob:")}
    return found


@pytest.mark.parametrize("lacking", [(), ("Slice",)], ids=["slice", "crop"])
def test_a_lowered_pooling_is_equal_bit_for_bit(
    lacking: tuple[str, ...], caffe: str, tmp_path: Path
) -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed")
    bvlc = targets.get("bvlc")
    assert bvlc.pooling is not None
    assert bvlc.types is not None
    known = tuple(name for name in bvlc.types.known if name not in lacking)
    ceil_only = dataclasses.replace(
        bvlc,
        pooling=dataclasses.replace(bvlc.pooling, floor=()),
        types=dataclasses.replace(bvlc.types, known=known),
    )
    nets = dict(floor_nets(200))
    lowered = {}
    for name, text in nets.items():
        result = FloorPooling(ceil_only)(protogen.loads(text))
        assert result.report
        lowered[name] = result.net.text
    before, after = values(caffe, tmp_path / "a", nets), values(caffe, tmp_path / "b", lowered)
    wrong = []
    for name, blobs in before.items():
        for blob, value in blobs.items():
            if "_split_" not in blob and not numpy.array_equal(value, after[name].get(blob)):
                wrong.append((name, blob))
    assert wrong == []


def test_opencv_rounds_down_as_caffe_does(opencv: str, caffe: str, tmp_path: Path) -> None:
    nets = dict(floor_nets(60))
    values(caffe, tmp_path / "a", nets)
    converted = []
    for name, text in nets.items():
        converted.append(job(name, protogen.convert(protogen.loads(text), to="opencv4").net.text))
    found = ask("opencv", opencv, tmp_path / "a", converted)
    wrong = {}
    for name, answer in found.items():
        differences = answer.get("differences", {})
        equal = bool(differences) and all(each <= TOLERANCE for each in differences.values())
        if answer["step"] != "runs" or not equal:
            wrong[name] = answer
    assert wrong == {}
