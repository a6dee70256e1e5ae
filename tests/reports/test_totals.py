"""Sums of numbers that may be unknown."""

from __future__ import annotations

import copy
import json
import pickle

from protogen.reports.totals import UNKNOWN_TOTAL, Total, elements, total, total_of


def test_a_total_is_a_number() -> None:
    assert Total(5) == 5
    assert Total(5) + 1 == 6
    assert f"{Total(1234567)} {Total(1234567):,}" == "1234567 1,234,567"
    assert json.dumps(Total(1234567)) == "1234567"
    assert Total(1234567).text == "1,234,567"


def test_a_lower_bound_is_not_that_number() -> None:
    bound = total_of([Total(5), UNKNOWN_TOTAL])
    assert bound != Total(5)
    assert bound != 5
    assert bound != "5"
    assert (bound.known, bound.exact, str(bound)) == (5, False, "at least 5")
    assert str(UNKNOWN_TOTAL) == "?"
    assert bound.times(3) == Total(15, exact=False)
    assert bound.per(2) == Total(2, exact=False)


def test_copies_stay_lower_bounds() -> None:
    bound = Total(5, exact=False)
    assert copy.deepcopy(bound) == bound
    assert pickle.loads(pickle.dumps(bound)) == bound


def test_elements_of_shapes() -> None:
    assert elements((2, 3)) == Total(6)
    assert elements(()) == Total(1)
    assert elements((2, None)) == UNKNOWN_TOTAL
    assert elements(None) == UNKNOWN_TOTAL
    assert total(None) == UNKNOWN_TOTAL
