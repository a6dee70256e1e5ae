"""Composing by NetSpec's interface, compared with pycaffe's NetSpec on the same messages.

Ours also looks through every message for what is lost: names, unknown types, missing
fields. NetSpec looks for nothing. Every round makes each net from scratch, the two in turn.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

from benchmarks._netspec import net_spec
from benchmarks._rounds import in_turn, ratio, table, timed
from protogen.netspec import net_spec as ours

ROUNDS = 15
#: Blocks of four layers in the residual net, and pairs in the chain.
BLOCKS = 500


def chain(spec: Any) -> Any:
    """Convolutions and ReLUs, of which only the last one has a name."""
    layers, n = spec.layers, spec.NetSpec()
    x = layers.Input(shape={"dim": [1, 64, 28, 28]})
    for _ in range(BLOCKS):
        x = layers.Convolution(
            x, num_output=64, kernel_size=3, pad=1, weight_filler={"type": "xavier"}
        )
        x = layers.ReLU(x, in_place=True)
    n.end = x
    return n.to_proto()


def residual(spec: Any) -> Any:
    """Convolution, BatchNorm, Scale and ReLU, each with a name, as scripts for ResNet have them."""
    layers, n = spec.layers, spec.NetSpec()
    frozen = [{"lr_mult": 0, "decay_mult": 0}] * 3
    n.data = layers.Input(shape={"dim": [1, 64, 28, 28]})
    x = n.data
    for i in range(BLOCKS):
        n[f"conv{i}"] = layers.Convolution(
            x, num_output=64, kernel_size=3, pad=1, bias_term=False, param=[{"lr_mult": 1}]
        )
        n[f"bn{i}"] = layers.BatchNorm(n[f"conv{i}"], in_place=True, param=frozen)
        n[f"scale{i}"] = layers.Scale(n[f"bn{i}"], bias_term=True, in_place=True)
        n[f"relu{i}"] = layers.ReLU(n[f"scale{i}"], in_place=True)
        x = n[f"relu{i}"]
    return n.to_proto()


def run() -> None:
    """Measure both nets, or say that NetSpec cannot be fetched."""
    try:
        theirs = net_spec()
    except subprocess.CalledProcessError:
        print("NetSpec cannot be fetched; nothing to compare with", file=sys.stderr)
        return
    for build, number in ((chain, 2 * BLOCKS + 1), (residual, 4 * BLOCKS + 1)):
        print(f"{build.__name__}, {number} layers, microseconds per layer ({ROUNDS} rounds)")
        measured = {
            "protogen": timed(lambda build=build: build(ours), _check),
            "NetSpec": timed(lambda build=build: build(theirs), _check),
        }
        taken = in_turn(measured, ROUNDS)
        table(taken, 1e6 / number)
        ratio(taken, "protogen", "NetSpec")


def _check(message: Any) -> None:
    if len(message.layer) not in (2 * BLOCKS + 1, 4 * BLOCKS + 1):
        raise AssertionError("another net was made")


def main() -> None:
    """Run on a stack as deep as NetSpec's recursion."""
    sys.setrecursionlimit(100 * BLOCKS)
    threading.stack_size(512 * 2**20)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
