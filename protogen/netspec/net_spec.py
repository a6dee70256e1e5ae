"""NetSpec: nets by assignment, with the interface and the messages of pycaffe's ``net_spec.py``.

    n = NetSpec()
    n.data = layers.Input(shape=dict(dim=[1, 3, 32, 32]))
    n.conv1 = layers.Convolution(n.data, num_output=8, kernel_size=3)
    message = n.to_proto()

A layer is named when the message is made, and its parameters are read then. Nothing here recurses,
so a net may be as deep as it likes. What NetSpec loses without a word is reported: see
`protogen.netspec`.
"""

from __future__ import annotations

import itertools
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from protogen import rules
from protogen.diagnostics import Diagnostic, Location, did_you_mean, plural
from protogen.netspec._fields import (
    REJECTIONS,
    add_fields,
    keyword_problem,
    param_name_dict,
)
from protogen.netspec._losses import (
    Assignment,
    LayerFields,
    is_unknown,
    losses,
    missing_field,
    unknown_type,
)
from protogen.netspec.record import ScriptNet, finding, record
from protogen.netspec.schema import proto
from protogen.program import ComposeError, Line, mistake, reject, user_line

__all__ = [
    "Function",
    "Layers",
    "NetSpec",
    "Parameters",
    "Top",
    "draft",
    "layers",
    "param_name_dict",
    "params",
    "to_proto",
]


class Top:
    """A top of a layer: the ``n``-th of the layer ``fn``."""

    __slots__ = ("__dict__", "fn", "n")

    def __init__(self, fn: Function, n: int) -> None:
        self.fn = fn
        self.n = n

    def to_proto(self) -> Any:
        """The message of the net that leads to this top."""
        return to_proto(self)

    def __iter__(self) -> NoReturn:
        hint = "give the layer several tops, as in ntop=2"
        reject("has one top, which cannot be unpacked", "", self.fn.type_name, hint=hint)


class BottomError(ComposeError, TypeError):
    """A bottom that is not a top of a layer; its text is that of pycaffe, which scripts test."""

    def __init__(self, found: Diagnostic, text: str) -> None:
        super().__init__(found)
        self._text = text

    def __str__(self) -> str:
        return self._text


class UnknownTop(ComposeError, AttributeError, KeyError):
    """A name that a NetSpec does not have."""

    __str__ = Exception.__str__


_serials = itertools.count()


class Function:
    """A layer: its type, its bottoms (``inputs``), its keywords (``params``) and its ``tops``.

    All of them may be changed until the message is made. ``line`` is where the script calls it.
    """

    __slots__ = (
        "__dict__",
        "in_place",
        "inputs",
        "is_kept",
        "line",
        "ntop",
        "params",
        "serial",
        "tops",
        "type_name",
    )

    def __init__(self, type_name: str, inputs: Sequence[Any], params: dict[str, Any]) -> None:
        self.line: Line = user_line(3)
        #: Layers are numbered in the order of their calls.
        self.serial = next(_serials)
        self.type_name = type_name
        self.inputs = inputs
        self.params = params
        for each in inputs:
            # Comparing types first is faster, and nearly always enough.
            if type(each) is not Top and not isinstance(each, Top):
                self._reject_bottom(each)
        self.ntop: Any = params.pop("ntop", 1)
        self.in_place: Any = params.pop("in_place", False)
        #: Whether some message contains it.
        self.is_kept = False
        if self.ntop == 1:
            self.tops: tuple[Top, ...] = (Top(self, 0),)
        else:
            self.tops = tuple([Top(self, n) for n in range(self._checked_ntop())])
        record.pending.append(self)

    def _checked_ntop(self) -> int:
        # pycaffe calls range(ntop), which takes anything with an __index__.
        try:
            number = len(range(self.ntop))
        except TypeError:
            number = -1
        if number != self.ntop:
            reject(f"ntop must be a number of tops, got {self.ntop!r}", "", self.type_name)
        return number

    def _reject_bottom(self, bottom: object) -> NoReturn:
        # By identity, because a bottom may be an array, which cannot be compared.
        index = [each is bottom for each in self.inputs].index(True)
        text = f"{self.type_name} input {index} is not a Top (type is {type(bottom)})"
        hint = "layers return tops; pass parameters by keyword"
        # A layer with several tops returns a tuple of them.
        several = isinstance(bottom, (list, tuple)) and all(
            isinstance(each, Top) for each in bottom
        )
        if several:
            hint = f"unpack the tops: L.{self.type_name}(*tops)"
        message = f"expected bottom {index} to be a top, got {bottom!r:.60}"
        raise BottomError(finding("layer-parameter", message, self, hint=hint), text)

    @property
    def given_name(self) -> str:
        """The name that the keyword ``name`` gives."""
        name = self.params.get("name")
        return name if isinstance(name, str) else ""

    def problem(self) -> Diagnostic | None:
        """What is wrong with the layer, for one that is in no net; ``None`` if nothing is."""
        if is_unknown(self.type_name):
            return unknown_type(self)
        for bottom in self.inputs:
            if bottom.n >= _number_of_tops(bottom.fn):
                return _missing_top(self, bottom)
        try:
            fields: dict[str, Any] = {"type": self.type_name}
            add_fields(fields, self.type_name, self.params)
            proto.LayerParameter(**fields)
        except REJECTIONS:
            return _bad_keyword(self, "")
        return missing_field(self, fields)

    def to_proto(self) -> Any:
        """The message of the net that leads to this layer."""
        return to_proto(self)


# Building the message --------------------------------------------------------------------------


class _MessageBuilder:
    """Builds one message: walks back from the tops to their layers, and names what has no name."""

    def __init__(self, names: dict[Any, str]) -> None:
        self._names = names
        self._numbers: Counter[str] = Counter()
        #: The names of the tops of each layer that is added.
        self.tops: dict[Function, list[str]] = {}
        #: The layers that are added, and the fields of their messages.
        self.layers: list[LayerFields] = []
        self.mistakes: list[Diagnostic] = []

    def message(self) -> Any:
        """The message of all layers added. Raises `ComposeError` for what they do not accept."""
        try:
            # All at once takes 2/3 of the time of one by one.
            message = proto.NetParameter(layer=[fields for _, fields in self.layers])
        except REJECTIONS:
            self._find_mistakes()
        if self.mistakes:
            raise ComposeError(self.mistakes)
        return message

    def _find_mistakes(self) -> None:
        """Find the layers that protobuf rejects."""
        for fn, fields in self.layers:
            try:
                proto.LayerParameter(**fields)
            except REJECTIONS:
                self.mistakes.append(_bad_keyword(fn, str(fields["name"])))

    def renewed(self) -> _MessageBuilder:
        """An empty builder that names everything as this one does."""
        builder = _MessageBuilder(self._names)
        builder._numbers = self._numbers
        return builder

    def add(self, target: Function) -> None:
        """Add the layer, after all layers that lead to it."""
        tops = self.tops
        if target in tops:
            return
        # Each entry is a layer, and those of its bottoms that are not visited yet.
        stack: list[tuple[Function, Iterator[Any]]] = [(target, iter(target.inputs))]
        on_stack = {target}
        while stack:
            fn, bottoms = stack[-1]
            for bottom in bottoms:
                below = bottom.fn
                if below not in tops:
                    if below in on_stack:
                        reject("leads to itself", below.given_name, below.type_name)
                    on_stack.add(below)
                    stack.append((below, iter(below.inputs)))
                    break
            else:
                stack.pop()
                self._add(fn)

    def _add(self, fn: Function) -> None:
        """Add a layer whose bottoms are added."""
        tops = self.tops
        bottom_names = self._bottom_names(fn)
        # Layers in place are numbered like others, although their tops have other names.
        if fn.in_place:
            top_names = bottom_names
            name = self._name(fn.tops[0] if fn.tops else fn, fn.type_name)
        else:
            top_names = [self._name(top, fn.type_name) for top in fn.tops]
            name = top_names[0] if top_names else self._name(fn, fn.type_name)
        # A layer without tops has its name in the NetSpec; a keyword overrides all of these below.
        named = self._names.get(fn)
        fields: dict[str, Any] = {
            "name": name if named is None else named,
            "type": fn.type_name,
            "bottom": bottom_names,
            "top": top_names,
        }
        try:
            add_fields(fields, fn.type_name, fn.params)
        except REJECTIONS:
            self.mistakes.append(_bad_keyword(fn, fn.given_name or name))
            tops[fn] = top_names
            return
        # The keywords may have added a top.
        tops[fn] = fields["top"]
        self.layers.append((fn, fields))

    def _bottom_names(self, fn: Function) -> list[str]:
        names = []
        for bottom in fn.inputs:
            above = self.tops[bottom.fn]
            if bottom.n < len(above):
                names.append(above[bottom.n])
            else:
                self.mistakes.append(_missing_top(fn, bottom))
        return names

    def _name(self, item: Any, layer_type: str) -> str:
        """The name of a top, or of a layer without tops: the assigned one, or the next number."""
        name = self._names.get(item)
        if name is None:
            self._numbers[layer_type] += 1
            name = self._names[item] = f"{layer_type}{self._numbers[layer_type]}"
        return name


def to_proto(*tops: Any) -> Any:
    """The message of the net that leads to these tops, whose layers are numbered by type.

    Raises `ComposeError` for a keyword or a value that a layer does not take, at the line of the
    layer's call.
    """
    targets = []
    for top in tops:
        if not isinstance(top, (Top, Function)):
            reject(f"expected the top of a layer, got {top!r:.60}", "")
        if isinstance(top, Function):
            reject("is a layer without tops; use NetSpec to add it", "", top.type_name)
        targets.append(top.fn)
    return _message(targets, {})


def draft(tops: Sequence[Top]) -> tuple[Any, list[str]]:
    """The message that leads to some tops, and their names in it; nothing is reported or kept."""
    builder = _MessageBuilder({})
    for top in tops:
        builder.add(top.fn)
    return builder.message(), [builder.tops[top.fn][top.n] for top in tops]


def _message(
    targets: Iterable[Function], names: dict[Any, str], spec: NetSpec | None = None
) -> Any:
    """The message of the layers that lead to ``targets``, and the warnings about it."""
    builder = _MessageBuilder(names)
    for fn in targets:
        builder.add(fn)
    if record.keep_all:
        builder = _with_dropped(builder, spec)
    message = builder.message()
    # Without a NetSpec, the names that other NetSpecs give do not count, and are lost.
    specs = [spec] if spec is not None else _specs_of(builder)
    record.warn(losses(builder.layers, builder.tops, partial(_assigned, specs)))
    lines = []
    for fn, fields in builder.layers:
        fn.is_kept = True
        lines.append((fields["name"], fn.line))
    record.keep(ScriptNet(message, lines))
    return message


def _with_dropped(builder: _MessageBuilder, spec: NetSpec | None) -> _MessageBuilder:
    """The same net with the layers that nothing leads back to, each where it was called.

    The names of the others stay as they are.
    """
    order = [fn for fn, _ in builder.layers]
    for fn in _dropped_from(builder, spec):
        # After everything that was called before, and so before those that read what it overwrites.
        place = 0
        for index, each in enumerate(order, start=1):
            if each.serial < fn.serial:
                place = index
        order.insert(place, fn)
    complete = builder.renewed()
    for fn in order:
        complete.add(fn)
    return complete


def _dropped_from(builder: _MessageBuilder, spec: NetSpec | None) -> list[Function]:
    """The layers that belong to a net and are not in it.

    These are all layers made since the last message, and older ones that the net leads to, unless
    they have a name in another NetSpec.
    """
    own = [spec] if spec is not None else _specs_of(builder)
    foreign: set[Function] = set()
    for other in record.specs:
        if other not in own:
            foreign.update(_named_layers(other))
    dropped: list[Function] = []
    reached = set(builder.tops)
    # In the order of their calls, so that a layer comes after those that it reads.
    for fn in record.pending:
        if fn in reached or fn in foreign:
            continue
        is_new = fn.serial > record.latest
        leads_here = any(bottom.fn in reached for bottom in fn.inputs)
        if is_new or leads_here:
            dropped.append(fn)
            reached.add(fn)
    return dropped


def _specs_of(builder: _MessageBuilder) -> list[NetSpec]:
    """The NetSpecs in which a layer of the message has a name."""
    found = []
    for spec in record.specs:
        if not builder.tops.keys().isdisjoint(_named_layers(spec)):
            found.append(spec)
    return found


def _named_layers(spec: NetSpec) -> list[Function]:
    """The layers that have a name in a NetSpec, or a top that has one."""
    return [getattr(item, "fn", item) for item in spec.tops.values()]


def _assigned(specs: Sequence[NetSpec], taken: Collection[str]) -> Iterator[Assignment]:
    """What the names are assigned to that are not taken, and what they were assigned to before."""
    for spec in specs:
        for name, item, line in spec._protogen_replaced:
            yield Assignment(name, item, line, is_current=False)
        for name, item in spec.tops.items():
            # Other values are reported when the message is made.
            if name not in taken and isinstance(item, (Top, Function)):
                # A script that changes `tops` itself has left no line.
                line = spec._protogen_lines.get(name) or user_line()
                yield Assignment(name, item, line, is_current=True)


# What is wrong ---------------------------------------------------------------------------------


def _bad_keyword(fn: Function, name: str) -> Diagnostic:
    """The finding about keywords that protobuf rejects."""
    problem = keyword_problem(fn.type_name, fn.params)
    return finding("layer-parameter", problem.message, fn, name, hint=problem.hint)


def _number_of_tops(fn: Function) -> int:
    """The tops that a layer has in the message; those of a layer in place are its bottoms."""
    if fn.in_place:
        return len(fn.inputs)
    return len(fn.tops)


def _missing_top(fn: Function, bottom: Top) -> Diagnostic:
    above = bottom.fn
    has = plural(_number_of_tops(above), "top")
    message = f"reads top {bottom.n} of a layer ({above.type_name}) that has {has}"
    hint = "a layer in place has its bottoms as tops" if above.in_place else ""
    return finding("layer-parameter", message, fn, hint=hint)


# NetSpec ---------------------------------------------------------------------------------------


class NetSpec:
    """A net under construction: each name that is assigned is the name of a blob.

    ``tops`` is the dict of what is assigned, in order; scripts may change it. ``in``, ``len``,
    ``del``, ``hasattr`` and iteration over the names work as for a dict.
    """

    __slots__ = ("__dict__", "__weakref__", "_protogen_lines", "_protogen_replaced")

    def __init__(self) -> None:
        self.__dict__["tops"] = OrderedDict()
        #: For each name, the line that assigns it.
        object.__setattr__(self, "_protogen_lines", {})
        #: What names were assigned to before: name, top and the line that replaced it.
        object.__setattr__(self, "_protogen_replaced", [])
        record.specs.add(self)

    def __setattr__(self, name: str, value: Any) -> None:
        tops = self.__dict__["tops"]
        line = self._protogen_lines[name] = user_line(2)
        if name in tops:
            self._replace(name, value, line)
        tops[name] = value

    # The same code again, because another call would add a tenth to the time of composing.
    def __setitem__(self, name: str, value: Any) -> None:
        tops = self.__dict__["tops"]
        line = self._protogen_lines[name] = user_line(2)
        if name in tops:
            self._replace(name, value, line)
        tops[name] = value

    def _replace(self, name: str, value: Any, line: Line) -> None:
        # Whether that loses anything is known with the message: the blob may get another name.
        before = self.__dict__["tops"][name]
        if before is not value and isinstance(before, Top):
            self._protogen_replaced.append((name, before, line))

    def __getattr__(self, name: str) -> Any:
        tops = self.__dict__["tops"]
        if name in tops:
            return tops[name]
        # These are methods of forks, which in BVLC's NetSpec are names like any other.
        if name in _FORK_METHODS:
            return _FORK_METHODS[name].__get__(self)
        if name.startswith("__"):
            raise AttributeError(name)
        hint = did_you_mean(name, [*map(str, tops), "to_proto", *_FORK_METHODS])
        error = mistake("unknown-bottom", f'nothing is assigned to "{name}"', hint=hint)
        raise UnknownTop(error.diagnostics)

    def __getitem__(self, name: str) -> Any:
        tops = self.__dict__["tops"]
        if name in tops:
            return tops[name]
        return self.__getattr__(name)

    def __delattr__(self, name: str) -> None:
        if name not in self.__dict__["tops"]:
            self.__getitem__(name)
        del self.__dict__["tops"][name]

    def __delitem__(self, name: str) -> None:
        self.__delattr__(name)

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__["tops"]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["tops"])

    def __len__(self) -> int:
        return len(self.__dict__["tops"])

    def __bool__(self) -> bool:
        # An empty one is a net, too.
        return True

    def to_proto(self) -> Any:
        """The message of the net that leads to everything assigned.

        Raises `ComposeError` for a keyword or a value that a layer does not take, at the line of
        the layer's call.
        """
        names: dict[Any, str] = {}
        targets = []
        for name, top in self.__dict__["tops"].items():
            if isinstance(top, Top):
                targets.append(top.fn)
            elif isinstance(top, Function):
                targets.append(top)
            else:
                raise _not_a_top(name, top, self._protogen_lines.get(name) or user_line())
            names[top] = name
        return _message(targets, names, self)


def _not_a_top(name: str, value: object, line: Line) -> ComposeError:
    hint = ""
    if isinstance(value, (list, tuple)):
        hint = "give each top its own name"
    message = f'expected the top of a layer for "{name}", got {value!r:.60}'
    place = Location(*line)
    rule = rules.named("layer-parameter")
    return ComposeError(rule.diagnostic(message, location=place, hint=hint))


def _keys(net: NetSpec) -> list[str]:
    return list(net.tops)


def _vals(net: NetSpec) -> list[Any]:
    return list(net.tops.values())


def _update(net: NetSpec, name: str, params: Mapping[str, Any]) -> None:
    net[name].fn.params.update(params)


_FORK_METHODS: dict[str, Callable[..., Any]] = {"keys": _keys, "vals": _vals, "update": _update}


class Layers:
    """``layers.Convolution(bottom, num_output=8)`` makes a layer of any type."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def layer_fn(*args: Any, **kwargs: Any) -> Any:
            fn = Function(name, args, kwargs)
            tops = fn.tops
            if len(tops) == 1:
                return tops[0]
            # Without tops there is only the layer to assign, as a Silence.
            return tops or fn

        layer_fn.__name__ = layer_fn.__qualname__ = name
        # Kept as an attribute, so that Python does not come here again.
        self.__dict__[name] = layer_fn
        return layer_fn


class Parameters:
    """``params.Pooling.MAX`` is a value of an enum of ``PoolingParameter``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Param(name)


class _Param:
    """``params.Pooling``, whose attributes are the enum values of the message."""

    def __init__(self, name: str) -> None:
        self._type = name

    def __getattr__(self, name: str) -> Any:
        message = getattr(proto, f"{self._type}Parameter", None)
        if message is None:
            known = [each.removesuffix("Parameter") for each in dir(proto)]
            hint = did_you_mean(self._type, known)
            raise _unknown_value(f'caffe has no message "{self._type}Parameter"', hint)
        if hasattr(message, name):
            return getattr(message, name)
        values: list[str] = []
        for enum in message.DESCRIPTOR.enum_types:
            values += enum.values_by_name
        hint = ""
        if values:
            hint = did_you_mean(name, values) or f"expected one of {', '.join(values)}"
        raise _unknown_value(f'{self._type}Parameter has no value "{name}"', hint)


class UnknownValue(ComposeError, AttributeError):
    """A value that no enum has."""


def _unknown_value(message: str, hint: str) -> ComposeError:
    return UnknownValue(mistake("layer-parameter", message, hint=hint).diagnostics)


layers = Layers()
params = Parameters()
