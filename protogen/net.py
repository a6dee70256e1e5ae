"""A net: a ``NetParameter`` message, and where it came from.

The message is the only representation there is. A net that was read has beside it the `Document`
that knows where each field is written; a net that was composed has the line of the user's program
that composed each layer. Both can be read, edited and composed into.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from protogen import proto, rules
from protogen.active import Entry, enter, is_elsewhere, leave
from protogen.analysis import Analysis
from protogen.content import Content, serialized
from protogen.current import Current
from protogen.diagnostics import Diagnostic, Location, ProtogenError
from protogen.display import Displayed, Drawing, drawing
from protogen.editing import EditingMethods
from protogen.edits import Edit, EditError, Fix, moved_layers, parse_path
from protogen.files import write_file
from protogen.graph import State, meant_phases
from protogen.inference import Inputs
from protogen.program import Line, reject
from protogen.proto.schemas import schema_of
from protogen.rules.text import reading_errors
from protogen.shapes import Shape
from protogen.spelling import shown
from protogen.text import Document, read, writer
from protogen.text.upgrade.rewrite import rewrite_net
from protogen.values import fields_problem
from protogen.view import View

__all__ = ["Current", "Net", "infer_shapes", "set_composition"]


class Net(EditingMethods, Displayed):
    """A net to compose, to read, to edit, to analyze.

    Every layer composed within ``with Net(...)`` is recorded, in order. ``fields`` are further
    fields of ``NetParameter``, such as ``force_backward=True``. Raises `ComposeError` for a field
    that a net does not have.
    """

    def __init__(self, name: str = "", **fields: Any) -> None:
        given = {"name": name, **fields} if name else fields
        problem = fields_problem(proto.NetParameter.DESCRIPTOR, given, "a net")
        if problem:
            reject(problem.message, "", hint=problem.hint)
        self._start(Content(proto.NetParameter(**given)))

    def _start(self, content: Content) -> None:
        #: The message and the text, for the rest of protogen; others use `message` and `text`.
        self.content = content
        self._view = View(content)
        #: The name of each layer that was composed, and the file and line of its call.
        self._lines: dict[int, tuple[str, str, int]] = {}
        self._stated: dict[int, tuple[Shape, ...]] = {}
        self._composition: Any = None
        self._entries: list[Entry] = []

    @classmethod
    def of(cls, message: Any) -> Net:
        """A net around a ``NetParameter`` message, not a copy of it unless it is pycaffe's."""
        if isinstance(message, Net):
            return message
        descriptor = getattr(message, "DESCRIPTOR", None)
        if descriptor is None or descriptor.full_name != proto.NetParameter.DESCRIPTOR.full_name:
            hint = ""
            if isinstance(message, (str, os.PathLike)):
                hint = f"; to read a file, use protogen.load({os.fspath(message)!r:.60})"
            raise TypeError(f"expected a Net or NetParameter, got {shown(message):.60}{hint}")
        is_own = descriptor is proto.NetParameter.DESCRIPTOR
        if not (is_own or schema_of(descriptor)):
            # pycaffe's class has another schema, and the two have only their bytes in common.
            message = proto.NetParameter.FromString(message.SerializeToString())
        net = cls.__new__(cls)
        net._start(Content(message))
        # The caller still has the message, and may change it.
        net.content.open()
        return net

    @classmethod
    def from_document(cls, document: Document) -> Net:
        """The net in a document. From now on, the document belongs to the net."""
        net = cls.__new__(cls)
        net._start(Content(document.message, document))
        return net

    # Message and text ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The net's name."""
        return str(self.content.message.name)

    @property
    def message(self) -> Any:
        """The ``NetParameter`` itself: to change it is to change the net, and its text."""
        self.content.open()
        return self.content.message

    @message.setter
    def message(self, message: Any) -> None:
        self.content.open()
        self.content.message = message
        # A composition keeps the names of the old message.
        self._composition = None

    @property
    def document(self) -> Document | None:
        """The text that the net was read from, with the place of every field, or ``None``."""
        if self.content.document is not None:
            self.content.open()
            self.content.follow()
        return self.content.document

    @property
    def text(self) -> str:
        """The net as prototxt: what was read, byte for byte, with the changes made since."""
        return self.to_prototxt()

    def to_proto(self) -> Any:
        """A copy of the ``NetParameter`` message, the caller's own."""
        message = self.content.message
        copy = type(message)()
        copy.CopyFrom(message)
        return copy

    def to_prototxt(self, annotate: bool = False, target: str | None = None) -> str:
        """The net as text, in Caffe's usual order of fields; always the same for the same net.

        A net that was read keeps its own text. ``annotate`` prints the net again, with each blob's
        shape as a comment at the ``top`` that produces it. With ``target`` it is the net for that
        program, as `protogen.convert` writes it.
        """
        if target is not None:
            # A later package: transforms are built on nets.
            conversion = importlib.import_module("protogen.transforms.convert")
            converted: Net = conversion.convert(self, to=target).net
            return converted.to_prototxt(annotate)
        if annotate:
            self.content.follow()
            return writer.write(self.content.message, *self._written_shapes())
        return self.content.text

    def save(self, path: str | os.PathLike[str], annotate: bool = False) -> None:
        """Write the prototxt to a temporary file and rename it. Raises `OSError` if that fails."""
        write_file(path, self.to_prototxt(annotate))

    def copy(self) -> Net:
        """An independent net with the same content and origin."""
        net = Net.__new__(Net)
        net._start(self.content.copy())
        net._lines = dict(self._lines)
        net._stated = dict(self._stated)
        return net

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy what the net says, and where it came from; not what was found out."""
        document = self.document
        message = self.content.message
        content: Any = serialized(message)
        # A text says more than its message: comments, layout, and what could not be read.
        if document is not None:
            content = document.text, document.filename
        schema = schema_of(message.DESCRIPTOR)
        return _restored, (content, schema, dict(self._lines), dict(self._stated))

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make the edits, whose paths are those of `current`; comments and layout stay.

        Raises `ProtogenError`, and changes nothing, if one of them cannot be made.
        """
        try:
            written = [self.current.edit(edit) for edit in edits]
            self.content.apply(written)
        except EditError as error:
            raise ProtogenError(rules.named("impossible-edit").diagnostic(str(error))) from None
        self._composition = None
        self._lines = moved_layers(self._lines, written)
        self._stated = moved_layers(self._stated, written)

    def apply_fix(self, fix: Fix) -> None:
        """Make the changes of a fix. Raises as `apply` does."""
        if fix.splices and self.content.document is not None:
            self.content.apply_splices(fix.splices)
            self._composition = None
        if fix.edits:
            self.apply(fix.edits)

    def in_current_format(self) -> Net:
        """This net or, if it is in an old format, an upgraded copy with the same comments.

        Raises `ProtogenError` if its text could not be read completely.
        """
        current = self.current
        errors = reading_errors(current.findings)
        if errors:
            raise ProtogenError(errors)
        if current.origins is None:
            return self
        message, document = self.content.message, self.content.document
        # Without a text there are no comments to keep.
        if document is None:
            return Net.of(type(message).FromString(serialized(current.message)))
        new = rewrite_net(document.parse_result, message, current.message, current.origins)
        return Net.from_document(Document.from_result(new))

    def adopt(self, other: Net) -> None:
        """Become what another net is, which must not be used any more."""
        if other is not self:
            self._start(other.content)
            # The lines of the other net's layers are gone; see `_start`.
            self.content.open()

    # Analysis --------------------------------------------------------------------------------

    @property
    def current(self) -> Current:
        """The net in Caffe's current format."""
        return self._latest_view().current

    def analysis(self, state: State | None = None, inputs: Inputs | None = None) -> Analysis:
        """What Caffe would do with the net in this state; kept until the net changes.

        ``inputs`` gives shapes for tops of data layers whose database is unavailable, and of
        layers that cannot be known, such as those in Python.
        """
        return self._latest_view().analysis(self, state or State(), inputs or {})

    @property
    def damaged_layers(self) -> frozenset[int]:
        """The layers of `current` with an error in their text: nothing else is known of them."""
        return self._latest_view().damaged_layers

    @property
    def stated_shapes(self) -> dict[int, tuple[Shape, ...]]:
        """The shapes that were stated for the tops of composed layers, by the layers' indices."""
        layers = self.current.message.layer
        found = {}
        for index, shapes in self._stated.items():
            name = self._lines[index][0]
            # Whoever changed the message by hand may have moved the layers.
            if index < len(layers) and layers[index].name == name:
                found[index] = shapes
        return found

    def meant_phases(self, level: int = 0, stages: Collection[str] = ()) -> tuple[str, ...]:
        """The phases the net is intended for: those in which it has data, or that a layer names."""
        return meant_phases(self.current.message, level, stages)

    def place_all(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The findings, each with the place where its layer, or field, is written or composed."""
        with self.freeze():
            return [self.place(each) for each in diagnostics]

    def place(self, diagnostic: Diagnostic) -> Diagnostic:
        """The finding with the place where its layer, or field, is written or composed."""
        if diagnostic.location:
            return diagnostic
        location = None
        if diagnostic.layer_index >= 0:
            location = self.layer_location(diagnostic.layer_index, diagnostic.field)
        elif diagnostic.field and self.content.document is not None:
            # A field of the net itself, or of a net in an old format.
            location = self.content.document.locate(parse_path(diagnostic.field))
        if location is None:
            return diagnostic
        return replace(diagnostic, location=location)

    def layer_location(self, layer_index: int, field: str = "") -> Location | None:
        """Where a layer of `current`, or a field of it, is written or composed."""
        path = self.current.path(layer_index, parse_path(field))
        if layer_index in self._lines:
            name, file, line = self._lines[layer_index]
            # Whoever changed the message by hand may have moved the layers.
            if self.current.message.layer[layer_index].name == name:
                return Location(file, line)
        document = self.content.document
        if document is None:
            return None
        return document.locate(path)

    def summary(self, phase: str | None = None, **state: Any) -> Any:
        """What `protogen.summary` returns for the net: its layers, parameters, MACs, memory."""
        # This package comes later, too, as in `to_prototxt`.
        reports = importlib.import_module("protogen.reports.summary")
        return reports.summary(self, phase, **state)

    def draw(self, phase: str | None = None, **state: Any) -> Drawing:
        """The graph of the net as a picture, which a notebook shows and ``save`` writes as SVG.

        The phase is TEST by default, or TRAIN for a net that is intended for TRAIN only. ``state``
        are ``level``, ``stages`` and ``inputs``, as for `summary`. Layers in place are part of the
        box whose top they change, and in a large net, what repeats is folded.
        """
        return drawing(self, phase=phase, **state)

    def _repr_svg_(self) -> str:
        return self.draw().svg

    def top_shapes(self) -> list[Sequence[Shape]]:
        """The shapes of each layer's tops in `current`: in TEST, or in TRAIN if it runs only there.

        A layer that runs in neither has none.
        """
        found: list[Sequence[Shape]] = [()] * len(self.current.message.layer)
        # TEST comes last: what it has replaces what TRAIN has.
        for phase in ("TRAIN", "TEST"):
            for step in self.analysis(State(phase)).steps:
                found[step.index] = [value.shape for value in step.tops]
        return found

    def _written_shapes(self) -> tuple[list[Sequence[Shape]], Sequence[Shape]]:
        """`top_shapes` for the layers as written, and the shapes of the net's own inputs."""
        current = self.current
        message = self.content.message
        found: list[Sequence[Shape]] = [()] * len(message.layers or message.layer)
        inputs: Sequence[Shape] = ()
        for index, shapes in enumerate(self.top_shapes()):
            path = current.path(index)
            # Not written as a layer: Caffe makes an Input layer of the net's own fields.
            if path == ("input",):
                inputs = shapes
            else:
                found[int(path[1])] = shapes
        return found, inputs

    @contextmanager
    def freeze(self) -> Iterator[None]:
        """Within ``with net.freeze():``, nobody changes the net.

        Whether somebody has is otherwise asked by serializing the net, once for each finding.
        """
        # A net with 2,560 findings is checked in 0.9 s instead of 9.4 s.
        before = self.content.is_frozen
        self._latest_view()
        self.content.is_frozen = True
        try:
            yield
        finally:
            self.content.is_frozen = before

    def _latest_view(self) -> View:
        if not self.content.is_frozen:
            self.content.follow()
            if self._view.key != self.content.key:
                self._view = View(self.content)
        return self._view

    # Composing -------------------------------------------------------------------------------

    def __enter__(self) -> Net:
        if self._entries and is_elsewhere(self._entries[-1]):
            reject(
                "another thread or task is composing this net",
                "",
                hint="give each its own Net, or compose one after the other",
            )
        # The frame of the `with` statement decides whose layers these are; see `protogen.active`.
        self._entries.append(enter(self, sys._getframe(1)))
        return self

    def __exit__(self, *_: object) -> None:
        leave(self._entries.pop())

    @property
    def composition(self) -> Any:
        """What composing keeps of the net: the names taken, the phase and the scope it is in."""
        if self._composition is None:
            self._composition = _new_composition(self)
        return self._composition

    def phase(self, phase: str) -> AbstractContextManager[Net]:
        """The layers composed within run in this phase only: ``with net.phase("TRAIN"):``."""
        manager: AbstractContextManager[Net] = self.composition.in_phase(phase)
        return manager

    def scope(self, name: str) -> AbstractContextManager[Net]:
        """The layers and blobs composed within are named ``name/...``; scopes nest."""
        manager: AbstractContextManager[Net] = self.composition.in_scope(name)
        return manager

    def __getitem__(self, blob: str) -> Any:
        """The blob of this name, for further layers to read: ``L.ReLU(net["conv5"])``."""
        return self.composition.blob(blob)

    def note_layer(self, index: int, name: str, line: Line, stated: tuple[Shape, ...]) -> None:
        """Note the user's line that composed a layer, and what was stated of its tops' shapes."""
        # Not (name, *line), which takes five times as long.
        self._lines[index] = (name, line[0], line[1])
        if stated:
            self._stated[index] = stated

    def set_lines(self, lines: Mapping[int, Line]) -> None:
        """Note the user's lines for layers of `current` that were made in another way."""
        layers = self.current.message.layer
        for index, line in lines.items():
            self._lines[index] = (layers[index].name, *line)

    def __repr__(self) -> str:
        message = self.content.message
        number = len(message.layers or message.layer)
        return f"<net {self.name!r}, {number} layers>"


def _restored(
    content: bytes | tuple[str, str],
    schema: Any,
    lines: dict[int, tuple[str, str, int]],
    stated: dict[int, tuple[Shape, ...]],
) -> Net:
    """The net in a text or a serialized message, with the lines that composed its layers."""
    message_class = schema.message_class("NetParameter") if schema else proto.NetParameter
    if isinstance(content, tuple):
        text, filename = content
        net = Net.from_document(read(text, message_class, filename))
    else:
        message = message_class()
        message.MergeFromString(content)
        net = Net.of(message)
    net._lines, net._stated = lines, stated
    return net


def infer_shapes(
    net: Any,
    phase: str = "TEST",
    level: int = 0,
    stages: Collection[str] = (),
    inputs: Inputs | None = None,
) -> Analysis:
    """Infer every shape of a net: a `protogen.Net`, or a ``NetParameter`` message.

    ``inputs`` gives shapes for tops of data layers whose database is unavailable, and of layers
    that cannot be known, such as those in Python. A net with faults gives diagnostics, never an
    exception; arguments that make no sense raise `ValueError`.
    """
    return Net.of(net).analysis(State(phase, level, stages), inputs)


# `protogen.compose` is a later package: it registers itself when it is imported ---------------

_composition_class: Callable[[Net], Any] | None = None


def set_composition(factory: Callable[[Net], Any]) -> None:
    """Say what keeps the state of composing; ``protogen.compose`` does."""
    global _composition_class
    _composition_class = factory


def _new_composition(net: Net) -> Any:
    if _composition_class is None:
        importlib.import_module("protogen.compose")
    assert _composition_class is not None
    return _composition_class(net)
