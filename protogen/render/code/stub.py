"""Every layer type as a typed function, for editors and type checkers.

``python -m protogen.render.code.stub`` writes ``protogen/layers/__init__.pyi`` (``make docs`` does)
from the schemas, from ``caffe.proto`` and from its comments.
"""

from __future__ import annotations

import inspect
import keyword
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from google.protobuf.descriptor import FieldDescriptor

from protogen import layers, proto
from protogen.compose.keywords import ALIGNED, COMMON, OWN, Keyword, keywords_of
from protogen.files import write_file
from protogen.proto.fields import is_repeated, value_names
from protogen.render.templates import render
from protogen.reports.field_comments import field_comments
from protogen.schema import Arity, LayerSchema

__all__ = ["keyword_parameters", "meaning", "stub"]

TARGET = Path(layers.__file__).with_suffix(".pyi")

#: The arity of a type with any number of blobs.
_ANY_NUMBER = (0, None)

#: The keywords of every layer, which the stub explains only once.
_EVERY_LAYER = (*COMMON, *OWN)


class Parameter(NamedTuple):
    """A keyword of a layer, as Python source."""

    name: str
    annotation: str
    default: str
    comment: str


class Overload(NamedTuple):
    """The parameters of a call that does not return one blob, and what it returns."""

    parameters: str
    returns: str


class Signature(NamedTuple):
    """A layer type as a function. ``overloads`` are the calls that do not return one blob."""

    type: str
    bottoms: str
    parameters: list[Parameter]
    returns: str
    overloads: list[Overload]
    doc: str


def stub() -> str:
    """The text of the stub."""
    helpers = [_helper(getattr(layers, name)) for name in layers.__all__]
    fields = proto.LayerParameter.DESCRIPTOR.fields_by_name
    common = [meaning(name, _comment(fields[name])) for name in COMMON]
    types = map(_signature, layers.all_types())
    others = [_other(schema) for schema in layers.other_types()]
    text = render("layers.pyi.j2", helpers=helpers, common=common, layers=types, others=others)
    return text.rstrip() + "\n"


def _other(schema: LayerSchema) -> dict[str, str]:
    """A type of forks, whose keywords are not listed."""
    doc = " ".join((inspect.getdoc(type(schema)) or "").partition("\n\n")[0].split())
    return {"type": schema.type, "doc": doc, "forks": ", ".join(schema.forks)}


def _comment(field: FieldDescriptor) -> str:
    return field_comments().get(field.full_name, "")


def meaning(name: str, comment: str) -> str:
    """What a keyword means, on lines that fit into a docstring."""
    return textwrap.fill(f"{name}: {comment}", 94, subsequent_indent="    ")


def _helper(function: Callable[..., object]) -> str:
    doc = textwrap.indent(f'"""{inspect.getdoc(function)}"""', "    ")
    # With postponed evaluation annotations are strings, and print with quotes.
    signature = str(inspect.signature(function)).replace("'", "")
    return f"def {function.__name__}{signature}:\n{doc}"


class Call(NamedTuple):
    """How many bottoms a call has, and its keywords."""

    bottoms: Arity
    parameters: list[Parameter]


def keyword_parameters(schema: LayerSchema) -> Call:
    """The keywords of a layer type: its own first, then those of every layer, forks' last."""
    bottoms, _ = schema.arity(proto.LayerParameter(type=schema.type))
    known = keywords_of(schema)
    forks, others = [], []
    for each in _field_parameters(schema, with_cuts=True):
        if _is_forks(known[each.name]):
            forks.append(each)
        else:
            others.append(each)
    return Call(bottoms, [*others, *_own_parameters(bool(bottoms), varies=False), *forks])


def _is_forks(keyword: Keyword) -> bool:
    """Whether only forks have a field; a message of a type that only forks have goes without."""
    return bool(keyword.home) and bool(proto.forks_of(keyword.field))


def _signature(schema: LayerSchema) -> Signature:
    bottoms, tops = schema.arity(proto.LayerParameter(type=schema.type))
    # A type with any number of tops returns Any, which overloads cannot make more exact.
    varies = isinstance(tops, tuple) and tops != _ANY_NUMBER
    parameters = [*_field_parameters(schema), *_own_parameters(bool(bottoms), varies)]
    return Signature(
        schema.type,
        # With several bottoms a paired type returns a tuple, which is one of the overloads.
        _bottoms(1 if schema.paired else bottoms),
        parameters,
        _returns(tops),
        _overloads(schema, bottoms) if varies else [],
        _doc(schema, parameters),
    )


def _bottoms(bottoms: Arity) -> str:
    if bottoms == 0:
        return ""
    if bottoms == 1:
        return "bottom: Blob, /,"
    if isinstance(bottoms, int):
        names = [f"bottom{index}: Blob, " for index in range(bottoms)]
        return f"{''.join(names)}/,"
    return "*bottoms: Blob | Sequence[Blob],"


def _returns(tops: Arity) -> str:
    """The type that a call returns if it does not say how many tops there are."""
    if tops == _ANY_NUMBER:
        return "Any"
    least = tops if isinstance(tops, int) else tops[0]
    if least == 0:
        return "None"
    if least == 1:
        return "Blob"
    return f"tuple[{', '.join(['Blob'] * least)}]"


#: The keyword of a type whose number of values decides the number of tops.
_CUTS = {"Slice": "slice_point"}


def _overloads(schema: LayerSchema, bottoms: Arity) -> list[Overload]:
    """The calls that do not return one blob.

    These have several bottoms of a paired type, or say how many tops there are.
    """
    several = "tuple[Blob, ...]"
    if schema.paired:
        return [
            Overload("bottom: Blob, second: Blob, /, *more: Blob,", several),
            Overload("*bottoms: Blob | Sequence[Blob], tops: Shapes,", "Any"),
        ]
    positional = _bottoms(bottoms)
    # What comes after *bottoms is a keyword already.
    if not positional.startswith("*"):
        positional = f"{positional} *,".strip()
    calls = [
        ("ntop: Literal[2]", "tuple[Blob, Blob]"),
        ("ntop: Literal[3]", "tuple[Blob, Blob, Blob]"),
        ("ntop: int", several),
        ("top: list[str] | tuple[str, ...]", several),
        ("tops: Shapes", "Any"),
    ]
    cut = _CUTS.get(schema.type)
    if cut:
        # One point makes two tops.
        calls = [(f"{cut}: int", "tuple[Blob, Blob]"), (f"{cut}: Sequence[int]", several), *calls]
    return [Overload(f"{positional} {keyword},", returns) for keyword, returns in calls]


def _field_parameters(schema: LayerSchema, with_cuts: bool = False) -> Iterator[Parameter]:
    """The keywords for fields of messages; ``with_cuts`` those that overloads take in the stub."""
    known = keywords_of(schema)
    # A field whose name is a keyword of Python cannot be a parameter.
    names = [name for name in known if name not in OWN and not keyword.iskeyword(name)]
    names.sort(key=lambda name: _rank(known[name].home, known[name].field))
    for name in names:
        field = known[name].field
        comment = ""
        # What every layer has is described once.
        if name not in _EVERY_LAYER:
            comment = _comment(field)
        forks = proto.forks_of(field)
        if forks and known[name].home:
            listed = ", ".join(forks)
            comment = f"{comment} (only in {listed})".lstrip()
        annotation = f"{_annotation(field)} | None"
        if (schema.type, name) == ("Crop", "offset"):
            annotation = f'Literal["{ALIGNED}"] | {annotation}'
        # The overloads take it, and a call without it returns one blob.
        if name == _CUTS.get(schema.type) and not with_cuts:
            annotation = "None"
        yield Parameter(name, annotation, _default(field), comment)


def _rank(home: str, field: FieldDescriptor) -> int:
    """The order of keywords: fields of BVLC Caffe, those of forks, messages, then common ones."""
    if home and not proto.forks_of(field):
        return 0
    if home:
        return 1
    if field.name not in COMMON:
        return 2
    return 3


def _own_parameters(has_bottoms: bool, varies: bool) -> Iterator[Parameter]:
    """The keywords of the composer. If the number of tops varies, the overloads have ``ntop``."""
    yield Parameter("name", "str | None", "None", "")
    yield Parameter("top", "str | None" if varies else "str | Sequence[str] | None", "None", "")
    if not varies:
        yield Parameter("tops", "Shapes | None", "None", "")
        yield Parameter("ntop", "int | None", "None", "")
    # Without a bottom there is nothing to overwrite.
    if has_bottoms:
        yield Parameter("in_place", "bool", "False", "")


_SCALARS = {
    FieldDescriptor.CPPTYPE_FLOAT: "float",
    FieldDescriptor.CPPTYPE_DOUBLE: "float",
    FieldDescriptor.CPPTYPE_BOOL: "bool",
    FieldDescriptor.CPPTYPE_STRING: "str",
}


def _annotation(field: FieldDescriptor) -> str:
    single = _single(field)
    if not is_repeated(field):
        return single
    # One shape may be given without a list around it.
    if single.startswith("Sizes"):
        return f"{single} | Sequence[Sizes]"
    return f"{single} | Sequence[{single}]"


def _single(field: FieldDescriptor) -> str:
    """The type of one value."""
    if field.message_type is not None:
        # The composer accepts a list of sizes for a shape.
        if field.message_type.name == "BlobShape":
            return "Sizes | Fields"
        return "Fields"
    if field.enum_type is not None:
        literals = ", ".join(map(_quoted, value_names(field.enum_type)))
        return f"Literal[{literals}] | int"
    return _SCALARS.get(field.cpp_type, "int")


def _default(field: FieldDescriptor) -> str:
    """The default of the schema as Python; a field without one is not given."""
    takes_several = is_repeated(field) or field.message_type is not None
    if takes_several or not field.has_default_value:
        return "None"
    value = field.default_value
    if field.enum_type is not None:
        known = field.enum_type.values_by_number[value]
        return _quoted(known.name)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        # The descriptor holds a float's default as a double: 0.1 would be 0.10000000149011612.
        return f"{value:.7g}"
    return str(value)


def _quoted(text: str) -> str:
    return f'"{text}"'


def _doc(schema: LayerSchema, parameters: list[Parameter]) -> str:
    """The schema's docstring, its formula and the meaning of each keyword that has one."""
    parts = [inspect.getdoc(type(schema)) or ""]
    if schema.formula:
        parts.append(f"Size: {schema.formula}")
    meanings = []
    for each in parameters:
        if each.comment:
            meanings.append(meaning(each.name, each.comment))
    if meanings:
        parts.append("\n".join(meanings))
    parts.append(f"(source: {schema.source})")
    # A backslash in a docstring would start an escape sequence.
    return textwrap.indent("\n\n".join(parts), "    ").replace("\\", "\\\\")


def main() -> None:
    """Write the stub."""
    write_file(TARGET, stub())


if __name__ == "__main__":
    main()
