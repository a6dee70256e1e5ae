"""What the later Inception networks are composed of."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from protogen import layers as L
from protogen.compose.blob import Blob
from protogen.zoo._parts import Naming, conv_bn

__all__ = ["Branch", "Conv", "Pool", "conv", "module", "pool", "reduction"]

_NAMING = Naming("{}_bn", "{}_scale", "{}_relu")


class Conv(NamedTuple):
    """A convolution of a branch: its name in the module, its channels and its kernel.

    The image keeps its size unless ``stride`` is 2, which goes without padding.
    """

    name: str
    num_output: int
    height: int = 1
    width: int = 0
    stride: int = 1


class Pool(NamedTuple):
    """A pooling of a branch: 3x3, with padding if ``stride`` is 1."""

    name: str
    pool: Literal["AVE", "MAX"] = "AVE"
    stride: int = 1


#: The layers of one branch of a module.
Branch = tuple[Conv | Pool, ...]


def module(bottom: Blob, name: str, branches: tuple[Branch, ...], concat: str = "concat") -> Blob:
    """Add branches side by side, and concatenate them along the channels."""
    ends = []
    for branch in branches:
        x = bottom
        for part in branch:
            x = _add(x, f"{name}_{part.name}", part)
        ends.append(x)
    joined: Blob = L.Concat(*ends, name=f"{name}_{concat}")
    return joined


def _add(bottom: Blob, name: str, part: Conv | Pool) -> Blob:
    if isinstance(part, Pool):
        return pool(bottom, name, part.pool, part.stride)
    return conv(bottom, name, part.num_output, part.height, part.width, stride=part.stride)


def conv(
    bottom: Blob,
    name: str,
    num_output: int,
    height: int = 1,
    width: int = 0,
    *,
    stride: int = 1,
    pad: bool | None = None,
    relu: str = "{}_relu",
) -> Blob:
    """Add a convolution with batch normalization.

    Without a ``width`` the kernel is a square. Unless ``pad`` is given, the convolution pads
    so that the image keeps its size, or with a stride not at all. ``relu`` is the pattern of the
    ReLU's name.
    """
    pads = stride == 1 if pad is None else pad
    kernel: dict[str, Any] = {"kernel_size": height}
    if pads and height > 1:
        kernel["pad"] = height // 2
    if width:
        kernel = {"kernel_h": height, "kernel_w": width}
        # If only one padding is written, Caffe uses it for rows and columns.
        kernel |= {"pad_h": height // 2, "pad_w": width // 2} if pads else {}
    return conv_bn(
        bottom,
        name,
        _NAMING._replace(relu=relu),
        eps=1e-3,
        num_output=num_output,
        stride=stride if stride > 1 else None,
        **kernel,
    )


def pool(bottom: Blob, name: str, kind: Literal["AVE", "MAX"] = "MAX", stride: int = 2) -> Blob:
    """Add a 3x3 pooling, which pads if its stride is 1."""
    pad = 1 if stride == 1 else None
    pooled: Blob = L.Pooling(bottom, name=name, pool=kind, kernel_size=3, stride=stride, pad=pad)
    return pooled


def reduction(bottom: Blob, name: str, *branches: Branch) -> Blob:
    """Add branches that halve the image, and a pooling beside them."""
    return module(bottom, name, (*branches, (Pool("pool", "MAX", 2),)))
