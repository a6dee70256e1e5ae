"""Files for forks of Caffe, converted, in two real Caffes. ``make consumers`` installs both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import protogen
from protogen import ProtogenError
from protogen.net import Net
from tests.conftest import conformance_nets
from tests.portability.nets import FORKED, published
from tests.portability.programs import Job, ask, job, verdict_of

#: Layers of a file at most; a longer one takes long to convert, and has no other layers.
LONGEST = 400
#: Layers that read files when they are loaded.
DATA = {"Data", "HDF5Data", "ImageData", "WindowData", "AnnotatedData", "VideoData", "Python"}


def public_nets() -> Iterator[tuple[str, Net]]:
    """The public files of nets, and published nets of forks, each with a name."""
    for spec in FORKED:
        yield spec, protogen.loads(published(spec))
    for number, path in enumerate(conformance_nets()):
        try:
            net = protogen.load(path)
        except ProtogenError:
            continue
        if 0 < len(net.current.message.layer) <= LONGEST:
            yield f"{number} {path.parent.name} {path.name}", net


def loadable(target: str) -> Iterator[Job]:
    """A job for each file that is not for BVLC Caffe, or that the target needs in another form.

    Files that cannot be converted, and those that read data of their own, are left out.
    """
    for name, net in public_nets():
        try:
            result = protogen.convert(net, to=target)
        except ProtogenError:
            continue
        if not result.modified and verdict_of(net.text, "bvlc") == "runs":
            continue
        analysis = result.net.analysis()
        # The wheel of BVLC Caffe is older than this type.
        left_out = {*DATA, "Clip"} if target == "bvlc" else DATA
        if analysis.ok and left_out.isdisjoint(step.type for step in analysis.steps):
            yield {**job(name, result.net.text), "shapes only": True}


def test_files_for_forks_load_in_two_caffes(
    conformance: Path, caffe: str, sophgo: str, tmp_path: Path
) -> None:
    wrong = {}
    loaded: Counter[str] = Counter()
    for target, python in (("bvlc", caffe), ("sophgo", sophgo)):
        jobs = list(loadable(target))
        found = ask("caffe", python, tmp_path / target, jobs)
        for each in jobs:
            answer = found[each["id"]]
            if answer["step"] != "loads" or answer["shapes"] != our_shapes(each["text"], answer):
                wrong[target, each["id"]] = answer
            loaded[target] += 1
    print(f"\nfiles for forks: {dict(loaded)}")
    assert wrong == {}
    assert loaded.total() >= 20


def our_shapes(text: str, answer: dict[str, Any]) -> dict[str, list[int | None]]:
    """The shapes of Caffe's blobs as protogen computes them; not those that Caffe adds."""
    blobs = protogen.loads(text).analysis().blobs
    found = dict(answer["shapes"])
    for name in found:
        if name in blobs:
            found[name] = list(blobs[name] or ())
    return found
