"""Many files at once: in this process if they are few, else in several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from protogen.cli._examine import Outcome, Task, examine
from protogen.cli._output import Unusable

__all__ = ["examine_all"]

#: Below this many files it takes longer to start processes than to check them all here.
_FEW = 24


def examine_all(tasks: Sequence[Task], jobs: int | None) -> list[Outcome]:
    """The outcomes, in the order of the tasks; a bar on a terminal shows how far it is."""
    jobs = min(jobs or (1 if len(tasks) < _FEW else _processors()), len(tasks), 60)
    done: dict[int, Outcome] = {}
    with _bar(len(tasks)) as advance:
        for index, outcome in _alone(tasks) if jobs <= 1 else _together(tasks, jobs):
            done[index] = outcome
            advance()
    return [done[index] for index in range(len(tasks))]


def _processors() -> int:
    """Those this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _alone(tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
    yield from enumerate(map(examine, tasks))


def _together(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[int, Outcome]]:
    """Outcomes as they come. The processes are fresh ones: a copy of this one, made while the bar's
    thread holds a lock, could wait for it for ever."""
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
    try:
        with _uninterrupted():
            futures: dict[Future[Outcome], int] = {
                pool.submit(examine, task): index for index, task in enumerate(tasks)
            }
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise Unusable("a process ended before its files were checked; try -j 1") from None
    except BaseException:  # Ctrl-C: what the processes are at is not worth waiting for
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes started within leave Ctrl-C to this one."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    """A function to call for each file done."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
