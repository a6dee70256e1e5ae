"""How learnable blobs are initialized: one function for each of Caffe's fillers, and its checks.

A filler is a ``FillerParameter`` message, for fields like ``weight_filler``::

    L.Convolution(x, num_output=20, kernel_size=5, weight_filler=fillers.xavier())
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from protogen import proto
from protogen.diagnostics import did_you_mean
from protogen.shapes import Size, Unknown, count, format_shape

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

#: The fillers of forks, of which only the names are known here, and the forks that have them.
FORK_FILLERS = {
    "bilinearstatic": ("nv17",),
    "diagonal": ("flownet2",),
    "file": ("stn",),
    "gabor": ("intel",),
    "gaussian_unitball": ("happynear",),
    "gaussianstatic": ("nv17",),
    "identity": ("happynear",),
    "msrastatic": ("nv17",),
    "positive_unitballstatic": ("nv17",),
    "uniformstatic": ("nv17",),
    "xavierstatic": ("nv17",),
}

#: The default of ``FillerParameter.sparse``: no weight is set to 0.
_NOT_SPARSE = -1


def constant(value: float = 0.0) -> proto.FillerParameter:
    """Set every element to the same value."""
    return proto.FillerParameter(type="constant", value=value)


def uniform(min: float = 0.0, max: float = 1.0) -> proto.FillerParameter:
    """Draw from a uniform distribution between ``min`` and ``max``."""
    return proto.FillerParameter(type="uniform", min=min, max=max)


def gaussian(
    mean: float = 0.0, std: float = 1.0, sparse: int | None = None
) -> proto.FillerParameter:
    """Draw from a normal distribution.

    With ``sparse``, each output has on average that many weights that are not 0.
    """
    filler = proto.FillerParameter(type="gaussian", mean=mean, std=std)
    if sparse is not None:
        filler.sparse = sparse
    return filler


def positive_unitball() -> proto.FillerParameter:
    """Draw uniformly from [0, 1], then scale the weights of each output to a sum of 1."""
    return proto.FillerParameter(type="positive_unitball")


def xavier(variance_norm: str = "FAN_IN") -> proto.FillerParameter:
    """Draw uniformly from ±sqrt(3 / n), where n is the FAN_IN, the FAN_OUT or the AVERAGE of both.

    (source: Glorot & Bengio 2010)
    """
    return _scaled_by_fan("xavier", variance_norm)


def msra(variance_norm: str = "FAN_IN") -> proto.FillerParameter:
    """Draw from a normal distribution with standard deviation sqrt(2 / n), with n as in `xavier`.

    (source: He et al. 2015)
    """
    return _scaled_by_fan("msra", variance_norm)


def bilinear() -> proto.FillerParameter:
    """Interpolate bilinearly, for a Deconvolution that upsamples.

    The blob must have 4 axes and a square kernel.
    """
    return proto.FillerParameter(type="bilinear")


def _scaled_by_fan(name: str, variance_norm: str) -> proto.FillerParameter:
    if variance_norm == "FAN_IN":  # Caffe's default, so the prototxt need not say it
        return proto.FillerParameter(type=name)
    norms = proto.FillerParameter.VarianceNorm
    names = norms.keys()
    if variance_norm not in names:
        hint = did_you_mean(variance_norm, names) or f"expected one of {', '.join(names)}"
        raise ValueError(f'unknown variance_norm "{variance_norm}"; {hint}')
    return proto.FillerParameter(type=name, variance_norm=norms.Value(variance_norm))


if not TYPE_CHECKING:  # a type checker would otherwise accept any name of this module

    def __getattr__(name: str) -> NoReturn:
        raise AttributeError(f'unknown filler "{name}"; {_suggestion(name)}')


def _suggestion(name: str) -> str:
    """The name that was probably intended, or all names."""
    return did_you_mean(name, NAMES) or f"Caffe has {', '.join(NAMES)}"


# Checks ----------------------------------------------------------------------------------------


class FillerProblem(NamedTuple):
    """Why Caffe aborts on a filler, and the filler's field at fault.

    ``field`` is empty if the shape of the blob is at fault, not the filler.
    """

    message: str
    field: str = ""


def filler_problem(filler: proto.FillerParameter, shape: Sequence[Size]) -> FillerProblem | None:
    """Why Caffe would abort when it fills a blob of this shape, or ``None``.

    (source: ``filler.hpp``)
    """
    name = filler.type
    if name in FORK_FILLERS:
        return None
    if name not in NAMES:
        return FillerProblem(f'unknown filler type "{name}"; {_suggestion(name)}', "type")
    sizes: list[int] = []
    for size in shape:
        if isinstance(size, Unknown):
            return None
        sizes.append(size)
    # The same checks for all, then those of the filler, as in each Fill() of filler.hpp.
    if count(sizes) == 0:
        return FillerProblem(f"a blob of {format_shape(sizes)} has no elements to fill")
    if name != "gaussian" and filler.sparse != _NOT_SPARSE:
        return FillerProblem(f'filler "{name}" does not support sparse', "sparse")
    check = _CHECKS.get(name)
    if check is None:
        return None
    return check(filler, sizes)


# Each of these gets a shape with elements, in which every size is known.


def _check_uniform(filler: proto.FillerParameter, shape: Sequence[int]) -> FillerProblem | None:
    # caffe_rng_uniform checks that a <= b, which is false for NaN.
    if not filler.min <= filler.max:
        return FillerProblem(
            f"min must be at most max, got {filler.min:g} and {filler.max:g}", "min"
        )
    return None


def _check_gaussian(filler: proto.FillerParameter, shape: Sequence[int]) -> FillerProblem | None:
    # caffe_rng_gaussian checks that sigma > 0, which is false for NaN.
    if not filler.std > 0:
        return FillerProblem(f"std must be greater than 0, got {filler.std:g}", "std")
    if filler.sparse < _NOT_SPARSE:
        return FillerProblem(f"sparse must be -1 (off) or greater, got {filler.sparse}", "sparse")
    if filler.sparse == _NOT_SPARSE:
        return None
    if not shape:
        return FillerProblem("sparse needs a blob with at least 1 axis, got a scalar", "sparse")
    # sparse / outputs is a probability, and caffe_rng_bernoulli checks that it is at most 1.
    if filler.sparse > shape[0]:
        return FillerProblem(
            f"sparse {filler.sparse} is greater than the {shape[0]} outputs", "sparse"
        )
    return None


def _check_axes(filler: proto.FillerParameter, shape: Sequence[int]) -> FillerProblem | None:
    # These fillers divide by shape(0), which a scalar does not have.
    if shape:
        return None
    return FillerProblem(
        f'filler "{filler.type}" needs a blob with at least 1 axis, got a scalar', "type"
    )


def _check_bilinear(filler: proto.FillerParameter, shape: Sequence[int]) -> FillerProblem | None:
    if len(shape) != 4:
        return FillerProblem(
            f'filler "bilinear" needs a blob with 4 axes, got {format_shape(shape)}', "type"
        )
    if shape[2] != shape[3]:
        return FillerProblem(
            f'filler "bilinear" needs a square kernel, got {shape[2]}x{shape[3]}', "type"
        )
    return None


_CHECKS: dict[str, Callable[[proto.FillerParameter, Sequence[int]], FillerProblem | None]] = {
    "uniform": _check_uniform,
    "gaussian": _check_gaussian,
    "xavier": _check_axes,
    "msra": _check_axes,
    "positive_unitball": _check_axes,
    "bilinear": _check_bilinear,
}


def __dir__() -> list[str]:
    return sorted(__all__)
