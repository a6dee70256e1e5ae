"""A file for one phase: the layers that run in it, without what its phase decides."""

from __future__ import annotations

import pytest

from protogen import loads
from protogen.transforms import OnePhase

NET = """\
layer { name: "data" type: "Input" top: "x" include { phase: TRAIN }
  input_param { shape { dim: 4 dim: 3 } } }
layer { name: "data" type: "Input" top: "x" include { phase: TEST }
  input_param { shape { dim: 2 dim: 3 } } }
# for both
layer { name: "a" type: "ReLU" bottom: "x" top: "a" }
layer { name: "b" type: "ReLU" bottom: "a" top: "b" exclude { phase: TEST } }
layer { name: "c" type: "ReLU" bottom: "a" top: "c" exclude { phase: TRAIN stage: "s" } }
layer { name: "d" type: "ReLU" bottom: "a" top: "d" include { phase: TRAIN stage: "s" }
  include { phase: TEST } }
"""


@pytest.mark.parametrize(
    ("phase", "batch", "rules"),
    [
        (
            "TRAIN",
            4,
            {"data": "", "a": "", "b": "", "c": 'exclude stage: "s"', "d": 'include stage: "s"'},
        ),
        ("TEST", 2, {"data": "", "a": "", "c": "", "d": ""}),
    ],
)
def test_the_layers_and_rules_of_a_phase(phase: str, batch: int, rules: dict[str, str]) -> None:
    net = loads(NET)
    result = OnePhase(phase)(net)
    found = {}
    for layer in result.net.message.layer:
        words = [
            f"{kind} {str(rule).strip()}"
            for kind in ("include", "exclude")
            for rule in getattr(layer, kind)
        ]
        found[layer.name] = " ".join(words)
    assert found == rules
    assert result.net.analysis().blobs["a"] == (batch, 3)
    assert "# for both" in result.net.text
    assert net.text == NET


def test_a_net_without_rules_stays_as_it_is() -> None:
    net = loads('layer { name: "a" type: "ReLU" bottom: "x" top: "a" }')
    assert OnePhase("TRAIN")(net).net is net
    with pytest.raises(ValueError, match='unknown phase "DEPLOY"'):
        OnePhase("DEPLOY")
