"""Tasks run in this process if they are few, else in several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from protogen.cli._output import Unusable
from protogen.cli._tasks import Outcome, Task, run_task

__all__ = ["run_tasks"]

#: Below this many files, starting processes takes longer than checking all files here.
_FEW = 24

#: The most processes. On Windows, `ProcessPoolExecutor` accepts at most 61.
_MOST_PROCESSES = 60


def run_tasks(tasks: Sequence[Task], jobs: int | None, progress: bool = True) -> list[Outcome]:
    """The outcomes, in the order of the tasks.

    ``progress`` is whether a bar on a terminal shows how many are done.
    """
    jobs = min(jobs or _default_jobs(len(tasks)), len(tasks), _MOST_PROCESSES)
    outcomes: dict[int, Outcome] = {}
    with _progress_bar(len(tasks), progress) as advance:
        results = _in_series(tasks) if jobs <= 1 else _in_parallel(tasks, jobs)
        for index, outcome in results:
            outcomes[index] = outcome
            advance()
    return [outcomes[index] for index in range(len(tasks))]


def _default_jobs(tasks: int) -> int:
    if tasks < _FEW:
        return 1
    # In a container that may use two of 64 processors, cpu_count() is 64.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _in_series(tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
    yield from enumerate(map(run_task, tasks))


def _in_parallel(tasks: Sequence[Task], jobs: int) -> Iterator[tuple[int, Outcome]]:
    """The outcomes as they come.

    The processes are spawned. A fork of this process while the thread of the progress bar holds a
    lock could wait for it forever.
    """
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
    try:
        futures: dict[Future[Outcome], int] = {}
        with _interrupts_ignored():
            for index, task in enumerate(tasks):
                futures[pool.submit(run_task, task)] = index
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise Unusable("a process ended before its files were checked; try -j 1") from None
    # Ctrl-C, say: do not wait for files whose outcomes nobody will see.
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Let processes that start within ignore Ctrl-C, which this process handles for them."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


@contextmanager
def _progress_bar(total: int, wanted: bool) -> Iterator[Callable[[], None]]:
    """A function to call for each task that is done."""
    if not wanted or total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
