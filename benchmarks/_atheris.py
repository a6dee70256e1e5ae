"""Coverage-guided fuzzing of the reader and of ``protogen check``, by atheris.

    pip install atheris
    python -m benchmarks._atheris read|check CORPUS -runs=1000000

``CORPUS`` is a folder, in which it keeps the texts that reach new code; it may be empty. Any
exception ends the run, with the text in a file ``crash-...``.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["protogen"]):
    import protogen
    from protogen.checks import all_rules
    from protogen.cli._tasks import Task, run_task
    from protogen.text import format_text

#: Larger texts only repeat smaller ones.
LARGEST = 2_000


def read(data: bytes) -> None:
    """Read a text, format it, and write it back."""
    net = protogen.loads(data)
    assert net.document is not None
    assert net.document.data == data
    try:
        formatted = format_text(data.decode("utf-8", "surrogateescape"))
    except protogen.ProtogenError:
        return
    assert format_text(formatted) == formatted


def check(data: bytes) -> None:
    """Check and fix a text, opening none of its sources."""
    with protogen.without_data():
        outcome = run_task(Task("net.prototxt", data[:LARGEST], severity="note", fix=True))
    assert not outcome.problem, outcome.problem


def main() -> None:
    """Fuzz one of them; the first texts are the examples of the rules."""
    work = {"read": read, "check": check}[sys.argv.pop(1)]
    for rule in all_rules():
        work(rule.bad.encode("utf-8", "surrogateescape"))
    atheris.Setup(sys.argv, work)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
