"""Nets that work, with one thing broken: what a real Caffe was asked, and how to ask it again.

A net file is taken as a real Caffe accepted it, its data layers made Input layers, and one thing in
it is changed. The choice depends on the file, the phase and a seed alone, so that a net can be
built again where it is needed; the files themselves are no part of the project.

    python -m tests.checks.mutations jobs FOLDER > jobs.jsonl
    python -m tests.checks.mutations rows FOLDER answers.jsonl > rows.jsonl

``answers.jsonl`` has a line for each job: its ``id``, ``accepts`` and, if Caffe aborts, ``error``
and ``creating``, the layer that its log named last.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from google.protobuf import text_format

import protogen
from protogen import proto
from protogen.graph import State, runs_in

#: How often each net is broken, in each phase.
SEEDS = 5


class Mutation(NamedTuple):
    """A broken net: its text, what was done to it, and to which layer."""

    text: str
    what: str
    layer: str


def nets(folder: Path) -> list[dict[str, Any]]:
    """The runs a BVLC Caffe accepted with nothing changed but the source of the data."""
    with gzip.open(folder / "nets.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        row
        for row in rows
        if row["accepts"]
        and row["engine"] == "bvlc"
        and all(note.startswith("stubbed") for note in row["adapted"])
    ]


def sound(folder: Path, row: dict[str, Any]) -> Any:
    """The net of a row as a message: in today's format, without databases, quick to set up."""
    net = protogen.load(folder / "nets" / row["file"]).current.message
    copy = proto.NetParameter()
    copy.CopyFrom(net)
    for layer in copy.layer:
        if not layer.bottom and layer.type.endswith("Data") and layer.type != "DummyData":
            _feed(layer, row["inputs"])
        _lighten(layer)
    return copy


def _feed(layer: Any, inputs: dict[str, list[int]]) -> None:
    fed = proto.LayerParameter(name=layer.name, type="Input", top=layer.top)
    fed.include.extend(layer.include)
    fed.exclude.extend(layer.exclude)
    for top in layer.top:
        fed.input_param.shape.add().dim.extend(inputs.get(top, [1]))
    layer.CopyFrom(fed)


def _lighten(message: Any) -> None:
    """Fill with constants, which takes Caffe no time."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.name == "FillerParameter":
            value.CopyFrom(proto.FillerParameter(type="constant"))
        else:
            for part in value if isinstance(getattr(message, field.name), _MANY) else [value]:
                _lighten(part)


_MANY = type(proto.NetParameter().layer)


def broken(net: Any, row: dict[str, Any], seed: int) -> Mutation:
    """The net with one thing changed, always the same for the same file, phase and seed."""
    random = Random(f"{row['file']} {row['phase']} {seed}")
    state = State(row["phase"])
    running = [i for i, layer in enumerate(net.layer) if runs_in(layer, state)]
    while True:
        copy = proto.NetParameter()
        copy.CopyFrom(net)
        change = random.choice(_CHANGES)
        made = change(copy, random.choice(running), random)
        if made is not None:
            return made


def _told(net: Any, index: int, what: str, layer: str = "") -> Mutation:
    text = text_format.MessageToString(net)
    return Mutation(text, what, layer or net.layer[index].name)


def _fields(message: Any, path: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every field that is given below a message: who holds it, its descriptor, its path."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}".lstrip(".")
        yield message, field, here
        if field.message_type is not None:
            for part in value if isinstance(value, _MANY) else [value]:
                yield from _fields(part, here)


def _size(net: Any, index: int, random: Random) -> Mutation | None:
    """Another number where there is one: a kernel, a stride, an axis, a dimension."""
    whole = ("int32", "uint32", "int64")
    found = [
        (holder, field, path)
        for holder, field, path in _fields(net.layer[index])
        if field.message_type is None and _kind(field) in whole and field.name != "seed"
    ]
    if not found:
        return None
    holder, field, path = random.choice(found)
    value = getattr(holder, field.name)
    many = isinstance(value, type(proto.BlobShape().dim))
    position = random.randrange(len(value)) if many else 0
    old = value[position] if many else value
    new = random.choice([old + 1, old - 1, old * 2, old // 2, 0, -1, old + 3])
    if new == old or (new < 0 and _kind(field) == "uint32"):
        return None
    if many:
        value[position] = new
    else:
        setattr(holder, field.name, new)
    return _told(net, index, f"{path} {old} -> {new}")


def _kind(field: Any) -> str:
    kinds = {field.TYPE_INT32: "int32", field.TYPE_UINT32: "uint32", field.TYPE_INT64: "int64"}
    return kinds.get(field.type, "")


def _new_field(net: Any, index: int, random: Random) -> Mutation | None:
    """A field that was not given."""
    choices = {
        "Convolution": ["stride_h", "kernel_h", "pad_w", "axis", "group"],
        "Pooling": ["stride_w", "kernel_w", "pad", "pad_h", "global_pooling", "round_mode"],
        "InnerProduct": ["axis", "transpose"],
        "Concat": ["axis", "concat_dim"],
        "Eltwise": ["operation", "coeff"],
        "Softmax": ["axis"],
        "LRN": ["local_size", "norm_region"],
        "Scale": ["axis", "num_axes"],
        "Dropout": ["dropout_ratio"],
    }
    layer = net.layer[index]
    if layer.type not in choices:
        return None
    name = random.choice(choices[layer.type])
    schema = protogen.layers.find(layer.type)
    holder = getattr(layer, schema.param)
    field = holder.DESCRIPTOR.fields_by_name[name]
    value: Any = random.choice([0, 1, 2, 3])
    if field.type == field.TYPE_ENUM:
        known = [v for v in field.enum_type.values if not v.GetOptions().ByteSize()]  # not a fork's
        value = random.choice(known).number
    if field.type == field.TYPE_BOOL:
        value = True
    if field.type == field.TYPE_FLOAT:
        value = random.choice([0.0, 0.5])
    if isinstance(getattr(holder, name), type(proto.BlobShape().dim)):
        getattr(holder, name).append(value)
    else:
        setattr(holder, name, value)
    return _told(net, index, f"{schema.param}.{name}: {value}")


def _lost_field(net: Any, index: int, random: Random) -> Mutation | None:
    """A field taken out."""
    found = [(h, f, p) for h, f, p in _fields(net.layer[index]) if f.name != "name"]
    holder, field, path = random.choice(found)
    holder.ClearField(field.name)
    return _told(net, index, f"{path} taken out")


def _lost_layer(net: Any, index: int, random: Random) -> Mutation:
    name = net.layer[index].name
    del net.layer[index]
    return _told(net, 0, "layer taken out", name)


def _later_layer(net: Any, index: int, random: Random) -> Mutation | None:
    """Two layers that have changed places."""
    if index + 1 == len(net.layer):
        return None
    first, second = proto.LayerParameter(), proto.LayerParameter()
    first.CopyFrom(net.layer[index])
    second.CopyFrom(net.layer[index + 1])
    net.layer[index].CopyFrom(second)
    net.layer[index + 1].CopyFrom(first)
    return _told(net, index + 1, "comes after the next layer")


def _twice(net: Any, index: int, random: Random) -> Mutation:
    net.layer.add().CopyFrom(net.layer[index])
    return _told(net, index, "comes again at the end")


def _wrong_name(net: Any, index: int, random: Random) -> Mutation | None:
    """A bottom or top by another name: one nobody knows, or another blob's."""
    layer = net.layer[index]
    kind = random.choice(["bottom", "top"])
    names = getattr(layer, kind)
    if not names:
        return None
    position = random.randrange(len(names))
    blobs = [top for other in net.layer for top in other.top]
    old, new = names[position], random.choice([names[position] + "x", random.choice(blobs)])
    if new == old:
        return None
    names[position] = new
    return _told(net, index, f"{kind}[{position}] {old} -> {new}")


def _one_more(net: Any, index: int, random: Random) -> Mutation:
    """One bottom, top, param, loss_weight or propagate_down too many."""
    layer = net.layer[index]
    kind = random.choice(["bottom", "top", "param", "loss_weight", "propagate_down", "include"])
    if kind == "bottom":
        blobs = [top for other in net.layer[:index] for top in other.top]
        layer.bottom.append(random.choice([*blobs, "nothing"]))
    elif kind == "top":
        layer.top.append("one_more")
    elif kind == "param":
        layer.param.add(lr_mult=1)
    elif kind == "include":
        layer.include.add(phase=random.choice([0, 1]))
    else:
        getattr(layer, kind).append(1)
    return _told(net, index, f"one {kind} more")


def _wrong_type(net: Any, index: int, random: Random) -> Mutation | None:
    layer = net.layer[index]
    types = ["Convolutions", "ReLU", "Pooling", "InnerProduct", "Eltwise", "Concat", "Scale"]
    new = random.choice(types)
    if new == layer.type:
        return None
    old, layer.type = layer.type, new
    return _told(net, index, f"type {old} -> {new}")


def _wrong_filler(net: Any, index: int, random: Random) -> Mutation | None:
    found = [h for h, f, _ in _fields(net.layer[index]) if h.DESCRIPTOR.name == "FillerParameter"]
    if not found:
        return None
    random.choice(found).type = new = random.choice(["xaver", "xavier", "bilinear", "msra"])
    return _told(net, index, f"filler {new}")


def _wrong_text(net: Any, index: int, random: Random) -> Mutation | None:
    """A word of the text misspelt, doubled or without its value."""
    before, mark = proto.NetParameter(), net.layer[index]
    before.CopyFrom(net)
    del before.layer[index:]
    first = text_format.MessageToString(before).count("\n") + 1
    lines = text_format.MessageToString(net).split("\n")
    number = first + random.randrange(text_format.MessageToString(mark).count("\n"))
    line = lines[number]
    changes = {
        "misspelt": re.sub(r"(\w)(\w)", r"\2\1", line, count=1),
        "doubled": f"{line}\n{line}",
        "emptied": re.sub(r":.*", ":", line),
        "of another kind": re.sub(r": .*", ': "a"' if '"' not in line else ": 1", line),
        "taken out": "",
    }
    how = random.choice(list(changes))
    if changes[how] == line:
        return None
    lines[number] = changes[how]
    return Mutation("\n".join(lines), f"line {number + 1} {how}: {line.strip()}", mark.name)


_CHANGES: list[Callable[[Any, int, Random], Mutation | None]] = [
    *[_size] * 5,
    *[_wrong_name] * 3,
    _new_field,
    _new_field,
    _lost_field,
    _lost_field,
    _lost_layer,
    _lost_layer,
    _later_layer,
    _twice,
    _one_more,
    _wrong_type,
    _wrong_filler,
    _wrong_text,
]


def every(folder: Path) -> Iterator[tuple[dict[str, Any], int, Mutation]]:
    """Each row, seed and broken net."""
    for row in nets(folder):
        net = sound(folder, row)
        for seed in range(SEEDS):
            yield row, seed, broken(net, row, seed)


def _jobs(folder: Path) -> None:
    for row, seed, mutation in every(folder):
        key = f"{row['file']} {row['phase']} {seed}"
        print(json.dumps({"id": key, "phase": row["phase"], "text": mutation.text}))


def _rows(folder: Path, answers: Path) -> None:
    reported = {
        answer["id"]: answer for answer in map(json.loads, answers.read_text().splitlines())
    }
    for row, seed, mutation in every(folder):
        answer = reported[f"{row['file']} {row['phase']} {seed}"]
        about = {"file": row["file"], "phase": row["phase"], "seed": seed}
        done = {"what": mutation.what, "layer": mutation.layer, "accepts": answer["accepts"]}
        if not answer["accepts"]:
            named = re.search(r"\(layer '(.*)', bottom", answer["error"])
            done["named"] = named[1] if named else answer["creating"]
        print(json.dumps({**about, **done}))


if __name__ == "__main__":
    {"jobs": _jobs, "rows": _rows}[sys.argv[1]](*map(Path, sys.argv[2:]))
