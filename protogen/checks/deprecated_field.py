from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.diagnostics import Diagnostic, Severity
from protogen.edits import Edit, Fix, delete
from protogen.graph import Step
from protogen.proto.fields import has_field
from protogen.rules import Rule

if TYPE_CHECKING:
    from protogen.proto import LayerParameter

#: The message and its old field, and the field that replaces it.  (source: caffe.proto)
_NEWER = {
    ("concat_param", "concat_dim"): "axis",
    ("slice_param", "slice_dim"): "axis",
    ("loss_param", "normalize"): "normalization",
    ("dummy_data_param", "num"): "shape",
    ("dummy_data_param", "channels"): "shape",
    ("dummy_data_param", "height"): "shape",
    ("dummy_data_param", "width"): "shape",
}


@register
class DeprecatedField(Check):
    rule = Rule(
        code="T301",
        name="deprecated-field",
        # Caffe still reads these fields.
        severity=Severity.NOTE,
        summary="A field that Caffe still reads, but that a newer field replaces.",
        what="""
            Finds `concat_dim`, `slice_dim`, `loss_param { normalize }`, and `num`, `channels`,
            `height` and `width` of DummyData. Older formats of a whole net have separate rules
            (`legacy-v0`, `legacy-v1` and others).
            """,
        why="""
            Caffe rejects a layer that has both the old and the new field. Other programs that read
            prototxt often know only the new field.
            """,
        fix="Use the new field.",
        bad="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "concat" type: "Concat" bottom: "a" bottom: "b" top: "concat"
              concat_param { concat_dim: 1 }
            }
            """,
        fixed="""
            layer {
              name: "data" type: "Input" top: "a" top: "b"
              input_param { shape { dim: 1 dim: 3 dim: 28 dim: 28 } }
            }
            layer {
              name: "concat" type: "Concat" bottom: "a" bottom: "b" top: "concat"
              concat_param { axis: 1 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for step in phases.layers:
            for (param, old), new in _NEWER.items():
                if not _has(step.layer, param, old):
                    continue
                fix = None
                # The other fields are replaced by a message, or their meaning differs a little.
                if new == "axis":
                    fix = _renamed_axis(step, param, old)
                yield self.found(
                    step,
                    f"{param}.{old} is deprecated",
                    field=f"{param}.{old}",
                    hint=f"use {new} instead",
                    fix=fix,
                )


def _has(layer: LayerParameter, param: str, name: str) -> bool:
    """Whether a field of a message of a layer is written."""
    # To read a message that is not written would create an object for each layer.
    if not has_field(layer, param):
        return False
    # HasField rejects repeated fields, as those of DummyData are.
    written = [field.name for field, _ in getattr(layer, param).ListFields()]
    return name in written


def _renamed_axis(step: Step, param: str, old: str) -> Fix:
    """The new field with the same value, which only the axis has."""
    value = getattr(getattr(step.layer, param), old)
    edits = (
        delete(step.path(f"{param}.{old}")),
        Edit(step.path(f"{param}.axis"), "set", value),
    )
    return Fix(f"replace {old} with axis: {value}", edits, safe=True)
