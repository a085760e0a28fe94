"""«Kort fortalt»: the answer, the few figures behind it, and which version this is."""

from __future__ import annotations

from collections.abc import Iterable

from climatebudget.core import sentence
from climatebudget.core.checks.adjustments import told
from climatebudget.core.measure import Size, by_size
from climatebudget.core.quantity import Bound, Figure
from climatebudget.core.statement import at, in_sight
from climatebudget.sheets.annex_checks import Checks, summed
from climatebudget.sheets.annex_parts import Annex, opening, show_date
from climatebudget.sheets.annex_path import (
    AFTER,
    ALLOWED,
    CUT,
    GAP,
    INVENTORY,
    PATH,
    POINT,
    POINTS,
    Places,
)
from climatebudget.sheets.writer import (
    BODY,
    BOLD,
    COUNT,
    HISTORY,
    INK,
    PLAIN,
    PROSE,
    QUIET,
    SECTION,
    TEXT,
    TONNES,
    Page,
    Style,
    Value,
    live,
    style,
)

WIDTHS = (46, 22, 44)
LEAD = PLAIN | style(font_size=14, font_color=INK, text_wrap=True)
Line = tuple[str, Value, Style]


def write(page: Page, annex: Annex, places: Places, checks: Checks) -> None:
    _ = annex.translate
    row = opening(page, annex, _("Kort fortalt")) - 1
    row = answer(page, row, annex)
    row = listing(page, row + 1, _("Nøkkeltall"), figures(annex, places, checks))
    row = listing(page, row + 1, _("Klimatiltakene"), counts(annex))
    row = listing(page, row + 1, _("Versjonen"), version(annex))
    row = listing(page, row + 1, _("Utslippstallene"), edition(annex))
    legend(page, row + 1, annex)


def answer(page: Page, row: int, annex: Annex) -> int:
    """The top sentence; what is strong in it on a line of its own."""
    for text in sentence.top(annex.budget, annex.statement):
        look = LEAD | BOLD if text.strong else LEAD
        page.across(row, 0, 2, text.shown(annex.translate), look, characters=115)
        row += 1
    return row


def listing(page: Page, row: int, title: str, lines: Iterable[Line]) -> int:
    page.put(row, 0, title, SECTION)
    for label, value, look in lines:
        row += 1
        page.put(row, 0, label, TEXT)
        page.put(row, 1, value, look)
        if isinstance(value, str):  # a text may run on over the next column
            page.sheet.merge_range(row, 1, row, 2, "", page.book.format(look))
            page.put(row, 1, value, look)
        else:
            page.put(row, 2, None, BODY)
    return row + 1


def figures(annex: Annex, places: Places, checks: Checks) -> list[Line]:
    """Each figure is fetched from the sheet where it is reckoned."""
    _ = annex.translate
    statement, inventory, year = annex.statement, annex.budget.inventory, annex.last_year
    lines: list[Line] = []
    reference_year = annex.budget.reference_year
    if inventory:
        for label, at_year in (
            (_("Utslipp i referanseåret %(year)s, tonn"), reference_year),
            (_("Utslipp i %(year)s, siste år i regnskapet, tonn"), inventory.last_year),
        ):
            if at_year is not None:
                value = live("={}", places.get(INVENTORY, at_year), value=inventory.total[at_year])
                lines.append((label % {"year": at_year}, value, HISTORY))
    total = statement.total
    after, gap = at(total.after, year), at(statement.gap, year)
    path = (
        _("Referansebanen i %(year)s, tonn")
        if statement.has_path
        else _("Siste regnskap videreført til %(year)s, tonn")
    )
    ahead = [
        (path, PATH, Figure(total.path[year])),
        (_("Utslippskutt i %(year)s, tonn"), CUT, at(total.cut.net, year)),
        (_("Utslipp i %(year)s etter klimatiltakene, tonn"), AFTER, after),
        (_("Utslippsrammen i %(year)s, tonn"), ALLOWED, Figure(statement.allowance[year])),
    ]
    for label, column, figure in ahead:
        value = live("={}", places.get(column, year), value=figure)
        lines.append((label % {"year": year}, value, TONNES))
    for gap_year in dict.fromkeys((annex.years[0], annex.budget.budget_year.plan[-1], year)):
        figure = at(statement.gap, gap_year)
        value = live("={}", places.get(GAP, gap_year), value=figure)
        label = _("Gjenstående kutt i %(year)s, tonn") % {"year": gap_year}
        lines.append((label, value, TONNES | BOLD))
    points = Figure(statement.points(gap.value), gap.lacks, gap.bound)
    lines.append(
        (
            _("Gjenstående kutt i %(year)s, prosentpoeng") % {"year": year},
            live("={}", places.get(POINTS, year), value=points),
            POINT,
        )
    )
    label = _("Avstemmingen: sum av absolutte differanser, tonn")
    if not checks.absolute:
        return [*lines, (label, _("ingen tall å avstemme"), TEXT)]
    difference = live(summed(checks.absolute), *checks.absolute, value=checks.difference)
    return [*lines, (label, difference, TONNES)]


def counts(annex: Annex) -> list[Line]:
    _ = annex.translate
    found = annex.statement.counts
    return [
        (_("Klimatiltak i alt"), found.all, COUNT),
        (_("Regnet med"), found.counted, COUNT),
        (_("Ikke tallfestet"), found.unquantified, COUNT),
        *sizes(annex),
        (_("Tallfestet, men helt eller delvis med i referansebanen"), found.in_path, COUNT),
        (_("Tallfestet, men ikke prioritert eller ikke vedtatt"), found.undecided, COUNT),
    ]


def sizes(annex: Annex) -> list[Line]:
    """How many of those are of each size, where anybody has chosen one: counted, never summed."""
    _ = annex.translate
    found = by_size(in_sight(annex.budget))
    if not any(count for size, count in found.items() if size is not Size.UNKNOWN):
        return []
    label = _("Ikke tallfestet, virkning: %(size)s")
    return [(label % {"size": _(size.value)}, count, COUNT) for size, count in found.items()]


def version(annex: Annex) -> list[Line]:
    _ = annex.translate
    budget, own = annex.budget, annex.budget.version
    when = _("ikke lagt fram") if own.presented_at is None else show_date(own.presented_at, annex)
    return [
        (_("Kommune"), budget.municipality.name, TEXT),
        (_("Kommunenummer"), budget.municipality.number, TEXT),
        (_("Budsjettår"), str(budget.budget_year.year), TEXT),
        (_("Steg"), _(budget.budget_year.stage.value), TEXT),
        (_("Versjon"), f"{own.called(_)} ({_(own.kind.value)})", TEXT),
        (_("Lagt fram"), when, TEXT),
        (_("Vedtak"), own.decision or _("ikke vedtatt"), TEXT),
        (_("Versjonens kontrollsum (SHA-256)"), annex.digest or _("ukjent"), TEXT),
        (_("Protokollens siste innførsel"), own.record_head or _("ikke låst ennå"), TEXT),
    ]


def edition(annex: Annex) -> list[Line]:
    _ = annex.translate
    own = annex.budget.edition
    if own is None:
        return [(_("Statistikkutgave"), _("ikke valgt"), TEXT)]
    return [
        (_("Statistikkutgave"), own.name, TEXT),
        (_("Utgiver"), own.publisher or _("ukjent"), TEXT),
        (_("Publisert"), show_date(own.published, annex), TEXT),
        (_("Filens kontrollsum (SHA-256)"), own.sha256, TEXT),
        *((_("Kommunens justeringer"), text.shown(_), TEXT) for text in told(annex.budget)),
    ]


def legend(page: Page, row: int, annex: Annex) -> None:
    _ = annex.translate
    page.put(row, 0, _("Slik leses tallene"), SECTION)
    for word, meaning in meanings(annex):
        row += 1
        page.put(row, 0, word, PROSE | BOLD)
        page.across(row, 1, 2, meaning, PROSE | QUIET, characters=92)


def meanings(annex: Annex) -> list[tuple[str, str]]:
    _ = annex.translate
    return [
        (
            _("ukjent"),
            _("Tallet finnes ikke. Ukjent er ikke null, og er ikke regnet med i noen sum."),
        ),
        (
            _(Bound.AT_LEAST.value),
            _("Summen mangler tall for noen klimatiltak. Den blir minst så stor."),
        ),
        (
            _(Bound.AT_MOST.value),
            _(
                "Noen utslippskutt mangler tall. Utslippet eller det som gjenstår, "
                "blir høyst så stort."
            ),
        ),
        (
            _(Bound.OPEN.value),
            _(
                "Noe mangler tall og kan trekke begge veier. Summen er verken en øvre"
                " eller nedre grense."
            ),
        ),
        ("–", _("Gjelder ikke.")),
    ]
