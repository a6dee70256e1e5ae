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
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

from google.protobuf.message import Message

from protogen import proto
from protogen.diagnostics import plural
from protogen.fillers import filler_problem
from protogen.shapes import (
    INT_MAX,
    MAX_AXES,
    UNKNOWN,
    InternalShape,
    Shape,
    Size,
    Unknown,
    format_shape,
    internal_shape,
    public_shape,
)

_OUR_LAYER = proto.LayerParameter.DESCRIPTOR

__all__ = [
    "Context",
    "Facts",
    "Fault",
    "LayerSchema",
    "Learnable",
    "UnknownType",
    "check_param_count",
    "register",
    "registered",
    "set_composer",
]

#: The number of blobs: exactly that many, or (at least, at most), where ``None`` is no limit.
Arity = int | tuple[int, int | None]

#: Stands for parameters that `LayerSchema.infer` has yet to read.
_UNREAD = object()


class Fault(Exception):
    """Why Caffe rejects a layer, as a bare fact; the caller adds which layer it is.

    ``field`` is the path of the field at fault, as seen from the layer:
    ``convolution_param.group``, ``bottom[1]``. A layer's rules create faults by `Context.fault`.
    """

    def __init__(
        self, message: str, *, rule: str = "layer-parameter", field: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.field = field
        self.hint = hint


class Learnable(NamedTuple):
    """A blob that a layer learns: what it is, and its shape.

    In the rules of a layer an unknown size is `UNKNOWN`, as in every shape there.
    """

    name: str
    shape: Shape

    @property
    def is_statistic(self) -> bool:
        """Whether it is a statistic that BatchNorm keeps, which no gradient changes."""
        return self.name in _STATISTICS


#: What BatchNorm keeps of the batches that it has seen.
_STATISTICS = frozenset(("mean", "variance", "moving average factor"))


class Facts(NamedTuple):
    """What is known about a layer: its tops' shapes, what it learns, its multiply-accumulates."""

    tops: tuple[Shape, ...]
    blobs: tuple[Learnable, ...] = ()
    macs: int | None = None


class Context:
    """A layer's parameters and bottoms, as the rules of its schema see them.

    ``param`` is the message that the schema names. ``bottoms`` are tuples in which an unknown size
    is `UNKNOWN`; ``tops`` is the number of tops; ``in_place`` are the indices of the tops that are
    also the bottom with the same index.
    """

    __slots__ = ("bottoms", "in_place", "layer", "param", "phase", "schema", "tops")

    def __init__(
        self,
        schema: LayerSchema,
        layer: proto.LayerParameter,
        bottoms: Sequence[InternalShape],
        tops: int,
        phase: int,
        in_place: frozenset[int],
    ) -> None:
        self.schema = schema
        self.layer = layer
        # Which message it is depends on the schema, so a type checker cannot know its fields.
        self.param: Any = getattr(layer, schema.param) if schema.param else None
        self.bottoms = bottoms
        self.tops = tops
        self.phase = phase
        self.in_place = in_place

    # Faults ------------------------------------------------------------------------------------

    def fault(
        self,
        message: str,
        field: str = "",
        *,
        bottom: int | None = None,
        layer_field: str = "",
        rule: str = "layer-parameter",
        hint: str = "",
    ) -> Fault:
        """A fault to raise, with the path of its cause. Exactly one of three names the cause.

        ``field`` is a field of the layer's own parameters (``stride``), ``bottom`` the index of a
        bottom, and ``layer_field`` any other path (``top[0]``, ``transform_param.crop_size``).
        """
        if bottom is not None:
            layer_field = f"bottom[{bottom}]"
        elif field:
            layer_field = f"{self.schema.param}.{field}"
        return Fault(message, rule=rule, field=layer_field, hint=hint)

    def describe(self, *indices: int) -> str:
        """``bottom 0 is 64x10, bottom 1 is 32``, for the end of a message."""
        return ", ".join(f"bottom {i} is {format_shape(self.bottoms[i])}" for i in indices)

    # Bottoms -----------------------------------------------------------------------------------

    @property
    def bottom(self) -> InternalShape:
        """The first bottom."""
        return self.bottoms[0]

    def axis(self, field: str = "axis", *, message: str = "") -> int:
        """The axis of the first bottom that a field names, counted from the front.

        A negative axis counts from the end. ``message`` names the parameter message that holds the
        field, if that is not the layer's own.  (source: ``Blob::CanonicalAxisIndex``)
        """
        home = message or self.schema.param
        param = getattr(self.layer, home)
        axis: int = getattr(param, field)
        axes = len(self.bottom)
        if -axes <= axis < axes:
            return axis % axes
        # A default cannot be wrong; if the axis is not written, the bottom has too few axes.
        written = param.HasField(field)
        raise self.fault(
            f"{field} {axis} is out of range: bottom 0 has {count_axes(axes)}"
            f" ({format_shape(self.bottom)})",
            layer_field=f"{home}.{field}" if written else "bottom[0]",
            rule="axis-out-of-range",
        )

    def nchw(self, index: int = 0) -> tuple[Size, Size, Size, Size]:
        """A bottom as (num, channels, height, width); axes that it lacks have size 1.

        Caffe's older layers address a blob like this, and abort if it has more than 4 axes.
        (source: ``Blob::LegacyShape``)
        """
        shape = self.bottoms[index]
        if len(shape) > 4:
            raise self.fault(
                f"expected at most 4 axes, got {len(shape)}: {self.describe(index)}",
                bottom=index,
                rule="axis-count",
            )
        num, channels, height, width = (*shape, 1, 1, 1, 1)[:4]
        return num, channels, height, width

    def reject_in_place(self, top: int = 0) -> None:
        """Raise if this top overwrites its bottom."""
        if top in self.in_place:
            raise self.fault(
                "does not work in place: its top must not be its bottom",
                layer_field=f"top[{top}]",
                rule="in-place-forbidden",
                hint="give the top its own name",
            )

    # Blobs that the layer produces and learns --------------------------------------------------

    def check_shape(self, shape: Sequence[Size], blob: str, layer_field: str = "") -> None:
        """Raise if no blob in Caffe can have this shape; ``blob`` says which one it is.

        (source: ``Blob::Reshape``)
        """
        problem = _shape_problem(shape)
        if problem:
            raise self.fault(
                f"{blob} would {problem}",
                layer_field=layer_field or self.size_field,
                rule="blob-shape",
            )

    @property
    def size_field(self) -> str:
        """What to blame for an impossible size: the field that sets it, or the first bottom."""
        schema = self.schema
        if schema.size_field:
            return f"{schema.param}.{schema.size_field}"
        if self.bottoms:
            return "bottom[0]"
        return schema.param or "type"

    def learnable(
        self, name: str, shape: Sequence[Size], filler: str = "", bottom: int = 0
    ) -> Learnable:
        """A learnable blob, once its shape and its filler are known to be valid.

        ``filler`` is the field of the parameters that holds the filler; it is empty for a blob that
        no filler fills, such as the statistics of a BatchNorm. ``bottom`` is the index of the
        bottom that the shape comes from.
        """
        self.check_shape(shape, f"the {name}")
        problem = filler_problem(getattr(self.param, filler), shape) if filler else None
        if problem is None:
            # The sizes become public when the blob leaves the rules; see `Learnable`.
            return Learnable(name, cast("Shape", tuple(shape)))
        if problem.field:
            field = f"{filler}.{problem.field}"
            raise self.fault(f"{filler}: {problem.message}", field, rule="filler")
        raise self.fault(f"{filler}: {problem.message}", bottom=bottom, rule="filler")


def count_axes(number: int, kind: str = "") -> str:
    """As in "1 axis", "2 axes", "2 spatial axes"."""
    words = [str(number), kind, "axis" if number == 1 else "axes"]
    return " ".join(filter(None, words))


def _shape_problem(shape: Sequence[Size]) -> str:
    """What a blob of this shape "would", such as "have 33 axes"; nothing if it is possible."""
    if len(shape) > MAX_AXES:
        return f"have {len(shape)} axes; Caffe allows at most {MAX_AXES}"
    elements = 1
    for size in shape:
        if isinstance(size, Unknown):
            return ""
        if size < 0:
            return f"be {format_shape(shape)}, which has a negative size"
        # As Caffe does it: once a size is 0 there are no elements, and any other size may follow.
        if elements and size > INT_MAX // elements:
            return f"be {format_shape(shape)}, which is more than {INT_MAX} elements"
        elements *= size
    return ""


def check_param_count(layer: proto.LayerParameter, facts: Facts) -> None:
    """Raise if a layer has more ``param`` entries than learnable blobs (``Net::Init``)."""
    given, learned = len(layer.param), len(facts.blobs)
    unknown = facts.macs is None  # such as a layer in Python, which may learn anything
    if given > learned and not unknown:
        entries = "entry" if given == 1 else "entries"
        raise Fault(
            f"has {given} param {entries} for {plural(learned, 'learnable blob')}",
            rule="param-count",
            field=f"param[{learned}]",
        )


# Answers ---------------------------------------------------------------------------------------


class _Rejection(NamedTuple):
    """What a `Fault` says, to be kept. An exception holds its frames, and with them whole nets."""

    message: str
    rule: str
    field: str
    hint: str


_Answer = Facts | _Rejection

#: The answers of all layer types together take up no more bytes than this, by a rough count.
_ANSWER_BYTES = 32 * 2**20


class _AnswerStore:
    """The answers of `LayerSchema.infer`: a table for each layer type, bounded in bytes together.

    A net of endless variety empties all tables when they are full. Counting happens only when an
    answer is added, so looking one up costs no more than a dict.
    """

    def __init__(self) -> None:
        self.size = 0
        self._tables: list[dict[Hashable, _Answer]] = []

    def new_table(self) -> dict[Hashable, _Answer]:
        """An empty table, which the store may empty again at any time."""
        table: dict[Hashable, _Answer] = {}
        self._tables.append(table)
        return table

    def add(self, table: dict[Hashable, _Answer], key: Hashable, answer: _Answer) -> None:
        """Keep an answer, if there is room for it."""
        size = _rough_size(key) + _rough_size(answer)
        if self.size + size > _ANSWER_BYTES:
            self.clear()
        if size <= _ANSWER_BYTES:
            table[key] = answer
            self.size += size

    def clear(self) -> None:
        """Forget every answer."""
        for table in self._tables:
            table.clear()
        self.size = 0


def _rough_size(value: Any) -> int:
    """About how many bytes a value takes, with what is in it.

    The numbers of a shape are counted as references, because small ones are shared. This takes 4 of
    the 150 microseconds that a new Convolution takes; ``sys.getsizeof`` for each would take 30.
    """
    if isinstance(value, (tuple, frozenset)):
        size = 64 + 8 * len(value)
        for each in value:
            if each.__class__ is not int:
                size += _rough_size(each)
        return size
    return 64 + len(value) if isinstance(value, (bytes, str)) else 16


_store = _AnswerStore()


# Schemas ---------------------------------------------------------------------------------------


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
        self._answers = _store.new_table()
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
        if layer.DESCRIPTOR is not _OUR_LAYER:  # other defaults, and other fields of a number
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
                answer = _Rejection(fault.message, fault.rule, fault.field, fault.hint)
            _store.add(self._answers, key, answer)
        if isinstance(answer, _Rejection):
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
            if shape is None and axes is not None:
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
            ctx.check_shape(shape, f"top {index}" if ctx.tops > 1 else "the top")
            tops.append(public_shape(shape))
        # A type whose tops may have no shape has no rule that counts by them.
        macs = self.macs(ctx, cast("Sequence[Sequence[Size]]", shapes))
        return Facts(tuple(tops), tuple(blobs), None if isinstance(macs, Unknown) else macs)

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
    return arity if isinstance(arity, int) else arity[0]


def _check_arity(given: int, arity: Arity, kind: str) -> None:
    """Raise unless the number of blobs, ``bottom`` or ``top``, is one that the layer takes.

    (source: ``Layer::CheckBlobCounts``)
    """
    least, most = (arity, arity) if isinstance(arity, int) else arity
    too_few = given < least
    if not too_few and (most is None or given <= most):
        return
    if least == most:
        expected = plural(least, kind) if least else f"no {kind}s"
    elif too_few:
        expected = f"at least {plural(least, kind)}"
    else:
        expected = f"at most {plural(most or 0, kind)}"
    raise Fault(
        f"expected {expected}, got {given}",
        rule="blob-count",
        field=kind if too_few else f"{kind}[{most}]",
    )


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
