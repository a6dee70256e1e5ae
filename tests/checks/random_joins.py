"""Random nets with a layer whose bottoms disagree, and what can be verified in the account of it.

    python -m tests.checks.random_joins jobs NUMBER > jobs.jsonl
    python -m tests.checks.random_joins compare jobs.jsonl answers.jsonl

writes the nets with each proposed fix applied, for a real Caffe, and compares its answers with the
shapes that protogen infers.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import protogen
from protogen.explanations.mismatches import explanations
from protogen.graph import State


class Builder:
    """A random net, layer by layer; ``shapes`` are those of its blobs so far."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.net = protogen.Net("random")
        self.number = 0

    def add(self, kind: str, *bottoms: str, **fields: Any) -> str:
        """Append a layer and return its top, which has the name of the layer."""
        name = f"{kind.lower()}{self.number}"
        self.number += 1
        self.net.message.layer.add(name=name, type=kind, bottom=bottoms, top=[name], **fields)
        return name

    def shape(self, blob: str) -> tuple[int, ...]:
        shape = protogen.infer_shapes(self.net).blobs[blob]
        return shape if shape is not None and None not in shape else ()  # type: ignore[return-value]

    def input(self, *shape: int) -> str:
        return self.add("Input", input_param={"shape": [{"dim": shape}]})

    def grow(self, blob: str, steps: int) -> str:
        """Put random layers on a blob; one that the net would not accept is taken back."""
        for _ in range(steps):
            shape = self.shape(blob)
            layer = self.random.choice(_IMAGE_LAYERS if len(shape) == 4 else _OTHER_LAYERS)
            top = layer(self, blob, shape)
            if protogen.infer_shapes(self.net).ok:
                blob = top
            else:
                del self.net.message.layer[-1]
        return blob


def _convolution(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    random = build.random
    window = {
        "num_output": random.choice([2, 3, 4, 6]),
        "kernel_size": [random.choice([1, 2, 3, 5])],
    }
    window |= {"stride": [random.choice([1, 1, 2, 3])], "pad": [random.choice([0, 0, 1, 2])]}
    if random.random() < 0.2:
        window["dilation"] = [2]
    return build.add("Convolution", blob, convolution_param=window)


def _pooling(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    random = build.random
    kernel = random.choice([2, 2, 3, 3, 4])
    window = {"kernel_size": kernel, "stride": random.choice([1, 2, 2, 3]), "pad": 0}
    window["pad"] = random.choice([0, 0, 1])
    if random.random() < 0.1:
        return build.add("Pooling", blob, pooling_param={"global_pooling": True})
    return build.add("Pooling", blob, pooling_param=window)


def _deconvolution(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    random = build.random
    window = {"num_output": random.choice([2, 3, 4]), "kernel_size": [random.choice([2, 3, 4])]}
    window |= {"stride": [random.choice([1, 2, 2])], "pad": [random.choice([0, 0, 1])]}
    return build.add("Deconvolution", blob, convolution_param=window)


def _permute(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    order = build.random.choice([(0, 2, 3, 1), (0, 3, 1, 2), (0, 1, 3, 2)])
    return build.add("Permute", blob, permute_param={"order": order})


def _relu(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    return build.add("ReLU", blob)


def _flatten(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    return build.add("Flatten", blob, flatten_param={"axis": build.random.choice([1, 1, 2])})


def _inner_product(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    outputs = build.random.choice([5, 8, 10, 12])
    return build.add("InnerProduct", blob, inner_product_param={"num_output": outputs})


def _reshape(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    dims = build.random.choice(
        [(0, -1), (0, 0, -1), (0, -1, 2), (0, -1, 3), (0, 4, -1), (0, 2, -1, 1)]
    )
    return build.add("Reshape", blob, reshape_param={"shape": {"dim": dims}})


def _slice(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    """Two tops; later layers read the second one."""
    axis = build.random.randrange(1, len(shape)) if len(shape) > 1 else 0
    name = build.add("Slice", blob, slice_param={"axis": axis, "slice_point": [1]})
    build.net.message.layer[-1].top.append(f"{name}_rest")
    return build.random.choice([name, f"{name}_rest"])


def _crop(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    sizes = [max(1, size - build.random.choice([0, 1, 2])) for size in shape[2:]]
    reference = build.input(*shape[:2], *sizes)
    return build.add("Crop", blob, reference, crop_param={"axis": 2})


def _tile(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    axis = build.random.randrange(1, max(2, len(shape)))
    return build.add("Tile", blob, tile_param={"axis": axis, "tiles": 2})


def _concat(build: Builder, blob: str, shape: tuple[int, ...]) -> str:
    return build.add("Concat", blob, blob, concat_param={"axis": build.random.choice([1, 1, -1])})


_IMAGE_LAYERS = [
    *[_convolution] * 4,
    *[_pooling] * 3,
    *[_deconvolution] * 2,
    _permute,
    _permute,
    _relu,
    _flatten,
    _inner_product,
    _reshape,
    _slice,
    _crop,
    _tile,
    _concat,
]
_OTHER_LAYERS = [_relu, _flatten, _inner_product, _reshape, _slice, _tile, _concat]

_JOINS: list[tuple[str, dict[str, Any]]] = [
    ("Eltwise", {}),
    ("Eltwise", {}),
    ("Eltwise", {"eltwise_param": {"operation": "PROD"}}),
    ("Concat", {}),
    ("Concat", {}),
    ("EuclideanLoss", {}),
    ("SigmoidCrossEntropyLoss", {}),
    ("SoftmaxWithLoss", {}),
    ("Accuracy", {}),
    ("Crop", {"crop_param": {"axis": 2}}),
    ("Crop", {"crop_param": {"axis": 2, "offset": [1]}}),
    ("Scale", {"scale_param": {"axis": 0}}),
    ("Bias", {"bias_param": {"axis": 0}}),
]


def random_join(seed: int) -> str | None:
    """A net whose last layer has bottoms that disagree, as text; ``None`` if they happen to agree.

    The net is the same for the same seed. Nets with odd seeds have bottoms that nearly agree.
    """
    build = Builder(seed)
    one, other = _near_branches(build) if seed % 2 else _any_branches(build)
    if build.random.random() < 0.1:
        outputs = {"num_output": 3, "bias_term": False}
        for bottom in (one, other):
            build.add("InnerProduct", bottom, param=[{"name": "w"}], inner_product_param=outputs)
    else:
        kind, fields = build.random.choice(_JOINS)
        build.add(kind, one, other, **fields)
    return None if protogen.infer_shapes(build.net).ok else build.net.to_prototxt()


def _any_branches(build: Builder) -> tuple[str, str]:
    """Two blobs that random layers compute from one image."""
    random = build.random
    size = random.choice([7, 9, 12, 15, 16, 21])
    data = build.input(
        random.choice([1, 2]), random.choice([2, 3, 4]), size, size + random.choice([0, 0, 3])
    )
    stem = build.grow(data, random.choice([0, 1, 2]))
    one = build.grow(stem, random.choice([0, 1, 2, 3]))
    other = build.grow(stem, random.choice([1, 2, 3, 4]))
    if random.random() < 0.1:
        other = build.input(*build.shape(one)[:1], *(n + 1 for n in build.shape(one)[1:]))
    return one, other


def _near_branches(build: Builder) -> tuple[str, str]:
    """Two blobs that the same strides lead to, with other kernels and pads."""
    random = build.random
    size = random.randrange(20, 60)
    data = build.input(1, 4, size, size + random.choice([0, 0, 5]))
    strides = random.choice([[2], [2, 2], [2, 1], [1, 2], [2, 2, 2]])
    one = other = data
    for stride in strides:
        one = _strided(build, one, stride)
        other = _strided(build, other, stride)
    if random.random() < 0.4:  # up again, and back to the image or to the other branch
        factor = 2 ** strides.count(2)
        kernel = random.choice([factor, factor + 1, 2 * factor])
        window = {"kernel_size": [kernel], "stride": [factor], "pad": [random.choice([0, 0, 1])]}
        other = build.add("Deconvolution", other, convolution_param={"num_output": 4, **window})
        one = data
    if random.random() < 0.3:
        one, other = (
            build.add("Permute", blob, permute_param={"order": (0, 2, 3, 1)})
            for blob in (one, other)
        )
    if random.random() < 0.2:
        one, other = build.add("Flatten", one), build.add("Flatten", other)
    return one, other


def _strided(build: Builder, blob: str, stride: int) -> str:
    random = build.random
    kernel, pad = random.choice([(2, 0), (3, 0), (3, 1), (2, 1), (1, 0), (5, 2)])
    if random.random() < 0.5 and kernel > 1:
        window: dict[str, Any] = {"kernel_size": kernel, "stride": stride, "pad": pad}
        return build.add("Pooling", blob, pooling_param=window)
    window = {"kernel_size": [kernel], "stride": [stride], "pad": [pad]}
    outputs = random.choice([4, 4, 4, 6])
    return build.add("Convolution", blob, convolution_param={"num_output": outputs, **window})


def random_joins(number: int, first_seed: int = 0) -> Iterator[tuple[int, str]]:
    """So many nets with a layer whose bottoms disagree, each with its seed."""
    seed = first_seed
    while number:
        text = random_join(seed)
        if text is not None:
            yield seed, text
            number -= 1
        seed += 1


# What an account says --------------------------------------------------------------------------

_EQUATION = re.compile(r"(?<![\w.])([\d(][\d ()+*/-]*?) (=|is about) (-?\d+(?:\.\d+)?)")
_ROUNDING = re.compile(r"rounds (up|down) to (-?\d+), plus 1(, minus 1)?")
_BECOMES = re.compile(r'^ *"(.*?)"(?: \(line \d+\))?: (\d+) becomes (\d+)(.*)$')
_END = re.compile(r'^"(.*?)" has (\w+)(?: and \w+)? (\d+)(:|: no layer changes it)$')


def false_statements(why: str) -> list[str]:
    """The lines of an account with an equation that does not hold, or sizes that do not follow."""
    wrong = []
    for line in why.split("\n"):
        if not all(_holds(*found) for found in _EQUATION.findall(line)):
            wrong.append(line)
        step = _BECOMES.match(line)
        if step and not _follows(int(step[3]), step[4]):
            wrong.append(line)
    return wrong + _broken_chains(why)


def _holds(expression: str, equals: str, value: str) -> bool:
    exact = eval(re.sub(r"\d+", r"Fraction(\g<0>)", expression), {"Fraction": Fraction})
    return bool(exact == Fraction(value) if equals == "=" else abs(exact - Fraction(value)) < 1e-3)


def _follows(size: int, arithmetic: str) -> bool:
    """Whether the arithmetic after "becomes" gives the size."""
    equations = _EQUATION.findall(arithmetic)
    if not equations:
        return not arithmetic
    expression, _, value = equations[-1]
    rounding = _ROUNDING.search(arithmetic)
    if rounding is None:
        return int(value) - ("minus 1" in arithmetic) == size
    exact = eval(re.sub(r"\d+", r"Fraction(\g<0>)", expression), {"Fraction": Fraction})
    whole = math.ceil(exact) if rounding[1] == "up" else math.floor(exact)
    return whole == int(rounding[2]) and whole + 1 - bool(rounding[3]) == size


def _broken_chains(why: str) -> list[str]:
    """The lines whose size is not the one that the line before them ends with."""
    wrong = []
    wanted = last = None
    for line in [*why.split("\n"), "end"]:
        step = _BECOMES.match(line)
        if step:
            if last is not None and int(step[2]) != last:
                wrong.append(line)
            last = int(step[3])
            continue
        if not line.startswith(" "):
            if wanted is not None and last is not None and last != wanted:
                wrong.append(f"{last} before {line}")
            found = _END.match(line)
            wanted, last = (int(found[3]) if found else None), None
    return wrong


# A real Caffe ----------------------------------------------------------------------------------


def fixed_nets(seed: int, text: str) -> Iterator[tuple[str, str]]:
    """The net with each proposed fix that has edits, with a name."""
    for index, explanation in explanations(protogen.loads(text).analysis()).items():
        for number, fix in enumerate(explanation.fixes):
            if fix.edits:
                copy = protogen.loads(text)
                copy.apply(fix.edits)
                yield f"{seed} {index} {number} {fix.title}", copy.text


def _jobs(number: int) -> None:
    for seed, text in random_joins(number):
        print(json.dumps({"id": f"{seed} rejected", "phase": "TEST", "text": text}))
        for name, fixed in fixed_nets(seed, text):
            print(json.dumps({"id": name, "phase": "TEST", "text": fixed}))


def _compare(jobs: Path, answers: Path) -> None:
    texts = {job["id"]: job["text"] for job in map(json.loads, jobs.read_text().splitlines())}
    asked = accepted = agreed = 0
    for answer in map(json.loads, answers.read_text().splitlines()):
        name = answer["id"]
        if name.endswith("rejected"):
            if answer["accepts"]:
                print("accepted as it is:", name)
            continue
        asked += 1
        accepted += answer["accepts"]
        if not answer["accepts"]:
            print("rejected:", name, answer["error"][:200])
            continue
        blobs = protogen.loads(texts[name]).analysis(State("TEST")).blobs
        agree = all(list(blobs[blob] or ()) == shape for blob, shape in answer["blobs"].items())
        agreed += agree
        if not agree:
            print("other shapes:", name)
    print(f"{asked} fixes, {accepted} accepted, {agreed} with the shapes that are inferred")


if __name__ == "__main__":
    if sys.argv[1] == "jobs":
        _jobs(int(sys.argv[2]))
    else:
        _compare(*map(Path, sys.argv[2:]))
