"""How time and memory grow with the net: families of nets, ten times as large each time.

    python -m benchmarks.growth [--most 100000] [FAMILY...]

Each family and size runs in a process of its own. The time is that of the processor, without
imports; the memory is the peak, above that of a net of one layer. The exponents, of the time and of
the memory, are those of the two largest sizes: 1 is linear, 2 quadratic. A measurement ends after
ten minutes of the processor, and a size that would exceed it by an exponent of 1.2 is left out.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

#: Seconds of the processor, and bytes, that no measurement exceeds.
MOST_SECONDS = 600
MOST_BYTES = 12 * 2**30

SIZES = (1_000, 10_000, 100_000)

DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 4, 15, 15] } } }'
POOL = (
    'layer { name: "p" type: "Pooling" bottom: "d" top: "p"'
    " pooling_param { kernel_size: 2 stride: 2 } }"
)


def layer(index: int, kind: str, bottoms: str, more: str = "", top: str = "") -> str:
    read = " ".join(f'bottom: "{bottom}"' for bottom in bottoms.split())
    top = top or f"x{index}"
    return f'layer {{ name: "x{index}" type: "{kind}" {read} top: "{top}" {more} }}'


def before(index: int) -> str:
    """The blob that the layer before this one produces."""
    return f"x{index - 1}" if index else "d"


# Families --------------------------------------------------------------------------------------


def chain(number: int) -> Iterator[str]:
    return (layer(i, "ReLU", before(i)) for i in range(number))


def fan_out(number: int) -> Iterator[str]:
    return (layer(i, "ReLU", "d") for i in range(number))


def joins(number: int) -> Iterator[str]:
    return (layer(i, "Eltwise", f"{before(i)} d") for i in range(number))


def mismatches(number: int) -> Iterator[str]:
    yield POOL
    for i in range(number):
        yield layer(i, "Eltwise", "d p")


def in_place(number: int) -> Iterator[str]:
    return (layer(i, "ReLU", "d", top="d") for i in range(number))


def includes(number: int) -> Iterator[str]:
    for i in range(number):
        yield layer(i, "ReLU", "d", f"include {{ phase: {('TRAIN', 'TEST')[i % 2]} }}")


def shared_parameters(number: int) -> Iterator[str]:
    for i in range(number):
        yield layer(i, "Scale", before(i), 'param { name: "shared" }')


def unknown_fields(number: int) -> Iterator[str]:
    return (layer(i, "ReLU", before(i), f"unknown{i}: 1") for i in range(number))


def misspelt_names(number: int) -> Iterator[str]:
    for i in range(number):
        yield layer(i, "ReLU", f"xx{i - 1}" if i % 50 == 49 else before(i))


def unknown_bottoms(number: int) -> Iterator[str]:
    yield layer(0, "Concat", " ".join(f"nowhere{i}" for i in range(number)))


def comments(number: int) -> Iterator[str]:
    for i in range(number):
        yield f"# protogen: ignore[P101]\n{layer(i, 'ReLU', before(i))}  # a comment"


def empty_windows(number: int) -> Iterator[str]:
    for i in range(number):
        yield layer(i, "Pooling", "d", "pooling_param { kernel_size: 1 stride: 4 }")


def old_batch_norms(number: int) -> Iterator[str]:
    rates = "param { lr_mult: 1 } " * 3
    return (layer(i, "BatchNorm", before(i), rates) for i in range(number))


def old_layers(number: int) -> Iterator[str]:
    for i in range(number):
        yield f'layers {{ name: "x{i}" type: RELU bottom: "{before(i)}" top: "x{i}" }}'


def long_names(number: int) -> Iterator[str]:
    prefix = "block_of_a_network_with_names_as_converters_write_them/" * 3
    for i in range(number):
        bottom = f"{prefix}x{i - 1}" if i else "d"
        yield layer(i, "ReLU", bottom, top=f"{prefix}x{i}")


def poolings(number: int) -> Iterator[str]:
    for i in range(number):
        yield layer(i, "Pooling", before(i), "pooling_param { kernel_size: 3 stride: 1 pad: 1 }")


# What is done with them ------------------------------------------------------------------------


def check(text: str) -> None:
    from protogen.cli._tasks import Task, run_task

    assert not run_task(Task("net.prototxt", text.encode())).problem


def fix(text: str) -> None:
    from protogen.cli._tasks import Task, run_task

    assert run_task(Task("net.prototxt", text.encode(), fix=True)).fixed


def upgrade(text: str) -> None:
    import protogen

    assert protogen.upgrade(text).ok


def edits(text: str) -> None:
    import protogen
    from protogen.edits import Edit

    net = protogen.loads(text)
    net.apply(Edit(("layer", i, "name"), "set", f"y{i}") for i in range(text.count("ReLU")))


def sizes(text: str) -> None:
    import protogen
    from protogen.reports.sizes import safe_sizes

    assert safe_sizes(protogen.loads(text).analysis(), range(9, 19))


class Family(NamedTuple):
    """Nets of any number of layers, and what is measured with them."""

    layers: Callable[[int], Iterator[str]]
    work: Callable[[str], None] = check

    def text(self, number: int) -> str:
        start = DATA.replace("layer {", "layers {", 1) if self.layers is old_layers else DATA
        if self.layers is old_layers:  # the oldest format of an input
            start = 'input: "d" input_dim: 1 input_dim: 4 input_dim: 15 input_dim: 15'
        return "\n".join([start, *self.layers(number)]) + "\n"


FAMILIES = {
    "chain": Family(chain),
    "fan-out": Family(fan_out),
    "joins": Family(joins),
    "mismatches": Family(mismatches),
    "in place": Family(in_place),
    "includes": Family(includes),
    "shared parameters": Family(shared_parameters),
    "unknown fields": Family(unknown_fields),
    "misspelt names": Family(misspelt_names),
    "unknown bottoms": Family(unknown_bottoms),
    "long names": Family(long_names),
    "comments": Family(comments),
    "fixes": Family(empty_windows, fix),
    "edits": Family(chain, edits),
    "upgrade: BatchNorm": Family(old_batch_norms, upgrade),
    "upgrade: V1": Family(old_layers, upgrade),
    "sizes": Family(poolings, sizes),
}


# Measuring -------------------------------------------------------------------------------------


def measure(name: str, number: int) -> None:
    """Print the seconds and the megabytes of one family and size."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    family = FAMILIES[name]
    family.work(family.text(2))  # imports, and fills the tables of the schema
    start_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    text = family.text(number)
    start = time.process_time()
    family.work(text)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([seconds, (peak - start_memory) / 1024]))


def measured(name: str, number: int) -> tuple[float, float] | None:
    """The same in a process of its own; ``None`` if it takes too long."""
    command = [sys.executable, "-m", "benchmarks.growth", "--measure", name, str(number)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parent.parent,
        )
    except subprocess.CalledProcessError as error:
        print(error.stderr.splitlines()[-1:], file=sys.stderr)
        return None
    seconds, megabytes = json.loads(done.stdout)
    return float(seconds), float(megabytes)


def growth(name: str, most: int) -> None:
    """Print a row: seconds and megabytes at each size, and the exponents of both."""
    cells: list[str] = []
    taken: list[tuple[int, float, float]] = []
    for number in SIZES:
        too_long = bool(taken) and taken[-1][1] * 10**1.2 > MOST_SECONDS
        result = None if number > most or too_long else measured(name, number)
        if result is None:
            cells.append("-")
            continue
        seconds, megabytes = result
        taken.append((number, seconds, max(megabytes, 1)))
        cells.append(f"{seconds:.2f} s, {max(megabytes, 0):,.0f} MB")
    exponents = "-"
    if len(taken) > 1:
        (few, short, small), (many, long, large) = taken[-2:]
        ratio = math.log(many / few)
        exponents = f"{math.log(long / short) / ratio:.2f}, {math.log(large / small) / ratio:.2f}"
    print(f"| {name} | {' | '.join(cells)} | {exponents} |", flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Measure all families, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("families", nargs="*", metavar="FAMILY")
    parser.add_argument("--most", type=int, default=10_000, help="the largest size")
    parser.add_argument("--measure", nargs=2, metavar=("FAMILY", "N"), help=argparse.SUPPRESS)
    given = parser.parse_args([] if arguments is None else arguments)
    if given.measure:
        name, number = given.measure
        return measure(name, int(number))
    print("| family | " + " | ".join(f"{size:,}" for size in SIZES) + " | exponents |")
    print("| --- |" + " ---: |" * (len(SIZES) + 1))
    for name in given.families or FAMILIES:
        growth(name, given.most)
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
