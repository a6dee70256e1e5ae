from __future__ import annotations

from tests.layers.conftest import check_fault, check_rows, infer, learned


def test_rows_of_a_real_caffe() -> None:
    check_rows("Parameter")


def test_the_learned_blob_is_the_top() -> None:
    facts = infer('type: "Parameter" parameter_param { shape { dim: 6 dim: 3 } }')
    assert facts.tops == ((6, 3),)
    assert learned(facts) == {"parameter": (6, 3)}
    assert infer('type: "Parameter"').tops == ((),)


def test_a_negative_size() -> None:
    text = 'type: "Parameter" parameter_param { shape { dim: 6 dim: -1 } }'
    why = "the top would be 6x-1, which has a negative size"
    check_fault(why, "parameter_param.shape", text)
