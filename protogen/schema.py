"""What each layer type declares, and how its rules are applied to a layer.

Caffe asks every layer the same questions in the same order: how many blobs do you take, are your
parameters valid, what shape are your tops, what do you learn? A `LayerSchema` answers them with
declarations and pure functions of a `Context` (parameters and bottom shapes). `LayerSchema.infer`
asks them, adds the checks that hold for every blob, and remembers the answers, because nets repeat
themselves.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, cast

from google.protobuf.message import Message

from protogen import proto
from protogen.answers import Rejection, store
from protogen.context import (
    Context,
    Facts,
    Fault,
    Learnable,
    check_param_count,
    count_axes,
)
from protogen.diagnostics import plural
from protogen.shapes import MAX_AXES, UNKNOWN, Shape, Size, Unknown, internal_shape, public_shape

__all__ = [
    "Context",
    "Facts",
    "Fault",
    "LayerSchema",
    "Learnable",
    "UnknownType",
    "check_param_count",
    "count_axes",
    "register",
    "registered",
    "set_composer",
]

#: The number of blobs: exactly that many, or (at least, at most), where ``None`` is no limit.
Arity = int | tuple[int, int | None]

#: Stands for parameters that `LayerSchema.infer` has yet to read.
_UNREAD = object()


class _Help:
    """What editors and ``help()`` ask of a layer type: computed when they do, by a later package.

    A class has its own docstring; its instance, the layer type that users call, also explains the
    keywords.
    """

    def __init__(self, name: str, of_class: object) -> None:
        self._name = name
        self._of_class = of_class

    def __get__(self, schema: LayerSchema | None, owner: type[LayerSchema]) -> Any:
        if schema is None:
            return self._of_class
        return getattr(importlib.import_module("protogen.render.code.help"), self._name)(schema)


class LayerSchema:
    """One layer type of Caffe. The docstring of a subclass is the documentation of its type.

    ``param`` names the message that holds the layer's own parameters, ``also`` further messages
    that it reads. ``source`` is where Caffe computes it. A layer whose parameters matter only to
    the forward pass declares its arity and nothing else: its tops have the shape of its bottoms.
    """

    param: str = ""
    also: ClassVar[tuple[str, ...]] = ()
    bottoms: ClassVar[Arity] = 1
    tops: ClassVar[Arity] = 1
    #: The number of axes of each bottom, for a type whose tops then have known numbers of axes.
    axes: ClassVar[tuple[int, ...]] = ()
    #: Whether there is one top for each bottom.
    paired: ClassVar[bool] = False
    #: Whether Caffe adds the tops that are not written (losses).
    auto_tops: ClassVar[bool] = False
    #: Whether the first top has a weight in the objective even without ``loss_weight``.
    loss: ClassVar[bool] = False
    #: Whether the first top has an element for each element of a bottom, in the same row and
    #: column. Other bottoms may be smaller, such as the factor of a Scale.
    elementwise: ClassVar[bool] = False
    #: Whether the gradient is computed from the values of the top, which no later layer may then
    #: overwrite.
    reads_top: ClassVar[bool] = False
    #: Whether it still reads its bottom after it has begun to write its top.
    reads_bottom_while_writing: ClassVar[bool] = False
    #: Whether its gradient is computed from the values of its bottom, or is written to the bottom
    #: while they are read.
    reads_bottom_in_backward: ClassVar[bool] = False
    #: The field of ``param`` that sets the size of the tops, to blame for an impossible size.
    size_field: ClassVar[str] = ""
    #: The field of ``param`` that states the shape of each top, if the type has such a field.
    shape_field: ClassVar[str] = ""
    #: The schemas of forks that define the type differently, for nets that only such a fork reads.
    variants: ClassVar[Mapping[str, LayerSchema]] = MappingProxyType({})
    source: ClassVar[str] = ""
    #: The forks that define the type although ``caffe.proto`` does not mark ``param`` as theirs:
    #: the type has no parameter message of its own, or not in these forks.
    unmarked_forks: tuple[str, ...] = ()
    #: The size arithmetic on one line, for the reference.
    formula: ClassVar[str] = ""

    type: str

    __signature__ = _Help("signature", None)

    def __init_subclass__(cls) -> None:
        cls.__doc__ = _Help("doc", cls.__dict__.get("__doc__"))  # type: ignore[assignment]

    def __init__(self) -> None:
        cls = type(self)
        self.type = cls.__name__
        #: Every message that the layer reads; only these and the bottoms decide its shapes.
        self.params: tuple[str, ...] = (*filter(None, (self.param,)), *self.also)
        #: Whether forks differ in the type, so that `dialect` may have an answer.
        self.has_dialects = cls.dialect is not LayerSchema.dialect
        self._answers = store.new_table()
        # Nearly all types read a single message. Reading it without a list saves 0.3 microseconds
        # of the 1.0 that a repeated ReLU takes, and of the 1.9 of a Convolution.
        self._only_param = self.params[0] if len(self.params) == 1 else None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy the name: a type is the same object everywhere."""
        return _of_module, (type(self).__module__, self.type)

    @property
    def forks(self) -> tuple[str, ...]:
        """The forks that define the type, as ``caffe.proto`` names them; empty for BVLC's own."""
        if not self.param:
            return self.unmarked_forks
        field = proto.LayerParameter.DESCRIPTOR.fields_by_name[self.param]
        return (*proto.forks_of(field), *self.unmarked_forks)

    # What a layer type answers -----------------------------------------------------------------

    def arity(self, layer: proto.LayerParameter) -> tuple[Arity, Arity]:
        """The number of bottoms and of tops, which may depend on the layer's parameters."""
        return self.bottoms, self.tops

    def check(self, ctx: Context) -> None:
        """Raise `Fault` for parameters or bottoms that Caffe rejects before it shapes the tops."""

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        """The shape of each top; ``None`` if not even its number of axes is known."""
        return [ctx.bottom] * ctx.tops

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        """What the layer learns: names and shapes, in Caffe's order."""
        return ()

    def macs(self, ctx: Context, tops: Sequence[Sequence[Size]]) -> Size:
        """Multiply-accumulates of one forward pass; biases are not counted."""
        return 0

    def bottom_axes(self, layer: proto.LayerParameter) -> Sequence[int | None]:
        """The number of axes to assume of each bottom whose own number is unknown.

        Without an assumption, or with ``None``, nothing is inferred from such a bottom. It may be
        less than the bottom has, if the shapes of the tops depend on the first axes only.
        """
        return self.axes

    def unknown_tops(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape], tops: int
    ) -> tuple[Shape, ...]:
        """The tops' shapes if the number of axes of some bottom is unknown."""
        return (None,) * tops

    def dialect(self, layer: proto.LayerParameter) -> str:
        """The fork whose rule is applied and what in the layer decides it; see `has_dialects`.

        For example ``segnet (bn_mode)``; empty if BVLC's own rule is applied.
        """
        return ""

    def default_tops(self, bottoms: int, keywords: Mapping[str, object]) -> int:
        """The number of tops of a layer that is composed without giving it."""
        if self.paired:
            return bottoms
        return self.tops if isinstance(self.tops, int) else self.tops[0]

    def unpaired_bottoms(self, layer: proto.LayerParameter) -> int:
        """How many of the last bottoms have no top, if the others have one each (`paired`)."""
        return 0

    def parameters(self, layer: proto.LayerParameter) -> Hashable:
        """The part of the layer that decides its answers, as a key to look them up by."""
        # A class of another schema has other defaults, and other fields with the same number.
        if type(layer) is not proto.LayerParameter:
            serialized = [_serialized(layer, name) for name in self.params]
            return (layer.DESCRIPTOR.file.name, *serialized)
        if self._only_param is not None:
            return _serialized(layer, self._only_param)
        return tuple([_serialized(layer, name) for name in self.params])

    # Inference ---------------------------------------------------------------------------------

    def infer(
        self,
        layer: proto.LayerParameter,
        bottoms: tuple[Shape, ...],
        tops: int,
        phase: int = 1,
        in_place: frozenset[int] = frozenset(),
        parameters: Hashable = _UNREAD,
    ) -> Facts:
        """Everything known about a layer, from its message and its bottoms' shapes.

        ``parameters`` are the answer of `parameters`, if the caller has it already.
        Raises `Fault` if Caffe would abort.
        """
        if parameters is _UNREAD:
            parameters = self.parameters(layer)
        # All that a rule can see. Whatever a `Context` gives a rule in addition must be added here.
        key = (bottoms, tops, phase, in_place, parameters)
        answer = self._answers.get(key)
        if answer is None:
            try:
                answer = self._apply_rules(layer, bottoms, tops, phase, in_place)
            except Fault as fault:
                answer = Rejection(fault.message, fault.rule, fault.field, fault.hint)
            store.add(self._answers, key, answer)
        if isinstance(answer, Rejection):
            raise Fault(answer.message, rule=answer.rule, field=answer.field, hint=answer.hint)
        return answer

    def _apply_rules(
        self,
        layer: proto.LayerParameter,
        bottoms: tuple[Shape, ...],
        tops: int,
        phase: int,
        in_place: frozenset[int],
    ) -> Facts:
        """Ask in the order of ``Layer::SetUp``, so that the first fault is Caffe's first, too."""
        # Caffe rejects the whole file before it sets up any layer.
        if not layer.IsInitialized():
            missing = _missing_fields(layer)[0]
            raise Fault(f"{missing} is missing", rule="required-field", field=missing)
        bottom_arity, top_arity = self.arity(layer)
        _check_arity(len(bottoms), bottom_arity, "bottom")
        # Net::Init adds the "(automatic)" tops before the layer counts them.
        if self.auto_tops:
            tops = max(tops, _least(top_arity))
        _check_arity(tops, top_arity, "top")
        if self.paired and len(bottoms) - self.unpaired_bottoms(layer) != tops:
            raise Fault(
                "expected one top for each bottom,"
                f" got {plural(len(bottoms), 'bottom')} and {plural(tops, 'top')}",
                rule="blob-count",
                field="top",
            )
        if None in bottoms:
            bottoms = self._with_axes(layer, bottoms)
        ctx = self.context(layer, bottoms, tops, phase, in_place)
        if ctx is None:
            return Facts(self.unknown_tops(layer, bottoms, tops), macs=None)
        return self._facts(ctx)

    def _with_axes(
        self, layer: proto.LayerParameter, bottoms: Sequence[Shape]
    ) -> tuple[Shape, ...]:
        """The bottoms, with axes of unknown sizes for those whose shape is unknown."""
        assumed = self.bottom_axes(layer)
        found: list[Shape] = []
        for index, shape in enumerate(bottoms):
            axes = assumed[index] if index < len(assumed) else None
            # More axes than a blob may have are not assumed, however many a file asks for.
            if shape is None and axes is not None and axes <= MAX_AXES:
                shape = (None,) * axes
            found.append(shape)
        return tuple(found)

    def context(
        self,
        layer: proto.LayerParameter,
        bottoms: Sequence[Shape],
        tops: int,
        phase: int,
        in_place: frozenset[int] = frozenset(),
    ) -> Context | None:
        """What the rules are applied to; ``None`` if some bottom's number of axes is unknown."""
        known = [internal_shape(shape) for shape in bottoms if shape is not None]
        if len(known) < len(bottoms):
            return None
        return Context(self, layer, known, tops, phase, in_place)

    def _facts(self, ctx: Context) -> Facts:
        # LayerSetUp checks the parameters and creates the learnable blobs; Reshape, which comes
        # after it, shapes the tops.
        self.check(ctx)
        blobs = [_public_learnable(blob) for blob in self.blob_shapes(ctx)]
        shapes = self.top_shapes(ctx)
        tops: list[Shape] = []
        for index, shape in enumerate(shapes):
            if shape is None:
                tops.append(None)
                continue
            top = f"top {index}" if ctx.tops > 1 else "the top"
            ctx.check_shape(shape, top)
            tops.append(public_shape(shape))
        # A type whose tops may have no shape has no rule that counts by them.
        macs: Size | None = self.macs(ctx, cast("Sequence[Sequence[Size]]", shapes))
        if isinstance(macs, Unknown):
            macs = None
        return Facts(tuple(tops), tuple(blobs), macs)

    # Composing ---------------------------------------------------------------------------------

    def __call__(self, *bottoms: object, **keywords: Any) -> Any:
        """Add a layer of this type to the net that is being composed."""
        return _composer(self, bottoms, keywords)

    def __repr__(self) -> str:
        return f"<layer type {self.type}>"


def _serialized(layer: Message, name: str) -> bytes | None:
    """The bytes of one of the layer's messages; ``None`` if absent, which differs from empty."""
    if not layer.HasField(name):
        return None
    # Partial: a missing required field is reported later, with its name.
    serialized: bytes = getattr(layer, name).SerializePartialToString()
    return serialized


def _missing_fields(message: Any) -> list[str]:
    """The required fields that are not set; the types of protobuf lack this method."""
    return list(message.FindInitializationErrors())


def _public_learnable(blob: Learnable) -> Learnable:
    shape = None if blob.shape is None else public_shape(blob.shape)
    return Learnable(blob.name, shape)


def _least(arity: Arity) -> int:
    if isinstance(arity, int):
        return arity
    return arity[0]


def _check_arity(given: int, arity: Arity, kind: str) -> None:
    """Raise unless the number of blobs, ``bottom`` or ``top``, is one that the layer takes.

    (source: ``Layer::CheckBlobCounts``)
    """
    least, most = (arity, arity) if isinstance(arity, int) else arity
    if given < least:
        expected, field = f"at least {plural(least, kind)}", kind
    elif most is not None and given > most:
        # The first one that is too many.
        expected, field = f"at most {plural(most, kind)}", f"{kind}[{most}]"
    else:
        return
    if least == most:
        expected = plural(least, kind) if least else f"no {kind}s"
    raise Fault(f"expected {expected}, got {given}", rule="blob-count", field=field)


class UnknownType(LayerSchema):
    """A layer type that no schema knows, to compose a layer of it."""

    bottoms, tops = (0, None), (0, None)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.type = name

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]:
        return [None] * ctx.tops

    def macs(self, ctx: Context, tops: Sequence[Sequence[Size]]) -> Size:
        return UNKNOWN


# The registry ----------------------------------------------------------------------------------

_registry: dict[str, LayerSchema] = {}

_Schema = TypeVar("_Schema", bound=LayerSchema)


def register(schema_class: type[_Schema]) -> _Schema:
    """Register a layer type under the name of its class, which becomes its only instance."""
    schema = schema_class()
    _registry[schema.type] = schema
    return schema


def _of_module(module: str, layer_type: str) -> LayerSchema | None:
    """The schema of a type, whose module registers it when it is imported."""
    importlib.import_module(module)
    if layer_type in _registry:
        return _registry[layer_type]
    found: LayerSchema | None = importlib.import_module("protogen.layers").find(layer_type)
    return found


def registered(layer_type: str) -> LayerSchema | None:
    """The schema of a type whose module has been imported."""
    return _registry.get(layer_type)


#: What calling a layer type does: its type, the bottoms and the keywords give what `L.X()` returns.
_Composer = Callable[[LayerSchema, tuple[object, ...], dict[str, Any]], Any]


def _import_composer(
    schema: LayerSchema, bottoms: tuple[object, ...], keywords: dict[str, Any]
) -> Any:
    """The first call of any layer type: composing registers itself when it is imported.

    This module must not import it: data goes one way, and inference does not need composing.
    """
    importlib.import_module("protogen.compose")
    return _composer(schema, bottoms, keywords)


_composer: _Composer = _import_composer


def set_composer(composer: _Composer) -> None:
    """Set what calling a layer type does; ``protogen.compose`` sets it when it is imported."""
    global _composer
    _composer = composer
