"""A real Caffe that constructs nets in a separate process, and reports how long each took.

Its Python is ``REAL_CAFFE_PYTHON``, or that of the environment ``REAL_CAFFE_HOME``; in either it
is a CPython 3.8 with the wheel ``kendryte-caffe``, which is BVLC Caffe for the processor.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["constructor"]

# Each net is constructed in a fork, which exits without freeing it: each process has one net.
_SERVER = """
import os, sys, time
import caffe
print("ready", flush=True)
for line in sys.stdin:
    read, write = os.pipe()
    child = os.fork()
    if not child:
        start = time.perf_counter()
        net = caffe.Net(line.rstrip("\\n"), caffe.TEST)
        os.write(write, repr(time.perf_counter() - start).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        print(pipe.read() or "failed", flush=True)
    os.waitpid(child, 0)
"""


def _python() -> Path:
    home = Path(os.environ.get("REAL_CAFFE_HOME", Path.home() / ".cache" / "real-caffe"))
    return Path(os.environ.get("REAL_CAFFE_PYTHON", home / "bin" / "python"))


@contextmanager
def constructor() -> Iterator[Callable[[Path], float] | None]:
    """A function that returns the seconds Caffe takes for a net; ``None`` if there is no Caffe."""
    python = _python()
    if not python.exists():
        yield None
        return
    quiet = {**os.environ, "GLOG_minloglevel": "2", "OPENBLAS_NUM_THREADS": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([python, "-c", _SERVER], text=True, env=quiet, **pipes) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def seconds(path: Path) -> float:
            print(path, file=server.stdin, flush=True)
            return float(server.stdout.readline())

        yield seconds if server.stdout.readline() == "ready\n" else None
        server.stdin.close()
