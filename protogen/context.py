"""What the rules of a layer type see and say: a `Context`, and then `Facts` or a `Fault`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, cast

from protogen import proto
from protogen.diagnostics import plural
from protogen.fillers import filler_problem
from protogen.shapes import (
    INT_MAX,
    MAX_AXES,
    InternalShape,
    Shape,
    Size,
    Unknown,
    format_shape,
)

__all__ = ["Context", "Facts", "Fault", "Learnable", "check_param_count", "count_axes"]


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


class _Rules(Protocol):
    """The part of a `LayerSchema` that its own rules refer to."""

    type: str
    param: str
    size_field: ClassVar[str]

    def top_shapes(self, ctx: Context) -> Sequence[Sequence[Size] | None]: ...


class Context:
    """A layer's parameters and bottoms, as the rules of its schema see them.

    ``param`` is the message that the schema names. ``bottoms`` are tuples in which an unknown size
    is `UNKNOWN`; ``tops`` is the number of tops; ``in_place`` are the indices of the tops that are
    also the bottom with the same index.
    """

    __slots__ = ("bottoms", "in_place", "layer", "param", "phase", "schema", "tops")

    def __init__(
        self,
        schema: _Rules,
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
        described = [f"bottom {i} is {format_shape(self.bottoms[i])}" for i in indices]
        return ", ".join(described)

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
        # -1 is the last axis, as in Python.
        if -axes <= axis < axes:
            return axis % axes
        # A default cannot be wrong; if the axis is not written, the bottom has too few axes.
        cause = f"{home}.{field}" if param.HasField(field) else "bottom[0]"
        raise self.fault(
            f"{field} {axis} is out of range: bottom 0 has {count_axes(axes)}"
            f" ({format_shape(self.bottom)})",
            layer_field=cause,
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
        # Most types keep the sizes of their bottom, or compute theirs from them.
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
        problem = None
        if filler:
            problem = filler_problem(getattr(self.param, filler), shape)
        if problem is None:
            # The sizes become public when the blob leaves the rules; see `Learnable`.
            return Learnable(name, cast("Shape", tuple(shape)))
        if problem.field:
            field = f"{filler}.{problem.field}"
            raise self.fault(f"{filler}: {problem.message}", field, rule="filler")
        raise self.fault(f"{filler}: {problem.message}", bottom=bottom, rule="filler")


def count_axes(number: int, kind: str = "") -> str:
    """As in "1 axis", "2 axes", "2 spatial axes"."""
    noun = "axis" if number == 1 else "axes"
    return " ".join(filter(None, (str(number), kind, noun)))


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
        # As in Caffe: after a size of 0 there are no elements, so any other size may follow.
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
