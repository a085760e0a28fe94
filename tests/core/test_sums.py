"""Sums per year and emission sector, read and stated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from climatebudget.core.findings import Cell
from climatebudget.core.inventory import Emission, Stated, check_totals
from climatebudget.core.sums import SectorSum, edition_sums, sector_sums
from tests import world

CARS, BUSES, OIL = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/fossil-olje"
ROWS = [(CARS, 2009, "10"), (BUSES, 2009, "5"), (CARS, 2024, "7"), (OIL, 2009, "3")]
STATED = [("veitrafikk", 2009, "15"), ("veitrafikk", 2024, "9"), ("luftfart", 2024, "1")]
NAMES = {"oppvarming": "Oppvarming", "veitrafikk": "Veitrafikk", "luftfart": "Luftfart"}


def reading(stated=STATED, rows=ROWS):
    return replace(
        world.reading("0301"),
        emissions=tuple(
            Emission("0301", code, None, year, Decimal(tonnes), n)
            for n, (code, year, tonnes) in enumerate(rows)
        ),
        stated=tuple(
            Stated("0301", sector, year, Decimal(tonnes), Cell("", n))
            for n, (sector, year, tonnes) in enumerate(stated)
        ),
    )


def told(sums: tuple[SectorSum, ...]):
    return [(s.sector, s.year, s.read, s.stated, s.difference) for s in sums]


def test_what_differs_stands_first_and_the_rest_in_order():
    """Road traffic lacks two tonnes in 2024, aviation has no row; heating has no stated sum."""
    assert told(sector_sums(reading(), NAMES)) == [
        ("veitrafikk", 2024, 7, 9, -2),
        ("luftfart", 2024, None, 1, -1),
        ("oppvarming", 2009, 3, None, None),
        ("veitrafikk", 2009, 15, 15, 0),
    ]


def test_a_file_without_sums_of_its_own_has_what_was_read():
    assert told(sector_sums(reading(stated=()), NAMES)) == [
        ("oppvarming", 2009, 3, None, None),
        ("veitrafikk", 2009, 15, None, None),
        ("veitrafikk", 2024, 7, None, None),
    ]


def test_the_sum_of_a_whole_year_is_no_sectors():
    assert all(s.stated is None for s in sector_sums(reading([("", 2009, "18")]), NAMES))


def test_figures_whose_name_waits_for_an_answer_are_in_no_sector_yet():
    assert sector_sums(reading(rows=[("?name:Trafikk|Biler", 2009, "1")]), NAMES) == ()


def test_a_stored_edition_remembers_the_sums_that_differed():
    """Its findings say what the file stated; about the other sums they say nothing."""
    file = reading()
    findings = check_totals(file.emissions, file.stated, NAMES)
    read = {("veitrafikk", 2009): Decimal(15), ("veitrafikk", 2024): Decimal(7)}
    assert told(edition_sums(read, findings, NAMES)) == [
        ("veitrafikk", 2024, 7, 9, -2),
        ("luftfart", 2024, None, 1, -1),
        ("veitrafikk", 2009, 15, None, None),
    ]
