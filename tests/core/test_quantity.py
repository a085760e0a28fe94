"""Quantities: exact, in one unit, and unknown is not zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.quantity import (
    Bound,
    Figure,
    Unit,
    UnitMismatch,
    Yearly,
    from_grams,
    grams,
    minus,
    rounded,
    tonnes,
    total,
)


@pytest.mark.parametrize(
    "value, step, expected",
    [
        ("12.5", 1, "13"),
        ("-12.5", 1, "-13"),
        ("0.125", "0.01", "0.13"),
        ("476156.12", 10, "476160"),
        ("476149.99", 100, "476100"),
        ("476150", 100, "476200"),
    ],
)
def test_halves_go_away_from_zero_as_in_excel(value, step, expected):
    assert rounded(Decimal(value), Decimal(step)) == Decimal(expected)


@given(some.integers(-(10**16), 10**16))
def test_grams_lose_nothing(whole):
    assert grams(from_grams(whole)) == whole


def test_ten_tenths_are_one():
    assert total([Decimal("0.1")] * 10).value == 1


def test_a_difference_is_known_where_both_sides_are():
    first, second = tonnes({2026: Decimal(5), 2027: Decimal(3)}), tonnes({2026: Decimal(2)})
    assert (first - second).by_year == {2026: 3}


def test_tonnes_and_kroner_never_meet():
    with pytest.raises(UnitMismatch):
        tonnes({2026: Decimal(1)}) + Yearly(Unit.KNOK, {2026: Decimal(1)})


def test_a_total_says_what_it_lacks():
    assert total([Decimal(120), None]) == Figure(Decimal(120), 1, Bound.AT_LEAST)
    assert total([None, None]) == Figure(None, 2)
    assert total([Decimal(120), None], may_be_negative=True).bound is Bound.OPEN
    assert total([]) == Figure(None, 0)


EXACT, FLOOR, CEILING, OPEN = (
    Figure(Decimal(10), bound=bound)
    for bound in (Bound.EXACT, Bound.AT_LEAST, Bound.AT_MOST, Bound.OPEN)
)


@pytest.mark.parametrize(
    "whole, part, bound",
    [
        (EXACT, EXACT, Bound.EXACT),
        (EXACT, FLOOR, Bound.AT_MOST),
        (EXACT, CEILING, Bound.AT_LEAST),
        (CEILING, EXACT, Bound.AT_MOST),
        (CEILING, FLOOR, Bound.AT_MOST),
        (FLOOR, FLOOR, Bound.OPEN),
        (EXACT, OPEN, Bound.OPEN),
    ],
)
def test_a_floor_under_the_part_is_a_ceiling_over_the_rest(whole, part, bound):
    assert minus(whole, part).bound is bound


def test_nothing_is_known_of_a_difference_with_an_unknown_side():
    assert minus(EXACT, Figure(None, 2)) == Figure(None, 2)
