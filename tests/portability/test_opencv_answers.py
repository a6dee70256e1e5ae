"""Every answer of a real OpenCV in the project's conformance data, step by step."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import protogen
from protogen import targets
from protogen.portability.opencv.build import build
from protogen.portability.opencv.faults import OpenCVFault
from protogen.portability.opencv.importer import import_net
from protogen.portability.opencv.text import read_net

#: What the file is in OpenCV, and the verdicts that this allows.
STAGES = {
    "refused": {"refused"},
    "loads as an empty net (no layers: a solver)": {"empty"},
    "loads, does not build": {"fails later"},
    # With weights, these load, and have no layer for their last type.
    "crashes without weights": {"fails later"},
    "loads (building not tried)": {"runs", "computes otherwise"},
    "runs": {"runs", "computes otherwise"},
}
#: One file of each kind, and the ones that were hardest; the whole set takes two minutes.
SAMPLE = (
    "Coldmooon+Variants-ResNet-Prototxt-Caffe@master/cifar/resnet20_cifar10.prototxt",
    "PINTO0309+MobileNet-SSD-RealSense@master/caffemodel/MobileNetSSD/MobileNetSSD_deploy.prototxt",
    "SnailTyan+caffe-model-zoo@head/SE-ResNet-50/train_val.prototxt",
    "jay-mahadeokar+pynetbuilder@head/models/imagenet/resnet_50/test.prototxt",
    "shelhamer+fcn.berkeleyvision.org@master/voc-fcn16s/val.prototxt",
    "shelhamer+fcn.berkeleyvision.org@master/voc-fcn16s/solver.prototxt",
    "weiliu89+caffe@fcn/examples/cifar10/cifar10_quick.prototxt",
    "weiliu89+caffe@master/examples/pycaffe/linreg.prototxt",
    "weiliu89+caffe@master/examples/siamese/mnist_siamese.prototxt",
)


def rows(conformance: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(conformance / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def answer(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """How far our model of OpenCV gets with a probe, and the shapes of its layers."""
    schema = targets.get("opencv4").schema
    assert schema is not None
    try:
        read = read_net(row["prototxt"], schema.message_class(), "net")
        net = import_net(read, row["weights"])
    except OpenCVFault:
        return "refused", {}
    if net.is_empty or not net.has_input_shape:
        return "loads", {}
    try:
        built = build(net)
    except OpenCVFault:
        return "fails", {}
    return "builds", {layer.name: tops for layer, (_, tops) in zip(net.layers, built)}


def test_all_probes_of_the_rules(conformance: Path) -> None:
    wrong = []
    for row in rows(conformance, "opencv_rules.jsonl.gz"):
        if row["died"]:  # without weights; `test_opencv` has the verdict with them
            continue
        wanted = {True: "builds", False: "fails", None: "loads"}[row["builds"]]
        step, shapes = answer(row)
        if step != (wanted if row["loads"] else "refused") or shapes != (row["shapes"] or {}):
            wrong.append(row["case"])
    assert wrong == []


def test_net_files(conformance: Path) -> None:
    confusion = {}
    for row in rows(conformance, "opencv.jsonl.gz"):
        if row["file"] not in SAMPLE:
            continue
        net = protogen.load(conformance / "nets" / row["file"])
        verdict = protogen.check(net, target="opencv4", select=["F2"]).verdict("opencv4")
        if verdict not in STAGES[row["stage"]]:
            confusion[row["file"]] = row["stage"], verdict
    assert confusion == {}
