from __future__ import annotations

import pytest

from tests.layers.conftest import check_elementwise, check_fault, check_rows, infer


def test_rows_of_a_real_caffe() -> None:
    check_rows("Log")


def test_it_keeps_the_shape_in_place_too() -> None:
    check_elementwise("Log")


@pytest.mark.parametrize("base", ["-1", "2", "0.5"])
def test_bases_with_a_logarithm(base: str) -> None:
    assert infer(f'type: "Log" log_param {{ base: {base} }}', (3,)).tops == ((3,),)


@pytest.mark.parametrize("base", ["0", "-2", "inf", "nan"])
def test_bases_without_a_logarithm(base: str) -> None:
    text = f'type: "Log" log_param {{ base: {base} }}'
    why = f"base must be greater than 0, or -1 for e; got {base}"
    check_fault(why, "log_param.base", text, (3,))


def test_1_has_no_logarithm() -> None:
    why = "base must not be 1, which has no logarithm"
    check_fault(why, "log_param.base", 'type: "Log" log_param { base: 1 }', (3,))
