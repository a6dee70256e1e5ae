"""A net: a ``NetParameter`` message, composed layer by layer or read from a file.

The message is the only representation there is. Beside it a composed net keeps the user's line of
each layer, and a net that was read its text with the position of every field.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, NoReturn

from protogen import proto
from protogen.compose.blob import Blob
from protogen.compose.keywords import (
    OWN,
    KeywordProblem,
    explain,
    keywords_of,
    value_problem,
)
from protogen.compose.made import SPECIAL, Made, replayed
from protogen.compose.mistakes import ComposeError, mistake, refuse, user_line
from protogen.compose.names import BOTH, Names, phases_of
from protogen.diagnostics import Diagnostic, Location, did_you_mean
from protogen.files import write_file
from protogen.schema import Fault, LayerSchema, check_param_count, set_composer
from protogen.shapes import Shape, format_shape
from protogen.text import writer
from protogen.text.upgrade import needs_upgrade, upgrade_net

__all__ = ["Net", "scope"]

_NOWHERE: frozenset[int] = frozenset()
_FIRST: frozenset[int] = frozenset({0})


class Net:
    """A net to compose: every layer made within ``with Net(...)`` is recorded, in order.

    ``fields`` are further fields of ``NetParameter``, such as ``force_backward=True``.
    """

    def __init__(self, name: str = "", **fields: Any) -> None:
        self._message = self._begin(name, fields)
        self._names = Names()
        self._places: list[tuple[str, int]] = []
        #: What is known of each layer; nothing once the message has been handed out.
        self._made: list[Made | None] | None = []
        self._tops: list[tuple[Shape, ...]] = []
        self._rule: str | None = None
        self._tokens: list[Any] = []

    @classmethod
    def of(cls, message: Any) -> Net:
        """A net around a ``NetParameter`` message, not a copy of it unless it is pycaffe's."""
        descriptor = getattr(message, "DESCRIPTOR", None)
        if descriptor is None or descriptor.full_name != proto.NetParameter.DESCRIPTOR.full_name:
            hint = "; protogen.load reads a file" * isinstance(message, (str, os.PathLike))
            raise TypeError(f"this is no Net and no NetParameter message: {message!r:.60}{hint}")
        if descriptor is not proto.NetParameter.DESCRIPTOR:
            message = proto.NetParameter.FromString(message.SerializeToString())
        net = cls()
        net.message = message
        return net

    def _begin(self, name: str, fields: dict[str, Any]) -> Any:
        given = {"name": name, **fields} if name else fields
        try:
            return proto.NetParameter(**given)
        except (TypeError, ValueError):
            raise _no_such_net(given) from None

    @property
    def message(self) -> Any:
        """The ``NetParameter`` itself: whoever changes it changes the net."""
        self._made = None
        return self._message

    @message.setter
    def message(self, message: Any) -> None:
        self._made = None
        self._message = message

    # Composing ---------------------------------------------------------------------------------

    def __enter__(self) -> Net:
        self._tokens.append(_active.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _active.reset(self._tokens.pop())

    @contextmanager
    def phase(self, phase: str) -> Iterator[Net]:
        """The layers made within run in this phase only: ``with net.phase("TRAIN"):``."""
        if phase not in ("TRAIN", "TEST"):
            near = did_you_mean(str(phase), ("TRAIN", "TEST")) or "it is TRAIN or TEST"
            raise mistake("layer-parameter", f'phase "{phase}" is not known', hint=near)
        before, self._rule = self._rule, phase
        try:
            yield self
        finally:
            self._rule = before

    @contextmanager
    def scope(self, name: str) -> Iterator[Net]:
        """The layers and blobs made within are named ``name/...``; scopes nest."""
        if not isinstance(name, str):
            refuse(f"a scope's name is a string, not {name!r}", "")
        before = self._names.prefix
        self._names.prefix = f"{before}{name}/"
        try:
            yield self
        finally:
            self._names.prefix = before

    def _add(self, schema: LayerSchema, bottoms: Sequence[Any], keywords: dict[str, Any]) -> Any:
        """Record one layer, infer its tops and give them back as blobs."""
        names = self._names
        name = keywords.get("name")
        if name is None:
            name = names.unnamed(schema.type)
        elif isinstance(name, str):
            name = names.prefix + name
        else:
            refuse(f"name is a string, not {name!r}", str(name), schema.type)
        blobs = bottoms if _all_blobs(bottoms) else self._flat(schema, name, bottoms)
        read = [blob.name for blob in blobs]
        tops = self._top_names(schema, name, blobs, keywords)
        fields: dict[str, Any] = {"name": name, "type": schema.type, "bottom": read, "top": tops}
        try:
            _fill(fields, schema, keywords)
            if self._rule and "include" not in keywords:
                fields["include"] = [{"phase": self._rule}]
            layer = self._message.layer.add(**fields)
        except (TypeError, ValueError, KeywordProblem):
            wrong = explain(schema, keywords)
            raise mistake(
                "layer-parameter", wrong.message, name, schema.type, hint=wrong.hint
            ) from None
        phases = phases_of(layer) if "include" in fields or "exclude" in fields else BOTH
        in_place = _in_place(read, tops)
        shapes = tuple([blob.shape for blob in blobs])
        try:
            facts = schema.infer(layer, shapes, len(tops), phases != 1, in_place)
            if "param" in fields:
                check_param_count(layer, facts)
            names.take(name, read, tops, in_place, phases)
        except Fault as fault:
            del self._message.layer[-1]
            raise self._fault(schema, name, blobs, fault) from None
        self._places.append(user_line())
        if self._made is not None:
            plain = SPECIAL.isdisjoint(fields)
            self._made.append(Made(schema, read, tops, shapes, facts) if plain else None)
        made = facts.tops
        self._tops.append(made)
        if len(tops) == 1:
            return Blob(tops[0], made[0])
        return tuple(map(Blob, tops, made)) or None

    def _top_names(
        self, schema: LayerSchema, name: str, blobs: Sequence[Blob], keywords: Mapping[str, Any]
    ) -> list[str]:
        given, in_place = keywords.get("top"), keywords.get("in_place")
        if in_place is not None and not isinstance(in_place, bool):
            refuse(f"in_place is True or False, not {in_place!r}", name, schema.type)
        if given is not None:
            tops = given if isinstance(given, (list, tuple)) else [given]
            if not all(isinstance(top, str) for top in tops):
                refuse(f"top is a string or a list of strings, not {given!r}", name, schema.type)
            return [self._names.prefix + top for top in tops]
        if in_place:
            if not blobs:
                refuse("in_place needs a bottom", name, schema.type)
            return [blobs[0].name]
        count = keywords.get("ntop")
        if count is None:
            count = schema.default_tops(len(blobs), keywords)
        elif isinstance(count, bool) or not isinstance(count, int) or count < 0:
            refuse(f"ntop is a number of tops, not {count!r}", name, schema.type)
        if count == 1:
            return [name]
        return [name, *(f"{name}_{index}" for index in range(1, count))] if count else []

    def _flat(self, schema: LayerSchema, name: str, bottoms: Sequence[Any]) -> list[Blob]:
        """The bottoms without the lists and tuples around them."""
        found: list[Blob] = []
        for bottom in bottoms:
            if isinstance(bottom, Blob):
                found.append(bottom)
            elif isinstance(bottom, (list, tuple)):
                found += self._flat(schema, name, bottom)
            else:
                refuse(
                    f"takes blobs, not {bottom!r}",
                    name,
                    schema.type,
                    hint="blobs are what layers give back; parameters go by keyword",
                )
        return found

    # Mistakes ----------------------------------------------------------------------------------

    def _fault(
        self, schema: LayerSchema, name: str, blobs: Sequence[Blob], fault: Fault
    ) -> ComposeError:
        where = ", ".join(f'"{blob.name}" is {format_shape(blob.shape)}' for blob in blobs[:6])
        return mistake(
            fault.rule,
            fault.message,
            name,
            schema.type,
            hint=fault.hint,
            where=f"bottom {where}" if where else "",
            field=fault.field,
        )

    # What the walk asks of any net -------------------------------------------------------------

    @property
    def legacy(self) -> bool:
        """Whether the net is in a format that Caffe upgrades when it loads it."""
        return bool(needs_upgrade(self._message))

    def current(self) -> tuple[Any, list[Diagnostic]]:
        """The message in Caffe's current format, and what was wrong with it so far."""
        if self._all_made() or not self.legacy:
            return self._message, []
        upgraded = upgrade_net(self._message)
        return upgraded.message or proto.NetParameter(), upgraded.diagnostics

    @property
    def made(self) -> Sequence[Made | None]:
        """What composing knows of the layers of the current message, or nothing."""
        return self._made if self._made and (self._all_made() or not self.legacy) else ()

    def _all_made(self) -> bool:
        return self._made is not None and bool(self._made) and None not in self._made

    def place(self, diagnostic: Diagnostic) -> Diagnostic:
        """The diagnostic with the line of the user's program that made its layer."""
        index = diagnostic.layer_index
        if diagnostic.location or not 0 <= index < len(self._places):
            return diagnostic
        file, line = self._places[index]
        return replace(diagnostic, location=Location(file, line))

    def spoilt(self) -> frozenset[int]:
        """The layers of which nothing should be said, for their text has errors."""
        return frozenset()

    # Results -----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The net's name."""
        return str(self._message.name)

    @property
    def text(self) -> str:
        """The net as prototxt."""
        return self.to_prototxt()

    def to_proto(self) -> Any:
        """A ``NetParameter`` message, the caller's own."""
        copy = proto.NetParameter()
        copy.CopyFrom(self._message)
        return copy

    def to_prototxt(self, annotate: bool = False) -> str:
        """The net as text, in Caffe's usual order of fields; always the same for the same net.

        ``annotate`` writes each blob's shape behind the ``top`` that makes it.
        """
        tops = replayed(self._message) if self._made is None else self._tops
        return writer.write(self._message, tops if annotate else None)

    def save(self, path: str | os.PathLike[str], annotate: bool = False) -> None:
        """Write the prototxt beside ``path`` and rename it; raises `OSError` if it cannot."""
        write_file(path, self.to_prototxt(annotate))

    def __repr__(self) -> str:
        return f"<net {self.name!r}, {len(self._message.layer)} layers>"


def _no_such_net(fields: Mapping[str, Any]) -> ComposeError:
    """Which of the fields of a net protobuf would not take, and why."""
    known = proto.NetParameter.DESCRIPTOR.fields_by_name
    for key, value in fields.items():
        if key not in known:
            near = did_you_mean(key, known)
            return mistake("layer-parameter", f'a net has no field "{key}"', hint=near)
        if problem := value_problem(known[key], value):
            return mistake("layer-parameter", f"net: {problem[0]}", hint=problem[1])
    return mistake("layer-parameter", "its fields make no valid net")


def _all_blobs(bottoms: Sequence[Any]) -> bool:
    for bottom in bottoms:  # noqa: SIM110 (a generator would cost more than the loop)
        if type(bottom) is not Blob:
            return False
    return True


def _in_place(bottoms: Sequence[str], tops: Sequence[str]) -> frozenset[int]:
    """The tops that overwrite the bottom of the same position."""
    if len(tops) == 1:
        return _FIRST if bottoms and tops[0] == bottoms[0] else _NOWHERE
    return frozenset([i for i, (b, t) in enumerate(zip(bottoms, tops)) if b == t])


def _fill(fields: dict[str, Any], schema: LayerSchema, keywords: Mapping[str, Any]) -> None:
    """Put each keyword where it belongs."""
    known = keywords_of(schema)
    for key, value in keywords.items():
        keyword = known.get(key)
        if keyword is None:
            if key in OWN:
                continue
            raise KeywordProblem(key)
        if value is None:
            continue
        home, convert, _ = keyword
        if convert is not None:
            value = convert(value)
        if not home:
            fields[key] = {**value, **fields[key]} if key in fields else value
        elif home in fields:
            fields[home][key] = value
        else:
            fields[home] = {key: value}


_active: ContextVar[Net | None] = ContextVar("net", default=None)


def _compose(schema: LayerSchema, bottoms: Sequence[Any], keywords: dict[str, Any]) -> Any:
    net = _active.get() or _no_net(str(keywords.get("name") or ""), schema.type)
    return net._add(schema, bottoms, keywords)


def scope(name: str) -> AbstractContextManager[Net]:
    """`Net.scope` of the net that is being composed: for blocks, which have no net at hand."""
    net = _active.get() or _no_net(name)
    return net.scope(name)


def _no_net(name: str, layer_type: str = "") -> NoReturn:
    hint = 'make layers within "with protogen.Net(...) as net:"'
    refuse("is made outside of any net", name, layer_type, hint=hint)


set_composer(_compose)
