"""The annex tells the municipality's adjustments apart from what is published."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget.core.adjustments import Adjustment, adjusted
from climatebudget.core.budget import Budget
from tests.sheets.test_annexes import (
    CHECKS,
    METHOD,
    OSLO_INVENTORY,
    PATH,
    SUMMARY,
    Workbook,
    annex,
    check_cells,
    oslo,
)
from tests.tables import history

CARS, WASTE = "veitrafikk/biler", "energiforsyning/avfall"
BY = "Byrådet, sak 1012/23"
ADJUSTMENTS = (
    Adjustment(WASTE, 2020, Decimal("12.25"), "Ny måler", BY, "2024-tall"),
    Adjustment(CARS, 2009, Decimal("-1250.5"), "=1+1, målt på nytt", BY, "2024-tall"),
    Adjustment(CARS, 2020, Decimal(7), "Gammel", BY, "2023-tall"),
)


def adjusted_oslo() -> Budget:
    published = history(OSLO_INVENTORY)
    of = replace(oslo(), published=published, adjustments=ADJUSTMENTS)
    return replace(of, inventory=adjusted(published, of.adjusting, {}))


@pytest.fixture(scope="module")
def book() -> Workbook:
    return Workbook(annex(adjusted_oslo()))


def at(book: Workbook, year: int) -> int:
    return next(r for r in range(5, 30) if book.values.get((PATH, f"A{r}")) == year)


def test_the_inventory_is_a_formula_of_what_is_before_and_what_is_added(book: Workbook) -> None:
    head = next(r for r in range(1, 9) if book.values.get((PATH, f"A{r}")) == "År")
    assert [book.values[PATH, f"{column}{head}"] for column in "BMN"] == [
        "Utslippsregnskap",
        "Utslipp før justering",
        "Kommunens justeringer",
    ]
    row = at(book, 2009)
    assert book.formulas[PATH, f"B{row}"].replace("$", "") == f"=M{row}+N{row}"
    assert [book.values[PATH, f"{column}{row}"] for column in "BMN"] == [
        *(1441627.1, 1442877.6, -1250.5)
    ]
    untouched = [book.values[PATH, f"{column}{at(book, 2011)}"] for column in "BMN"]
    assert untouched == [1373772.2, 1373772.2, 0]


def test_every_formula_comes_to_the_value_beside_it_and_the_checks_are_zero(
    book: Workbook,
) -> None:
    for place, formula in book.formulas.items():
        assert book.reckon(place) == pytest.approx(book.values[place], abs=2e-6), (place, formula)
    assert check_cells(book) and all(not book.reckon(place) for place in check_cells(book))


def test_the_reconciliation_has_a_column_of_adjustments_for_each_year_that_has_any(
    book: Workbook,
) -> None:
    head = [str(v) for v in book.row(CHECKS, "Utslipp 2009")]
    assert head[1:5] == [
        *("Utslipp 2009", "Herav justering 2009", "Utslipp 2020", "Herav justering 2020")
    ]
    assert book.row(CHECKS, "Totalen i klimabudsjettet")[1:5] == [
        *(1441627.1, -1250.5, 1084244.35, 12.25)
    ]
    assert book.row(CHECKS, "Veitrafikk")[1:5] == [732451.8, -1250.5, 564570.8, 0]


def test_the_method_gives_each_its_reason_and_who_approved_it(book: Workbook) -> None:
    said = book.text(METHOD)
    assert "Utslippene er publiserte tall med 2 justeringer fra kommunen." in said
    assert "1 justering gjelder utgaven 2023-tall og er ikke med." in said
    assert book.row(METHOD, "Biler (Veitrafikk), 2009")[1] == (
        f"−1\u00a0250,5 tonn. Godkjent av: {BY}. Begrunnelse: =1+1, målt på nytt"
    )
    assert "Utslippene er publiserte tall med 2 justeringer" in book.text(SUMMARY)


def test_an_annex_without_adjustments_has_no_column_for_them() -> None:
    book = Workbook(annex(oslo()))
    assert "ustering" not in "".join(book.text(sheet) for sheet in (PATH, CHECKS, METHOD, SUMMARY))
