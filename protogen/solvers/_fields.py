"""The fields of a solver as keywords, for type checkers and editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from protogen import proto

__all__ = ["SolverFields"]

_Net = proto.NetParameter | Mapping[str, Any]
_State = proto.NetState | Mapping[str, Any]


class SolverFields(TypedDict, total=False):
    """Every field of BVLC's ``SolverParameter``; a repeated field takes one value or a list.

    A test compares them with ``caffe.proto``.
    """

    average_loss: int
    base_lr: float
    clip_gradients: float
    debug_info: bool
    delta: float
    device_id: int
    display: int
    gamma: float
    iter_size: int
    layer_wise_reduce: bool
    lr_policy: Literal["exp", "fixed", "inv", "multistep", "poly", "sigmoid", "step"]
    max_iter: int
    momentum: float
    momentum2: float
    net: str
    net_param: _Net
    power: float
    random_seed: int
    regularization_type: Literal["L1", "L2"]
    rms_decay: float
    snapshot: int
    snapshot_after_train: bool
    snapshot_diff: bool
    snapshot_format: Literal["HDF5", "BINARYPROTO"]
    snapshot_prefix: str
    solver_mode: Literal["CPU", "GPU"]
    solver_type: str
    stepsize: int
    stepvalue: int | Sequence[int]
    test_compute_loss: bool
    test_initialization: bool
    test_interval: int
    test_iter: int | Sequence[int]
    test_net: str | Sequence[str]
    test_net_param: _Net | Sequence[_Net]
    test_state: _State | Sequence[_State]
    train_net: str
    train_net_param: _Net
    train_state: _State
    type: Literal["AdaDelta", "AdaGrad", "Adam", "Nesterov", "RMSProp", "SGD"]
    weight_decay: float
    weights: str | Sequence[str]
