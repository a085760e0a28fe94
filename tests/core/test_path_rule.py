"""A reference path by rule: each rule by hand, and what holds for all of them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.path_rule import Level, PathRule, Rule, by_rule
from climatebudget.core.quantity import GRAM, ZERO
from tests.tables import history

TOWN = history("""
    utslippskilde          | 2009 | 2020 | 2022 | 2023 | 2024
    veitrafikk/personbiler | 1000 | 700  | 640  | 610  | 580
    veitrafikk/tunge       | 500  | 480  | 470  | 470  | 470
    oppvarming/olje        | 250  | 60   | 20   | 10   | 0
""")


def one(rule: PathRule, year: int, code: str = "") -> Decimal | None:
    return by_rule(rule, TOWN, 2030)[code][year]


def test_held_at_the_last_year():
    assert one(PathRule(Rule.HELD), 2027) == 1050
    assert one(PathRule(Rule.HELD, Level.SECTOR), 2030, "oppvarming") == 0


def test_the_mean_of_the_last_years():
    rule = PathRule(Rule.MEAN, Level.SOURCE, years=3)
    assert one(rule, 2026, "veitrafikk/personbiler") == 610


def test_a_straight_line_through_the_last_years_goes_on():
    rule = PathRule(Rule.TREND, Level.SOURCE, years=3)  # 640, 610, 580: 30 less a year
    assert one(rule, 2025, "veitrafikk/personbiler") == 550
    assert one(rule, 2030, "veitrafikk/personbiler") == 400


def test_years_that_were_never_published_are_not_taken_for_zero():
    rule = PathRule(Rule.TREND, Level.SOURCE, years=4)  # 2020, 2022, 2023 and 2024: no 2021
    assert one(rule, 2025, "veitrafikk/personbiler") == 550


def test_a_yearly_percentage_is_taken_of_the_year_before():
    rule = PathRule(Rule.PERCENT, percent=Decimal(-10))
    assert one(rule, 2025) == 945
    assert one(rule, 2026) == Decimal("850.5")


def test_a_path_begins_after_the_inventory_and_ends_at_the_horizon():
    path = by_rule(PathRule(Rule.HELD), TOWN, 2030)[""]
    assert list(path) == [2025, 2026, 2027, 2028, 2029, 2030]


def test_emissions_that_fall_to_nothing_stay_there():
    rule = PathRule(Rule.TREND, Level.SOURCE, years=3)
    assert one(rule, 2025, "oppvarming/olje") == 0


def test_one_year_has_no_slope():
    assert one(PathRule(Rule.TREND, years=1), 2030) == 1050


RULES = some.builds(
    PathRule,
    some.sampled_from(list(Rule)),
    years=some.integers(1, 20),
    percent=some.decimals(min_value=-100, max_value=50, places=2),
)


@given(RULES)
def test_a_path_is_never_below_zero(rule):
    for code, path in by_rule(rule, TOWN, 2035).items():
        assert all(value >= 0 for value in path.by_year.values()), code


@pytest.mark.parametrize("rule", [Rule.HELD, Rule.MEAN, Rule.PERCENT], ids=lambda r: r.name)
def test_the_levels_make_the_same_whole(rule):
    """Not the trend: one source of it may meet zero while the whole does not."""
    wholes = []
    for level in Level:
        parts = by_rule(PathRule(rule, level, 3, Decimal(-2)), TOWN, 2030).values()
        wholes.append(sum((p.by_year[2030] for p in parts), ZERO))
    assert max(wholes) - min(wholes) <= 3 * GRAM
