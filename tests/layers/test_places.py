"""Every fault names the field that causes it, so that a finding points there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

import protogen
from protogen import infer_shapes, layers, loads, proto
from protogen.edits import parse_path
from protogen.layers import all_types
from tests.layers.conftest import rows_by_type

PACKAGE = Path(protogen.__file__).parent

#: What raises faults of layers: the layers themselves, and what their rules are made of.
FILES = [
    *sorted((PACKAGE / "layers").glob("*.py")),
    PACKAGE / "windows.py",
    PACKAGE / "schema.py",
    *sorted((PACKAGE / "sources").glob("*.py")),
]


def problem(field: str) -> str:
    """Why a path is not that of a field of a layer, or nothing."""
    descriptor: Any = proto.LayerParameter.DESCRIPTOR
    steps = parse_path(field)
    for position, step in enumerate(steps):
        if isinstance(step, int):
            if position == 0 or isinstance(steps[position - 1], int):
                return f"{field}: {step} is not an index of a field"
            continue
        if descriptor is None or step not in descriptor.fields_by_name:
            return f"{field}: there is no field {step}"
        descriptor = descriptor.fields_by_name[step].message_type
    return "" if steps else "no field"


def test_paths_are_checked() -> None:
    for field in ("bottom[1]", "convolution_param.stride", "param[0].lr_mult", "type"):
        assert problem(field) == ""
    assert problem("convolution_param.strid") == "convolution_param.strid: there is no field strid"
    assert problem("") == "no field"


@pytest.mark.parametrize("kind", sorted(rows_by_type()))
def test_what_a_real_caffe_rejects_has_a_place(kind: str) -> None:
    wrong = set()
    for row in rows_by_type()[kind]:
        if row["accepts"]:
            continue
        try:
            net = text_format.Parse(row["prototxt"], proto.NetParameter())
        except text_format.ParseError:
            continue
        for found in infer_shapes(net, phase=row["phase"]).diagnostics:
            about_a_layer = bool(found.type)  # and not about the net's own fields
            if about_a_layer and problem(found.field):
                wrong.add((found.name, found.message, problem(found.field)))
    assert wrong == set()


# In the source -----------------------------------------------------------------------------------


def calls(path: Path, function: str) -> Iterator[ast.Call]:
    """The calls of ``ctx.fault(…)`` or of ``Fault(…)`` in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(function):
            yield node


def keywords(call: ast.Call) -> dict[str | None, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords}


def test_every_fault_of_a_context_has_exactly_one_place() -> None:
    wrong = []
    for path in FILES:
        for call in calls(path, ".fault"):
            given = keywords(call)
            places = [len(call.args) > 1, "bottom" in given, "layer_field" in given]
            if sum(places) != 1:
                wrong.append(f"{path.name}:{call.lineno}")
    assert wrong == []


def test_every_other_fault_has_a_field() -> None:
    calls_by_place = {
        f"{path.name}:{call.lineno}": keywords(call).get("field")
        for path in FILES
        for call in calls(path, "Fault")
    }
    assert calls_by_place
    assert [place for place, field in calls_by_place.items() if field is None] == []
    literals = {place: f for place, f in calls_by_place.items() if isinstance(f, ast.Constant)}
    assert {place: problem(f.value) for place, f in literals.items() if problem(f.value)} == {}


def test_fields_that_are_written_out_exist() -> None:
    """A literal field is one of the layer's own parameters, and a literal path one of a layer."""
    wrong = {}
    for schema in all_types():
        path = PACKAGE / "layers" / f"{type(schema).__module__.rpartition('.')[2]}.py"
        for call in calls(path, ".fault"):
            given = keywords(call).get("layer_field")
            fields = [f"{schema.param}.{arg.value}" for arg in call.args[1:] if is_text(arg)]
            fields += [given.value] if is_text(given) else []
            for field in fields:
                if problem(field):
                    wrong[f"{path.name}:{call.lineno}"] = problem(field)
    assert wrong == {}


def is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_the_field_that_sets_a_size_exists() -> None:
    fields = [f"{s.param}.{s.size_field}" for s in all_types() if s.size_field]
    assert "inner_product_param.num_output" in fields
    assert [problem(field) for field in fields if problem(field)] == []


# In a file ---------------------------------------------------------------------------------------

NET = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4, 8, 8] } } }
layer { name: "half" type: "Input" top: "half" input_param { shape { dim: [1, 4, 4, 4] } } }
layer {
  name: "x"
  %s
}
"""


@pytest.mark.parametrize(
    ("layer", "underlined"),
    [
        (
            'type: "Convolution" bottom: "data" top: "x"'
            " convolution_param { num_output: 4 kernel_size: 3 stride: 1 stride: 1 stride: 1 }",
            "stride: 1",
        ),
        (
            'type: "Convolution" bottom: "data" top: "x"'
            ' convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavir" } }',
            'type: "xavir"',
        ),
        ('type: "Eltwise" bottom: "data" bottom: "half" top: "x"', 'bottom: "half"'),
        ('type: "ReLU" bottom: "data" bottom: "half" top: "x"', 'bottom: "half"'),
        ('type: "AbsVal" bottom: "data" top: "data"', 'top: "data"'),
    ],
)
def test_a_finding_underlines_the_field(layer: str, underlined: str) -> None:
    text = NET % layer
    (found,) = infer_shapes(loads(text, "net.prototxt")).diagnostics
    place = found.location
    assert place is not None
    assert place.line == place.end_line
    line = text.splitlines()[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == underlined


def test_composed_layers_have_fields_too() -> None:
    with protogen.Net():
        data = layers.Input(shape=[1, 4, 8, 8])
        with pytest.raises(protogen.ComposeError, match="group 3 does not divide 4") as caught:
            layers.Convolution(data, num_output=6, kernel_size=1, group=3)
    assert [found.field for found in caught.value.diagnostics] == ["convolution_param.group"]
