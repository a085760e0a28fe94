"""«Klimatiltak per sektor»: every measure, under the department that answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from climatebudget.core.measure import InPath, Measure
from climatebudget.core.statement import Cut, at
from climatebudget.sheets.annex_parts import (
    Annex,
    department_label,
    effect,
    in_book,
    opening,
    source_name,
)
from climatebudget.sheets.writer import (
    AFTER_NUMBER,
    BODY,
    PLAIN,
    PROSE,
    QUIET,
    SECTION,
    SUM,
    TEXT,
    TONNES,
    TOTAL,
    Column,
    Page,
    Ref,
    Style,
    added,
    live,
    style,
)

FIRST_YEAR = 8  # the column after number, name, …, in the path
WIDTHS = (5, 37, 18, 16, 21, 12, 11, 14)


@dataclass(frozen=True)
class Sums:
    """Where the sums stand that other sheets refer to, by year."""

    total: Mapping[int, Ref]
    departments: Mapping[str, Mapping[int, Ref]]
    rows: Mapping[str, int]  # of the counted measures, by public id
    row: int  # the next free one
    overlap: Mapping[int, Ref] = field(default_factory=dict)  # empty where no group is written


def columns(annex: Annex) -> list[Column[Measure]]:
    _ = annex.translate
    facts: list[Column[Measure]] = [
        Column(_("Nr."), lambda m: m.number, style=BODY | style(num_format="0", align="left")),
        Column(_("Klimatiltak"), lambda m: m.name),
        Column(_("Sektor"), lambda m: department_label(m.department, annex)),
        Column(_("Ansvarlig"), lambda m: m.responsible or m.position),
        Column(_("Utslippskilde"), lambda m: places(m, annex)),
        Column(_("Tallgrunnlag"), lambda m: _(m.basis.value)),
        Column(_("Beslutning"), lambda m: _(m.decision.value)),
        Column(_("Referansebane"), lambda m: _(m.in_path.value)),
    ]
    effects = [
        Column(str(year), partial(effect, year=year, annex=annex), style=TONNES)
        for year in annex.years
    ]
    return [
        *facts,
        *effects,
        Column(_("Merknad"), lambda m: remark(m, annex), style=TEXT | QUIET | AFTER_NUMBER),
    ]


def widths(annex: Annex) -> list[float]:
    return [*WIDTHS, *[11.0] * len(annex.years), 22.0]


def places(measure: Measure, annex: Annex) -> str:
    codes = [e.code for e in measure.effects if e.book is annex.budget.book] or [measure.code]
    return "; ".join(source_name(code, annex) for code in dict.fromkeys(codes))


def remark(measure: Measure, annex: Annex) -> str:
    """Why a measure is not in the sum, or has no number; nothing for the others."""
    _ = annex.translate
    if not measure.quantified:
        size = _("Virkning: %(size)s.") % {"size": _(measure.size.value)}
        return f"{measure.why.rstrip('.')}. {size}" if measure.why else size
    if not in_book(measure, annex):
        return _("Ikke regnet med: gjelder et annet regnskap enn dette.")
    if measure.in_path is not InPath.ADDITIONAL:
        return _("Ikke regnet med: %(why)s.") % {"why": _(measure.in_path.value)}
    if not measure.counted:
        return _("Ikke regnet med: %(why)s.") % {"why": _(measure.decision.value)}
    return ""


def write(page: Page, annex: Annex) -> Sums:
    _ = annex.translate
    note = _("Utslippskutt i tonn CO₂-ekvivalenter: hele kuttet det året, mot å la være.")
    row = opening(page, annex, _("Klimatiltak per sektor"), note)
    table = columns(annex)
    row = page.head(row - 1, table)
    page.steady(row, 2)
    if not annex.budget.measures:
        page.put(row, 1, _("Klimabudsjettet har ingen klimatiltak ennå."), PROSE)
        row += 1
    departments = {}
    rows: dict[str, int] = {}
    for department, own in grouped(annex).items():
        row, departments[department] = group(page, row, table, department, own, annex, rows)
    return Sums(grand_total(page, row, departments, annex), departments, rows, row + 2)


def grouped(annex: Annex) -> Mapping[str, list[Measure]]:
    """The measures by department, in the municipality's order."""
    groups: dict[str, list[Measure]] = {d: [] for d in annex.statement.departments}
    for measure in annex.budget.measures:
        groups.setdefault(measure.department, []).append(measure)
    return groups


def group(
    page: Page,
    row: int,
    table: list[Column[Measure]],
    department: str,
    own: list[Measure],
    annex: Annex,
    rows: dict[str, int],
) -> tuple[int, Mapping[int, Ref]]:
    """A department's measures: what counts, its sum, and below it what is not in the sum.

    ``rows`` is told where each that counts stands.
    """
    _ = annex.translate
    counted = [m for m in own if m.counted and in_book(m, annex)]
    others = [m for m in own if m not in counted]
    page.put(row + 1, 0, department_label(department, annex), SECTION)
    first = row = row + 2
    rows.update((m.id, n) for n, m in enumerate(counted, start=first))
    row = page.lines(row, table, counted)
    sums: Mapping[int, Ref] = {}
    if counted:
        label = _("Sum, %(counted)s av %(all)s klimatiltak regnet med") % {
            "counted": len(counted),
            "all": len(own),
        }
        sums = sum_row(page, row, label, first, annex.statement.departments[department], annex)
        row += 1
    if others:
        page.put(row, 1, _("Ikke med i summen"), PLAIN | QUIET)
        row = page.lines(row + 1, table, others, QUIET)
    return row, sums


def sum_row(
    page: Page, row: int, label: str, first: int, cut: Cut, annex: Annex
) -> Mapping[int, Ref]:
    start_sum_row(page, row, label, len(annex.years), SUM)
    found = {}
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        top, bottom = page.ref(first, column), page.ref(row - 1, column)
        value = live("=SUM({}:{})", top, bottom, value=at(cut.net, year))
        found[year] = page.put(row, column, value, TONNES | SUM)
    return found


def start_sum_row(page: Page, row: int, label: str, years: int, look: Style) -> None:
    for column in range(FIRST_YEAR + years + 1):
        page.put(row, column, label if column == 1 else None, BODY | look)


def grand_total(
    page: Page, row: int, departments: Mapping[str, Mapping[int, Ref]], annex: Annex
) -> Mapping[int, Ref]:
    _ = annex.translate
    counts, row = annex.statement.counts, row + 1
    label = _("Alle sektorer, %(counted)s av %(all)s klimatiltak regnet med") % {
        "counted": counts.counted,
        "all": counts.all,
    }
    start_sum_row(page, row, label, len(annex.years), TOTAL)
    found = {}
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        parts = [
            sums[year]
            for department, sums in departments.items()
            if sums and at(annex.statement.departments[department].net, year).known
        ]
        value = added(parts, at(annex.statement.total.cut.net, year))
        found[year] = page.put(row, column, value, TONNES | TOTAL)
    return found
