"""Real programs that read prototxt, each in processes of its own Python.

A test that needs one of them is skipped without it; ``make consumers`` installs them all.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import pytest

import protogen
from protogen import ProtogenError, proto, targets
from protogen.net import Net
from protogen.portability import judge, subject_of
from protogen.transforms import Result, WeightChange

CHILDREN = Path(__file__).parent / "consumers"
ROOT = CHILDREN.parent.parent.parent
#: How far two programs may be apart that compute the same.
TOLERANCE = 2e-3

Job = dict[str, Any]
Answers = dict[str, dict[str, Any]]
#: How often a program was seen to do what, and what we say about it.
Confusion = Counter[tuple[str, str]]


def python_of(program: str) -> str:
    """The Python of a program's virtual environment. Skips the test if there is none."""
    named = os.environ.get(f"PROTOGEN_{program.upper()}_PYTHON")
    folder = os.environ.get("PROTOGEN_CONSUMERS")
    if named:
        return named
    python = ROOT / folder / program / "bin" / "python" if folder else None
    if python is None or not python.exists():
        pytest.skip(f"no {program} to compare with; make consumers installs it")
    return str(python)


def job(name: str, text: str, phase: str = "TEST") -> Job:
    """A net, its inputs, and the shapes that protogen computes for its weights."""
    net = protogen.loads(text)
    subject = subject_of(net, phases=(phase,))
    weights = {layer: shapes for layer, shapes in subject.weights.items() if shapes}
    inputs = [list(top.shape or ()) for step in subject.analysis.steps for top in step.tops
              if step.type == "Input"]  # fmt: skip
    return {"id": name, "text": net.text, "phase": phase, "inputs": inputs, "weights": weights}


def ask(child: str, python: str, folder: Path, jobs: Iterable[Job]) -> Answers:
    """What a program does with each job, by its identifier."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{child}.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in jobs), encoding="utf-8")
    command = [python, CHILDREN / f"{child}_child.py", path, folder]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return {each.pop("id"): each for each in found}


def seen_verdict(answer: Mapping[str, Any]) -> str:
    """The verdict that an answer shows; *unseen* if nothing could be compared."""
    if answer["step"] != "runs":
        return "unseen" if answer["step"] in ("builds", "crashed") else str(answer["step"])
    if not answer["differences"]:
        return "unseen"
    equal = all(each <= TOLERANCE for each in answer["differences"].values())
    return "runs" if equal else "computes otherwise"


def verdict_of(text: str, target: str, phase: str = "TEST") -> str:
    return judge(subject_of(protogen.loads(text), phases=(phase,)), targets.get(target)).verdict


def converted(net: Net, target: str) -> Result:
    """A net for a target; the net itself if it cannot be converted."""
    with suppress(ProtogenError):
        return protogen.convert(net, to=target)
    return Result.unmodified(net)


def write_weights(old: Path, new: Path, changes: Iterable[WeightChange]) -> None:
    """Write the weights of a converted net, from the weights of the net that it was."""
    before = proto.NetParameter.FromString(old.read_bytes())
    after = proto.NetParameter.FromString(old.read_bytes())
    sources = {layer.name: layer.blobs for layer in before.layer}
    layers = {layer.name: layer for layer in after.layer}
    for change in changes:
        layer = layers.get(change.layer) or after.layer.add(name=change.layer)
        layers[change.layer] = layer
        while len(layer.blobs) <= change.blob:
            layer.blobs.add()
        shape = [size or 0 for size in change.shape or ()]
        if change.old_blob is None:
            values = [change.value or 0.0] * prod(shape)
        else:
            values = list(sources[change.old_layer][change.old_blob].data)
        if change.transposed:
            columns = len(values) // shape[1]
            values = [value for row in range(columns) for value in values[row::columns]]
        blob = layer.blobs[change.blob]
        blob.Clear()
        blob.shape.dim[:] = shape
        blob.data[:] = values
    new.write_bytes(after.SerializeToString())


def compare_nets(
    program: str, target: str, folder: Path, nets: Mapping[str, str]
) -> tuple[Confusion, Answers]:
    """What a program does with converted nets and what we say, and the answers that differ.

    ``folder`` has the values of a real Caffe.
    """
    jobs, verdicts = [], {}
    for name, text in nets.items():
        result = converted(protogen.loads(text), target)
        verdicts[name] = judge(subject_of(result.net), targets.get(target)).verdict
        jobs.append(job(name, result.net.text))
        if result.weights:
            jobs[-1]["model"] = f".{program}.caffemodel"
            base = str(folder / name)
            new = Path(base + jobs[-1]["model"])
            write_weights(Path(f"{base}.caffemodel"), new, result.weights)
    found = ask(program, python_of(program), folder, jobs)
    confusion = Confusion((seen_verdict(found[name]), verdicts[name]) for name in nets)
    print(f"\n{target}: {dict(confusion)}")
    wrong = {}
    for name, verdict in verdicts.items():
        if seen_verdict(found[name]) != verdict:
            wrong[name] = {"verdict": verdict, **found[name]}
    return confusion, wrong
