"""The facts about a target, as its file has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from protogen.targets._schema import declarations, message_class

__all__ = [
    "EFFECTS",
    "Effect",
    "Formats",
    "Limit",
    "Phases",
    "Quirk",
    "Rounding",
    "Schema",
    "Source",
    "Target",
    "TargetFileError",
    "Types",
    "UnknownFields",
]

Effect = Literal["refuses", "fails later", "computes otherwise", "ignores", "slow path"]
#: What a target does with something that it does not take as Caffe does, the worst first.
EFFECTS: tuple[Effect, ...] = (
    "refuses",
    "fails later",
    "computes otherwise",
    "slow path",
    "ignores",
)
#: Conditions of a quirk on the shape of the first bottom, or on the place of the layer.
Where = Literal[
    "",
    "in place",
    "in place at the end",
    "in place on an input",
    "behind a layer in place",
    "unlike bottoms",
    "top unlike the second bottom",
    "one axis",
    "four axes",
    "not four axes",
    "neither image nor row",
    "flattened to no shape",
    "broadcast otherwise",
    "broadcast to no shape",
    "smaller than the kernel",
]


class TargetFileError(ValueError):
    """A file of a target with an unknown key, a wrong value, or a fact without a source."""


@dataclass(frozen=True)
class Source:
    """Where a fact comes from. ``mark`` is *run* if the program was run, *read* if only read."""

    mark: Literal["run", "read"]
    text: str


@dataclass(frozen=True)
class Schema:
    """The fields and enum values that a target knows, as differences from `protogen.proto`.

    It has those of BVLC Caffe and of ``forks``, without the fields, values and messages in
    ``lacks``. ``fields`` are others, or declared in another way: ``"Message.field"`` to a number,
    or to a declaration such as ``"optional bool 13 = true"``. ``values`` are further enum values:
    ``"Enum.NAME"`` to a number. Messages and enums that are named by these only are added.
    """

    source: str
    forks: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    fields: Mapping[str, int | str] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)

    def message_class(self, name: str = "NetParameter") -> Any:
        """The class of a message of the target's own schema, in a private pool."""
        return message_class(self.forks, self.lacks, self.fields, self.values, name)

    def declarations(self) -> FileDescriptorProto:
        """The target's own schema, without the messages and enums of other forks."""
        return declarations(self.message_class().DESCRIPTOR.file, self.forks)

    # Its mappings have no hash; the file of a target is read once.
    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True)
class Types:
    """The layer types that a target knows, and what becomes of a layer of another type.

    It crashes on layers of the types ``crashing``, although it knows them.
    ``aliases`` are types that it takes for one of Caffe's, ``skipped`` those that it leaves out.
    ``instead`` says for unknown types what to write instead of them.
    """

    source: str
    known: tuple[str, ...]
    unknown: Effect
    aliases: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    crashing: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UnknownFields:
    """What becomes of a field that a target does not know, by the place where it is written.

    *refuses* means that the file does not load, *keeps* that the field is handed to the layer, and
    *ignores* that it has no effect. ``values`` are unknown values of enums.
    """

    source: str
    net: Literal["refuses", "keeps", "ignores"]
    layer: Literal["refuses", "keeps", "ignores"]
    parameters: Literal["refuses", "keeps", "ignores"]
    param: Literal["refuses", "keeps", "ignores"]
    include: Literal["refuses", "keeps", "ignores"]
    values: Literal["refuses", "ignores"]


@dataclass(frozen=True)
class Phases:
    """Whether a target honors the rules in ``include`` and ``exclude``, or keeps all layers."""

    source: str
    rules: Literal["honors", "ignores"]


@dataclass(frozen=True)
class Formats:
    """The older formats that a target reads: V0, V1, and ``input`` fields of the net."""

    source: str
    v0: Literal["reads", "refuses"]
    v1: Literal["reads", "refuses"]
    input: Literal["reads", "refuses"]


@dataclass(frozen=True)
class Rounding:
    """How a target sizes and averages a pooling.

    ``floor`` are the spellings of floor that it honors (``round_mode``, ``ceil_mode``,
    ``torch_pooling``), ``ignored`` those that it reads without effect. ``divisor`` is what AVE
    divides by: the window *clipped* to the padded bottom as in Caffe, the whole *kernel*, the
    kernel if there is padding (*padded kernel*), the pixels *inside* the bottom, or the kernel with
    copies of the last row and column for what overhangs (*repeated edge*).
    ``last_window`` is whether a last window that starts past the bottom is *dropped* where there
    is padding, as in Caffe, or *kept*, or *crashes* the target. ``empty_window`` is whether a
    window without elements has the value of *Caffe*, another one where Caffe has *NaN* or garbage
    (*other*), *NaN* where Caffe averages nothing to 0, or *garbage* in any case. ``small_bottom``
    is whether a bottom smaller than the kernel has as many windows as in *Caffe*.
    """

    source: str
    default: Literal["ceil", "floor"]
    floor: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    divisor: Literal["clipped", "kernel", "padded kernel", "inside", "repeated edge", "unknown"] = (
        "unknown"
    )
    last_window: Literal["dropped", "kept", "crashes"] = "dropped"
    empty_window: Literal["Caffe", "NaN", "other", "garbage"] = "Caffe"
    small_bottom: Literal["Caffe", "other", "refused"] = "Caffe"


@dataclass(frozen=True)
class Limit:
    """The least and the most that a value of a layer may be, and what happens outside.

    ``value`` is ``kernel``, ``stride``, ``pad``, ``dilation``, ``group``, ``channels``, ``tops``,
    ``bottoms``, ``num_output``, ``axes``, ``size`` (height and width) or ``area`` (of the kernel).
    """

    source: str
    types: tuple[str, ...]
    value: str
    effect: Effect
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Quirk:
    """Something that a target computes otherwise, ignores or does not accept.

    It concerns layers of ``types`` (all, if there are none) that have ``bottoms`` bottoms and
    ``tops`` tops or more, and ``most_bottoms`` at most (0: any number); and whose ``field`` is
    *given*, given *alone* (other than 0, for one of two axes), *missing*, *is* one of ``values``,
    is *not* one of them, is *above* the first, has *fewer* values than the first says, is a list
    *unlike* ``values``, or a list of values that *differ*; ``always`` concerns all. In ``field``,
    ``*`` is the message of the type. ``also`` is a field that has to be given, whatever its value
    is. ``where`` limits it further, by shapes and places: see `protogen.portability.quirks`. It
    does not concern layers whose bottoms come from layers of the types ``unless_behind``, directly
    or through layers of the types ``past``.
    ``says`` completes the sentence "the target ...", ``fix`` says what to write instead, and
    ``converts`` is whether ``protogen convert`` does that.
    """

    source: str
    effect: Effect
    says: str
    types: tuple[str, ...] = ()
    field: str = ""
    when: Literal[
        "given", "alone", "missing", "is", "not", "above", "fewer", "differ", "unlike", "always"
    ] = "always"
    also: str = ""
    where: Where = ""
    unless_behind: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    bottoms: int = 0
    most_bottoms: int = 0
    tops: int = 0
    fix: str = ""
    converts: bool = False


@dataclass(frozen=True)
class Target:
    """One consumer of prototxt, in the versions named.

    A section that is ``None`` is not known. ``importer`` names the exact model of the program in
    `protogen.portability`, if there is one.
    """

    name: str
    title: str
    program: str
    versions: str
    summary: str
    sources: Mapping[str, Source]
    types: Types | None = None
    schema: Schema | None = None
    unknown_fields: UnknownFields | None = None
    phases: Phases | None = None
    formats: Formats | None = None
    pooling: Rounding | None = None
    limits: tuple[Limit, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    importer: str = ""

    def source(self, fact: Any) -> Source:
        """The source of one of the facts."""
        return self.sources[fact.source]

    def facts(self) -> Iterator[tuple[str, Any]]:
        """Each section or entry that has a source, with its name in the file."""
        # Whatever section is added has its source checked and shown.
        for each in fields(self):
            value = getattr(self, each.name)
            entries = value if isinstance(value, tuple) else (value,)
            for fact in entries:
                if hasattr(fact, "source"):
                    yield each.name, fact

    @cached_property
    def known_types(self) -> frozenset[str]:
        """The layer types that the target takes, those that it skips included."""
        # A program that takes any type has no list.
        if self.types is None:
            return frozenset()
        return frozenset({*self.types.known, *self.types.aliases, *self.types.skipped})

    def has_type(self, layer_type: str) -> bool:
        """Whether it has a layer type that works; a target without a list of types has all."""
        if self.types is None:
            return True
        return layer_type in self.known_types and layer_type not in self.types.crashing

    @property
    def ignores_phases(self) -> bool:
        """Whether it is known to run the layers of both phases at once."""
        return self.phases is not None and self.phases.rules == "ignores"

    @property
    def reads_input_fields(self) -> bool:
        """Whether it is known to read the ``input`` fields of a net."""
        return self.formats is not None and self.formats.input == "reads"

    def takes_one(self, layer_type: str, value: str) -> bool:
        """Whether a limit holds this value of a layer type to 1 at most: its tops, its groups."""
        # MNN and OpenVINO take one top of an Input; the DPU of Vitis has no groups.
        for limit in self.limits:
            is_meant = limit.value == value and layer_type in limit.types
            if is_meant and limit.most == 1:
                return True
        return False

    # Trials on a target are cached by it, and most of its facts have no hash.
    def __hash__(self) -> int:
        return hash(self.name)
