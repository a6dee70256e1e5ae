"""Reading large nets, compared with google.protobuf's parser, OpenCV's importer and a real Caffe.

Ours keeps the place of every field and the comments, and reports all mistakes; the others keep
neither, and stop at the first mistake. Each subject starts with the path of the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.protobuf import text_format

from benchmarks import _nets
from benchmarks._real_caffe import constructor
from benchmarks._rounds import in_turn, ratio, table, timed
from protogen import infer_shapes, load, proto
from protogen.text import Document, read_file
from protogen.text.tree import Block

ROUNDS, ROUNDS_OF_THE_LARGEST = 15, 5
OURS, INFERRED = "protogen", "protogen, read and infer"


def with_protogen(path: Path) -> Document:
    """Read; find the comments and what is wrong."""
    document = read_file(path)
    _ = document.comments
    if document.diagnostics:
        raise AssertionError(document.diagnostics)
    return document


def with_places(path: Path) -> int:
    """Read, and ask for the line and column of every field."""
    document = with_protogen(path)

    def ask(block: Block) -> int:
        fields = 0
        for spans in block.by_name.values():
            for start, _, inside in spans:
                document.lines.at(start)
                fields += 1 + (ask(inside) if inside else 0)
        return fields

    return ask(document.tree)


def with_inference(path: Path) -> Any:
    """Read and infer all shapes."""
    result = infer_shapes(load(path))
    if not result.ok:
        raise AssertionError(result.diagnostics)
    return result


def with_text_format(path: Path) -> Any:
    """google.protobuf's parser in Python, the message in C."""
    return text_format.Parse(path.read_text(), proto.NetParameter())


def with_opencv(path: Path) -> Callable[[], Any] | None:
    """OpenCV's importer in C++; None, with a message, if it is not installed or rejects the net."""
    try:
        import cv2
    except ImportError:
        print("OpenCV is not installed (the extra `bench`); measuring without it")
        return None
    try:
        cv2.dnn.readNetFromCaffe(str(path))
    except cv2.error as error:
        print(f"OpenCV rejects it ({error.err}); measuring without it")
        return None
    return lambda: cv2.dnn.readNetFromCaffe(str(path))


def subjects(path: Path) -> dict[str, Callable[[], float]]:
    """Everything that can read this file here."""
    runs = {
        OURS: lambda: with_protogen(path),
        "protogen, every place asked for": lambda: with_places(path),
        "text_format": lambda: with_text_format(path),
    }
    opencv = with_opencv(path)
    if opencv is not None:
        runs["OpenCV"] = opencv
    return {name: timed(run) for name, run in runs.items()}


def report(path: Path, measured: dict[str, Callable[[], float]], rounds: int) -> None:
    """Measure, and print the figures."""
    taken = in_turn(measured, rounds)
    table(taken, 1e3)
    ratio(taken, OURS, "text_format", "0.25 at most")
    ratio(taken, OURS, "OpenCV", "1 at most")
    ratio(taken, INFERRED, "Caffe", "0.5 at most")


def announce(path: Path, rounds: int) -> None:
    """Print what is read."""
    size = path.stat().st_size / 1e3
    print(f"Reading {path.name} ({size:.0f} KB), milliseconds ({rounds} rounds)")


def resnet(folder: Path) -> None:
    """ResNet-152, which a real Caffe can construct as well."""
    path = _nets.public(_nets.RESNET_152)
    if path is None:
        print(
            "No conformance nets (PROTOGEN_CONFORMANCE); composing a net of the same size instead"
        )
        path = _nets.composed(folder)
    announce(path, ROUNDS)
    with constructor() as caffe:
        measured = subjects(path)
        measured[INFERRED] = timed(lambda: with_inference(path))
        if caffe is None:
            print("No real Caffe (REAL_CAFFE_PYTHON); measuring without it")
        else:
            measured["Caffe"] = lambda: caffe(path)
        report(path, measured, ROUNDS)


def largest() -> None:
    """The largest of the public nets, whose database neither Caffe nor OpenCV could open."""
    path = _nets.public(_nets.PRERESNET_1001)
    if path is not None:
        announce(path, ROUNDS_OF_THE_LARGEST)
        report(path, subjects(path), ROUNDS_OF_THE_LARGEST)


def main() -> None:
    """Measure one net and then the other."""
    with tempfile.TemporaryDirectory() as folder:
        resnet(Path(folder))
    largest()


if __name__ == "__main__":
    main()
