"""The layers and nets that the NetSpec scripts of this process make, and what they lose."""

from __future__ import annotations

import atexit
import warnings
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from protogen import rules
from protogen.diagnostics import Diagnostic, Location, Severity
from protogen.graph import State
from protogen.net import Net
from protogen.net_files import loads
from protogen.netspec.schema import is_ours
from protogen.program import ComposeError, Line

if TYPE_CHECKING:
    from protogen.netspec.net_spec import Function, NetSpec

__all__ = ["NetSpecWarning", "Record", "ScriptNet", "finding", "record"]


class NetSpecWarning(UserWarning):
    """Something that a NetSpec script makes, and that is not in its net."""


@dataclass
class ScriptNet:
    """The net of a message that a script made, and may have changed since.

    ``lines`` are the name of each layer as it was made, and the line of its call.
    """

    message: Any
    lines: Sequence[tuple[str, Line]]

    def net(self) -> Net:
        """The net of the message, whose findings name the lines of the script."""
        # A name may be that of several layers, whose lines are then used in order.
        lines: defaultdict[str, list[Line]] = defaultdict(list)
        for name, line in reversed(self.lines):
            lines[name].append(line)
        net = Net.of(self.message) if is_ours() else loads(str(self.message))
        found = {}
        for index, layer in enumerate(net.current.message.layer):
            # Layers that the script has added or renamed since have no line.
            if lines[layer.name]:
                found[index] = lines[layer.name].pop()
        net.set_lines(found)
        return net


class Record:
    """The layers and messages made so far, and what to do about what is lost.

    ``strict`` turns the warnings into errors, ``keep_all`` keeps the layers that NetSpec drops.
    ``report`` is called with each warning. Messages are kept only if ``keeps_messages``: a program
    may make any number of them.
    """

    def __init__(self) -> None:
        self.strict = False
        self.keep_all = False
        self.keeps_messages = False
        self.report: Callable[[Diagnostic], None] = _warn
        self.clear()

    def clear(self) -> None:
        """Forget everything that was made."""
        #: Layers that are in no message yet, in the order of their calls.
        self.pending: list[Function] = []
        #: The number of the last layer that was called before the last message.
        self.latest = -1
        self.messages: list[ScriptNet] = []
        self.specs: weakref.WeakSet[NetSpec] = weakref.WeakSet()
        self._reported: set[Diagnostic] = set()
        self._places: set[tuple[str, Location | None]] = set()

    @contextmanager
    def session(
        self, report: Callable[[Diagnostic], None], *, strict: bool, keep_all: bool
    ) -> Iterator[None]:
        """The run of one script; afterwards, the record is as empty as at the start."""
        saved = self.report, self.strict, self.keep_all, self.keeps_messages
        self.report, self.strict, self.keep_all = report, strict, keep_all
        self.keeps_messages = True
        self.clear()
        try:
            yield
        finally:
            self.report, self.strict, self.keep_all, self.keeps_messages = saved
            self.clear()

    def keep(self, made: ScriptNet) -> None:
        """Note a message, and forget the layers that are in it."""
        if self.keeps_messages:
            self.messages.append(made)
        if self.pending:
            self.latest = self.pending[-1].serial
        # What is in no message may still be in a later one.
        self.pending = [fn for fn in self.pending if not fn.is_kept]

    def warn(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Report warnings, each once; raises `ComposeError` if they are errors."""
        new = []
        for each in diagnostics:
            if each not in self._reported:
                new.append(each)
                self._places.add((each.name, each.location))
        self._reported.update(new)
        if new and self.strict:
            raise ComposeError([as_error(each) for each in new])
        for each in new:
            self.report(each)

    def net_of(self, message: Any) -> Net:
        """The net of a message, with the lines of the script if that made it."""
        for made in reversed(self.messages):
            if made.message is message:
                return made.net()
        return Net.of(message)

    def errors(self) -> Iterator[Diagnostic]:
        """What Caffe rejects in the nets, as they are now; what was reported already is left out.

        A net that reads blobs of no layer is a part of one, which the script joins with others.
        """
        # Scripts often make the message of one net several times, to print it and to write it.
        checked = set()
        for made in self.messages:
            content = made.message.SerializePartialToString()
            if content in checked:
                continue
            checked.add(content)
            yield from self._errors(made.net())

    def _errors(self, net: Net) -> Iterator[Diagnostic]:
        """The errors of one net that are not reported yet."""
        everything: list[Diagnostic] = []
        for phase in net.meant_phases():
            everything += net.analysis(State(phase)).diagnostics
        if any(each.name == "unknown-bottom" for each in everything):
            return
        for diagnostic in everything:
            # A fork's own schema knows its fields and types.
            if diagnostic.name in ("unknown-field", "unknown-type") and not is_ours():
                continue
            if diagnostic.severity is not Severity.ERROR:
                continue
            placed = net.place(diagnostic)
            key = (placed.name, placed.location)
            if key not in self._places:
                self._places.add(key)
                yield placed

    def dropped(self) -> Iterator[Diagnostic]:
        """A finding for each layer that is in no message, and for what is wrong with it."""
        for fn in self.pending:
            problem = fn.problem()
            if problem is not None:
                yield replace(problem, severity=Severity.WARNING)
            yield finding(
                "dropped-layer",
                "is made, but is in no net",
                fn,
                hint="assign it to the net, or keep it with --keep-all",
            )


def finding(
    rule: str,
    message: str,
    fn: Function,
    name: str = "",
    severity: Severity | None = None,
    **about: Any,
) -> Diagnostic:
    """A finding about a layer, at the line of its call."""
    place = Location(*fn.line)
    return rules.named(rule).diagnostic(
        message,
        layer=name or fn.given_name,
        type=fn.type_name,
        location=place,
        severity=severity,
        **about,
    )


def as_error(finding: Diagnostic) -> Diagnostic:
    """A finding that has become an error."""
    return replace(finding, severity=Severity.ERROR)


def _warn(finding: Diagnostic) -> None:
    """A warning of Python, at the line of the script."""
    place = finding.location or Location("<unknown>")
    lines = [f"{finding.code} {finding.fact}", *finding.notes]
    warnings.warn_explicit("\n".join(lines), NetSpecWarning, place.file, place.line)


#: The record of this process.
record = Record()


@atexit.register
def _report_dropped() -> None:
    # Nobody could catch an error any more.
    record.strict = False
    record.warn(record.dropped())
