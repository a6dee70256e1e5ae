"""Coverage-guided fuzzing of the reader and of ``protogen check``, by atheris.

    pip install atheris
    python -m benchmarks._atheris read|check CORPUS [--seeds N] -runs=1000000 -max_len=2000

``CORPUS`` is a folder, in which it keeps the texts that reach new code; it may be empty.
``--seeds N`` first fills it with the examples of all rules and N mutated nets. The options with one
dash are those of libFuzzer. Any exception ends the run, with the text in a file ``crash-...``; give
that file instead of ``CORPUS`` to see the exception again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["protogen"]):
    import protogen
    from protogen.checks import all_rules
    from protogen.cli._tasks import Task, run_task
    from protogen.text import format_text

from tests.mutated_nets import mutated

#: Larger texts only repeat smaller ones.
LARGEST = 2_000

#: The first mutated net. The fuzz in tests/ begins at 0.
FIRST_SEED = 3_000_000


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


def seeds(number: int) -> Iterator[bytes]:
    """The examples of the rules and this many mutated nets, without large ones."""
    for rule in all_rules():
        for text in (rule.bad, rule.fixed):
            yield text.encode("utf-8", "surrogatepass")
    for seed in range(FIRST_SEED, FIRST_SEED + number):
        text = mutated(seed).encode("utf-8", "surrogatepass")
        if len(text) <= LARGEST:
            yield text


def fill(corpus: Path, number: int) -> None:
    corpus.mkdir(parents=True, exist_ok=True)
    for text in seeds(number):
        (corpus / sha1(text).hexdigest()).write_bytes(text)


def main(arguments: list[str]) -> None:
    """Fuzz one of them."""
    work = {"read": read, "check": check}[arguments.pop(0)]
    if "--seeds" in arguments:
        place = arguments.index("--seeds")
        number = int(arguments[place + 1])
        del arguments[place : place + 2]
        fill(Path(arguments[0]), number)
    atheris.Setup([sys.argv[0], *arguments], work)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
