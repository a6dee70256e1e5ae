from __future__ import annotations

from tests.layers.conftest import check_fault, infer


def test_its_class_decides_the_shapes() -> None:
    text = 'type: "Python" python_param { module: "rpn" layer: "Proposals" }'
    facts = infer(text, (1, 2), tops=2)
    assert (facts.tops, facts.macs) == ((None, None), None)


def test_the_class_is_required() -> None:
    text = 'type: "Python" python_param { layer: "Proposals" }'
    check_fault("module is missing", "python_param.module", text, tops=0)
    text = 'type: "Python" python_param { module: "rpn" }'
    check_fault("layer is missing", "python_param.layer", text, tops=0)
