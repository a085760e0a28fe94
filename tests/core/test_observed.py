"""Years gone by: planned beside observed, and what a change of edition explains of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.boundary import Boundary, Facility, within
from climatebudget.core.budget import Budget
from climatebudget.core.inventory import Inventory, Source
from climatebudget.core.measure import Basis
from climatebudget.core.observed import SectorGone, YearGone, as_planned, gone, newer
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.path_rule import Level, PathRule, by_rule
from climatebudget.core.path_rule import Rule as Ruled
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import Bound, Figure, tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, edition, history, measures, path, source

OLD = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    veitrafikk/busser      | 100  | 80
    oppvarming/olje        | 250  | 50
""")
NEW = history("""
    utslippskilde          | 2009 | 2024 | 2025 | 2026
    veitrafikk/personbiler | 1010 | 620  | 590  | 540
    veitrafikk/busser      | 100  | 80   | 80   | 75
    oppvarming/olje        | 250  | 50   | 45   | 0
    f-gasser/hfk           | 5    | 30   | 28   | 26
""")
CARS, BUSES, OIL = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/olje"
ONE = measures("""
    nr | klimatiltak | sektor | utslippskilde          | 2026 | 2027
    1  | Bytte biler | Vei    | veitrafikk/personbiler | 100  | 120
""")
TOWN = budget(ONE, inventory=OLD, published=OLD, path=path({2026: 700, 2027: 690}))
BY_SOURCE = ReferencePath(
    {
        CARS: tonnes({2026: Decimal(560)}),
        BUSES: tonnes({2026: Decimal(80)}),
        OIL: tonnes({2026: Decimal(40)}),
    }
)


def year_2026(town: Budget, later: Inventory = NEW) -> YearGone:
    [found] = gone(town, statement(town), later)
    return found


def adds_up(found: YearGone) -> bool:
    """Sectors make the whole and sources their sector, in what is certain on every line."""
    sectors = [s.whole for s in found.sectors.values()]
    whole = ("observed", "recast", "changed")
    return all(
        sum(getattr(s, name) for s in sectors) == getattr(found.total, name) for name in whole
    ) and all(
        sum(getattr(o, name) for o in s.sources.values()) == getattr(s.whole, name)
        for s in found.sectors.values()
        for name in whole
    )


# ---- which years ---------------------------------------------------------------------------------


def test_only_the_budget_years_that_have_gone_by_are_shown():
    """2025 came between the inventory and the budget year: nobody planned it."""
    assert [y.year for y in gone(TOWN, statement(TOWN), NEW)] == [2026]
    assert gone(TOWN, statement(TOWN), OLD) == ()


def test_an_edition_without_the_year_the_plan_was_made_from_says_nothing():
    short = history("""
        utslippskilde          | 2025 | 2026
        veitrafikk/personbiler | 590  | 540
    """)
    assert gone(TOWN, statement(TOWN), short) == ()


def test_newer_is_what_covers_a_budget_year_for_the_municipality():
    def made(slug: str, *years: int, **more: object):
        return edition(slug=slug, years=years, **more)

    editions = [
        made("2024-tall", 2009, 2024),
        made("2025-tall", 2009, 2024, 2025),  # no budget year yet
        made("2026-tall", 2009, 2024, 2026),
        made("2027-tall", 2009, 2024, 2026, 2027, published=None),
        made("annen-kommune", 2024, 2026, areas=("4014",)),
        made("trukket", 2024, 2026, published=date(2020, 1, 1)),
    ]
    found = newer(TOWN, editions, {"0301"})
    assert [e.slug for e in found] == ["2027-tall", "2026-tall"]
    assert newer(replace(TOWN, edition=None), editions, {"0301"}) == ()


# ---- the whole -----------------------------------------------------------------------------------


def test_what_was_planned_stands_beside_what_was_emitted():
    """700 less 100 was planned; 641 was emitted."""
    total = year_2026(TOWN).total
    assert (total.planned.value, total.observed, total.difference.value) == (600, 641, 41)
    assert total.cut and total.cut.value == 100


def test_what_the_new_edition_moved_is_told_apart_from_the_rest():
    """2024 was 730 and is 780: 30 of the 50 is a sector that is new."""
    found = year_2026(TOWN)
    assert (found.base, found.total.recast, found.total.rest.value) == (2024, 50, -9)
    assert found.total.changed == -139  # 780 in 2024 and 641 in 2026, both in the new edition
    assert found.absolute == 50
    assert found.sectors["f-gasser"].whole == replace(
        found.sectors["f-gasser"].whole, had=False, before=0, now=30, observed=26
    )
    assert adds_up(found)


def test_a_plan_that_is_a_limit_makes_the_difference_a_limit():
    """A quantified measure without a figure may have cut more: at most 600 was planned."""
    (late,) = measures("""
        nr | klimatiltak | sektor | utslippskilde     | 2026 | 2027
        2  | Nye busser  | Vei    | veitrafikk/busser |      | 10
    """)
    total = year_2026(replace(TOWN, measures=(*ONE, late))).total
    assert total.planned == Figure(Decimal(600), 1, Bound.AT_MOST)
    assert (total.difference.value, total.difference.bound) == (41, Bound.AT_LEAST)
    assert total.rest.bound is Bound.AT_LEAST


def test_without_a_figure_for_the_year_nothing_is_said_to_be_explained():
    total = year_2026(replace(TOWN, path=None, measures=())).total
    assert (total.planned.value, total.difference.value, total.rest.value) == (None, None, None)
    assert (total.observed, total.recast, total.cut) == (641, 50, None)


def test_without_measures_the_path_is_what_was_planned():
    total = year_2026(replace(TOWN, measures=())).total
    assert (total.planned.value, total.difference.value, total.cut) == (700, -59, None)


# ---- place by place ------------------------------------------------------------------------------


def planned(sector: SectorGone) -> dict[str, Decimal | None]:
    return {code: o.planned.value for code, o in sector.sources.items()}


def test_a_path_for_the_whole_says_nothing_of_sectors_and_sources():
    road = year_2026(TOWN).sectors["veitrafikk"]
    assert road.whole.planned.value is None and planned(road) == {CARS: None, BUSES: None}
    assert (road.whole.observed, road.whole.recast, road.whole.changed) == (615, 20, -85)


def test_without_a_path_the_last_inventory_year_stands_in_for_each_source():
    found = year_2026(replace(TOWN, path=None))
    road = found.sectors["veitrafikk"]
    assert planned(road) == {CARS: 500, BUSES: 80}
    assert road.whole.planned.value == 580 and found.total.planned.value == 630
    assert {c: (o.difference.value, o.recast, o.rest.value) for c, o in road.sources.items()} == {
        CARS: (40, 20, 20),
        BUSES: (-5, 0, -5),
    }
    assert found.sectors["oppvarming"].whole.difference.value == -50


def test_every_line_adds_up_where_each_source_is_planned():
    """The new sector was planned at nothing: it is not in the edition the plan was made from."""
    for path_ in (None, BY_SOURCE):
        found = year_2026(replace(TOWN, path=path_))
        lines = [s.whole for s in found.sectors.values()]
        assert sum(o.planned.value for o in lines) == found.total.planned.value
        assert sum(o.rest.value for o in lines) == found.total.rest.value
        assert found.sectors["f-gasser"].sources["f-gasser/hfk"].planned.value == 0
        assert adds_up(found)


def test_a_path_per_sector_says_nothing_of_its_sources():
    ruled = by_rule(PathRule(Ruled.HELD, Level.SECTOR), OLD, 2030)
    road = year_2026(replace(TOWN, path=ReferencePath(ruled))).sectors["veitrafikk"]
    assert road.whole.planned.value == 580 and planned(road) == {CARS: None, BUSES: None}


def test_a_cut_without_a_source_stands_on_the_sector_and_makes_its_sources_a_limit():
    more = measures("""
        nr | klimatiltak | sektor | utslippskilde       | 2026
        2  | Bomring     | Vei    | veitrafikk/ufordelt | 30
    """)
    found = year_2026(replace(TOWN, path=BY_SOURCE, measures=(*ONE, *more)))
    road = found.sectors["veitrafikk"]
    assert road.unplaced == Figure(Decimal(30)) and road.whole.planned.value == 510
    assert road.sources[CARS].planned == Figure(Decimal(460), 0, Bound.AT_MOST)
    assert road.sources[BUSES].difference.bound is Bound.AT_LEAST
    assert found.sectors["oppvarming"].sources[OIL].planned == Figure(Decimal(40))
    assert sum(planned(road).values()) - 30 == road.whole.planned.value


def test_a_cut_in_no_named_sector_stands_on_the_whole():
    more = measures("""
        nr | klimatiltak | sektor | utslippskilde | 2026
        2  | Kampanje    | Vei    | ufordelt      | 7
    """)
    found = year_2026(replace(TOWN, path=BY_SOURCE, measures=(*ONE, *more)))
    assert found.unplaced == Figure(Decimal(7)) and "ufordelt" not in found.sectors
    assert found.total.planned.value == 680 - 107
    assert found.sectors["oppvarming"].whole.planned == Figure(Decimal(40), 0, Bound.AT_MOST)


def test_overlap_within_a_source_is_the_sources_and_between_sources_the_sectors():
    own = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 100
        2  | Gå          | Vei    | veitrafikk/personbiler | 40
        3  | Nye busser  | Vei    | veitrafikk/busser      | 20
    """)

    def with_overlap(*members: tuple[str, str]) -> SectorGone:
        group = OverlapGroup("g", "Reiser", Rule.LARGEST, tuple(Member(*m) for m in members))
        town = replace(TOWN, path=BY_SOURCE, measures=own, overlaps=(group,))
        return year_2026(town).sectors["veitrafikk"]

    within_one = with_overlap(("m1", CARS), ("m2", CARS))
    assert planned(within_one) == {CARS: 460, BUSES: 60} and within_one.unplaced is None
    between = with_overlap(("m1", CARS), ("m3", BUSES))
    assert planned(between) == {CARS: 420, BUSES: 60} and between.unplaced == Figure(Decimal(-20))
    assert between.whole.planned.value == 500
    assert {o.planned.bound for o in between.sources.values()} == {Bound.AT_LEAST}


def test_a_source_whose_measures_have_no_figure_has_no_plan():
    own = measures("""
        nr | klimatiltak | sektor | utslippskilde          | 2026
        1  | Bytte biler | Vei    | veitrafikk/personbiler | 100
        2  | Nye busser  | Vei    | veitrafikk/busser      |
    """)
    road = year_2026(replace(TOWN, path=BY_SOURCE, measures=own)).sectors["veitrafikk"]
    assert planned(road) == {CARS: 460, BUSES: None}
    assert road.sources[BUSES].cut == Figure(None)


def test_a_measure_that_increases_emissions_is_planned_too():
    own = measures(
        """
        nr | klimatiltak | sektor | utslippskilde     | 2026
        1  | Flere ruter | Vei    | veitrafikk/busser | -9
        """,
        basis=Basis.ESTIMATED,
    )
    road = year_2026(replace(TOWN, path=BY_SOURCE, measures=own)).sectors["veitrafikk"]
    assert planned(road) == {CARS: 560, BUSES: 89}


# ---- the boundary, and what sources are called ---------------------------------------------------


def bounded(boundary: Boundary, names: Mapping[str, Source] | None = None) -> Budget:
    return replace(TOWN, boundary=boundary, inventory=within(OLD, boundary, names), path=None)


def test_what_is_left_out_of_the_budget_is_left_out_of_what_is_observed():
    town = bounded(Boundary({OIL: "Selges av andre", "f-gasser/ufordelt": "Ikke vårt"}))
    later = as_planned(town, NEW, {})
    assert later
    found = year_2026(town, later)
    assert (found.total.planned.value, found.total.observed) == (580, 615)
    assert set(found.sectors) == {"veitrafikk"}


def test_a_facility_is_added_to_both_and_a_year_it_lacks_is_not_compared():
    figures = {2009: Decimal(9), 2024: Decimal(8), 2026: Decimal(6)}
    port = Facility("Havna", "sjofart/havn", tonnes(figures))
    names = {"sjofart/havn": source("sjofart/havn")}

    def of(facility: Facility) -> tuple[YearGone, ...]:
        boundary = Boundary(facilities=(facility,))
        town = bounded(boundary, names)
        later = as_planned(town, NEW, names)
        assert later
        return gone(town, statement(town), later)

    [found] = of(port)
    line = found.sectors["sjofart"].whole
    assert (line.planned.value, line.observed, line.rest.value) == (8, 6, -2)
    assert of(replace(port, yearly=tonnes({2009: Decimal(9), 2024: Decimal(8)}))) == ()


def test_a_source_with_a_new_code_and_the_same_history_is_the_same():
    renamed = history("""
        utslippskilde          | 2009 | 2024 | 2026
        veitrafikk/lette       | 1000 | 600  | 540
        veitrafikk/busser      | 100  | 80   | 75
        oppvarming/olje        | 250  | 50   | 0
    """)
    later = as_planned(replace(TOWN, path=None), renamed, {})
    assert later and later.sources[CARS].name == "Lette"
    road = year_2026(replace(TOWN, path=None), later).sectors["veitrafikk"]
    assert list(road.sources) == [CARS, BUSES]
    assert (road.sources[CARS].recast, road.sources[CARS].difference.value) == (0, 40)


def test_a_source_that_is_gone_takes_what_was_planned_with_it():
    without = history("""
        utslippskilde          | 2009 | 2024 | 2026
        veitrafikk/personbiler | 1000 | 600  | 540
        oppvarming/olje        | 250  | 50   | 0
    """)
    found = year_2026(replace(TOWN, path=None), without)
    buses = found.sectors["veitrafikk"].sources[BUSES]
    assert (buses.has, buses.difference.value, buses.recast, buses.rest.value) == (
        *(False, -80, -80),
        0,
    )
    assert adds_up(found)


TONNES = some.decimals(min_value=0, max_value=10**6, places=6)


@given(TONNES, TONNES, TONNES)
@pytest.mark.parametrize("level", [None, Level.WHOLE, Level.SECTOR, Level.SOURCE])
def test_difference_is_recast_and_rest_whatever_the_figures(level, base, now, planned):
    later = replace(NEW, cells={**NEW.cells, (CARS, 2024): base, (CARS, 2026): now})
    old = replace(OLD, cells={**OLD.cells, (CARS, 2024): planned})
    ruled = level and ReferencePath(by_rule(PathRule(Ruled.HELD, level), old, 2030))
    found = year_2026(replace(TOWN, inventory=old, path=ruled), later)
    lines = [found.total]
    lines += [line for s in found.sectors.values() for line in (s.whole, *s.sources.values())]
    assert all(
        o.difference.value == o.recast + o.rest.value for o in lines if o.planned.value is not None
    )
    assert found.total.planned.value is not None and adds_up(found)
