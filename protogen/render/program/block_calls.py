"""Layers that are a module of a published network become one call of ``protogen.blocks``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from protogen import proto
from protogen.compose import Blob, blocks
from protogen.net import Net
from protogen.program import ComposeError
from protogen.render.program.nodes import Call, Node, Text
from protogen.render.program.values import plain
from protogen.shapes import Shape

__all__ = ["with_blocks"]

#: The keywords that each Convolution of a block has for itself.
_WINDOW = ("name", "num_output", "kernel_size", "pad", "stride", "group", "bias_term", "top")


@dataclass(frozen=True)
class _Block:
    """A block, the types of its layers, and the arguments by which it would add given layers."""

    name: str
    types: tuple[str, ...]
    arguments: Callable[[Sequence[Call]], dict[str, Node] | None]


def with_blocks(
    calls: Sequence[Call], net: proto.NetParameter, shapes: Mapping[str, Shape]
) -> list[Call]:
    """The calls, with a call of a block in the place of the layers that it would add.

    ``shapes`` are those of the blobs. Every block is composed, and used if its layers are equal.
    """
    readers: dict[str, list[int]] = {}
    for position, call in enumerate(calls):
        for name in call.bottoms:
            readers.setdefault(name, []).append(position)
    found: list[Call] = []
    position = 0
    while position < len(calls):
        block = _block_at(calls, position, net, shapes, readers)
        if block is None:
            found.append(calls[position])
            position += 1
        else:
            found.append(block)
            position += len(block.types)
    return found


def _block_at(
    calls: Sequence[Call],
    start: int,
    net: proto.NetParameter,
    shapes: Mapping[str, Shape],
    readers: Mapping[str, Sequence[int]],
) -> Call | None:
    """The call of a block that adds the layers from here on; ``None`` if no block does."""
    for block in _BLOCKS:
        end = start + len(block.types)
        part = calls[start:end]
        types = tuple([call.types[0] for call in part])
        if types != block.types or _is_special(part):
            continue
        # A block returns only its last blob.
        if _inner_tops_are_read(part, start, readers):
            continue
        arguments = block.arguments(part)
        if arguments is None:
            continue
        layers = net.layer[start : start + len(part)]
        bottoms = part[0].bottoms
        # Types and arguments may fit although a name or a filler is another one.
        if _adds(block, arguments, bottoms, layers, shapes):
            return _call(block, arguments, part)
    return None


def _call(block: _Block, arguments: dict[str, Node], part: Sequence[Call]) -> Call:
    comments: list[str] = []
    for call in part:
        comments += call.comments
    return Call(
        f"blocks.{block.name}",
        part[0].bottoms,
        tuple(_result(part)),
        arguments,
        types=block.types,
        comments=tuple(comments),
    )


def _is_special(part: Sequence[Call]) -> bool:
    """Whether a layer is nothing that a block adds: it runs in one phase, or has two bottoms."""
    if len(part[0].bottoms) != 1:
        return True
    return any(call.raw or call.phase for call in part)


def _result(part: Sequence[Call]) -> Sequence[str]:
    """The blob that a block returns: the last one, which later layers may overwrite in place."""
    for call in reversed(part):
        if call.outs:
            return call.outs
    return ()


def _inner_tops_are_read(
    part: Sequence[Call], start: int, readers: Mapping[str, Sequence[int]]
) -> bool:
    """Whether a later layer reads a blob of the block that the block does not return."""
    result = _result(part)
    end = start + len(part)
    for call in part:
        for name in call.outs:
            if name not in result and readers.get(name, (0,))[-1] >= end:
                return True
    return False


def _adds(
    block: _Block,
    arguments: Mapping[str, Node],
    bottoms: Sequence[str],
    layers: Sequence[Any],
    shapes: Mapping[str, Shape],
) -> bool:
    """Whether the block adds exactly these layers."""
    keywords = {key: plain(value) for key, value in arguments.items()}
    # The proof is the block itself: whatever it adds today is compared with the layers.
    scratch = Net()
    try:
        with scratch:
            function = getattr(blocks, block.name)
            function(*[Blob(name, shapes.get(name)) for name in bottoms], **keywords)
    except (ComposeError, TypeError, ValueError):
        return False
    added = scratch.to_proto().layer
    return len(added) == len(layers) and all(map(_equal, added, layers))


def _equal(one: Any, other: Any) -> bool:
    return bool(
        one.SerializePartialToString(deterministic=True)
        == other.SerializePartialToString(deterministic=True)
    )


# The arguments of each block -------------------------------------------------------------------


def _rest(call: Call) -> dict[str, Node]:
    """The keywords that all Convolutions of a block have in common."""
    return {key: value for key, value in call.args.items() if key not in _WINDOW}


def _written(call: Call, keyword: str) -> str:
    """The text of an argument; empty if it is not given."""
    value = call.args.get(keyword)
    if not isinstance(value, Text):
        return ""
    return "".join(map(str, value.atoms))


def _inception(part: Sequence[Call]) -> dict[str, Node] | None:
    # GoogLeNet's Concat is inception_3a/output, and the block is called inception_3a.
    name, _, last = _written(part[-1], "name").rpartition("/")
    if last != "output":
        return None
    outputs = []
    for call in part:
        if call.types == ("Convolution",):
            outputs.append(call.args.get("num_output"))
    return {"name": Text.of(name), "num_output": tuple(outputs), **_rest(part[0])}


def _fire(part: Sequence[Call]) -> dict[str, Node] | None:
    # SqueezeNet's Concat is fire2/concat.
    name, _, last = _written(part[-1], "name").rpartition("/")
    if last != "concat":
        return None
    return {
        "name": Text.of(name),
        "squeeze": part[0].args.get("num_output"),
        "expand": part[2].args.get("num_output"),
        **_rest(part[0]),
    }


def _bottleneck(part: Sequence[Call]) -> dict[str, Node] | None:
    # ResNet's Eltwise, before the last ReLU, has the name of the block: res2a.
    arguments = {
        "name": Text.of(_written(part[-2], "name")),
        "num_output": part[-5].args.get("num_output"),
        **_rest(part[0]),
    }
    stride = part[0].args.get("stride", 1)
    if stride != 1:
        arguments["stride"] = stride
    return arguments


def _depthwise_separable(part: Sequence[Call]) -> dict[str, Node] | None:
    # MobileNet's layers are conv2_1/dw and conv2_1/sep.
    name, _, last = _written(part[0], "name").rpartition("/")
    if last != "dw":
        return None
    arguments = {
        "name": Text.of(name),
        "num_output": part[4].args.get("num_output"),
        **_rest(part[0]),
    }
    stride = part[0].args.get("stride", 1)
    if stride != 1:
        arguments["stride"] = stride
    return arguments


def _convolution(part: Sequence[Call]) -> dict[str, Node]:
    """The keywords of the only Convolution; without a bias is how blocks have it by default."""
    arguments = dict(part[0].args)
    is_normalized = any(call.types == ("BatchNorm",) for call in part)
    if is_normalized and arguments.get("bias_term") is False:
        del arguments["bias_term"]
    if part[-1].types != ("ReLU",):
        arguments["relu"] = False
    return arguments


_RELU = ("Convolution", "ReLU")
_NORMALIZED = ("Convolution", "BatchNorm", "Scale")

#: The largest first, because conv_relu is a part of others.
_BLOCKS = (
    _Block("inception", (*_RELU * 5, "Pooling", *_RELU, "Concat"), _inception),
    _Block(
        "bottleneck",
        (*_NORMALIZED, *(*_NORMALIZED, "ReLU") * 2, *_NORMALIZED, "Eltwise", "ReLU"),
        _bottleneck,
    ),
    _Block(
        "bottleneck",
        (*(*_NORMALIZED, "ReLU") * 2, *_NORMALIZED, "Eltwise", "ReLU"),
        _bottleneck,
    ),
    _Block("fire", (*_RELU * 3, "Concat"), _fire),
    _Block("depthwise_separable", (*_NORMALIZED, "ReLU") * 2, _depthwise_separable),
    _Block("conv_bn_scale_relu", (*_NORMALIZED, "ReLU"), _convolution),
    _Block("conv_bn_scale_relu", _NORMALIZED, _convolution),
    _Block("conv_relu", _RELU, _convolution),
)
