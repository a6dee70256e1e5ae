"""Fields in the wrong message of a layer: beside its parameters, or too deep inside of them.

Caffe rejects the file. Where the fields belong is clear, so the fix moves them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protogen import proto
from protogen.edits import Fix
from protogen.text._reader_state import Frame, Problem
from protogen.text._written_layer import PER_BLOB, Layer, LayerField, is_one_of_several
from protogen.text.splices import Splice, field_separator, margin_of, removals

if TYPE_CHECKING:
    from protogen.text.parse import ParseResult

__all__ = ["misplaced_fields"]

_LAYER = proto.LayerParameter.DESCRIPTOR


def misplaced_fields(result: ParseResult, problems: list[Problem]) -> list[Problem]:
    """The problems, with one for all fields of a message that belong in the same other message."""
    groups: dict[tuple[int, str], list[Problem]] = {}
    for number, problem in enumerate(problems):
        home = _home(problem, result.plain)
        # A problem with no such field is a group of its own.
        key = (number, "")
        if home:
            key = (id(problem.path[-1]), home)
        groups.setdefault(key, []).append(problem)
    found = []
    for (_, home), group in groups.items():
        if home:
            found.append(_moved(result.plain, home, group))
        else:
            found += group
    return found


def _home(problem: Problem, text: str) -> str:
    """The message that has the unknown field of a problem, or nothing.

    It is ``param``, ``layer``, or the name of a message that is in the layer, or may be.
    """
    if problem.rule != "unknown-field" or not problem.path:
        return ""
    layer, *inner = problem.path
    if layer.name != "layer":
        return ""
    name = text[problem.start : problem.end]
    if not inner:
        return _parameters_with(name, layer)
    # No message around has blobs_lr, but param takes its values.
    if name in PER_BLOB:
        return "param"
    outer = problem.path[:-1]
    for frame in reversed(outer):
        field = frame.fields.get(name)
        if field is None:
            continue
        # A fork that has the field there may have it here, too.
        if not proto.forks_of(field.descriptor):
            return frame.name
    return ""


def _parameters_with(name: str, layer: Frame) -> str:
    """The message of the layer's own parameters, if it has a field with this name."""
    layer_type = str(layer.values.get("type", ""))
    # InnerProduct has inner_product_param, and most types follow it.
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", layer_type).lower()
    for message in (f"{words}_param", *_OTHER_PARAMETERS.get(layer_type, ())):
        field = _LAYER.fields_by_name.get(message)
        inner = None if field is None else field.message_type
        if inner is not None and name in inner.fields_by_name:
            return message
    return ""


#: The parameters of types that have those of another type, or several messages.
_OTHER_PARAMETERS = {
    "Data": ("transform_param",),
    "Deconvolution": ("convolution_param",),
    "EuclideanLoss": ("loss_param",),
    "ImageData": ("transform_param",),
    "SigmoidCrossEntropyLoss": ("loss_param",),
    "SoftmaxWithLoss": ("loss_param", "softmax_param"),
}


def _moved(text: str, home: str, group: list[Problem]) -> Problem:
    """One problem for the fields of a message that belong in ``home``."""
    first = group[0]
    frame = first.path[-1]
    block = Layer(text, "layer", frame.start, frame.opened)
    names = dict.fromkeys(text[each.start : each.end] for each in group)
    fields = []
    for field in block.fields:
        if field.name in names:
            fields.append(field)
    quoted = [f'"{name}"' for name in names]
    message = f"{_message_name(first.path)} has no field {' or '.join(quoted)}"
    rule = first.rule
    hint = f'write {" and ".join(quoted)} in "{home}"'
    if home == "param":
        rule = "legacy-parts"
        hint, fix = _as_params(text, first.path[0], block)
        if fix is not None and fix.safe:
            hint += "; protogen upgrade does"
    elif len(first.path) == 1:
        fix = _into(text, home, block, fields)
    else:
        hint += f', outside of "{frame.name}"'
        fix = _out_of(text, home, first.path, block, fields)
    return first._replace(rule=rule, message=message, hint=hint, fix=fix)


def _message_name(path: tuple[Frame, ...]) -> str:
    """What protobuf calls the innermost message: ``LayerParameter``."""
    field = path[-1].field
    if field is None or len(path) == 1:
        return _LAYER.name
    return str(field.message.name)


def _as_params(text: str, layer: Frame, block: Layer) -> tuple[str, Fix | None]:
    """The hint and the fix for multipliers that are inside of the parameters."""
    params = block.params()
    if not params:
        return 'write param { lr_mult: ... decay_mult: ... } in "layer"', None
    hint = f'write {" ".join(params)} in "layer"'
    outer = _inside(text, layer, block)
    if outer is None or "param" in layer.values:
        return hint, None
    multipliers = []
    for field in block.fields:
        if field.name in PER_BLOB:
            multipliers.append(field)
    splices = [_before(text, outer, params), *_removals(text, multipliers)]
    # As a param, a single multiplier is that of the first blob only.
    safe = not is_one_of_several(block)
    return hint, Fix("write them as param of the layer", (), safe, tuple(splices))


def _inside(text: str, layer: Frame, block: Layer) -> LayerField | None:
    """The field of the layer that has the block in it."""
    for field in Layer(text, "layer", layer.start, layer.opened).fields:
        if field.start <= block.start < field.end:
            return field
    return None


def _before(text: str, field: LayerField, written: list[str]) -> Splice:
    """The splice that writes fields before another one, in lines of their own if that has one."""
    separator = field_separator(text, field.start)
    new = "".join(f"{each}{separator}" for each in written)
    return Splice(field.start, field.start, new)


def _removals(text: str, fields: list[LayerField]) -> list[Splice]:
    return removals(text, [(field.start, field.end) for field in fields])


def _out_of(
    text: str, home: str, path: tuple[Frame, ...], block: Layer, fields: list[LayerField]
) -> Fix | None:
    """The fix that moves fields into a message around their own."""
    outer = _innermost(path[:-1], home)
    around = _inside(text, outer, block)
    if around is None:
        return None
    # Written twice, it would be another error.
    if any(_is_taken(outer, field.name) for field in fields):
        return None
    margin = margin_of(text, around.start)
    written = [_written(text, field, margin) for field in fields]
    splices = [_before(text, around, written), *_removals(text, fields)]
    return Fix(f'move it into "{home}"', (), safe=True, splices=tuple(splices))


def _innermost(path: tuple[Frame, ...], name: str) -> Frame:
    """The last message on a path with this name, which must be on it."""
    return next(frame for frame in reversed(path) if frame.name == name)


def _written(text: str, field: LayerField, margin: str | None) -> str:
    """A field as it is written, indented as at another place."""
    written = text[field.start : field.end]
    old = margin_of(text, field.start)
    if old is None or margin is None:
        return written
    # A message has several lines, all of which move.
    return written.replace(f"\n{old}", f"\n{margin}")


def _is_taken(frame: Frame, name: str) -> bool:
    """Whether a message has a value already for a field that takes only one."""
    return name in frame.values and not frame.fields[name].repeated


def _into(text: str, home: str, layer: Layer, fields: list[LayerField]) -> Fix | None:
    """The fix that moves fields of a layer into its parameters."""
    if not fields:  # the layer is in a list, or its text is so broken that they cannot be found
        return None
    texts = [text[field.start : field.end] for field in fields]
    written = " ".join(texts)
    blocks = [field for field in layer.fields if field.name == home]
    moved = fields
    if not blocks:
        # The message is written in the place of the first field.
        first, *moved = fields
        new = Splice(first.start, first.end, f"{home} {{ {written} }}")
    elif len(blocks) == 1 and _can_take(text, blocks[0], fields):
        opening = blocks[0].value + 1
        new = Splice(opening, opening, f" {written}")
    else:
        return None
    splices = (new, *_removals(text, moved))
    return Fix(f'move it into "{home}"', (), safe=True, splices=splices)


def _can_take(text: str, block: LayerField, fields: list[LayerField]) -> bool:
    """Whether a message has none of these fields: of two values, either may be intended."""
    if block.kind != "message":
        return False
    inner = Layer(text, "layer", block.start, block.value).fields
    present = {field.name for field in inner}
    return present.isdisjoint(field.name for field in fields)
