"""The ``input`` fields of a net, which became an Input layer.

(``UpgradeNetInput`` in Caffe's ``util/upgrade_proto.cpp``)
"""

from __future__ import annotations

from typing import Any

from protogen.diagnostics import plural
from protogen.text.upgrade.upgrade_findings import Findings, Path

__all__ = ["INPUT_FIELDS", "new_path", "upgrade_inputs"]

#: The fields of a net that became an Input layer.
INPUT_FIELDS = ("input", "input_shape", "input_dim")
#: Before ``input_shape``, every input had four dimensions, in one list for all inputs.
_DIMS = 4


def new_path(path: Path, has_shapes: bool) -> Path:
    """Where the Input layer has what the net has at ``path``; empty if it is ignored."""
    name, index, *below = path
    if name == "input":
        return ("top", index)
    if name == "input_shape":
        return ("input_param", "shape", index, *below)
    if has_shapes:
        return ()
    shape, dim = divmod(int(index), _DIMS)
    return ("input_param", "shape", shape, "dim", dim)


def upgrade_inputs(net: Any, found: Findings) -> bool:
    """Replace the net's ``input`` fields by an Input layer, in place; False if there is none.

    ``input_shape`` takes precedence over ``input_dim``. Inputs with neither were in old weight
    files; they are dropped.
    """
    shapes = _input_shapes(net)
    has_sizes = bool(net.input_shape or net.input_dim)
    if not has_sizes:
        message = f'input "{net.input[0]}" has neither input_shape nor input_dim; it is dropped'
        found.report("legacy-dropped-field", message, ("input", 0))
    elif len(shapes) < len(net.input):
        _report_missing_shape(net, len(shapes), found)
    else:
        # Shapes that are left over are ignored, as Caffe has one for each input.
        layer = type(net)().layer.add(name="input", type="Input", top=net.input)
        layer.input_param.shape.extend(shapes[: len(net.input)])
        # Caffe puts it first, wherever the input fields are written.
        layers = [layer, *net.layer]
        net.ClearField("layer")
        net.layer.extend(layers)
        message = f"{plural(len(net.input), 'input')} of the net moved to an Input layer"
        found.report("legacy-input", message, ("input", 0), field="")
    for field in INPUT_FIELDS:
        net.ClearField(field)
    return has_sizes


def _input_shapes(net: Any) -> list[Any]:
    """The shapes of the inputs in order, as many as are given in full."""
    if net.input_shape:
        return list(net.input_shape)
    dims = net.input_dim
    starts = range(0, len(dims) - len(dims) % _DIMS, _DIMS)
    held = type(net)()
    for start in starts:
        held.input_shape.add(dim=dims[start : start + _DIMS])
    return list(held.input_shape)


def _report_missing_shape(net: Any, known: int, found: Findings) -> None:
    name = net.input[known]
    inputs = len(net.input)
    if net.input_shape:
        message = f'input "{name}" has no input_shape: expected {inputs}, got {known}'
    else:
        message = f'input "{name}" has no size: expected {_DIMS * inputs} input_dim for '
        message += f"{plural(inputs, 'input')}, got {len(net.input_dim)}"
    why = "Caffe reads past the end of the list"
    found.report("legacy-input-shape", message, ("input", known), why=why)
