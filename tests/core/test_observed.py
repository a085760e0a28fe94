"""Years gone by: planned beside observed, and what a change of edition explains of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.observed import gone
from climatebudget.core.statement import statement
from tests.tables import budget, history, measures, path

OLD = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    oppvarming/olje        | 250  | 50
""")
NEW = history("""
    utslippskilde          | 2009 | 2024 | 2025 | 2026
    veitrafikk/personbiler | 1010 | 620  | 590  | 540
    oppvarming/olje        | 250  | 50   | 45   | 0
""")
TOWN = budget(
    measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 100  | 120
    """),
    inventory=OLD,
    path=path({2026: 640, 2027: 630}),
)


def test_only_the_years_that_have_gone_by_are_shown():
    assert [y.year for y in gone(TOWN, statement(TOWN), NEW)] == [2025, 2026]
    assert gone(TOWN, statement(TOWN), OLD) == ()


def test_what_was_planned_stands_beside_what_was_emitted():
    total = gone(TOWN, statement(TOWN), NEW)[1].total
    assert (total.planned.value, total.observed, total.difference) == (540, 540, 0)
    assert total.cut.value == 100


def test_what_the_new_edition_moved_is_told_apart_from_the_rest():
    total = gone(TOWN, statement(TOWN), NEW)[1].total
    assert (total.base, total.recast, total.rest) == (2024, 20, -20)
    assert total.changed == -130  # 670 in 2024 and 540 in 2026, both in the new edition


def test_without_a_plan_for_the_sector_nothing_is_said_to_be_explained():
    sector = gone(TOWN, statement(TOWN), NEW)[1].sectors["oppvarming"]
    assert (sector.planned.value, sector.difference, sector.rest) == (None, None, None)
    assert (sector.observed, sector.changed) == (0, -50)


def test_an_edition_without_the_year_the_plan_was_made_from_says_nothing():
    short = history("""
        utslippskilde          | 2025 | 2026
        veitrafikk/personbiler | 590  | 540
    """)
    assert gone(TOWN, statement(TOWN), short) == ()


TONNES = some.decimals(min_value=0, max_value=10**6, places=6)


@given(TONNES, TONNES, TONNES)
def test_difference_is_recast_and_rest_whatever_the_figures(base, now, planned):
    later = replace(NEW, cells={**NEW.cells, ("veitrafikk/personbiler", 2024): base})
    later = replace(later, cells={**later.cells, ("veitrafikk/personbiler", 2026): now})
    town = replace(TOWN, path=path({2026: planned}))
    total = gone(town, statement(town), later)[1].total
    assert total.difference == total.recast + total.rest
