"""CenterLoss of happynear's fork (center_loss_layer.cpp)."""

from __future__ import annotations

from tests.layers.conftest import check_fault, infer, learned

TEXT = 'type: "CenterLoss" center_loss_param { num_output: 10 }'


def test_a_learned_center_for_each_class() -> None:
    facts = infer(TEXT, (64, 2, 3), (64,))
    assert facts.tops == ((),)
    assert learned(facts) == {"centers": (10, 6)}  # 2 * 3


def test_faults() -> None:
    field = "center_loss_param.num_output"
    check_fault("num_output is missing", field, 'type: "CenterLoss"', (9, 2), (9,))
    why = "expected size 1 on axis 1, got 2: bottom 1 is 9x2"
    check_fault(why, "bottom[1]", TEXT, (9, 2), (9, 2))
