"""How learnable blobs begin: one function for each filler of Caffe, and the checks it makes.

A filler is a ``FillerParameter`` message, for fields like ``weight_filler``::

    L.Convolution(x, num_output=20, kernel_size=5, weight_filler=fillers.xavier())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.shapes import UNKNOWN, count, format_shape

__all__ = [
    "bilinear",
    "constant",
    "gaussian",
    "msra",
    "positive_unitball",
    "uniform",
    "xavier",
]

NAMES = ("constant", "gaussian", "positive_unitball", "uniform", "xavier", "msra", "bilinear")


def constant(value: float = 0.0) -> Any:
    """Every element the same value."""
    return proto.FillerParameter(type="constant", value=value)


def uniform(min: float = 0.0, max: float = 1.0) -> Any:
    """Uniform between ``min`` and ``max``."""
    return proto.FillerParameter(type="uniform", min=min, max=max)


def gaussian(mean: float = 0.0, std: float = 1.0, sparse: int | None = None) -> Any:
    """Normal with this mean and standard deviation; ``sparse`` non-zero inputs to each output."""
    filler = proto.FillerParameter(type="gaussian", mean=mean, std=std)
    if sparse is not None:
        filler.sparse = sparse
    return filler


def positive_unitball() -> Any:
    """Uniform in [0, 1], then scaled so that the inputs of each output add up to 1."""
    return proto.FillerParameter(type="positive_unitball")


def xavier(variance_norm: str = "FAN_IN") -> Any:
    """Uniform in ±sqrt(3 / n), n being FAN_IN, FAN_OUT or their AVERAGE (Glorot & Bengio 2010)."""
    return _normed("xavier", variance_norm)


def msra(variance_norm: str = "FAN_IN") -> Any:
    """Normal with deviation sqrt(2 / n), n as for `xavier` (He et al. 2015)."""
    return _normed("msra", variance_norm)


def bilinear() -> Any:
    """Bilinear interpolation, for a Deconvolution that upsamples; 4 axes and a square kernel."""
    return proto.FillerParameter(type="bilinear")


def _normed(name: str, variance_norm: str) -> Any:
    if variance_norm == "FAN_IN":  # Caffe's default, which need not be written
        return proto.FillerParameter(type=name)
    norms = proto.FillerParameter.VarianceNorm
    names = norms.keys()
    if variance_norm not in names:
        near = did_you_mean(variance_norm, names) or "one of " + ", ".join(names)
        raise ValueError(f'variance_norm "{variance_norm}" is not known; {near}')
    return proto.FillerParameter(type=name, variance_norm=norms.Value(variance_norm))


if not TYPE_CHECKING:  # to a type checker it would make every name one of this module's

    def __getattr__(name: str) -> Any:
        near = did_you_mean(name, NAMES) or "there are " + ", ".join(NAMES)
        raise AttributeError(f'no filler "{name}"; {near}')


def check_filler(filler: Any, shape: Sequence[Any]) -> str:
    """Why Caffe would die filling a blob of this shape, or nothing (``filler.hpp``)."""
    name = filler.type
    if name not in NAMES:
        near = did_you_mean(name, NAMES) or "Caffe has " + ", ".join(NAMES)
        return f'filler type "{name}" is not known; {near}'
    if any(size is UNKNOWN for size in shape):
        return ""
    if count(shape) == 0:
        return f"a blob of {format_shape(shape)} has nothing to fill"
    if name != "gaussian" and name != "bilinear" and filler.sparse != -1:
        return f'filler "{name}" takes no sparse'
    special = _CHECKS.get(name)
    return special(filler, shape) if special else ""


def _uniform_problem(filler: Any, shape: Sequence[Any]) -> str:
    if filler.min > filler.max:
        return f"uniform filler from {filler.min:g} to {filler.max:g}: min is above max"
    return ""


def _gaussian_problem(filler: Any, shape: Sequence[Any]) -> str:
    if not filler.std > 0:
        return f"gaussian filler with std {filler.std:g}; it must be above 0"
    if filler.sparse < -1:
        return f"gaussian filler with sparse {filler.sparse}; it must be -1 (off) or more"
    if filler.sparse >= 0 and not shape:
        return "a sparse gaussian filler needs a blob with at least one axis"
    if filler.sparse >= 0 and filler.sparse > shape[0]:
        return f"gaussian filler with sparse {filler.sparse} on {shape[0]} outputs"
    return ""


def _axes_problem(filler: Any, shape: Sequence[Any]) -> str:
    return "" if shape else f"a {filler.type} filler needs a blob with at least one axis"


def _bilinear_problem(filler: Any, shape: Sequence[Any]) -> str:
    if len(shape) != 4:
        return f"a bilinear filler needs a blob with 4 axes, not {format_shape(shape)}"
    if shape[2] != shape[3]:
        return f"a bilinear filler needs a square kernel, not {shape[2]}x{shape[3]}"
    return 'filler "bilinear" takes no sparse' if filler.sparse != -1 else ""


_CHECKS = {
    "uniform": _uniform_problem,
    "gaussian": _gaussian_problem,
    "xavier": _axes_problem,
    "msra": _axes_problem,
    "positive_unitball": _axes_problem,
    "bilinear": _bilinear_problem,
}
