"""Which net is being composed: that of the innermost ``with Net()`` around the call.

A variable of the context holds the nets that are entered, so that threads and tasks do not see each
other's. A generator shares its context with whoever resumes it. So if one of the nets was entered
by a generator, the frames of the call decide: what the generator composes goes into its net, and
while it is suspended nobody else's layers do.
"""

from __future__ import annotations

import inspect
import sys
import threading
from contextvars import ContextVar
from types import FrameType
from typing import Any

__all__ = ["Entry", "active_net", "enter", "is_elsewhere", "leave"]

_IN_GENERATOR = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR

#: Modules that suspend a generator so that the code it was written for can run.
_CONTEXT_MANAGERS = ("contextlib", "_pytest")


class Entry:
    """One ``with`` statement of a net: by which frame, in which thread and task."""

    __slots__ = ("frame", "is_open", "net", "owner", "suspends")

    def __init__(self, net: Any, frame: FrameType) -> None:
        self.net = net
        self.frame = frame
        self.owner = _thread_and_task()
        self.is_open = True
        #: Whether others may run before the statement ends, and must not see the net.
        self.suspends = bool(frame.f_code.co_flags & _IN_GENERATOR) and not _is_managed(frame)


_entered: ContextVar[tuple[Entry, ...]] = ContextVar("entered", default=())


def enter(net: Any, frame: FrameType) -> Entry:
    """Make a net the active one for the code of a frame."""
    entry = Entry(net, frame)
    _entered.set((*_entered.get(), entry))
    return entry


def leave(entry: Entry) -> None:
    """End what `enter` began."""
    entry.is_open = False
    # The `with` statements of generators may end in any order.
    still_open = [each for each in _entered.get() if each.is_open]
    _entered.set(tuple(still_open))


def active_net() -> Any:
    """The net that is being composed, or ``None``."""
    entries = _entered.get()
    if not entries:
        return None
    last = entries[-1]
    # Without generators, statements end in the order in which they began.
    if len(entries) == 1 and not last.suspends and last.is_open:
        return last.net
    return _innermost(entries)


def _innermost(entries: tuple[Entry, ...]) -> Any:
    """The net of the innermost frame that entered one, or the last net that is not suspended."""
    nets: dict[FrameType, Any] = {}
    last_running = None
    may_be_suspended = False
    for entry in entries:
        if not entry.is_open:
            continue
        nets[entry.frame] = entry.net
        if entry.suspends:
            may_be_suspended = True
        else:
            last_running = entry.net
    # Walking all frames of the call takes time, and without generators it finds nothing new.
    if may_be_suspended:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame in nets:
                return nets[frame]
            frame = frame.f_back
    return last_running


def _is_managed(frame: FrameType) -> bool:
    """Whether a generator is the function of a context manager or a fixture."""
    driver = frame.f_back
    if driver is None:
        return False
    module = str(driver.f_globals.get("__name__", ""))
    return module.startswith(_CONTEXT_MANAGERS)


def is_elsewhere(entry: Entry) -> bool:
    """Whether a statement that has not ended is that of another thread or task."""
    return entry.is_open and entry.owner != _thread_and_task()


def _thread_and_task() -> tuple[int, int]:
    return threading.get_ident(), _task_id()


def _task_id() -> int:
    """The id of the asyncio task that runs in this thread; 0 outside of any."""
    asyncio = sys.modules.get("asyncio")
    # A program that has tasks has imported it.
    if asyncio is None:
        return 0
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no loop is running
        return 0
    if task is None:
        return 0
    return id(task)
