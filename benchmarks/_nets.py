"""The files to read: large public nets if they are available, or a composed net of that size."""

from __future__ import annotations

import os
from pathlib import Path

from examples import resnet50

__all__ = ["PRERESNET_1001", "RESNET_50", "RESNET_152", "composed", "public"]

RESNET_50 = "KaimingHe+deep-residual-networks@master/prototxt/ResNet-50-deploy.prototxt"
RESNET_152 = "KaimingHe+deep-residual-networks@master/prototxt/ResNet-152-deploy.prototxt"
PRERESNET_1001 = (
    "Coldmooon+Variants-ResNet-Prototxt-Caffe@master/cifar/preresnet1001_cifar10.prototxt"
)
_NEIGHBOR = Path(__file__).resolve().parents[2] / "shared" / "conformance"


def public(name: str) -> Path | None:
    """A file of the conformance nets (``PROTOGEN_CONFORMANCE``), if it exists."""
    path = Path(os.environ.get("PROTOGEN_CONFORMANCE", _NEIGHBOR)) / "nets" / name
    return path if path.exists() else None


def composed(folder: Path) -> Path:
    """ResNet-152 as the example of ResNet-50 composes it, with more blocks in its stages."""
    stages = dict(resnet50.STAGES)
    for stage, blocks in (("res3", 8), ("res4", 36)):
        letters = ["a", *(f"b{n}" for n in range(1, blocks))]
        resnet50.STAGES[stage] = (letters, stages[stage][1])  # type: ignore[assignment]
    try:
        resnet50.net().save(folder / "resnet152.prototxt")
    finally:
        resnet50.STAGES.update(stages)
    return folder / "resnet152.prototxt"
