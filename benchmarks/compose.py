"""Composing and emitting a chain of layers, compared with pycaffe's NetSpec and bare messages.

Our nets are checked as Caffe would check them, and all shapes are inferred twice: while composing,
and in the finished net. NetSpec checks nothing. Every round builds and prints each net from
scratch, the three in turn, so that other load on the machine affects all of them.

The time per layer of a very large net is compared with that of a small one, and with how much that
grows for bare messages. NetSpec is left out there: its recursion is as deep as the net.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks._netspec import net_spec
from benchmarks._rounds import in_turn, ratio, table, timed
from protogen import Net, infer_shapes, proto
from protogen import layers as L

LAYERS, ROUNDS = 4000, 15
SMALL, LARGE, LARGE_ROUNDS = 1000, 100_000, 5
SHAPE = [1, 64, 28, 28]
FILLER = {"type": "xavier"}
CONVOLUTION: dict[str, Any] = {
    "num_output": 64,
    "kernel_size": 3,
    "pad": 1,
    "weight_filler": FILLER,
}


def with_protogen(number: int = LAYERS) -> str:
    """Compose, infer and check, emit."""
    with Net() as net:
        x = L.Input(shape=SHAPE)
        for _ in range(number // 2):
            x = L.Convolution(x, **CONVOLUTION)
            x = L.ReLU(x, in_place=True)
    if not infer_shapes(net).ok:
        raise AssertionError("the chain is at fault")
    return net.to_prototxt()


def with_netspec(spec: Any) -> str:
    """The same chain by NetSpec, whose recursion is as deep as the net."""
    layers, net = spec.layers, spec.NetSpec()
    x = layers.Input(shape={"dim": SHAPE})
    for _ in range(LAYERS // 2):
        x = layers.Convolution(x, **CONVOLUTION)
        x = layers.ReLU(x, in_place=True)
    net.end = x
    return str(net.to_proto())


def with_messages(number: int = LAYERS) -> str:
    """The same chain with protobuf alone: a lower limit for any composer."""
    net = proto.NetParameter()
    net.layer.add(name="x0", type="Input", top=["x0"], input_param={"shape": [{"dim": SHAPE}]})
    fields = {"num_output": 64, "kernel_size": [3], "pad": [1], "weight_filler": FILLER}
    for n in range(number // 2):
        name, bottom = f"x{n + 1}", f"x{n}"
        net.layer.add(
            name=name, type="Convolution", bottom=[bottom], top=[name], convolution_param=fields
        )
        net.layer.add(name=f"relu{n}", type="ReLU", bottom=[name], top=[name])
    return str(net)


def check(text: str) -> None:
    """Whether the text has all layers."""
    if text.count("\nlayer {") + text.startswith("layer {") != LAYERS + 1:
        raise AssertionError("another net was made")


def run() -> None:
    """Measure everything; without NetSpec, if it cannot be fetched."""
    subjects = {"protogen": with_protogen, "messages": with_messages}
    try:
        spec = net_spec()
        subjects["NetSpec"] = lambda: with_netspec(spec)
    except subprocess.CalledProcessError:
        print("NetSpec cannot be fetched; measuring without it", file=sys.stderr)
    print(f"Composing and emitting {LAYERS} layers, microseconds per layer ({ROUNDS} rounds)")
    measured = {name: timed(build, check) for name, build in subjects.items()}
    taken = in_turn(measured, ROUNDS)
    table(taken, 1e6 / LAYERS)
    ratio(taken, "protogen", "NetSpec")
    print(
        f"Time per layer of {LARGE:,} layers, divided by that of {SMALL:,} ({LARGE_ROUNDS} rounds)"
    )
    growth({"protogen": with_protogen, "messages": with_messages})


def growth(subjects: dict[str, Callable[[int], str]]) -> None:
    """Print by how much a layer takes longer in a large net than in a small one."""
    measured = {}
    for name, build in subjects.items():
        for number in (SMALL, LARGE):
            measured[f"{name} {number}"] = timed(partial(build, number))
    taken = in_turn(measured, LARGE_ROUNDS)
    for name in subjects:
        small, large = min(taken[f"{name} {SMALL}"]), min(taken[f"{name} {LARGE}"])
        print(f"{name:9} {large / small * SMALL / LARGE:8.2f}")


def main() -> None:
    """Run on a stack as deep as NetSpec's recursion."""
    sys.setrecursionlimit(20 * LAYERS)
    threading.stack_size(512 * 2**20)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
