"""What is known of networks: their depth, as their papers count it."""

from __future__ import annotations

import pytest

from protogen import zoo
from protogen.reports.networks import summarize_network


@pytest.mark.parametrize(
    ("name", "depth"),
    [("alexnet", 8), ("googlenet", 22), ("vgg19", 19), ("resnet18", 18), ("resnet152", 152)],
)
def test_depth(name: str, depth: int) -> None:
    assert summarize_network(zoo.find(name)).depth == depth


def test_a_plain_form() -> None:
    assert summarize_network(zoo.find("se-resnet50")).has_plain_form
    assert not summarize_network(zoo.find("resnet50")).has_plain_form
