"""Kroner per tonne: annualised merutgift over the full-effect year's tonnes, reckoned exactly."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from climatebudget.core.budget import BudgetYear, Stage
from climatebudget.core.measure import Cost, CostKind
from climatebudget.core.quantity import Unit, Yearly
from climatebudget.core.unit_cost import USUAL_RATE, Lacks, Terms, annuity, unit_cost
from tests.tables import budget, measures

YEAR = BudgetYear(2027, Stage.REGISTRATION, 2035)
(CARS,) = measures(
    """
    nr | klimatiltak | sektor | utslippskilde          | 2027 | 2028 | 2029 | 2030 | 2035
    1  | Bytte biler | Vei    | veitrafikk/personbiler | 10   | 50   | 100  | 100  | 80
""",
    full=2029,
)
TOWN = budget((CARS,), budget_year=YEAR)


def knok(kind: CostKind, text: str) -> Cost:
    """«0 500 ? 0» for the four years of the økonomiplan; ? is unknown."""
    years = zip(YEAR.plan, text.split(), strict=True)
    return Cost(kind, Yearly(Unit.KNOK, {y: Decimal(t) for y, t in years if t != "?"}))


def costing(operating: str = "", investment: str = "", **changes):
    kinds = (CostKind.OPERATING, operating), (CostKind.INVESTMENT, investment)
    return replace(CARS, costs=tuple(knok(kind, text) for kind, text in kinds if text), **changes)


def reckoned(measure, life: int | None = None, rate: str = "4"):
    return unit_cost(measure, TOWN, Terms(life, Decimal(rate)))


def test_an_example_reckoned_by_hand():
    """2 100 000 kr over two years at 10 %: 2 100 · 121/210 = 1 210 a year. Saves 210 a year.

    (1 210 − 210) · 1 000 kr / 100 tonnes = 10 000 kr a tonne, with nothing left over.
    """
    found = reckoned(costing("0 0 -210 -210", "1050 1050 0 0"), life=2, rate="10")
    assert found.kroner == 10_000
    assert (found.year, found.tonnes, found.investment) == (2029, 100, 2100)
    assert (found.operating, found.operating_year, found.at_least) == (-210, 2029, False)


def test_the_investment_is_paid_back_to_the_last_ore():
    """What each year bears, discounted back, is the investment: at any rate and life."""
    for life, rate in ((1, "4"), (15, "4"), (40, "3.5"), (100, "20")):
        r = Fraction(Decimal(rate)) / 100
        assert sum(annuity(life, Decimal(rate)) / (1 + r) ** n for n in range(1, life + 1)) == 1


def test_without_a_rate_the_investment_is_shared_by_the_years():
    assert reckoned(costing(investment="1000 0 0 0"), 20, "0").kroner == 500


def test_operating_costs_alone_need_neither_life_nor_rate():
    """30 000 kr for 100 tonnes."""
    assert reckoned(costing("10 20 30 40")).kroner == 300


def test_a_saving_is_below_zero():
    assert reckoned(costing("0 0 -50 -50")).kroner == -500


def test_an_investment_asks_for_a_life_that_is_never_guessed():
    found = reckoned(costing("0 0 5 5", "1000 0 0 0"))
    assert (found.kroner, found.lacks) == (None, Lacks.LIFE)
    assert Terms() == Terms(None, USUAL_RATE)


def test_an_investment_of_nothing_needs_no_life():
    assert reckoned(costing("0 0 5 5", "0 0 0 0")).kroner == 50


def test_the_tonnes_are_those_of_the_first_column_with_full_effect():
    """In full before the budget: the budget's first year. After the plan: the horizon."""
    assert reckoned(costing("1 1 1 1", full=2020)).tonnes == 10
    late = reckoned(costing("1 1 1 8", full=2032))
    assert (late.year, late.tonnes, late.operating_year, late.kroner) == (2035, 80, 2030, 100)


def test_a_year_that_does_not_say_what_is_invested_makes_a_floor():
    found = reckoned(costing(investment="1000 ? ? ?"), 20, "0")
    assert (found.kroner, found.at_least) == (500, True)


@pytest.mark.parametrize(
    "measure, lacks",
    [
        (costing(), Lacks.COST),
        (costing("1 1 1 1", full=None), Lacks.FULL),
        (costing("1 1 1 1", full=2040), Lacks.TONNES),
        (costing("1 1 1 1", effects=()), Lacks.TONNES),
        (costing("1 1 ? 1"), Lacks.OPERATING),
    ],
)
def test_there_is_no_figure_where_something_is_unknown(measure, lacks):
    found = reckoned(measure, 20)
    assert (found.kroner, found.lacks) == (None, lacks)


def test_what_cuts_nothing_has_no_price_a_tonne():
    (none,) = measures(
        """
        nr | klimatiltak | sektor | utslippskilde          | 2029
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 0
    """,
        full=2029,
    )
    found = unit_cost(replace(none, costs=(knok(CostKind.OPERATING, "1 1 1 1"),)), TOWN, Terms())
    assert found.lacks is Lacks.CUT
