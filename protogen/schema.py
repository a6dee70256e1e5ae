"""What each layer type declares, and the one way its rules are asked.

Caffe asks every layer the same questions in the same order: how many blobs, are your parameters
sane, what shape are your tops, what do you learn. A `LayerSchema` answers them as declarations and
pure functions of a `Context` (parameters and bottom shapes); `LayerSchema.infer` asks them, checks
what holds for every blob of Caffe, and remembers the answers, for nets repeat themselves.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

from protogen.diagnostics import plural
from protogen.fillers import check_filler
from protogen.shapes import INT_MAX, MAX_AXES, UNKNOWN, Shape, format_shape, reveal, veil

__all__ = [
    "Context",
    "Facts",
    "Fault",
    "LayerSchema",
    "Learnable",
    "check_param_count",
    "check_shape",
    "register",
    "registered",
    "set_composer",
]

#: How many blobs: exactly so many, or (at least, at most); ``None`` is no limit.
Arity = int | tuple[int, int | None]

#: One layer's answers are kept by its inputs; a net of unending variety empties the store.
_MEMORY = 50_000

_UNREAD = object()


class Fault(Exception):
    """Why Caffe refuses a layer, as a bare fact; whoever walks the net adds which layer it was.

    ``field`` names the field at fault as a path below the layer (``convolution_param.group``).
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
    """A blob that a layer learns: what it is, and its shape."""

    name: str
    shape: Shape


class Facts(NamedTuple):
    """What is known of a layer: its tops' shapes, what it learns, its multiply-accumulates."""

    tops: tuple[Shape, ...]
    blobs: tuple[Learnable, ...] = ()
    macs: int | None = None


class Context:
    """A layer's parameters and bottoms, as its schema's rules see them.

    ``bottoms`` are tuples in which an unknown size is `UNKNOWN`; ``tops`` is how many tops it has;
    ``in_place`` are the indices of the tops that are also the bottom of the same index.
    """

    __slots__ = ("bottoms", "in_place", "layer", "param", "phase", "tops")

    def __init__(
        self,
        layer: Any,
        param: Any,
        bottoms: Sequence[tuple[Any, ...]],
        tops: int,
        phase: int,
        in_place: frozenset[int],
    ) -> None:
        self.layer = layer
        self.param = param
        self.bottoms = bottoms
        self.tops = tops
        self.phase = phase
        self.in_place = in_place

    @property
    def bottom(self) -> tuple[Any, ...]:
        """The first bottom."""
        return self.bottoms[0]

    def axis(self, index: int, shape: Sequence[Any], field: str = "axis") -> int:
        """The axis counted from the front; a negative index counts from the end."""
        if not -len(shape) <= index < len(shape):
            raise Fault(
                f"axis {index} is outside of a bottom with {len(shape)} axes"
                f" ({format_shape(reveal(shape))})",
                rule="axis-out-of-range",
                field=field,
            )
        return index % len(shape)

    def legacy(self, shape: Sequence[Any]) -> tuple[Any, Any, Any, Any]:
        """The shape as (num, channels, height, width): at most 4 axes, filled up with 1."""
        if len(shape) > 4:
            raise Fault(
                f"takes a bottom of at most 4 axes, not {format_shape(reveal(shape))}",
                rule="axis-count",
            )
        return (*shape, 1, 1, 1, 1)[:4]

    def refuse_in_place(self, top: int = 0) -> None:
        """Fault the layer if this top overwrites its bottom."""
        if top in self.in_place:
            raise Fault(
                "cannot work in place: its top must not be its bottom",
                rule="in-place-forbidden",
                field="top",
                hint="give the top a name of its own",
            )

    def filled(self, name: str, shape: Sequence[Any], filler: Any) -> Learnable:
        """A learnable blob, once its filler has been found to be one Caffe would run on it."""
        check_shape(shape, f"its {name}")
        problem = check_filler(filler, shape)
        if problem:
            raise Fault(f"its {name}: {problem}", rule="filler")
        return Learnable(name, tuple(shape))


def check_shape(shape: Sequence[Any], what: str) -> None:
    """Raise if no blob of Caffe can have this shape (``Blob::Reshape``)."""
    if len(shape) > MAX_AXES:
        raise Fault(f"{what} has {len(shape)} axes; Caffe allows {MAX_AXES}", rule="blob-shape")
    elements = 1
    for size in shape:
        if size is UNKNOWN:
            return
        if size < 0:
            raise Fault(
                f"{what} would be {format_shape(shape)}: a size below zero", rule="blob-shape"
            )
        if elements and size > INT_MAX // elements:
            raise Fault(
                f"{what} would be {format_shape(shape)}: more than 2147483647 elements",
                rule="blob-shape",
            )
        elements *= size


def check_param_count(layer: Any, facts: Facts) -> None:
    """Raise if a layer has more ``param`` entries than it learns blobs (``Net::Init``)."""
    given, learned = len(layer.param), len(facts.blobs)
    if given > learned and facts.macs is not None:
        raise Fault(
            f"has {given} param for {plural(learned, 'learnable blob')}",
            rule="param-count",
            field=f"param[{learned}]",
        )


class LayerSchema:
    """One layer type of Caffe. Its subclasses' docstrings are its documentation.

    ``param`` names the message with the layer's own parameters, ``also`` further ones that it
    reads. ``source`` is where Caffe computes it. A layer whose parameters reach only the forward
    pass declares its arity and nothing else: its tops are shaped like its bottoms.
    """

    param: ClassVar[str] = ""
    also: ClassVar[tuple[str, ...]] = ()
    bottoms: ClassVar[Arity] = 1
    tops: ClassVar[Arity] = 1
    #: One top for each bottom.
    paired: ClassVar[bool] = False
    #: Caffe makes up the tops that are missing (losses).
    auto_tops: ClassVar[bool] = False
    #: The weight of the first top in the objective where ``loss_weight`` does not say.
    loss: ClassVar[bool] = False
    source: ClassVar[str] = ""
    #: The forks that define the type, named as in ``caffe.proto``; none for BVLC's own.
    forks: ClassVar[tuple[str, ...]] = ()
    #: The size arithmetic in a line, for the reference.
    formula: ClassVar[str] = ""

    type: str

    def __init__(self) -> None:
        self.type = type(self).__name__
        #: Every message the layer reads; only these and the bottoms decide its shapes.
        self.params: tuple[str, ...] = (*filter(None, (self.param,)), *self.also)
        #: Whether forks differ in the type, so that `dialect` has something to say.
        self.disputed = type(self).dialect is not LayerSchema.dialect
        self._answers: dict[Any, Facts | Fault] = {}
        plain = type(self)._parameters is LayerSchema._parameters
        #: The only message that decides, as with nearly all types, for a quick look at it.
        self._only = self.params[0] if plain and len(self.params) == 1 else None

    # What a layer type answers -----------------------------------------------------------------

    def arity(self, layer: Any) -> tuple[Arity, Arity]:
        """How many bottoms and tops, where that depends on the layer's parameters."""
        return self.bottoms, self.tops

    def check(self, ctx: Context) -> None:
        """Raise `Fault` for parameters Caffe refuses before it looks at shapes."""

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Any] | None]:
        """The shape of each top; ``None`` where not even its number of axes is known."""
        return [ctx.bottom] * ctx.tops

    def blob_shapes(self, ctx: Context) -> Sequence[Learnable]:
        """What the layer learns: names and shapes, in Caffe's order."""
        return ()

    def macs(self, ctx: Context, tops: Sequence[Any]) -> Any:
        """Multiply-accumulates of one forward pass; biases are not counted."""
        return 0

    def unknown_tops(self, layer: Any, tops: int) -> tuple[Shape, ...]:
        """The tops' shapes where some bottom's number of axes is not known."""
        return (None,) * tops

    def dialect(self, layer: Any) -> str:
        """Where forks differ in the type: whose rule is taken, and what in the layer told.

        For example ``segnet (bn_mode)``; nothing where BVLC's own rule is taken.
        """
        return ""

    def default_tops(self, bottoms: int, keywords: Mapping[str, Any]) -> int:
        """How many tops a layer gets when it is composed without saying."""
        if self.paired:
            return bottoms
        return self.tops if isinstance(self.tops, int) else self.tops[0]

    # The one way to ask ------------------------------------------------------------------------

    def infer(
        self,
        layer: Any,
        bottoms: tuple[Shape, ...],
        tops: int,
        phase: int = 1,
        in_place: frozenset[int] = frozenset(),
        parameters: Hashable = _UNREAD,
    ) -> Facts:
        """Everything known of a layer from its message and its bottoms' shapes.

        ``parameters`` are those of `parameters`, where the caller has them at hand already.
        Raises `Fault` where Caffe would abort.
        """
        if parameters is _UNREAD:
            parameters = self.parameters(layer)
        key = (bottoms, tops, phase, in_place, parameters)
        answer = self._answers.get(key)
        if answer is None:
            try:
                answer = self._ask(layer, bottoms, tops, phase, in_place)
            except Fault as fault:
                answer = fault
            if len(self._answers) >= _MEMORY:
                self._answers.clear()
            self._answers[key] = answer
        if isinstance(answer, Fault):
            raise answer.with_traceback(None)
        return answer

    def parameters(self, layer: Any) -> Hashable:
        """The parameters that decide what the layer does, to look an answer up by."""
        only = self._only
        return _said(layer, only) if only is not None else self._parameters(layer)

    def _parameters(self, layer: Any) -> Hashable:
        """The parameters that decide, as something to look an answer up by."""
        return tuple([_said(layer, name) for name in self.params])

    def _ask(
        self,
        layer: Any,
        bottoms: tuple[Shape, ...],
        tops: int,
        phase: int,
        in_place: frozenset[int],
    ) -> Facts:
        if not layer.IsInitialized():
            missing = layer.FindInitializationErrors()[0]
            raise Fault(f"{missing} is missing", rule="required-field", field=missing)
        takes, gives = self.arity(layer)
        _check_arity(len(bottoms), takes, "bottom", self.type)
        if self.auto_tops:
            tops = max(tops, gives if isinstance(gives, int) else gives[0])
        _check_arity(tops, gives, "top", self.type)
        if self.paired and len(bottoms) != tops:
            raise Fault(
                f"makes one top of each bottom, but has {len(bottoms)} and {tops}",
                rule="blob-count",
            )
        ctx = self.context(layer, bottoms, tops, phase, in_place)
        if ctx is None:
            return Facts(self.unknown_tops(layer, tops), macs=None)
        return self._compute(ctx)

    def context(
        self,
        layer: Any,
        bottoms: Sequence[Shape],
        tops: int,
        phase: int,
        in_place: frozenset[int] = frozenset(),
    ) -> Context | None:
        """What the rules are asked with; ``None`` where some bottom's axes are not known."""
        veiled = [veil(shape) for shape in bottoms if shape is not None]
        if len(veiled) < len(bottoms):
            return None
        param = getattr(layer, self.param) if self.param else None
        return Context(layer, param, veiled, tops, phase, in_place)

    def _compute(self, ctx: Context) -> Facts:
        self.check(ctx)
        blobs = self.blob_shapes(ctx)
        shapes = self.top_shapes(ctx)
        for index, shape in enumerate(shapes):
            if shape is not None:
                check_shape(shape, f"top {index}" if ctx.tops > 1 else "its top")
        macs = self.macs(ctx, shapes)
        return Facts(
            tuple(None if shape is None else reveal(shape) for shape in shapes),
            tuple(Learnable(b.name, b.shape and reveal(b.shape)) for b in blobs),
            None if macs is UNKNOWN else macs,
        )

    # Composing ---------------------------------------------------------------------------------

    def __call__(self, *bottoms: Any, **keywords: Any) -> Any:
        """Add a layer of this type to the net that is being composed."""
        return _composer(self, bottoms, keywords)

    def __repr__(self) -> str:
        return f"<layer type {self.type}>"


def _said(layer: Any, name: str) -> bytes | None:
    """What a message of the layer says; ``None`` if it is not there, which is not to be empty."""
    return getattr(layer, name).SerializePartialToString() if layer.HasField(name) else None


def _check_arity(given: int, arity: Arity, kind: str, layer_type: str) -> None:
    least, most = (arity, arity) if isinstance(arity, int) else arity
    if given >= least and (most is None or given <= most):
        return
    if least == most:
        wanted = f"exactly {least}" if least else "no"
    elif given < least:
        wanted = f"at least {least}"
    else:
        wanted = f"at most {most}"
    plural = "" if wanted.endswith(" 1") else "s"
    verb = "takes" if kind == "bottom" else "makes"
    raise Fault(f"{verb} {wanted} {kind}{plural}, but has {given}", rule="blob-count", field=kind)


# The registry ----------------------------------------------------------------------------------

_registry: dict[str, LayerSchema] = {}

_Schema = TypeVar("_Schema", bound=LayerSchema)


def register(schema: type[_Schema]) -> _Schema:
    """Make the layer type known under its class's name; what it names is then ready to compose."""
    made = schema()
    _registry[made.type] = made
    return made


def registered(layer_type: str) -> LayerSchema | None:
    """The schema of a type whose module has been imported."""
    return _registry.get(layer_type)


def _import_composer(schema: LayerSchema, bottoms: Any, keywords: Any) -> Any:
    """The first call of any layer type: composing registers itself when it is imported."""
    importlib.import_module("protogen.compose")
    return _composer(schema, bottoms, keywords)


_composer: Callable[[LayerSchema, Any, Any], Any] = _import_composer


def set_composer(composer: Callable[[LayerSchema, Any, Any], Any]) -> None:
    """Say what calling a layer type does; ``protogen.compose`` does, which lies further on."""
    global _composer
    _composer = composer
