from __future__ import annotations

import pytest

from tests.layers.conftest import check_elementwise, check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Exp")


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("Exp")


@pytest.mark.parametrize("base", ["-1", "2", "0.5"])
def test_bases_with_a_logarithm(base: str) -> None:
    assert infer(f'type: "Exp" exp_param {{ base: {base} }}', (3,)).tops == ((3,),)


@pytest.mark.parametrize("base", ["0", "-2", "inf", "nan"])
def test_bases_without_a_logarithm(base: str) -> None:
    text = f'type: "Exp" exp_param {{ base: {base} }}'
    why = f"base must be greater than 0, or -1 for e; got {base}"
    check_fault(why, "exp_param.base", text, (3,))


def test_powers_of_1_are_legal() -> None:
    assert infer('type: "Exp" exp_param { base: 1 }', (3,)).tops == ((3,),)
