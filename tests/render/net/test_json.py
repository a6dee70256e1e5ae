"""A net as JSON. Scripts rely on its keys."""

from __future__ import annotations

import json
from typing import Any

from protogen.render.context import Context
from protogen.render.net.json import render
from protogen.reports.summary import NetSummary
from tests.render.net.samples import TEXT, net


def rendered(*nets: NetSummary) -> Any:
    return json.loads("".join(render(nets, Context())))


def test_one_net() -> None:
    data = rendered(net())
    assert list(data) == [
        "phase",
        "layers",
        "parameters",
        "statistics",
        "macs",
        "activations",
        "ok",
        "diagnostics",
    ]
    assert data["layers"][1] == {
        "index": 2,
        "name": "ip",
        "type": "InnerProduct",
        "tops": [{"name": "scores", "shape": [2, 5], "in_place": False}],
        "learnable": [
            {"name": "weights", "shape": [5, 3]},
            {"name": "bias", "shape": [5]},
        ],
        "parameters": 20,
        "statistics": 0,
        "macs": 30,
    }
    assert (data["parameters"], data["macs"], data["activations"]) == (20, 30, 16)


def test_phases() -> None:
    train, test = rendered(net("TRAIN", "TEST"))["phases"]
    assert (train["phase"], train["macs"]) == ("TRAIN", 60)
    assert (test["phase"], test["macs"]) == ("TEST", 30)


def test_several_nets() -> None:
    nets = rendered(net(title="a"), net("TRAIN", "TEST", title="b"))["nets"]
    assert [each["file"] for each in nets] == ["a", "b"]
    assert nets[0]["phase"] == "TEST"
    assert len(nets[1]["phases"]) == 2


def test_one_net_of_a_folder_is_in_a_list_too() -> None:
    assert [each["file"] for each in rendered(net(title="a"))["nets"]] == ["a"]


def test_an_unknown_total_is_null() -> None:
    data = rendered(net(text=TEXT.replace('"ReLU"', '"Mystery"')))
    assert (data["parameters"], data["macs"]) == (None, None)
    assert data["ok"] is False
    assert data["diagnostics"][0]["code"] == "G104"
