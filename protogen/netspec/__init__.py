"""A module ``caffe`` without Caffe, for scripts that compose nets with pycaffe's NetSpec.

    import protogen.netspec as caffe
    from protogen.netspec import layers as L, params as P

    n = caffe.NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 3, 32, 32]))
    n.conv1 = L.Convolution(n.data, num_output=8, kernel_size=3)
    print(n.to_proto())

After `install`, ``import caffe`` is this module for the whole process, and ``protogen run`` runs a
script that way. The messages are those of pycaffe, bit for bit, in the classes of
`protogen.proto`. What NetSpec loses without a word is a `NetSpecWarning` at the line of the script:
a layer that is in no net, a name that no blob has, a name twice. See docs/netspec.md.
(source: the interface is that of ``python/caffe`` in BVLC's Caffe, and of the forks that extend it)
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from protogen.netspec import io, net_spec, proto
from protogen.netspec.net_spec import NetSpec, layers, params, to_proto
from protogen.netspec.pycaffe import (
    AdaDeltaSolver,
    AdaGradSolver,
    AdamSolver,
    Classifier,
    Detector,
    Layer,
    NesterovSolver,
    Net,
    RMSPropSolver,
    SGDSolver,
    get_solver,
    layer_type_list,
)
from protogen.netspec.record import NetSpecWarning

__all__ = [
    "TEST",
    "TRAIN",
    "AdaDeltaSolver",
    "AdaGradSolver",
    "AdamSolver",
    "Classifier",
    "Detector",
    "Layer",
    "NesterovSolver",
    "Net",
    "NetSpec",
    "NetSpecWarning",
    "RMSPropSolver",
    "SGDSolver",
    "get_solver",
    "has_nccl",
    "init_log",
    "install",
    "io",
    "layer_type_list",
    "layers",
    "log",
    "net_spec",
    "params",
    "proto",
    "set_device",
    "set_mode_cpu",
    "set_mode_gpu",
    "set_multiprocess",
    "set_random_seed",
    "set_solver_count",
    "set_solver_rank",
    "solver_count",
    "solver_rank",
    "to_proto",
]

#: The version of Caffe whose interface this is.
__version__ = "1.0.0"

TRAIN, TEST = 0, 1

#: The modules that a script can import from ``caffe``, and ours.
_MODULES = {
    "caffe": __name__,
    "caffe.coord_map": f"{__name__}.coord_map",
    "caffe.io": f"{__name__}.io",
    "caffe.model_libs": f"{__name__}.model_libs",
    "caffe.net_spec": f"{__name__}.net_spec",
    "caffe.proto": f"{__name__}.proto",
    "caffe.proto.caffe_pb2": f"{__name__}.caffe_pb2",
    "caffe.pycaffe": f"{__name__}.pycaffe",
}


def install() -> None:
    """From now on, ``import caffe`` imports this module, whether a pycaffe is installed or not."""
    # What an earlier import left, of a real pycaffe or of ours.
    for name in list(sys.modules):
        if name.partition(".")[0] == "caffe":
            del sys.modules[name]
    for name, ours in _MODULES.items():
        sys.modules[name] = importlib.import_module(ours)
    globals()["model_libs"] = sys.modules["caffe.model_libs"]


def _nothing(*args: Any) -> None:
    """Do nothing: there is no device here, and nothing to log."""


set_mode_cpu = set_mode_gpu = set_device = set_random_seed = _nothing
set_solver_count = set_solver_rank = set_multiprocess = init_log = log = _nothing


def solver_count() -> int:
    """One solver, as in a process that has not asked for more."""
    return 1


def solver_rank() -> int:
    """The first solver."""
    return 0


def has_nccl() -> bool:
    """Whether several devices can be used."""
    return False


def __getattr__(name: str) -> Any:
    # Not imported with the rest, because most scripts compose without them.
    if name in ("coord_map", "model_libs"):
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f'the module caffe of protogen has no attribute "{name}"')
