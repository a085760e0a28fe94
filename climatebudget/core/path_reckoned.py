"""The figures of a path's table in tonnes: as they stand, or from percent of the reference year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact
from climatebudget.core.findings import Finding, Level
from climatebudget.core.inventory import Inventory
from climatebudget.core.path_cells import Counted, Meaning, against
from climatebudget.core.path_questions import (
    HUNDRED,
    Draft,
    Figure,
    Names,
    Placed,
    as_percent,
    meaning,
)
from climatebudget.core.paths import share_of
from climatebudget.core.quantity import GRAM, rounded
from climatebudget.core.text import N_

# How a percentage is cited behind the cell it stands in; stored, as the cell is, in bokmål.
CITED = {
    Meaning.CHANGE: "%(percent)s prosent mot %(year)s",
    Meaning.LOWER: "%(percent)s prosent lavere enn i %(year)s",
    Meaning.SHARE: "%(percent)s prosent av %(year)s",
}


@dataclass(frozen=True)
class Reckoned:
    """A figure in tonnes, and where it stands."""

    figure: Figure
    tonnes: Decimal
    half: Decimal  # half of its last written digit, in tonnes
    cites: str


def counted(
    unit: Counted | None, figures: Sequence[Figure], kept: Sequence[Placed], draft: Draft
) -> tuple[list[Reckoned], Meaning | None, list[Finding]]:
    """The figures in tonnes, what their percentages mean, and what they lack.

    There are none while it is open what they count.
    """
    if unit is Counted.PERCENT:
        return from_percent(figures, kept, draft)
    return (in_tonnes(figures, draft) if unit else []), None, []


def in_tonnes(figures: Iterable[Figure], draft: Draft) -> list[Reckoned]:
    return [
        Reckoned(f, rounded(f.number, GRAM), max(f.step / 2, GRAM), _cell(f, draft))
        for f in figures
    ]


def from_percent(
    figures: Sequence[Figure], kept: Sequence[Placed], draft: Draft
) -> tuple[list[Reckoned], Meaning | None, list[Finding]]:
    """The figures by the reference year's emissions, to the gram; none where these are lacking."""
    budget = draft.budget
    texts = [*draft.said, *(text for one in kept for text in one.series.said)]
    wrong = [*_no_reference(budget), *_another_reference(texts, budget)]
    inventory, year = budget.inventory, budget.reference_year
    if wrong or inventory is None or year is None:
        return [], None, wrong
    percents = as_percent(figures, kept, draft)
    meant = meaning(percents, texts, year, draft)
    emitted = {code: reference(inventory, code, year) for code in {f.code for f in percents}}
    edition = f", {budget.edition.name}" if budget.edition else ""
    found = [
        _reckoned(f, meant, value, f"{_cell(f, draft)}: {CITED[meant] % _said(f, year)}{edition}")
        for f in percents
        if meant and (value := emitted[f.code])
    ]
    lacking = {code for code, value in emitted.items() if not value}
    return found, meant, list(_no_emissions(lacking, kept, year, draft.names))


def _reckoned(figure: Figure, meant: Meaning, emitted: Decimal, cites: str) -> Reckoned:
    """28 percent lower is 72 percent of what was emitted."""
    share = {
        Meaning.CHANGE: HUNDRED + figure.number,
        Meaning.LOWER: HUNDRED - figure.number,
        Meaning.SHARE: figure.number,
    }[meant]
    half = share_of(emitted, Fraction(figure.step) / 2)
    return Reckoned(figure, share_of(emitted, Fraction(share)), max(half, GRAM), cites)


def _cell(figure: Figure, draft: Draft) -> str:
    return draft.table.cites(figure.spot.row, figure.spot.letter)


def _said(figure: Figure, year: int) -> dict[str, object]:
    return {"percent": show_exact(figure.number), "year": year}


def reference(inventory: Inventory, code: str, year: int) -> Decimal | None:
    """What a place emitted in a year, tonnes; None where the edition does not have the place."""
    if not code:
        return inventory.total[year]
    if "/" in code:
        return inventory.source(code)[year] if code in inventory.sources else None
    return inventory.sectors[code][year] if code in inventory.sectors else None


# ---- what is lacking -----------------------------------------------------------------------------


def _no_reference(budget: Budget) -> Iterator[Finding]:
    inventory, year = budget.inventory, budget.reference_year
    text, values = "", {}
    if inventory is None:
        text = N_("Prosent regnes om til tonn med en statistikkutgave. Velg den under Rammer.")
    elif year is None:
        text = N_("Prosent trenger et referanseår. Sett et mål under Rammer, eller bruk tonn.")
    elif inventory.total[year] is None:
        values = {"year": year}
        text = N_(
            "Statistikkutgaven har ikke utslipp for referanseåret %(year)s, så prosent kan ikke "
            "regnes om til tonn."
        )
    if text:
        yield Finding("no-reference", text, values, Level.STOPS)


def _another_reference(texts: Iterable[str], budget: Budget) -> Iterator[Finding]:
    # «En bane mot 2030» is about where it goes.
    past = {year for year in against(texts) if year < budget.budget_year.year}
    others = past - {budget.reference_year}
    if others and budget.reference_year:
        text = N_(
            "Filen regner prosent fra %(other)s. Klimabudsjettet har referanseåret %(year)s. Regn "
            "om prosenten, eller bruk tonn."
        )
        values = {"other": min(others), "year": budget.reference_year}
        yield Finding("another-reference", text, values, Level.STOPS)


def _no_emissions(
    lacking: set[str], kept: Sequence[Placed], year: int, names: Names
) -> Iterator[Finding]:
    for one in kept:
        if one.code in lacking:
            text = N_(
                "Statistikkutgaven har ikke utslipp for %(place)s i %(year)s, så prosent kan ikke "
                "regnes om til tonn. Oppgi tonn, eller ta tallene ut av filen."
            )
            values = {"place": names.called(one.code), "year": year}
            yield Finding("no-reference", text, values, Level.STOPS, one.series.where)
