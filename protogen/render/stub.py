"""Every layer type as a typed function, for editors: ``python -m protogen.render.stub``.

Writes ``protogen/layers/__init__.pyi`` (``make docs`` does) from the schemas, ``caffe.proto``
and its comments. A test writes it again and compares.
"""

from __future__ import annotations

import inspect
import keyword
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from protogen import layers, proto
from protogen.compose.keywords import COMMON, OWN, keywords_of
from protogen.files import write_file
from protogen.render.templates import render
from protogen.reports._comments import comments
from protogen.schema import Arity, LayerSchema
from protogen.values import is_repeated

__all__ = ["stub"]

TARGET = Path(layers.__file__).with_suffix(".pyi")

#: Keywords of any layer, explained once.
_ANY = (*COMMON, *OWN)


class Parameter(NamedTuple):
    """A keyword of a layer: its annotation, default and meaning, as Python text."""

    name: str
    annotation: str
    default: str
    comment: str


class Signature(NamedTuple):
    """A layer type as a function. ``more`` are the bottoms and tops of its other overloads."""

    type: str
    bottoms: str
    parameters: list[Parameter]
    returns: str
    more: list[str]
    doc: str


def stub() -> str:
    """The text of the stub."""
    helpers = [_helper(getattr(layers, name)) for name in layers.__all__]
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    common = [_meaning(name, comments().get(fields[name].full_name, "")) for name in COMMON]
    types = map(_signature, layers.all_types())
    text = render("layers.pyi.j2", helpers=helpers, common=common, layers=types)
    return text.rstrip() + "\n"


def _meaning(name: str, comment: str) -> str:
    return textwrap.fill(f"{name}: {comment}", 94, subsequent_indent="    ")


def _helper(function: Callable[..., Any]) -> str:
    doc = textwrap.indent(f'"""{inspect.getdoc(function)}"""', "    ")
    signature = str(inspect.signature(function)).replace("'", "")  # annotations are strings
    return f"def {function.__name__}{signature}:\n{doc}"


def _signature(schema: LayerSchema) -> Signature:
    bottoms, tops = schema.arity(proto.LayerParameter(type=schema.type))
    several = isinstance(tops, tuple)
    parameters = [*_parameters(schema), *_own(bool(bottoms), several)]
    return Signature(
        schema.type,
        _bottoms(1 if schema.paired else bottoms),
        parameters,
        _returns(tops),
        _overloads(schema, bottoms) if several and tops != (0, None) else [],
        _doc(schema, parameters),
    )


def _bottoms(bottoms: Arity) -> str:
    if bottoms == 0:
        return ""
    if bottoms == 1:
        return "bottom: Blob, /,"
    if isinstance(bottoms, int):
        return "".join(f"bottom{index}: Blob, " for index in range(bottoms)) + "/,"
    return "*bottoms: Blob | Sequence[Blob],"


def _returns(tops: Arity) -> str:
    """What a call gives that does not say how many tops there are."""
    if tops == (0, None):
        return "Any"
    least = tops if isinstance(tops, int) else tops[0]
    if least > 1:
        return f"tuple[{', '.join(['Blob'] * least)}]"
    return "Blob" if least else "None"


def _overloads(schema: LayerSchema, bottoms: Arity) -> list[str]:
    """The calls that give a tuple: several bottoms of a paired type, several tops of others."""
    if schema.paired:
        return ["bottom: Blob, second: Blob, /, *more: Blob,"]
    given = _bottoms(bottoms)
    given += "" if given.startswith("*") else " *,"
    return [f"{given} ntop: int,", f"{given} top: list[str] | tuple[str, ...],"]


def _parameters(schema: LayerSchema) -> Iterator[Parameter]:
    """The keywords that are fields of messages."""
    known = keywords_of(schema)
    names = [name for name in known if name not in OWN and not keyword.iskeyword(name)]
    for name in sorted(names, key=lambda name: _rank(known[name].home, known[name].field)):
        field = known[name].field
        forks = proto.forks_of(field) if known[name].home else ()
        comment = "" if name in _ANY else comments().get(field.full_name, "")
        if forks:
            comment = f"{comment} (only in {', '.join(forks)})".lstrip()
        yield Parameter(name, f"{_annotation(field)} | None", _default(field), comment)


def _rank(home: str, field: Any) -> int:
    """The type's own fields, those of forks, its whole messages, then what any layer has."""
    if home:
        return 1 if proto.forks_of(field) else 0
    return 3 if field.name in COMMON else 2


def _own(has_bottoms: bool, several: bool) -> Iterator[Parameter]:
    """The composer's own keywords; how many tops there are is for the overloads to say."""
    yield Parameter("name", "str | None", "None", "")
    yield Parameter("top", "str | None" if several else "str | Sequence[str] | None", "None", "")
    if not several:
        yield Parameter("ntop", "int | None", "None", "")
    if has_bottoms:
        yield Parameter("in_place", "bool", "False", "")


_NUMBERS = {
    FieldDescriptor.CPPTYPE_FLOAT: "float",
    FieldDescriptor.CPPTYPE_DOUBLE: "float",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "str",
}


def _annotation(field: Any) -> str:
    single = _single(field)
    if not is_repeated(field):
        return single
    if single.startswith("Sizes"):
        return f"{single} | Sequence[Sizes]"
    return f"{single} | Sequence[{single}]"


def _single(field: Any) -> str:
    if field.message_type is not None:
        return "Sizes | Fields" if field.message_type.name == "BlobShape" else "Fields"
    if field.enum_type is not None:
        values = field.enum_type.values
        own = [value.name for value in values if not proto.forks_of(value)] or [
            value.name for value in values
        ]
        return f"Literal[{', '.join(map(_quoted, own))}] | int"
    return _NUMBERS.get(field.cpp_type, "int")


def _default(field: Any) -> str:
    if is_repeated(field) or field.message_type is not None or not field.has_default_value:
        return "None"
    value = field.default_value
    if field.enum_type is not None:
        return _quoted(field.enum_type.values_by_number[value].name)
    if isinstance(value, str):
        return _quoted(value)
    # A float's default is held as a double: 0.1 would be 0.10000000149011612.
    return f"{value:.7g}" if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _doc(schema: LayerSchema, parameters: list[Parameter]) -> str:
    """The schema's docstring, its formula and the meaning of each keyword that has one."""
    parts = [inspect.getdoc(schema) or ""]
    if schema.formula:
        parts.append(f"Size: {schema.formula}")
    meanings = [_meaning(p.name, p.comment) for p in parameters if p.comment]
    parts += ["\n".join(meanings)] if meanings else []
    parts.append(f"(source: {schema.source})")
    return textwrap.indent("\n\n".join(parts), "    ").replace("\\", "\\\\")


def main() -> None:
    """Write the stub beside the old one, then put it in its place."""
    write_file(TARGET, stub())


if __name__ == "__main__":
    main()
