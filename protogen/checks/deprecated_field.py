from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protogen.checks._phases import Phases
from protogen.checks._rule import Rule, rule
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix, delete
from protogen.graph import Step

#: The message and its old field, and the field that says the same today.
_NEWER = {
    ("concat_param", "concat_dim"): "axis",
    ("slice_param", "slice_dim"): "axis",
    ("loss_param", "normalize"): "normalization",
    ("dummy_data_param", "num"): "shape",
    ("dummy_data_param", "channels"): "shape",
    ("dummy_data_param", "height"): "shape",
    ("dummy_data_param", "width"): "shape",
}


@rule
class DeprecatedField(Rule):
    """A field that Caffe still reads, in place of a newer one.

    **What it does.** Finds ``concat_dim``, ``slice_dim``, ``loss_param { normalize }`` and the four
    sizes of DummyData. Fields of whole older formats are told by ``legacy-v0``, ``legacy-v1`` and
    the other rules of the upgrade.

    **Why it is bad.** Caffe refuses a layer that has the old field and the new one, and other
    readers of prototxt often know only the new one.

    **Example.** ``concat_param { concat_dim: 1 }``.

    **Mended.** ``concat_param { axis: 1 }``.
    """

    code, name, severity = "T301", "deprecated-field", Severity.NOTE
    fixable = True

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for step in phases.layers:
            layer = step.layer
            for (param, old), new in _NEWER.items():
                if layer.HasField(param) and _given(getattr(layer, param), old):
                    path = f"{param}.{old}"
                    yield self.found(
                        step,
                        f"{path} is deprecated",
                        field=path,
                        hint=f"{new} says the same",
                        fix=_fix(step, path),
                    )


def _given(message: Any, name: str) -> bool:
    return any(field.name == name for field, _ in message.ListFields())


def _fix(step: Step, path: str) -> Fix | None:
    """An axis may simply be renamed; the others say it in another way."""
    param, _, old = path.partition(".")
    if old not in ("concat_dim", "slice_dim"):
        return None
    value = getattr(getattr(step.layer, param), old)
    edits = (delete(step.path(path)), Edit(step.path(f"{param}.axis"), "set", value))
    return Fix(f"write axis: {value}", edits, safe=True)
