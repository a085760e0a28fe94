"""What Miljødirektoratet changed in Telemark, from the files themselves."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from climatebudget.catalogue import areas, sources
from climatebudget.core.compare import Comparison, compare, shifts
from climatebudget.core.inventory import Inventory, inventory
from climatebudget.core.reading import Reading
from climatebudget.sheets.inventories import read

DATA = Path(__file__).parents[1] / "data" / "inventory"
PORSGRUNN, DRANGEDAL, HJARTDAL, NISSEDAL, FYRESDAL, VINJE = (
    *("4001", "4016", "4024"),
    *("4030", "4032", "4036"),
)
# The release of 2023 figures as it first was and corrected; the next, and that corrected.
FIRST, MENDED = "2023-tall_seen_2025-01-10", "2023-tall_seen_2025-01-24"
NEXT, NEXT_MENDED = "2024-tall_seen_2026-02-02", "2024-tall_seen_2026-02-03"


@cache
def reading(name: str) -> Reading:
    file = f"telemark_{name}.csv"
    return read(DATA / file, file)


@cache
def said(name: str, area: str) -> Inventory:
    return inventory(area, reading(name).emissions, sources())


def between(before: str, after: str, area: str) -> Comparison:
    return compare(said(before, area), said(after, area))


def test_porsgrunns_industry_fell_by_a_quarter_of_a_million_tonnes_in_a_day():
    """One cell: 2 093 023 tonnes one day, 1 843 810 the next, and nothing else in Telemark."""
    found = between(NEXT, NEXT_MENDED, PORSGRUNN)
    [cell] = found.cells
    assert (cell.code, cell.year) == ("industri-olje-og-gass/industri-olje-og-gass", 2024)
    assert (cell.before, cell.after) == (Decimal("2093022.76"), Decimal("1843810.01"))
    assert found.whole.net == -found.whole.absolute == Decimal("-249212.75")
    others = set(reading(NEXT).areas) - {PORSGRUNN}
    assert len(others) == 16
    assert all(between(NEXT, NEXT_MENDED, area).same for area in others)


def test_vinjes_landfill_gas_was_corrected_and_rows_came_to():
    """24 more rows and 21 cells in the county; four of them are landfill gas in Vinje."""
    assert reading(MENDED).rows - reading(FIRST).rows == 24
    found = {area: between(FIRST, MENDED, area) for area in reading(FIRST).areas}
    assert sum(len(c.cells) for c in found.values()) == 21
    assert {a for a, c in found.items() if c.same} == {DRANGEDAL, HJARTDAL}
    landfill = [c for c in found[VINJE].cells if c.code == "avfall-og-avlop/avfallsdeponigass"]
    assert [(c.year, c.before, c.after) for c in landfill] == [
        (2020, Decimal("2175.38"), Decimal("368.38")),
        (2021, Decimal("2027.03"), Decimal("349.84")),
        (2022, Decimal("1893.03"), Decimal("332.38")),
        (2023, Decimal("1771.52"), Decimal("315.95")),
    ]
    whole = found[VINJE].whole
    assert (whole.net, whole.absolute) == (Decimal("-6499.48"), Decimal("6501.34"))


def test_the_tenth_sector_is_new_and_goes_back_to_2009():
    """In every municipality; the year 2024 is new and is compared with nothing."""
    for area in reading(MENDED).areas:
        found = between(MENDED, NEXT_MENDED, area)
        assert [s.code for s in found.new] == [
            "produkter-med-fluorgasser/bruk-av-hfk",
            "produkter-med-fluorgasser/bruk-av-sf6",
        ]
        assert (found.gone, found.renamed, found.new_years) == ((), {}, (2024,))
        assert found.years[0] == 2009 and found.years[-1] == 2023


@pytest.mark.parametrize(
    ("area", "before", "after", "latest"),
    [
        (PORSGRUNN, "-6.7", "-12.7", "-12.6"),
        (NISSEDAL, "7.5", "7.8", "9.5"),
        (FYRESDAL, "-0.8", "-3.8", "4.0"),
        (VINJE, "-7.7", "-8.3", "-7.0"),
    ],
)
def test_what_the_release_did_to_the_change_since_2009(area, before, after, latest):
    """Porsgrunn's cut to 2023 doubled by a new edition of the same years."""
    old = {a: said(MENDED, a).total for a in reading(MENDED).areas}
    new = {a: said(NEXT_MENDED, a).total for a in reading(NEXT_MENDED).areas}
    found = shifts(old, new, 2009, 2023, 2024)
    assert len(found) == 17 and found[0].area == PORSGRUNN
    [own] = [s for s in found if s.area == area]
    assert areas()[area].is_municipality
    assert own.before is not None and own.after is not None and own.latest is not None
    shown = [round(p, 1) for p in (own.before, own.after, own.latest)]
    assert shown == [Decimal(before), Decimal(after), Decimal(latest)]
