from __future__ import annotations

import pytest

from protogen.explanations.quotients import quotient


@pytest.mark.parametrize(
    ("dividend", "divisor", "expected"),
    [
        (73, 2, "36.5"),
        (72, 2, "36"),
        (100, 2, "50"),
        (7, 3, "2 1/3"),
        (2, 3, "2/3"),
        (1, 8, "0.125"),
        (-1, 2, "-0.5"),
        (-5, 3, "-1 2/3"),
        (12345679, 2, "6172839.5"),
    ],
)
def test_exact_quotients(dividend: int, divisor: int, expected: str) -> None:
    assert quotient(dividend, divisor) == expected
