"""The boundary: what is left out is out of everything, and what is added is in it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from climatebudget.core.boundary import Boundary, Facility, inside, parts, within
from climatebudget.core.inventory import Source
from climatebudget.core.quantity import tonnes
from tests.tables import history

TOWN = history("""
    utslippskilde          | 2009 | 2024
    veitrafikk/personbiler | 1000 | 600
    veitrafikk/tunge       | 500  | 400
    jordbruk/husdyr        | 200  | 180
""")
AIRPORT = "luftfart/innenriks-luftfart"
NAMES = {AIRPORT: Source(AIRPORT, "luftfart", "Innenriks luftfart", "Luftfart")}


def airport(**years: int) -> Facility:
    figures = {int(year.strip("y")): Decimal(value) for year, value in years.items()}
    return Facility("Flyplassen", AIRPORT, tonnes(figures), "37 prosent, etter eierandel")


def test_without_a_boundary_everything_is_in():
    assert within(TOWN, Boundary()) is TOWN


def test_a_source_that_is_left_out_is_out_of_every_year():
    cut = within(TOWN, Boundary({"veitrafikk/tunge": "Riksveien"}))
    assert cut.total.by_year == {2009: 1200, 2024: 780}
    assert "veitrafikk/tunge" not in cut.sources


def test_a_sector_is_left_out_whole():
    cut = within(TOWN, Boundary({"veitrafikk/ufordelt": "Ikke vårt"}))
    assert list(cut.sectors) == ["jordbruk"]


def test_our_share_of_a_facility_elsewhere_is_added_where_it_belongs():
    added = within(TOWN, Boundary(facilities=(airport(y2009=40, y2024=30),)), NAMES)
    assert added.total.by_year == {2009: 1740, 2024: 1210}
    assert added.sources[AIRPORT].sector_name == "Luftfart"


def test_a_year_without_the_facilitys_figure_is_unknown_and_not_too_low():
    boundary = Boundary(facilities=(airport(y2024=30),))
    added = within(TOWN, boundary, NAMES)
    assert added.total[2009] is None
    assert boundary.lacking(TOWN.years) == {"Flyplassen": (2009,)}


def test_without_one_year_that_is_known_whole_there_is_no_inventory():
    assert inside(TOWN, Boundary(facilities=(airport(),)), NAMES) is None
    assert inside(TOWN, Boundary(), NAMES) is TOWN
    assert inside(None, Boundary(), NAMES) is None


def test_a_boundary_that_leaves_nothing_leaves_no_emissions():
    none = within(
        TOWN, Boundary(dict.fromkeys(["veitrafikk/ufordelt", "jordbruk/ufordelt"], "Alt"))
    )
    assert none.total.by_year == {2009: 0, 2024: 0}


@given(some.sets(some.sampled_from(sorted(TOWN.sources))))
def test_what_is_in_and_what_is_out_make_the_whole(left_out):
    inside = within(TOWN, Boundary(dict.fromkeys(left_out, "")))
    outside = within(TOWN, Boundary(dict.fromkeys(TOWN.sources.keys() - left_out, "")))
    for year in TOWN.years:
        assert inside.total.by_year[year] + outside.total.by_year[year] == TOWN.total[year]


TRUCKS = Boundary({"veitrafikk/tunge": "Riksveien"})


def test_each_sector_tells_what_is_left_out_and_what_is_added():
    boundary = Boundary(TRUCKS.left_out, (airport(y2009=40, y2024=30),))
    roads, farms, flights, whole = parts(TOWN, boundary, 2024, NAMES)
    assert (roads.published, roads.left_out, roads.added, roads.inside) == (1000, 400, 0, 600)
    assert (farms.name, farms.left_out, farms.inside) == ("Jordbruk", 0, 180)
    assert (flights.name, flights.published, flights.inside) == ("Luftfart", 0, 30)
    assert (whole.published, whole.left_out, whole.added, whole.inside) == (1180, 400, 30, 810)


def test_what_is_added_is_unknown_in_a_year_the_facility_has_no_figure_for():
    boundary = Boundary(facilities=(airport(y2024=30),))
    roads, _, flights, whole = parts(TOWN, boundary, 2009, NAMES)
    assert (roads.inside, flights.inside, whole.inside) == (1500, None, None)


@given(some.sets(some.sampled_from(sorted(TOWN.sources))), some.sampled_from(TOWN.years))
def test_the_parts_are_the_inventory_that_the_boundary_leaves(left_out, year):
    boundary = Boundary(dict.fromkeys(left_out, ""), (airport(y2009=40, y2024=30),))
    *sectors, whole = parts(TOWN, boundary, year, NAMES)
    inside = within(TOWN, boundary, NAMES)
    assert whole.inside == inside.total[year]
    assert {p.sector: p.inside for p in sectors if p.inside} == {
        sector: yearly[year] for sector, yearly in inside.sectors.items()
    }
