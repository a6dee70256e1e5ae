"""The stub of the layer types: up to date, and of use to a type checker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from protogen import layers
from protogen.render.code.stub import TARGET, stub

ROOT = Path(__file__).parents[3]

PROGRAM = """
from protogen import Blob, Net, fillers
from protogen import layers as L

with Net("n") as net:
    data = L.Input(name="data", shape=[1, 3, 32, 32])
    x = L.Convolution(data, num_output=8, kernel_size=3, pad=[1, 1], param={"lr_mult": 1},
                      weight_filler=fillers.xavier())
    a, b = L.Convolution(data, data, num_output=8, kernel_size=3)
    pooled, mask = L.Pooling(L.ReLU(x, in_place=True), ntop=2, kernel_size=2, pool="MAX")
    image, label = L.Data(top=("image", "label"), source="db", batch_size=8, scale=0.5)
    L.Silence(L.Concat([a, b], axis=1), mask, image, label)
    left, right = L.Slice(x, slice_point=4)
    one, two, three = L.Slice(x, slice_point=[2, 4])
    quarter, rest = L.Slice(x, ntop=2)
    rois = L.Python(x, module="rpn", layer="Proposal", tops={"rois": (300, 5)})
    blurred = L.Layer("Blur", rest, tops={"blurred": (1, 4, None, None)})
    L.Silence(left, right, one, two, three, quarter, rois, blurred)
    last: Blob = L.Eltwise(x, x, operation="SUM", coeff=[1, -1])
    print(last.shape)
"""

#: A line that is wrong, and what a type checker says of it.
WRONG = [
    ("L.ReLU(x, slope=1)", 'Unexpected keyword argument "slope"'),
    ("L.InnerProduct(x, num_output='ten')", 'Argument "num_output" to "InnerProduct"'),
    ("L.Eltwise(x, x, operation='ADD')", 'Argument "operation" to "Eltwise"'),
    ("L.Convolution(x, kernal_size=3)", 'No overload variant of "Convolution"'),
    ("L.Convolutoin(x)", 'Module has no attribute "Convolutoin"'),
    ("nothing = L.Silence(x)", '"Silence" does not return a value'),
    ("L.ReLU()", 'Too few arguments for "ReLU"'),
    ("left, right = L.ReLU(x)", '"Blob" object is not iterable'),
    ("a, b, c = L.Slice(x, slice_point=4)", "Need more than 2 values to unpack (3 expected)"),
]


def test_it_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == stub(), "run make docs"


def test_it_has_every_type_with_its_doc_and_keywords() -> None:
    text = TARGET.read_text(encoding="utf-8")
    for schema in layers.all_types():
        assert f"def {schema.type}(\n" in text
    for schema in layers.other_types():
        assert f"def {schema.type}(*bottoms: Blob | Sequence[Blob], **keywords: Any)" in text
    relu = text[text.index("def ReLU(") :]
    relu = relu[: relu.index("\ndef ")]
    assert "    bottom: Blob, /, *,\n    negative_slope: float | None = 0,\n" in relu
    assert ") -> Blob:" in relu
    assert "negative_slope: Slope below zero" in relu


def check_types(program: Path) -> str:
    """What mypy --strict says of a program."""
    pytest.importorskip("mypy")
    options = ["--strict", "--no-error-summary", "--cache-dir", os.devnull]
    return subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(program)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        cwd=program.parent,
    ).stdout


def test_a_good_program_passes_mypy_and_each_wrong_line_does_not(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM + "".join(f"    {line}\n" for line, _ in WRONG))
    lines = check_types(program).splitlines()
    found = [line for line in lines if line.startswith("program.py:") and " error: " in line]
    first = PROGRAM.count("\n") + 1
    expected = [(first + index, message) for index, (_, message) in enumerate(WRONG)]
    assert [int(line.split(":")[1]) for line in found] == [number for number, _ in expected], found
    for line, (_, message) in zip(found, expected):
        assert message in line
