"""Totals of published nets: parameters and multiply-accumulates per image.

Each was counted from the shapes of a real Caffe: all blobs but the statistics of BatchNorm, and the
multiply-accumulates of Convolution, InnerProduct and Deconvolution without biases.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import protogen
from protogen.reports.summary import Summary

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

BVLC = "weiliu89+caffe@master/models"
RESNETS = "KaimingHe+deep-residual-networks@master/prototxt"

#: Files of public repositories: learned, statistics, multiply-accumulates per image.
FILES = {
    f"{BVLC}/bvlc_alexnet/deploy.prototxt": (60965224, 0, 724406816),
    f"{BVLC}/bvlc_googlenet/deploy.prototxt": (6998552, 0, 1582671872),
    f"{RESNETS}/ResNet-50-deploy.prototxt": (25557096, 53173, 3857973248),
    f"{RESNETS}/ResNet-101-deploy.prototxt": (44549160, 105448, 7570194432),
    f"{RESNETS}/ResNet-152-deploy.prototxt": (60192808, 151579, 11282415616),
    "DeepScale+SqueezeNet@master/SqueezeNet_v1.0/deploy.prototxt": (1248424, 0, 861339936),
    "shicai+MobileNet-Caffe@master/mobilenet_deploy.prototxt": (4231976, 21915, 568740352),
}


def numbers(summary: Summary) -> tuple[int, int, int]:
    return int(summary.parameters), int(summary.statistics), int(summary.macs_per_image)


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> Summary:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.delitem(sys.modules, name, raising=False)
    return protogen.summary(__import__(name).net(batch=10))


def test_googlenet_as_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    summary = example("googlenet", monkeypatch)
    assert numbers(summary) == (6998552, 0, 1582671872)
    assert (summary.batch, summary.macs) == (10, 15826718720)


def test_resnet_50_as_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numbers(example("resnet50", monkeypatch)) == (25557096, 53173, 3857973248)


@pytest.mark.parametrize("file", FILES)
def test_files(file: str, conformance: Path) -> None:
    assert numbers(protogen.summary(protogen.load(conformance / "nets" / file))) == FILES[file]
