"""Channels of several groups mixed, as a layer of a fork or of layers of BVLC Caffe."""

from __future__ import annotations

from typing import Any

from protogen import layers as L
from protogen.compose.blob import Blob

__all__ = ["depthwise", "shuffle"]


def shuffle(bottom: Blob, name: str, groups: int, plain: bool) -> Blob:
    """Add a layer after which each group has channels of every group: (N, C, H, W).

    The channels are a matrix of ``groups`` rows, which the layer transposes. Its plain form slices
    the rows, gives each an axis of size 1, and concatenates them along that axis.
    """
    if not plain:
        top: Blob = L.ShuffleChannel(bottom, name=name, group=groups)
        return top
    names = [f"{name}_row{index}" for index in range(groups)]
    rows = L.Slice(bottom, name=f"{name}_rows", axis=1, top=names)
    columns = []
    for index, row in enumerate(rows):
        column = L.Reshape(row, name=f"{name}_column{index}", shape=[0, 0, 1], axis=0, num_axes=2)
        columns.append(column)
    joined = L.Concat(*columns, name=f"{name}_columns", axis=2)
    transposed: Blob = L.Reshape(joined, name=name, shape=[-1], axis=1, num_axes=2)
    return transposed


def depthwise(bottom: Blob, name: str, plain: bool, **convolution: Any) -> Blob:
    """Add a 3x3 convolution of each channel; its plain form has as many groups as channels."""
    assert bottom.shape is not None
    channels = bottom.shape[1]
    convolution |= {"num_output": channels, "kernel_size": 3, "pad": 1, "bias_term": False}
    if plain:
        top: Blob = L.Convolution(bottom, name=name, group=channels, **convolution)
    else:
        top = L.ConvolutionDepthwise(bottom, name=name, **convolution)
    return top
