"""Editing a net whose text is kept: lists of edits, and an upgrade, compared with one reading.

The edits are of every kind: fields that are written, fields that are not, layers inserted and
layers deleted. Each round starts from a document that was just read.
"""

from __future__ import annotations

import gc
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from benchmarks import _nets
from benchmarks._rounds import in_turn, ratio, table, timed
from protogen.edits import Edit, delete, insert
from protogen.text import read
from protogen.text.upgrade import upgrade

ROUNDS = 7
SIZES = (1_000, 10_000)

LAYER = """\
# layer {n}
layer {{
  name: "conv{n}"  # convolution
  type: "Convolution"
  bottom: "conv{m}"
  top: "conv{n}"
  convolution_param {{
    num_output: 64
    kernel_size: 3
  }}
}}
"""


def chain(layers: int) -> str:
    """A net of this many convolutions, with comments."""
    return "".join(LAYER.format(n=n, m=n - 1) for n in range(layers))


def edits_of(kind: str, count: int) -> list[Edit]:
    """Several edits of one kind, each in a different layer of a chain."""
    layers = [("layer", n) for n in range(count)]
    kinds: dict[str, Callable[[tuple[str | int, ...]], Edit]] = {
        "set": lambda layer: Edit((*layer, "convolution_param", "num_output"), "set", 32),
        "new field": lambda layer: Edit((*layer, "pooling_param", "pad"), "set", 1),
        "insert layer": lambda layer: insert(layer, {"name": "new", "type": "ReLU"}),
        "delete layer": delete,
    }
    return [kinds[kind](layer) for layer in layers]


def applied(text: str, edits: list[Edit]) -> Callable[[], float]:
    """A subject that returns the seconds that the edits take on a document that was just read."""

    def seconds() -> float:
        document = read(text)
        gc.collect()
        start = time.perf_counter()
        document.apply(edits)
        return time.perf_counter() - start

    return seconds


def new_fields_of_resnet50() -> None:
    """Forty new fields in a real net."""
    path = _nets.public(_nets.RESNET_50)
    if path is None:
        print("40 new fields in ResNet-50: skipped, the conformance nets are unavailable")
        return
    text = path.read_text()
    layers = read(text).message.layer
    convolutions = [n for n, layer in enumerate(layers) if layer.type == "Convolution"]
    edits = [Edit(("layer", n, "convolution_param", "axis"), "set", 1) for n in convolutions[:40]]
    print(f"40 new fields in {path.name}, milliseconds ({ROUNDS} rounds)")
    subjects = {"40 new fields": applied(text, edits), "one reading": timed(lambda: read(text))}
    taken = in_turn(subjects, ROUNDS)
    table(taken, 1e3)
    ratio(taken, "40 new fields", "one reading")


def edits_of_a_chain(layers: int) -> None:
    """An edit of each layer, for each kind of edit."""
    print(f"{layers:,} edits in a chain of {layers:,} layers, milliseconds ({ROUNDS} rounds)")
    text = chain(layers)
    subjects = {
        kind: applied(text, edits_of(kind, layers))
        for kind in ("set", "new field", "insert layer", "delete layer")
    }
    table(in_turn({**subjects, "one reading": timed(lambda: read(text))}, ROUNDS), 1e3)


def upgrade_of_batch_norms() -> None:
    """The upgrade of a deep residual net whose BatchNorms have params, as training nets had."""
    with tempfile.TemporaryDirectory() as folder:
        path = _nets.public(_nets.RESNET_152) or _nets.composed(Path(folder))
        text = path.read_text()
    old = text.replace(
        'type: "BatchNorm"\n', 'type: "BatchNorm"\n' + "\tparam { lr_mult: 0 }\n" * 3
    )
    print(f"Upgrade of {path.name} with three params in each BatchNorm ({ROUNDS} rounds)")
    subjects = {"upgrade": timed(lambda: upgrade(old)), "one reading": timed(lambda: read(old))}
    table(in_turn(subjects, ROUNDS), 1e3)
    more = peak(lambda: upgrade(old)) - peak(lambda: read(old))
    print(f"peak memory in addition to that of one reading: {more / 2**20:.1f} MB")


def peak(run: Callable[[], object]) -> int:
    """The peak memory of Python while running, in bytes, without protobuf's own."""
    gc.collect()
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def main() -> None:
    """Measure all of it."""
    new_fields_of_resnet50()
    for layers in SIZES:
        edits_of_a_chain(layers)
    upgrade_of_batch_norms()


if __name__ == "__main__":
    main()
