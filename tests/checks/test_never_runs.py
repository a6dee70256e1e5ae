from __future__ import annotations

import pytest

from tests.checks.nets import BOTH, findings, image

RELU = 'layer {{\n  name: "relu" type: "ReLU" bottom: "data" top: "relu"\n  {}\n}}\n'
EXCLUDED = "its exclude rules exclude it from TRAIN and from TEST"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("include { min_level: 2 max_level: 1 }", "none of its include rules can be met"),
        ('include { stage: "a" not_stage: "a" }', "none of its include rules can be met"),
        ("exclude { phase: TRAIN } exclude { phase: TEST }", EXCLUDED),
        ("exclude { }", EXCLUDED),
    ],
)
def test_the_whole_message(rules: str, reason: str) -> None:
    assert findings(image(3, 8) + RELU.format(rules), "G301", phases=BOTH) == [
        f'net.prototxt:4:3: warning[G301] layer "relu" (ReLU): never runs: {reason}'
    ]


@pytest.mark.parametrize(
    "rules",
    [
        "include { phase: TEST }",
        'include { stage: "deploy" }',
        "exclude { phase: TRAIN }",
        'exclude { phase: TRAIN } exclude { phase: TEST stage: "deploy" }',
        "exclude { phase: TRAIN } exclude { phase: TEST min_level: 1 }",
    ],
)
def test_rules_that_some_state_meets(rules: str) -> None:
    assert findings(image(3, 8) + RELU.format(rules), "G301", phases=BOTH) == []
