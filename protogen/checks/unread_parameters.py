from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from google.protobuf import text_format

from protogen import layers, proto
from protogen.checks._check import Check, register
from protogen.checks._phases import Phases
from protogen.checks._proposals import fields_of
from protogen.checks._verification import makes_sound
from protogen.checks._wiring import in_words
from protogen.diagnostics import Diagnostic, Severity, alternatives
from protogen.edits import Edit, Fix, delete
from protogen.graph import Step
from protogen.proto.fields import has_field
from protogen.rules import Rule

#: Messages of a layer that are not about its type.
_GENERAL = {"param", "blobs", "include", "exclude"}

#: What types read in addition to the messages that decide their shapes: the axis of the Softmax
#: inside, and ``prefetch``.  (source: ``InfogainLossLayer``, ``BasePrefetchingDataLayer``)
_ALSO_READ = {
    "InfogainLoss": "softmax_param",
    "ImageData": "data_param",
    "WindowData": "data_param",
}


@register
class UnreadParameters(Check):
    rule = Rule(
        code="S209",
        name="unread-parameters",
        # Caffe parses the message, and no layer looks at it.
        severity=Severity.WARNING,
        summary="A parameter message that the type of the layer does not read.",
        what="""
            Finds messages such as `dropout_param` in layers of other types. Only types and messages
            of BVLC Caffe are looked at, because forks extend what a type reads.
            """,
        why="""
            Every layer may have every parameter message. Caffe reads only those of the layer's
            type, and ignores the others without a message. The layer then runs with default values,
            or is of another type than intended.
            """,
        fix="Correct the type of the layer or the name of the message, or remove the message.",
        bad="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 4096 } }
            }
            layer {
              name: "drop7" type: "ReLU" bottom: "data" top: "data"
              dropout_param { dropout_ratio: 0.3 }
            }
            layer {
              name: "fc8" type: "InnerProduct" bottom: "data" top: "fc8"
              inner_product_param { num_output: 1000 }
            }
            """,
        good="""
            layer {
              name: "data" type: "Input" top: "data"
              input_param { shape { dim: 1 dim: 4096 } }
            }
            layer {
              name: "drop7" type: "Dropout" bottom: "data" top: "data"
              dropout_param { dropout_ratio: 0.3 }
            }
            layer {
              name: "fc8" type: "InnerProduct" bottom: "data" top: "fc8"
              inner_product_param { num_output: 1000 }
            }
            """,
    )

    def check_net(self, phases: Phases) -> Iterator[Diagnostic]:
        for step in phases.layers:
            for name in _unread(step):
                readers = _readers(name)
                fixes = list(_fixes(phases, step, name))
                yield self.found(
                    step,
                    f"has {name}, which its type does not read; {_only(readers)}",
                    field=name,
                    why="Caffe ignores the parameters of other types",
                    hint=alternatives(fix.title for fix in fixes),
                    fix=fixes[0],
                )


def _unread(step: Step) -> Iterator[str]:
    """The messages that a layer of one of BVLC's types has, and does not read.

    Types and messages of forks are left out, because forks extend what layers read.
    """
    if step.schema is None or step.schema.forks:
        return
    read = {*_GENERAL, *step.schema.params, _ALSO_READ.get(step.type)}
    for field, _ in step.layer.ListFields():
        if field.message_type is None or field.name in read:
            continue
        is_of_fork = bool(proto.forks_of(field))
        # If no type of BVLC reads it, it does not belong to another type.
        if not is_of_fork and _readers(field.name):
            yield field.name


@cache
def _readers(param: str) -> list[str]:
    """BVLC's types that read a message."""
    found = []
    for schema in layers.all_types():
        if param in schema.params and not schema.forks:
            found.append(schema.type)
    return found


def _only(readers: list[str]) -> str:
    """``only Dropout does``, or the number of the types if there are many."""
    if len(readers) == 1:
        return f"only {readers[0]} does"
    # loss_param, for example, has a dozen readers.
    if len(readers) > 4:
        readers = [*readers[:3], f"{len(readers) - 3} more types"]
    return f"only {in_words(readers)} do"


def _fixes(phases: Phases, step: Step, name: str) -> Iterator[Fix]:
    """The message under the name that the type reads, or the type that reads it; or neither."""
    assert step.schema is not None
    fixes = [_renamed(step, name), _other_type(step, name)]
    # Beside the message that the type reads, this one was probably left by a copy.
    if any(has_field(step.layer, param) for param in step.schema.params):
        fixes = []
    for fix in filter(None, fixes):
        if makes_sound(phases, step.name, fix.edits):
            yield fix
            break
    # Last, because it discards what the user wrote.
    yield Fix(f"remove {name}", (delete(step.path(name)),))


def _renamed(step: Step, name: str) -> Fix | None:
    """The same fields in the message of the layer's type, if that has them all."""
    assert step.schema is not None
    own = step.schema.param
    if not own:
        return None
    # By way of text, the fields are matched by their names.
    text = text_format.MessageToString(getattr(step.layer, name))
    try:
        message = text_format.Parse(text, type(getattr(step.layer, own))())
    except text_format.ParseError:
        return None
    edits = (delete(step.path(name)), Edit(step.path(own), "set", fields_of(message)))
    return Fix(f"rename {name} to {own}", edits)


def _other_type(step: Step, name: str) -> Fix | None:
    """The type that reads the message, if there is only one."""
    readers = _readers(name)
    if len(readers) != 1:
        return None
    return Fix(f'set type: "{readers[0]}"', (Edit(step.path("type"), "set", readers[0]),))
