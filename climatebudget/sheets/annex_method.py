"""«Metode»: how each line is reckoned, on what it stands, and where each figure is written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_moment, show_number
from climatebudget.sheets import annex_adjustments, annex_explained
from climatebudget.sheets.annex_parts import Annex, opening, show_date, source_name
from climatebudget.sheets.annex_summary import meanings
from climatebudget.sheets.writer import (
    AFTER_NUMBER,
    BODY,
    BOLD,
    PLAIN,
    PROSE,
    SECTION,
    TEXT,
    TONNES,
    YEAR,
    Column,
    Page,
    style,
)

WIDTHS = (20, 9, 14, 34, 44)
CHARACTERS = 115  # on a line of prose
Paragraph = tuple[str, str]


def write(page: Page, annex: Annex) -> None:
    _ = annex.translate
    row = opening(page, annex, _("Metode")) - 1
    for title, paragraphs in sections(annex):
        page.put(row, 0, title, SECTION)
        row += 1
        for label, text in paragraphs:
            page.put(row, 0, label, PROSE | BOLD)
            page.across(row, 1, 4, text, PROSE, CHARACTERS, least=-(-len(label) // 19))
            row += 1
        row += 1
    row = annex_explained.write(page, row, annex)
    page.put(row, 0, _("Hvor tallene står"), SECTION)
    citations(page, row + 1, annex)


def sections(annex: Annex) -> list[tuple[str, list[Paragraph]]]:
    _ = annex.translate
    return [
        (_("Avgrensning og utslippstall"), boundary(annex)),
        (_("Mål og vedtak"), targets(annex)),
        (_("Referansebane"), path(annex)),
        (_("Slik leses tallene"), [*meanings(annex), *figures(annex)]),
        (_("Vedlegget"), made(annex)),
    ]


def boundary(annex: Annex) -> list[Paragraph]:
    _ = annex.translate
    lines = [
        (
            _("Regnskap"),
            _("%(book)s. Tall fra ulike regnskap legges aldri sammen.")
            % {"book": _(annex.budget.book.value).capitalize()},
        )
    ]
    edition = annex.budget.edition
    if edition is None:
        return [*lines, (_("Statistikkutgave"), _("Klimabudsjettet har ingen utslippstall ennå."))]
    return [
        *lines,
        (_("Statistikkutgave"), edition.name),
        (_("Utgiver"), edition.publisher or _("ukjent")),
        (_("Publisert"), show_date(edition.published, annex)),
        (_("Lest inn"), show_date(edition.imported_at, annex)),
        (_("Fil"), edition.file_name),
        (_("Filens SHA-256"), edition.sha256),
        (_("Innholdets SHA-256"), edition.content_sha256),
        (_("Oppvarmingspotensial"), edition.gwp or _("ikke oppgitt i filen")),
        *annex_adjustments.paragraphs(annex),
    ]


def targets(annex: Annex) -> list[Paragraph]:
    _ = annex.translate
    if not annex.budget.targets:
        return [(_("Mål"), _("Klimabudsjettet har ikke noe mål."))]
    lines = []
    for target in sorted(annex.budget.targets, key=lambda t: t.year):
        text = _("%(percent)s prosent lavere enn i %(reference)s. Vedtak: %(decision)s.") % {
            "percent": show_number(target.percent, Decimal(1).scaleb(_decimals(target.percent))),
            "reference": target.reference_year,
            "decision": target.decision or _("ikke oppgitt"),
        }
        lines.append((_("Mål for %(year)s") % {"year": target.year}, text))
    return lines


def _decimals(value: Decimal) -> int:
    return min(0, int(value.normalize().as_tuple().exponent))


def path(annex: Annex) -> list[Paragraph]:
    _ = annex.translate
    own = annex.budget.path
    if own is None:
        text = _(
            "Klimabudsjettet har ingen referansebane. Siste år i utslippsregnskapet står i stedet."
        )
        return [(_("Referansebane"), text)]
    unstated = _("ikke oppgitt")
    return [
        (_("Politikk som er med"), own.policy or unstated),
        (_("Skjæringsdato"), show_date(own.cut_off, annex) if own.cut_off else unstated),
        (_("Laget av"), own.author or unstated),
    ]


def figures(annex: Annex) -> list[Paragraph]:
    _ = annex.translate
    groups = _(
        "Trekkes fra kuttet. Gruppene står med regel, klimatiltak og begrunnelse under summen "
        "i arket «Klimatiltak per sektor»."
    )
    return [
        *([(_("Overlapp"), groups)] if annex.budget.overlaps else []),
        (_("Prosentpoeng"), _("Tonnene delt på utslippene i referanseåret.")),
        (
            _("Avrunding"),
            _(
                "Cellene inneholder tallene uavrundet, i tonn med desimaler ned til gram. Det"
                " er bare visningen som er avrundet. Avrundede tall kan derfor avvike med én "
                "fra summen sin."
            ),
        ),
    ]


def made(annex: Annex) -> list[Paragraph]:
    _ = annex.translate
    budget, frozen = annex.budget, annex.budget.version.frozen_at
    when = show_moment(annex.now)
    by = _("Laget av %(municipality)s med programmet Klimabudsjett %(when)s.")
    return [
        (_("Laget"), by % {"municipality": budget.municipality.name, "when": when}),
        (_("Låst"), show_date(frozen, annex) if frozen else _("ikke låst")),
        (_("Kontrollsum"), annex.digest or _("ukjent")),
        (
            _("Kilder og lisens"),
            _(
                "Inneholder data fra Miljødirektoratet (NLOD) og Statistisk "
                "sentralbyrå (CC BY 4.0)."
            ),
        ),
    ]


# ---- where each figure is written ---------------------------------------------------------------


class Citation(NamedTuple):
    about: str
    year: int
    tonnes: Decimal | None
    code: str
    cites: str


def cited(budget: Budget, annex: Annex) -> Iterator[Citation]:
    _ = annex.translate
    for measure in budget.measures:
        about = _("Klimatiltak %(number)s") % {"number": measure.number}
        for effect in measure.effects:
            place = source_name(effect.code, annex)
            for year, tonnes in sorted(effect.yearly.by_year.items()):
                yield Citation(about, year, tonnes, place, effect.cites.get(year, ""))
    if budget.path:
        for (code, year), cites in sorted(budget.path.cites.items()):
            figure = budget.path.figures[code][year] if code in budget.path.figures else None
            place = source_name(code, annex) if code else _("samlet")
            yield Citation(_("Referansebane"), year, figure, place, cites)
    for year, cites in sorted(budget.allowance.cites.items()):
        allowed = annex.statement.allowance[year]
        yield Citation(_("Utslippsramme"), year, allowed, _("samlet"), cites)
    for target in budget.targets:
        if target.cites:
            allowed = annex.statement.allowance[target.year]
            yield Citation(_("Mål"), target.year, allowed, _("samlet"), target.cites)


def citations(page: Page, row: int, annex: Annex) -> None:
    _ = annex.translate
    unstated = _("ikke oppgitt")
    table: list[Column[Citation]] = [
        Column(_("Tall for"), lambda c: c.about, style=TEXT),
        Column(_("År"), lambda c: c.year, style=YEAR),
        Column(_("Tonn"), lambda c: c.tonnes, style=TONNES | style(num_format="#,##0.######")),
        Column(_("Utslippskilde"), lambda c: c.code, style=TEXT | AFTER_NUMBER),
        Column(_("Står i"), lambda c: c.cites or unstated, style=TEXT),
    ]
    found = list(cited(annex.budget, annex))
    if not found:
        page.put(row, 0, _("Ingen tall er ført ennå."), PLAIN)
        page.put(row + 1, 0, None, BODY)
        return
    row = page.head(row, table)
    page.sheet.repeat_rows(row - 1)
    page.lines(row, table, found)
