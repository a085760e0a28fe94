"""«Forklar tallet» for what was emitted: the rows of the file, and what the boundary does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from climatebudget.core.boundary import Boundary, Facility, within
from climatebudget.core.explain import Column, Explanation, Key, Scope, explain
from climatebudget.core.findings import About
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from tests.tables import budget, edition, history

CARS, LORRIES = "veitrafikk/personbiler", "veitrafikk/tunge"
PUBLISHED = replace(history(), rows={(CARS, 2009): (4, 2, 3, 9)})
PLANT = Facility("Felles fjernvarme", CARS, tonnes({2009: 10, 2022: 9, 2024: 8}), "Vi eier 40 %")
INSIDE = Boundary({LORRIES: "Riksvei"}, (PLANT,))


def told(key: Key, boundary: Boundary = INSIDE, **changes) -> Explanation:
    own = within(PUBLISHED, boundary)
    town = budget(published=PUBLISHED, inventory=own, boundary=boundary, **changes)
    found = explain(town, statement(town), key)
    assert found is not None
    return found


def parts(found: Explanation) -> list[tuple[str, str, Decimal | None]]:
    return [(p.sign, p.what.shown(), p.figure.value) for p in found.parts]


def test_a_source_names_its_file_its_edition_and_its_rows():
    found = told(Key(Column.INVENTORY, 2009, Scope.SOURCE, CARS), Boundary())
    assert parts(found) == [("+", "Utslipp i statistikkutgaven", Decimal("1000.5"))]
    (one,) = found.parts
    assert one.cites.shown() == "oslo.xlsx"
    assert [d.shown() for d in one.details] == ["Rad 2–4 og 9 i filen."]
    assert [n.shown() for n in found.notes] == [
        "Statistikkutgaven 2024-tall fra Miljødirektoratet, publisert 2.2.2026, filen oslo.xlsx."
    ]
    assert found.closes


def test_an_edition_of_an_unknown_day_is_named_without_it():
    unknown = told(Key(Column.INVENTORY, 2009), edition=edition(published=None))
    assert "publisert" not in unknown.notes[0].shown()


def test_a_source_without_a_row_in_the_year_is_zero():
    found = told(Key(Column.INVENTORY, 2022, Scope.SOURCE, CARS), Boundary())
    assert [d.shown() for d in found.parts[0].details] == [
        "Filen har ingen rad for kilden dette året. Da er utslippet null."
    ]


def test_a_facility_is_added_to_its_source_with_its_reason():
    found = told(Key(Column.INVENTORY, 2009, Scope.SOURCE, CARS))
    assert parts(found) == [
        ("+", "Utslipp i statistikkutgaven", Decimal("1000.5")),
        ("+", "Lagt til: Felles fjernvarme", 10),
    ]
    assert found.parts[1].about == About("facility", "Felles fjernvarme", 2009)
    assert [d.shown() for d in found.parts[1].details] == ["Vi eier 40 %"]
    assert found.closes and found.figure.value == Decimal("1010.5")


def test_what_is_left_out_stands_beside_the_sum_with_its_reason():
    found = told(Key(Column.INVENTORY, 2009, Scope.SECTOR, "veitrafikk"))
    assert parts(found) == [
        ("+", "Personbiler", Decimal("1010.5")),
        ("", "Holdt utenfor: Tunge", 500),
    ]
    assert [d.shown() for d in found.parts[1].details] == ["Riksvei"]
    assert found.parts[1].about == About("boundary", LORRIES)
    assert found.closes


def test_a_whole_sector_left_out_gives_its_reason_for_each_source():
    road = Boundary({"veitrafikk/ufordelt": "Staten styrer"}, (PLANT,))
    found = told(Key(Column.INVENTORY, 2009, Scope.SECTOR, "veitrafikk"), road)
    assert [p.about for p in found.parts if not p.sign] == [
        About("boundary", "veitrafikk/ufordelt")
    ] * 2
    source = told(Key(Column.INVENTORY, 2009, Scope.SOURCE, CARS), road)
    assert parts(source) == [
        ("", "Utslipp i statistikkutgaven, holdt utenfor avgrensningen", Decimal("1000.5")),
        ("+", "Lagt til: Felles fjernvarme", 10),
    ]
    assert source.closes and source.figure.value == 10


def test_the_whole_says_what_the_boundary_does_to_it():
    found = told(Key(Column.INVENTORY, 2009))
    assert parts(found)[-2:] == [
        ("", "Holdt utenfor avgrensningen, ikke med i summen", 500),
        ("", "Anlegg utenfor kommunen, med i tallene over", 10),
    ]
    assert found.closes and found.figure.value == Decimal("1260.5")
