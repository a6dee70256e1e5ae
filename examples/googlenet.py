"""GoogLeNet: nine inception modules, whose 1x1 reductions make 22 layers affordable.

    protogen emit examples/googlenet.py
    protogen emit examples/googlenet.py --set reductions=False   # without the 1x1 reductions
    python examples/googlenet.py                                 # what the reductions save

This is the net for deployment, with 6,998,552 weights and biases. It lacks the two classifiers that
are only for training. The names are those of the net that was published with Caffe.

(source: Szegedy et al. 2014, "Going Deeper with Convolutions", Table 1)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from protogen import Blob, Net, blocks, fillers, infer_shapes
from protogen import layers as L
from protogen.render.table import Table, show

LEARNING: dict[str, Any] = {
    "param": [{"lr_mult": 1, "decay_mult": 1}, {"lr_mult": 2, "decay_mult": 0}],
    "weight_filler": fillers.xavier(),
    "bias_filler": fillers.constant(0.2),
}

#: The channels of 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5 and pool proj. Poolings precede 4a and 5a.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def net(batch: int = 10, reductions: bool = True) -> Net:
    """GoogLeNet on ``batch`` images; ``reductions=False`` leaves out the modules' reductions."""
    with Net("GoogleNet") as googlenet:
        x = stem(L.Input(name="data", shape=[batch, 3, 224, 224]))
        for name, (one, three_reduce, three, five_reduce, five, proj) in MODULES.items():
            if name in ("4a", "5a"):
                x = pool(x, f"pool{int(name[0]) - 1}/3x3_s2")
            if not reductions:
                three_reduce = five_reduce = 0
            outputs = (one, three_reduce, three, five_reduce, five, proj)
            x = blocks.inception(x, num_output=outputs, name=f"inception_{name}", **LEARNING)
        x = L.Pooling(x, name="pool5/7x7_s1", pool="AVE", kernel_size=7, stride=1)
        L.Dropout(x, name="pool5/drop_7x7_s1", in_place=True, dropout_ratio=0.4)
        x = L.InnerProduct(
            x,
            name="loss3/classifier",
            num_output=1000,
            param=LEARNING["param"],
            weight_filler=fillers.xavier(),
            bias_filler=fillers.constant(),
        )
        L.Softmax(x, name="prob")
    return googlenet


def stem(data: Blob) -> Blob:
    """The convolutions before the modules: from (N, 3, 224, 224) to (N, 192, 28, 28)."""
    x = L.Convolution(
        data, name="conv1/7x7_s2", num_output=64, kernel_size=7, pad=3, stride=2, **LEARNING
    )
    L.ReLU(x, name="conv1/relu_7x7", in_place=True)
    x = pool(x, "pool1/3x3_s2")
    x = L.LRN(x, name="pool1/norm1", local_size=5, alpha=1e-4, beta=0.75)
    x = L.Convolution(x, name="conv2/3x3_reduce", num_output=64, kernel_size=1, **LEARNING)
    L.ReLU(x, name="conv2/relu_3x3_reduce", in_place=True)
    x = L.Convolution(x, name="conv2/3x3", num_output=192, kernel_size=3, pad=1, **LEARNING)
    L.ReLU(x, name="conv2/relu_3x3", in_place=True)
    x = L.LRN(x, name="conv2/norm2", local_size=5, alpha=1e-4, beta=0.75)
    return pool(x, "pool2/3x3_s2")


def pool(bottom: Blob, name: str) -> Blob:
    """Halve the image, rounding up: for 112, 56 and 28 the last window overhangs by one."""
    return L.Pooling(bottom, name=name, pool="MAX", kernel_size=3, stride=2)


def savings() -> Iterator[tuple[str, int, int]]:
    """Each convolution after a reduction, with its multiply-accumulates without and with it.

    They are for one image, and include those of the reduction itself.
    """
    with_them, without = macs(net(batch=1)), macs(net(batch=1, reductions=False))
    for name in MODULES:
        for kernel in ("3x3", "5x5"):
            conv = f"inception_{name}/{kernel}"
            yield conv, without[conv], with_them[conv] + with_them[f"{conv}_reduce"]


def macs(composed: Net) -> dict[str, int]:
    """The multiply-accumulates of each layer."""
    return {row.name: row.facts.macs or 0 for row in infer_shapes(composed).layers}


def main() -> None:
    """Print what the reductions save for each convolution and for the whole net."""
    rows = list(savings())
    before, after = sum(row[1] for row in rows), sum(row[2] for row in rows)
    whole = sum(macs(net(batch=1)).values())
    rows += [("sum", before, after), ("GoogLeNet", whole - after + before, whole)]
    titles = ("convolution", "MACs without", "with 1x1 reduction", "times fewer")
    cells = [(name, f"{a:,}", f"{b:,}", f"{a / b:.1f}") for name, a, b in rows]
    show(sys.stdout, Table(titles, cells, right=(1, 2, 3)))


if __name__ == "__main__":
    main()
