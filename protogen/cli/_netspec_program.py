"""Programs that compose their nets with NetSpec, and say nothing of protogen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.cli._output import report_lines
from protogen.net import Net

if TYPE_CHECKING:
    from protogen.diagnostics import Diagnostic

__all__ = ["as_net", "collect_nets", "composing"]

_IMPORT = re.compile(rb"^\s*(?:import|from)\s+caffe\b", re.MULTILINE)


@contextmanager
def composing(source: bytes) -> Iterator[None]:
    """Let a program import ``caffe``: ours, unless a pycaffe is installed.

    What NetSpec loses is reported, as `protogen run` does.
    """
    # Most programs import protogen itself, and need no stand-in for pycaffe.
    if not _IMPORT.search(source):
        yield
        return
    from protogen import netspec
    from protogen.netspec import six_module
    from protogen.netspec.record import record

    # With a real pycaffe a program may do more than compose.
    if find_spec("caffe") is None:
        netspec.install()
        six_module.install()
    with record.session(_report, strict=False, keep_all=False):
        yield
        record.warn(record.dropped())


def _report(diagnostic: Diagnostic) -> None:
    report_lines(str(diagnostic))


def collect_nets(module: ModuleType) -> None:
    """Make nets of the messages of a program, or else of its NetSpecs."""
    names = vars(module)
    found = {name: value for name, value in names.items() if _is_message(value)}
    has_net = any(isinstance(value, Net) for value in names.values())
    # A NetSpec whose message was made is a step on the way to it.
    if not found and not has_net:
        found = {name: value for name, value in names.items() if _is_net_spec(value)}
    for name, value in found.items():
        names[name] = as_net(value)


def as_net(value: Any) -> Any:
    """A message or a NetSpec as a net; anything else as it is."""
    if _is_net_spec(value):
        value = value.to_proto()
    if not _is_message(value):
        return value
    from protogen.netspec.record import record

    return record.net_of(value)


def _is_message(value: object) -> bool:
    """Whether it is a net of any ``caffe.proto``: that of a fork is another class."""
    descriptor = getattr(type(value), "DESCRIPTOR", None)
    # The message may come from pycaffe's descriptor pool, which has its own classes.
    full_name = getattr(descriptor, "full_name", "")
    return bool(full_name == proto.NetParameter.DESCRIPTOR.full_name)


def _is_net_spec(value: object) -> bool:
    """Whether it is a NetSpec, of ours or of a real pycaffe."""
    # By its name, because a real pycaffe has its own class.
    return type(value).__name__ == "NetSpec" and hasattr(type(value), "to_proto")
