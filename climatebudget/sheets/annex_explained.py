"""«Slik er tallene regnet ut»: the derivation of each figure, as «Forklar tallet» has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from climatebudget.core.explain import Column as Line
from climatebudget.core.explain import Explanation, Key, Part, explain, label
from climatebudget.core.explain.figure import show_percent
from climatebudget.core.field import show_exact
from climatebudget.core.findings import About
from climatebudget.core.quantity import Bound, Figure, exactly
from climatebudget.core.statement import at
from climatebudget.core.text import N_, Text
from climatebudget.sheets.annex_parts import Annex
from climatebudget.sheets.writer import (
    AFTER_NUMBER,
    BOLD,
    PROSE,
    SECTION,
    TEXT,
    TONNES,
    YEAR,
    Column,
    Page,
    style,
)

CHARACTERS = 130  # on a line of prose across the sheet
EXACT = TONNES | style(num_format="#,##0.######")
# What is the sum of as many parts as there are measures: each is told once, with its years.
OF_MEASURES = (Line.CUT, Line.INCREASE)
ORDER = (
    *(Line.GAP, Line.AFTER, Line.PATH, Line.EFFECT, Line.CUT, Line.INCREASE),
    *(Line.OVERLAP, Line.ALLOWANCE, Line.INVENTORY),
)


class Row(NamedTuple):
    """One of the parts that a figure is made of."""

    tonnes: Figure | None
    how: str
    cites: str | None = None


def write(page: Page, row: int, annex: Annex) -> int:
    """The section; the row after it."""
    _ = annex.translate
    page.put(row, 0, _("Slik er tallene regnet ut"), SECTION)
    found = {line: tuple(_explained(annex, line)) for line in ORDER}
    page.across(row + 1, 0, 4, _closing(annex, found.values()), PROSE, CHARACTERS)
    figures: list[Column[Explanation]] = [
        Column(_("Tall"), lambda e: _said(annex, label(e.key.column)), style=TEXT),
        Column(_("År"), lambda e: e.key.year, style=YEAR),
        Column(_("Tonn"), lambda e: e.figure, style=EXACT),
        Column(_("Slik"), lambda e: _how(annex, e), style=TEXT | AFTER_NUMBER),
    ]
    parts: list[Column[Row]] = [
        Column(_("Tonn"), lambda r: r.tonnes, style=EXACT),
        Column(_("Slik"), lambda r: r.how, style=TEXT | AFTER_NUMBER),
        Column(_("Står i"), lambda r: r.cites, style=TEXT),
    ]
    page.head(row + 2, figures)
    row = page.head(row + 2, parts, first=2)
    for line, explanations in found.items():
        for one in explanations:
            row = page.lines(row, figures, [one], BOLD)
            if line not in OF_MEASURES:
                row = page.lines(row, parts, (_part(annex, p) for p in one.parts), first=2)
        if line in OF_MEASURES:
            row = page.lines(row, parts[1:], _by_measure(annex, explanations), first=3)
    return row + 1


def _explained(annex: Annex, line: Line) -> Iterator[Explanation]:
    """The total's figures: in the reference year and the last, or in the years of the tables."""
    budget = annex.budget
    last = budget.inventory.last_year if budget.inventory else None
    past = dict.fromkeys(year for year in (budget.reference_year, last) if year)
    for year in past if line is Line.INVENTORY else annex.years:
        if line is Line.INCREASE and not at(annex.statement.total.cut.increase, year).value:
            continue
        found = explain(budget, annex.statement, Key(line, year))
        if found is not None:
            yield found


def _closing(annex: Annex, found: Iterable[tuple[Explanation, ...]]) -> str:
    """Whether every figure is what its parts make; each that is not, by name."""
    wrong = [one for explanations in found for one in explanations if one.closes is False]
    if not wrong:
        return annex.translate(
            "Hvert tall er regnet ut på nytt av delene under det, og stemmer på grammet."
        )
    return " ".join(f"{_said(annex, one.title)}: {_said(annex, one.closing)}" for one in wrong)


def _how(annex: Annex, one: Explanation) -> str:
    return " ".join(_said(annex, text) for text in (one.formula, *one.notes))


def _part(annex: Annex, part: Part) -> Row:
    what = part.what
    if part.percent is not None:
        values = {"what": what, "percent": show_percent(part.percent)}
        what = Text(N_("%(what)s: %(percent)s prosent"), values)
    how = ". ".join(_said(annex, text).removesuffix(".") for text in (what, *part.details))
    return Row(_tonnes(part), how, _said(annex, part.cites) if part.cites else None)


def _tonnes(part: Part) -> Figure | None:
    """What the part adds, with its sign; what it is where it adds nothing."""
    if part.adds is None or part.figure is None or part.figure.bound is not Bound.EXACT:
        return part.figure
    return exactly(part.adds)


def _by_measure(annex: Annex, explanations: Iterable[Explanation]) -> Iterator[Row]:
    """Each measure once, with its figure in each year; where it stands is told further down."""
    figures: dict[About | None, list[str]] = {}
    for one in explanations:
        for part in one.parts:
            about = part.about and replace(part.about, year=None)
            if about not in figures:
                figures[about] = [_said(annex, part.what)]
            figures[about].append(f"{one.key.year}: {_shown(annex, part.figure)}")
    for what, *years in figures.values():
        yield Row(None, what, "; ".join(years))


def _shown(annex: Annex, figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return annex.translate("ukjent")
    bound = annex.translate(figure.bound.value) + " " if figure.bound.value else ""
    return bound + show_exact(figure.value)


def _said(annex: Annex, text: Text) -> str:
    return text.shown(annex.translate)
