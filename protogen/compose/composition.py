"""Composing: from the call of a layer type to a layer of the net, its shapes inferred at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard

from protogen import layers, proto
from protogen.active import active_net
from protogen.compose.blob import Blob
from protogen.compose.keywords import ALIGNED, UnknownKeyword, fill, keyword_problem
from protogen.compose.names import ALL_PHASES, TRAIN_ONLY, Names, phases_of
from protogen.diagnostics import ProtogenError, did_you_mean
from protogen.graph import CONDITIONS, PHASES, State, Wiring
from protogen.inference import given_shapes
from protogen.net import Net, set_composition
from protogen.program import ComposeError, mistake, reject, user_line
from protogen.schema import (
    Facts,
    Fault,
    LayerSchema,
    UnknownType,
    check_param_count,
    set_composer,
)
from protogen.shapes import Shape, filled, format_shape, is_known
from protogen.spelling import shown

if TYPE_CHECKING:
    from protogen.explanations import Explanation

__all__ = ["Composition", "scope"]

# The two usual answers of `_in_place`.
_NOWHERE: frozenset[int] = frozenset()
_FIRST: frozenset[int] = frozenset({0})

# With one of these fields, a layer is more than its wiring and the parameters of its type.
_CONDITIONS = frozenset((*CONDITIONS, "blobs"))

#: How many bottoms an error lists with their shapes.
_LISTED = 6

#: What a layer call returns: a layer with one top returns it, not a tuple of one.
Tops = Blob | tuple[Blob, ...] | None


class Composition:
    """The state of composing one net: the names taken, the scope and the phase it is in."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self._content = net.content
        self.names = Names()
        self._phase: str | None = None
        # A net that was read, or made from a message, has layers already.
        for layer in net.current.message.layer:
            self.names.note(layer.name, layer.bottom, layer.top, phases_of(layer))

    @contextmanager
    def in_phase(self, phase: str) -> Iterator[Net]:
        """The layers composed within run in this phase only."""
        if phase not in PHASES:
            hint = did_you_mean(str(phase), PHASES) or "expected TRAIN or TEST"
            raise mistake("layer-parameter", f'unknown phase "{phase}"', hint=hint)
        before, self._phase = self._phase, phase
        try:
            yield self.net
        finally:
            self._phase = before

    @contextmanager
    def in_scope(self, name: str) -> Iterator[Net]:
        """The layers and blobs composed within have names that begin with ``name/``."""
        if not isinstance(name, str):
            reject(f"a scope's name must be a string, got {shown(name)}", "")
        before = self.names.prefix
        self.names.prefix = f"{before}{name}/"
        try:
            yield self.net
        finally:
            self.names.prefix = before

    def blob(self, name: str) -> Blob:
        """The blob with this name. Raises `ComposeError` if no layer produces it.

        Its shape is that in the phase that is being composed. Without one it is the shape in TEST,
        or in TRAIN if only that has the blob.
        """
        known: dict[str, Shape] = {}
        phases = [self._phase] if self._phase else ["TEST", "TRAIN"]
        for phase in phases:
            blobs = self.net.analysis(State(phase)).blobs
            if name in blobs:
                return Blob(name, blobs[name])
            known.update(blobs)
        hint = did_you_mean(str(name), known)
        raise mistake("unknown-bottom", f'no layer produces a blob "{name}"', hint=hint)

    # Adding a layer ------------------------------------------------------------------------------

    def add(
        self, schema: LayerSchema, bottoms: Sequence[object], keywords: Mapping[str, Any]
    ) -> Tops:
        """Record one layer, infer its tops and return them as blobs.

        Raises `ComposeError` for a layer that Caffe would reject; the net is then as before.
        """
        name = self._name(schema, keywords)
        # Nearly all calls give blobs; only lists of them need another look.
        blobs = bottoms if _all_blobs(bottoms) else _flatten(schema, name, bottoms)
        stated: tuple[Shape, ...] = ()
        if "offset" in keywords:
            keywords = self._with_offset(schema, name, blobs, keywords)
        if "tops" in keywords or type(schema) is UnknownType:
            stated = _stated_shapes(schema, name, keywords)
            keywords = _with_shapes(schema, stated, keywords)
        read = tuple([blob.name for blob in blobs])
        tops = self._top_names(schema, name, blobs, keywords)
        index, layer, plain = self._add_message(schema, name, read, tops, keywords)
        # Inference of the whole net uses it again.
        known = None if type(schema) is UnknownType else schema
        wiring = Wiring(read, tops, plain, known, schema.parameters(layer))
        phases = ALL_PHASES if plain else phases_of(layer)
        in_place = _in_place(read, tops)
        try:
            facts = _infer(schema, layer, wiring, blobs, in_place, phases)
            if stated:
                facts = _check_stated(facts, tops, stated)
            self.names.take(name, read, tops, in_place, phases)
        except Fault as fault:
            raise self._rejection(schema, name, blobs, fault, phases) from None
        self._content.keep_layer(name, wiring)
        # The callers are _compose and LayerSchema.__call__.
        self.net.note_layer(index, name, user_line(depth=4), stated)
        return _as_blobs(tops, facts)

    def _rejection(
        self, schema: LayerSchema, name: str, blobs: Sequence[Blob], fault: Fault, phases: int
    ) -> ComposeError:
        """Take the layer that was added last out of the net; the error says why."""
        # Before it is gone: the explanation analyzes the net with the layer.
        explanation = self._explanation(fault, _phase_of_shapes(phases))
        self._content.drop_layer()
        return _compose_error(schema, name, blobs, fault, explanation)

    def _explanation(self, fault: Fault, phase: str) -> Explanation | None:
        """Why the sizes of the layer added last do not fit, and what would repair that."""
        # Imported only for a mistake: composing itself needs none of it.
        from protogen.analysis import Analysis
        from protogen.explanations import explanations

        message = self.net.to_proto()
        stated = self.net.stated_shapes
        analysis = Analysis(message, State(phase), {}, place=self.net.place_all, stated=stated)
        last = len(message.layer) - 1
        found = explanations(analysis)
        for index, finding in enumerate(analysis.faults):
            if finding.layer_index == last and finding.name == fault.rule:
                return found.get(index)
        return None

    def _name(self, schema: LayerSchema, keywords: Mapping[str, Any]) -> str:
        name = keywords.get("name")
        if name is None:
            return self.names.unnamed(schema.type)
        if not isinstance(name, str):
            reject(f"name must be a string, got {shown(name)}", shown(name), schema.type)
        return self.names.prefix + name

    def _add_message(
        self,
        schema: LayerSchema,
        name: str,
        bottoms: Sequence[str],
        tops: Sequence[str],
        keywords: Mapping[str, Any],
    ) -> tuple[int, proto.LayerParameter, bool]:
        """Add a layer to the net: its index, its message, whether it has no `CONDITIONS`."""
        fields: dict[str, Any] = {"name": name, "type": schema.type, "bottom": bottoms, "top": tops}
        try:
            fill(fields, schema, keywords)
            if self._phase and "include" not in fields:
                fields["include"] = [{"phase": self._phase}]
            index, layer = self._content.add_layer(fields)
            return index, layer, _CONDITIONS.isdisjoint(fields)
        except (TypeError, ValueError, UnknownKeyword):
            # protobuf's own error does not name the layer, and not always the field. Looking for
            # the problem only now spares valid layers these checks.
            problem = keyword_problem(schema, keywords)
        raise mistake("layer-parameter", problem.message, name, schema.type, hint=problem.hint)

    def _with_offset(
        self,
        schema: LayerSchema,
        name: str,
        blobs: Sequence[Blob],
        keywords: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        """The keywords with the axis and offset of a Crop composed with ``offset="aligned"``."""
        if schema.type != "Crop" or keywords["offset"] != ALIGNED:
            return keywords
        if len(blobs) != 2:
            return {**keywords, "offset": None}  # the layer itself rejects its bottoms
        # Fractions, which only this needs, take 2 % of the time to import what composes.
        from protogen.coordinates import crop_offset

        try:
            axis, offset = crop_offset(self.net, *blobs, phase=self._phase)
        except ProtogenError as error:
            found = error.diagnostics[0]
            raise mistake(found.name, found.message, name, "Crop", hint=found.hint) from None
        if keywords.get("axis") not in (None, axis):
            reject(f'offset="{ALIGNED}" needs axis {axis}, got {keywords["axis"]}', name, "Crop")
        return {**keywords, "axis": axis, "offset": offset}

    # The names of the tops -----------------------------------------------------------------------

    def _top_names(
        self, schema: LayerSchema, name: str, blobs: Sequence[Blob], keywords: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """The names that ``top`` gives, or the bottom's if ``in_place``, or the layer's own."""
        in_place = keywords.get("in_place")
        if in_place is not None and not isinstance(in_place, bool):
            reject(f"in_place must be True or False, got {shown(in_place)}", name, schema.type)
        given = keywords.get("top")
        if given is not None:
            return self._given_tops(schema, name, given)
        if in_place:
            if not blobs:
                reject("in_place needs a bottom", name, schema.type)
            return (blobs[0].name,)
        number = keywords.get("ntop")
        if number is None:
            number = schema.default_tops(len(blobs), keywords)
        elif not _is_count(number):
            reject(f"ntop must be a number of tops, got {shown(number)}", name, schema.type)
        if number == 1:
            return (name,)
        return _numbered(name, number)

    def _given_tops(self, schema: LayerSchema, name: str, given: object) -> tuple[str, ...]:
        names = given if isinstance(given, (list, tuple)) else [given]
        tops = []
        for top in names:
            if not isinstance(top, str):
                message = f"top must be a string or a list of strings, got {shown(given)}"
                reject(message, name, schema.type)
            tops.append(self.names.prefix + top)
        return tuple(tops)


def _is_count(number: object) -> bool:
    # A bool is an int in Python.
    if isinstance(number, bool) or not isinstance(number, int):
        return False
    return number >= 0


# Shapes that are inferred ----------------------------------------------------------------------


def _infer(
    schema: LayerSchema,
    layer: proto.LayerParameter,
    wiring: Wiring,
    blobs: Sequence[Blob],
    in_place: frozenset[int],
    phases: int,
) -> Facts:
    """What is known about the layer. Raises `Fault` if Caffe would reject it."""
    shapes = tuple([blob.shape for blob in blobs])
    phase = PHASES[_phase_of_shapes(phases)]
    facts = schema.infer(layer, shapes, len(wiring.tops), phase, in_place, wiring.parameters)
    if not wiring.plain and layer.param:
        check_param_count(layer, facts)
    return facts


def _phase_of_shapes(phases: int) -> str:
    """The phase in which a layer is inferred.

    A shape may depend on the phase, but a blob has only one: that in TEST, if possible.
    """
    return "TRAIN" if phases == TRAIN_ONLY else "TEST"


# Shapes that the user states -------------------------------------------------------------------


def _stated_shapes(
    schema: LayerSchema, name: str, keywords: Mapping[str, Any]
) -> tuple[Shape, ...]:
    """The shapes in the keyword ``tops``, in the order of the tops."""
    tops = keywords.get("tops")
    if tops is None:
        if isinstance(schema, UnknownType):
            raise _unknown_type(schema, name)
        return ()
    if not isinstance(tops, Mapping):
        hint = 'for names alone, use top: top=["a", "b"]'
        message = f"tops must map the names of tops to their shapes, got {shown(tops)}"
        reject(message, name, schema.type, hint=hint)
    for other in ("top", "ntop", "in_place"):
        if keywords.get(other):
            reject(f"expected either tops or {other}, got both", name, schema.type)
    given = {}
    for top, shape in tops.items():
        # Without a shape, a top has just its name.
        if shape is not None:
            given[top] = shape
    try:
        known = given_shapes(given, "tops")
    except (TypeError, ValueError) as error:
        reject(str(error), name, schema.type)
    return tuple(map(known.get, tops))


def _unknown_type(schema: LayerSchema, name: str) -> ComposeError:
    """The error for a type that no schema describes, and whose tops the user does not state."""
    hint = layers.suggest(schema.type)
    if not hint:
        hint = 'state the shapes of its tops: tops={"y": (1, 8, 16, 16)}'
    return mistake("unknown-type", f'unknown layer type "{schema.type}"', name, hint=hint)


def _with_shapes(
    schema: LayerSchema, stated: Sequence[Shape], keywords: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The keywords with ``tops`` as the names of the tops.

    The shapes go to the field of the type that has them (``shape`` of an Input), if there is one.
    """
    if keywords.get("tops") is not None:
        keywords = {**keywords, "top": list(keywords["tops"])}
    field = schema.shape_field
    if not field or keywords.get(field) is not None:
        return keywords
    shapes = []
    for shape in stated:
        # The field takes a shape for each top, and no size of it may be unknown.
        if not is_known(shape):
            return keywords
        shapes.append(list(shape))
    if not shapes:
        return keywords
    return {**keywords, field: shapes}


def _check_stated(facts: Facts, tops: Sequence[str], stated: Sequence[Shape]) -> Facts:
    """The facts with the stated shapes. Raises `Fault` if one contradicts what is known."""
    shapes = []
    for top, shape, claim in zip(tops, facts.tops, stated):
        both = filled(claim, shape)
        if both != filled(shape, claim):
            raise Fault(
                f'tops states {format_shape(claim)} for "{top}", but the layer produces'
                f" {format_shape(shape)}",
                field="top",
            )
        shapes.append(both)
    return facts._replace(tops=tuple(shapes))


def _as_blobs(tops: Sequence[str], facts: Facts) -> Tops:
    """The tops as blobs: one by itself, several as a tuple, ``None`` if there are none."""
    if len(tops) == 1:
        return Blob(tops[0], facts.tops[0])
    return tuple(map(Blob, tops, facts.tops)) or None


def _numbered(name: str, number: int) -> tuple[str, ...]:
    """The names of so many tops: the first is called like the layer, the others are numbered."""
    if not number:
        return ()
    return (name, *[f"{name}_{index}" for index in range(1, number)])


def _all_blobs(bottoms: Sequence[object]) -> TypeGuard[Sequence[Blob]]:
    # A generator in `all` would take twice as long.
    for bottom in bottoms:  # noqa: SIM110
        if type(bottom) is not Blob:
            return False
    return True


def _flatten(schema: LayerSchema, name: str, bottoms: Sequence[object]) -> list[Blob]:
    """The bottoms without the lists and tuples around them."""
    found: list[Blob] = []
    for bottom in bottoms:
        if isinstance(bottom, Blob):
            found.append(bottom)
        elif isinstance(bottom, (list, tuple)):
            found += _flatten(schema, name, bottom)
        else:
            hint = "layers return blobs; pass parameters by keyword"
            reject(f"expected blobs, got {shown(bottom)}", name, schema.type, hint=hint)
    return found


def _in_place(bottoms: Sequence[str], tops: Sequence[str]) -> frozenset[int]:
    """The indices of the tops that overwrite the bottom with the same index."""
    # Nearly all layers have one top, for which no set needs to be built.
    if len(tops) == 1:
        if bottoms and tops[0] == bottoms[0]:
            return _FIRST
        return _NOWHERE
    found = set()
    for index, (bottom, top) in enumerate(zip(bottoms, tops)):
        if bottom == top:
            found.add(index)
    return frozenset(found)


def _compose_error(
    schema: LayerSchema,
    name: str,
    blobs: Sequence[Blob],
    fault: Fault,
    explanation: Explanation | None,
) -> ComposeError:
    """The error for a fault that inference found, with the shapes of the bottoms.

    If the sizes of the bottoms differ, it has the account and the repairs that `protogen.check`
    would show.
    """
    where, why, hint = "", "", fault.hint
    if explanation is not None:
        where, why = explanation.where, explanation.why
        hint = explanation.hint or fault.hint
    if blobs and not where:
        shapes = [f'"{blob.name}" is {format_shape(blob.shape)}' for blob in blobs[:_LISTED]]
        where = f"bottom {', '.join(shapes)}"
    return mistake(
        fault.rule,
        fault.message,
        name,
        schema.type,
        hint=hint,
        where=where,
        why=why,
        field=fault.field,
    )


# The net that is being composed ----------------------------------------------------------------


def _compose(schema: LayerSchema, bottoms: tuple[object, ...], keywords: dict[str, Any]) -> Tops:
    """What calling a layer type does from now on."""
    net = active_net()
    if net is None:
        _reject_outside(str(keywords.get("name") or ""), schema.type)
    composition: Composition = net.composition
    try:
        return composition.add(schema, bottoms, keywords)
    except ComposeError as error:
        error.net = net
        raise


def scope(name: str) -> AbstractContextManager[Net]:
    """`Net.scope` of the net that is being composed: for blocks, which are not given the net."""
    net: Net | None = active_net()
    if net is None:
        _reject_outside(name)
    return net.scope(name)


def _reject_outside(name: str, layer_type: str = "") -> NoReturn:
    hint = 'compose layers within "with protogen.Net(...) as net:"'
    reject("is composed outside of any net", name, layer_type, hint=hint)


# `protogen.schema` and `protogen.net` must not import composing, so it registers itself with them.
set_composer(_compose)
set_composition(Composition)
