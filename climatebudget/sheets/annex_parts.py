"""What the sheets of the annex share: the version they are about, and its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from climatebudget import catalogue
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_day
from climatebudget.core.findings import Finding
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.quantity import Figure, total
from climatebudget.core.reconcile import sector_names
from climatebudget.core.statement import Statement
from climatebudget.sheets.writer import BOLD, PLAIN, QUIET, STAMP, TITLE, Page, Style


@dataclass(frozen=True)
class Annex:
    """One version with what is derived from it, ready to be written in a language."""

    budget: Budget
    statement: Statement
    findings: Sequence[Finding]
    translate: Callable[[str], str]
    now: datetime
    digest: str

    @property
    def years(self) -> tuple[int, ...]:
        """The økonomiplan's years and the horizon: what a table of measures shows."""
        return self.statement.columns

    @property
    def last_year(self) -> int:
        """The year that the answer is about: the latest target's, else the horizon."""
        target = self.budget.last_target
        return target.year if target else self.budget.budget_year.horizon

    @cached_property
    def sectors(self) -> Mapping[str, str]:
        """As the edition names them, else as the catalogue does."""
        return {**catalogue.sector_names(), **sector_names(self.budget)}

    @property
    def stamp(self) -> str:
        return self.translate("INTERNT UTKAST") if self.budget.version.internal else ""

    @property
    def which(self) -> str:
        """Which budget this is, in the words of the strip on top of every page."""
        _ = self.translate
        return _("%(municipality)s · Klimabudsjett %(year)s · Versjon: %(version)s") % {
            "municipality": self.budget.municipality.name,
            "year": self.budget.budget_year.year,
            "version": self.budget.version.called(_),
        }


def opening(page: Page, annex: Annex, title: str, note: str = "") -> int:
    """The sheet's title, which budget it is about, and a note; the row after them."""
    page.put(0, 0, title, TITLE)
    page.put(1, 0, " · ".join(filter(None, [annex.stamp, annex.which])), stamp_style(annex))
    if note:
        page.put(2, 0, note, PLAIN | QUIET)
    return 4


def stamp_style(annex: Annex) -> Style:
    return STAMP if annex.stamp else PLAIN | BOLD


def effect(measure: Measure, year: int, annex: Annex) -> Figure:
    """A measure's effect in the book: what is known of it, marked where a place lacks a figure."""
    if not measure.quantified:
        return Figure(None)
    parts = [e.yearly[year] for e in measure.effects if e.book is annex.budget.book]
    return total(parts, measure.may_increase)


def in_book(measure: Measure, annex: Annex) -> bool:
    return not measure.effects or any(e.book is annex.budget.book for e in measure.effects)


def source_name(code: str, annex: Annex) -> str:
    """«Personbiler (Veitrafikk)», or what is said of a cut that has no source yet."""
    _ = annex.translate
    if code == UNALLOCATED:
        return _("ikke fordelt")
    inventory = annex.budget.inventory
    source = inventory.sources.get(code) if inventory else None
    source = source or (catalogue.sources().get(code) if not code.endswith(UNALLOCATED) else None)
    if source:
        return f"{source.name} ({source.sector_name})"
    sector = annex.sectors.get(sector_of(code), sector_of(code))
    if code.partition("/")[2] == UNALLOCATED:
        return _("%(sector)s, ikke fordelt") % {"sector": sector}
    return code


def sector_label(code: str, annex: Annex) -> str:
    return annex.translate("Ikke fordelt") if code == UNALLOCATED else annex.sectors.get(code, code)


def department_label(department: str, annex: Annex) -> str:
    return department or annex.translate("Ikke oppgitt")


def show_date(day: date | None, annex: Annex) -> str:
    return show_day(day) if day else annex.translate("ukjent")
