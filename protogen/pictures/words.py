"""What is written on a box, and how much space it takes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from protogen import proto
from protogen.diagnostics import escaped
from protogen.graph import Step
from protogen.pictures.boxes import Box
from protogen.pictures.groups import Group

__all__ = ["FAMILIES", "Words", "box_words", "family", "group_words", "shortened"]

#: Heights of the lines, and the space around them.
_TITLE_HEIGHT, _LINE_HEIGHT, _MARGIN = 18.0, 15.0, 7.0

#: The least width of a box, and what is added because the widths of characters are estimates.
_NARROWEST, _SLACK = 90.0, 8.0

#: A title of this many characters is written in full; the page shows longer ones beside it.
_LONGEST = 48

#: How a stride of 1 may be written; a box does not show it.
_NO_STRIDE = ("", "1", "1x1")

#: The widths of characters in a sans-serif font of 12 pixels. Others are of the last kind.
_WIDTHS = ((" ijl.,:;|!'/()[]-tfrI", 4.4), ("mwMW@%", 10.4), ("ABCDEFGHKLNOPQRSTUVXYZ&", 8.4))
_OTHER_WIDTH = 7.0
_WIDTH_OF: dict[str, float] = {}
for _chars, _char_width in _WIDTHS:
    _WIDTH_OF.update(dict.fromkeys(_chars, _char_width))

#: The kinds of layers that differ in color.
FAMILIES = {
    "convolution": ("Convolution", "Deconvolution", "InnerProduct", "ConvolutionDepthwise", "LSTM"),
    "pooling": ("Pooling", "ROIPooling", "SPP", "Interp", "Upsample"),
    "data": ("Input", "Data", "ImageData", "HDF5Data", "DummyData", "MemoryData", "WindowData"),
    "activation": ("ReLU", "PReLU", "ELU", "Sigmoid", "TanH", "Dropout", "ReLU6", "Softmax"),
    "normalization": ("BatchNorm", "Scale", "LRN", "MVN", "Bias", "Normalize", "BN"),
    "combination": ("Concat", "Eltwise", "Slice", "Split", "Axpy", "Crop"),
}


def family(step: Step) -> str:
    """The kind of a layer, or *other*."""
    if step.is_loss or step.type == "Accuracy":
        return "loss"
    for name, types in FAMILIES.items():
        if step.type in types:
            return name
    return "other"


@dataclass
class Words:
    """A title, and lines below it."""

    title: str
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, title: str, *lines: str) -> Words:
        """The texts, safe to show, and not too long."""
        return cls(shortened(title), [shortened(line) for line in lines if line])

    @cached_property
    def width(self) -> float:
        """The width of a box around it."""
        # A title is bold, and the lines below are smaller.
        widest = 1.08 * _width(self.title)
        for line in self.lines:
            widest = max(widest, 0.92 * _width(line))
        return max(_NARROWEST, widest + 2 * _MARGIN + _SLACK)

    @property
    def height(self) -> float:
        """The height of a box around it."""
        return 2 * _MARGIN + _TITLE_HEIGHT + _LINE_HEIGHT * len(self.lines)


def _width(text: str) -> float:
    widths = [_WIDTH_OF.get(char) or _other_width(char) for char in text]
    return sum(widths)


def _other_width(char: str) -> float:
    # Wide and fullwidth characters: Chinese, Japanese and Korean ones.
    if unicodedata.east_asian_width(char) in "WF":
        return 13.0
    return _OTHER_WIDTH


def shortened(text: str, longest: int = _LONGEST) -> str:
    """The text without control characters; a long one without its middle."""
    # Escaping all of it would take long, and only the ends are shown.
    if len(text) > 4 * longest:
        text = text[: 2 * longest] + text[-2 * longest :]
    text = escaped(text)
    if len(text) <= longest:
        return text
    # Names of one net differ at the end, but people look at the beginning.
    return f"{text[: longest * 2 // 3]}…{text[-longest // 3 :]}"


def box_words(box: Box) -> Words:
    """The name of the layer, what it does, and the layers in place."""
    first, *others = box.steps
    # A text with errors may have layers without a name or a type.
    title = box.name or "(no name)"
    types = [step.type or "?" for step in others]
    in_place = " · ".join(types)
    return Words.of(title, _deed(first), in_place)


def group_words(group: Group) -> Words:
    """The title of a folded group and the number of its layers."""
    layers = 0
    for box in group.boxes:
        layers += len(box.steps)
    content = f"{layers} layers"
    if group.times > 1:
        content = f"{group.times} ×, {content}"
    return Words.of(group.title, content)


# What a layer does -----------------------------------------------------------------------------


def _deed(step: Step) -> str:
    """The type and the numbers that matter: ``Convolution 3x3/2, 64``."""
    words = step.type or "?"
    describe = _DEEDS.get(step.type)
    if describe is not None:
        words += f" {describe(step.layer)}"
    return words.rstrip()


def _convolution(layer: proto.LayerParameter) -> str:
    param = layer.convolution_param
    words = [_window(param), str(param.num_output)]
    if param.group > 1:
        words.append(f"group {param.group}")
    # Without a dilation the field is empty, and Caffe takes 1.
    if max(param.dilation, default=1) > 1:
        dilation = _sizes(param.dilation)
        words.append(f"dilation {dilation}")
    return ", ".join(words)


def _pooling(layer: proto.LayerParameter) -> str:
    param = layer.pooling_param
    pool = param.PoolMethod.Name(param.pool)
    # The kernel is then the whole image, and Caffe rejects one that is written.
    if param.global_pooling:
        return f"{pool}, global"
    return f"{pool} {_window(param)}"


def _window(param: Any) -> str:
    """``3x3``, ``3x3/2`` with a stride of 2."""
    # Caffe rejects a layer without a kernel, but it is drawn all the same.
    kernel = _pair(param, "kernel_size", "kernel_h", "kernel_w") or "?"
    if "x" not in kernel:
        kernel = f"{kernel}x{kernel}"
    stride = _pair(param, "stride", "stride_h", "stride_w")
    if stride in _NO_STRIDE:
        return kernel
    return f"{kernel}/{stride}"


def _pair(param: Any, both: str, height: str, width: str) -> str:
    """A size that is given for both sides, for each axis, or in two fields."""
    if param.HasField(height) or param.HasField(width):
        size_h = getattr(param, height)
        size_w = getattr(param, width)
        return f"{size_h}x{size_w}"
    value = getattr(param, both)
    # The field of a Convolution is repeated, that of a Pooling is not.
    if isinstance(value, int):
        return str(value)
    return _sizes(value)


def _sizes(values: Any) -> str:
    """``3`` if all axes are alike, and ``3x1`` if not; empty without a value."""
    different = set(values)
    if len(different) == 1:
        return str(values[0])
    return "x".join(map(str, values))


def _inner_product(layer: proto.LayerParameter) -> str:
    return str(layer.inner_product_param.num_output)


def _eltwise(layer: proto.LayerParameter) -> str:
    param = layer.eltwise_param
    return str(param.EltwiseOp.Name(param.operation))


_DEEDS = {
    "Convolution": _convolution,
    "Deconvolution": _convolution,
    "Eltwise": _eltwise,
    "InnerProduct": _inner_product,
    "Pooling": _pooling,
}
