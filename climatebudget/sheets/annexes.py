"""The council's Excel annex of one version: five sheets that can be checked cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from climatebudget.core.budget import Budget
from climatebudget.core.findings import Finding
from climatebudget.core.quantity import Bound
from climatebudget.core.statement import Statement
from climatebudget.sheets import (
    annex_checks,
    annex_measures,
    annex_method,
    annex_overlap,
    annex_path,
    annex_summary,
)
from climatebudget.sheets.annex_parts import Annex
from climatebudget.sheets.writer import Book, Margins, Page

DIGITS = 12  # of the digest on every page


def annex(
    budget: Budget,
    statement: Statement,
    findings: Sequence[Finding],
    *,
    translate: Callable[[str], str] = str,
    now: datetime,
    digest: str,
) -> bytes:
    """The workbook's bytes: the same for the same arguments.

    ``digest`` is that of the version's canonical bytes; ``translate`` takes a bokmål text.
    """
    about = Annex(budget, statement, findings, translate, now, digest)
    _ = translate
    book = new_book(about)

    def page(title: str, widths: Sequence[float], wide: bool) -> Page:
        return book.page(title, widths, margins(about), wide)

    summary = page(_("Kort fortalt"), annex_summary.WIDTHS, False)
    measures = page(_("Klimatiltak per sektor"), annex_measures.widths(about), True)
    path = page(_("Veien til målet"), annex_path.widths(about), False)
    checks = page(_("Avstemming"), annex_checks.widths(about), True)
    method = page(_("Metode"), annex_method.WIDTHS, False)

    sums = annex_measures.write(measures, about)
    sums = replace(sums, overlap=annex_overlap.write(measures, about, sums))
    places = annex_path.write(path, about, sums)
    found = annex_checks.write(checks, about, sums)
    annex_summary.write(summary, about, places, found)
    annex_method.write(method, about)
    return book.close()


def new_book(about: Annex) -> Book:
    _ = about.translate
    municipality, year = about.budget.municipality.name, about.budget.budget_year.year
    title = _("Klimabudsjett %(year)s, %(municipality)s")
    return Book(
        about.now,
        unknown=_("ukjent"),
        bounds={bound: _(bound.value) for bound in Bound if bound is not Bound.EXACT},
        properties={
            "title": title % {"year": year, "municipality": municipality},
            "subject": " · ".join(filter(None, [about.stamp, about.which])),
            "author": municipality,
            "comments": about.digest,
        },
    )


def margins(about: Annex) -> Margins:
    """Which budget this is, on every page."""
    _ = about.translate
    edition = about.budget.edition
    name = edition.name if edition else _("ingen statistikkutgave")
    return Margins(
        header=(about.which, about.stamp),
        footer=(
            f"{about.digest[:DIGITS] or _('uten kontrollsum')} · {name}",
            _("Side %(page)s av %(pages)s"),
        ),
    )
