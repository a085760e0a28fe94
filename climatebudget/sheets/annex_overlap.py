"""Overlap on «Klimatiltak per sektor»: each group below the sum, with what it is reckoned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

from climatebudget.core.inventory import sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.overlap import Deduction, Member, OverlapGroup, Rule
from climatebudget.core.overlap_groups import Effects, effects_of, why_idle
from climatebudget.core.quantity import ZERO, Figure
from climatebudget.core.statement import at
from climatebudget.sheets.annex_measures import FIRST_YEAR, Sums, start_sum_row
from climatebudget.sheets.annex_parts import Annex, department_label, sector_label, source_name
from climatebudget.sheets.writer import (
    AFTER_NUMBER,
    BODY,
    BOLD,
    PLAIN,
    PROSE,
    QUIET,
    SECTION,
    SUM,
    TEXT,
    TONNES,
    TOTAL,
    Page,
    Ref,
    Value,
    live,
    style,
)

NONE = "–"  # does not apply
MOST_FACTORS = 100  # Excel takes 8 192 characters in a formula
CHARACTERS = 150  # on a line over all the columns
PERCENT = TONNES | style(num_format="General")
Cells = Mapping[tuple[Member, int], Ref]


@dataclass(frozen=True)
class Reckoning:
    """One deduction of a group in a year, with the cells that its formula is made of."""

    deduction: Deduction
    cuts: Sequence[Ref]  # those that are known
    block: tuple[Ref, Ref]  # from the first of the sector's members to the last, known or not
    asked: Ref | None  # what there is to cut in, or the percentage, where the rule asks


def write(page: Page, annex: Annex, sums: Sums) -> Mapping[int, Ref]:
    """The groups, their deductions and the sum of these; where the sum stands, by year.

    Nothing is written, and nothing stands anywhere, in a budget without groups.
    """
    _ = annex.translate
    if not annex.budget.overlaps:
        return {}
    row = sums.row + 1
    page.put(row, 0, _("Overlapp"), SECTION)
    text = _(
        "Klimatiltak som kutter de samme utslippene, kutter mindre til sammen enn hver for seg. "
        "Hver gruppe trekkes fra summen over etter sin regel. Ingen sektor bærer fratrekket."
    )
    paragraph(page, row + 1, text, annex)
    row += 2
    taken: dict[int, list[Ref]] = {year: [] for year in annex.years}
    for group in annex.budget.overlaps:
        row = write_group(page, row + 1, group, annex, sums, taken)
    return grand_total(page, row + 1, annex, sums, taken)


def paragraph(page: Page, row: int, text: str, annex: Annex) -> None:
    page.across(row, 1, FIRST_YEAR + len(annex.years), text, PROSE, CHARACTERS)


def write_group(
    page: Page,
    row: int,
    group: OverlapGroup,
    annex: Annex,
    sums: Sums,
    taken: dict[int, list[Ref]],
) -> int:
    """Name, rule, reason, members and deduction; the next free row."""
    _ = annex.translate
    page.put(row, 1, group.name, PLAIN | BOLD)
    rule = _("Regel: %(rule)s.") % {"rule": _(group.rule.value)}
    paragraph(page, row + 1, rule, annex)
    why = _("Begrunnelse: %(reason)s") % {"reason": group.reason or _("ikke oppgitt")}
    paragraph(page, row + 2, why, annex)
    row += 3
    cells: dict[tuple[Member, int], Ref] = {}
    effects = effects_of(annex.budget)
    for member in sorted(group.members, key=lambda m: sector_of(m.code)):
        cells |= write_member(page, row, member, effects, annex, sums)
        row += 1
    for own in by_sector(group, annex):
        row = write_deduction(page, row, group, own, cells, annex, taken)
    return row


def write_member(
    page: Page, row: int, member: Member, effects: Effects, annex: Annex, sums: Sums
) -> Cells:
    """A measure's cut in the one place. It is fetched from above where that is all it cuts."""
    _ = annex.translate
    measure = next((m for m in annex.budget.measures if m.id == member.measure), None)
    why = why_idle(member, effects, annex.budget)
    start_sum_row(page, row, "", len(annex.years), BODY)
    if measure:
        page.put(row, 0, measure.number, BODY | style(num_format="0", align="left"))
        page.put(row, 1, measure.name, TEXT)
        page.put(row, 2, department_label(measure.department, annex), TEXT)
    page.put(row, 4, source_name(member.code, annex), TEXT)
    found = {}
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        if why:
            page.put(row, column, NONE, TONNES | QUIET)
            continue
        value = cut(page, member, year, column, effects, annex, sums)
        found[member, year] = page.put(row, column, value, TONNES)
    if why:
        remark = _("Ikke trukket fra: %(why)s.") % {"why": _(why)}
        page.put(row, FIRST_YEAR + len(annex.years), remark, TEXT | QUIET | AFTER_NUMBER)
    return found


def cut(
    page: Page,
    member: Member,
    year: int,
    column: int,
    effects: Effects,
    annex: Annex,
    sums: Sums,
) -> Value:
    """What the rule is applied to: an increase is a line of its own, and is none of it."""
    measure, effect = effects[member]
    value = effect.yearly[year]
    if value is None:
        return Figure(None)
    row = sums.rows.get(measure.id) if only_there(measure, annex) else None
    if value < ZERO or row is None:
        return Figure(max(value, ZERO))
    return live("={}", page.ref(row, column), value=value)


def only_there(measure: Measure, annex: Annex) -> bool:
    return sum(e.book is annex.budget.book for e in measure.effects) == 1


def by_sector(group: OverlapGroup, annex: Annex) -> Iterator[Mapping[int, Deduction]]:
    """The group's deductions by year, for each emission sector: they are reckoned within one."""
    own = [d for d in annex.statement.deductions if d.group.id == group.id]
    for sector in dict.fromkeys(d.sector for d in own):
        yield {d.year: d for d in own if d.sector == sector}
    if not own:
        yield {}


def write_deduction(
    page: Page,
    row: int,
    group: OverlapGroup,
    own: Mapping[int, Deduction],
    cells: Cells,
    annex: Annex,
    taken: dict[int, list[Ref]],
) -> int:
    """What the rule asks for, and the deduction as a live formula; the next free row."""
    _ = annex.translate
    asked: dict[int, Ref] = {}
    if own and group.rule in (Rule.SEQUENCE, Rule.SHARE):
        asked = write_asked(page, row, group, own, annex)
        row += 1
    label = _("Fratrekk")
    if own and len(list(by_sector(group, annex))) > 1:
        sector = sector_label(next(iter(own.values())).sector, annex)
        label = _("Fratrekk, %(sector)s") % {"sector": sector}
    start_sum_row(page, row, label, len(annex.years), SUM)
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        if year not in own:
            page.put(row, column, NONE, TONNES | SUM)
            continue
        deduction = own[year]
        ref = page.put(
            row, column, formula(reckoning(deduction, cells, asked.get(year))), TONNES | SUM
        )
        if deduction.figure.known:
            taken[year].append(ref)
    return row + 1


def write_asked(
    page: Page, row: int, group: OverlapGroup, own: Mapping[int, Deduction], annex: Annex
) -> dict[int, Ref]:
    """The percentage of a stated share, or what there is to cut in."""
    _ = annex.translate
    share = group.rule is Rule.SHARE
    label = _("Prosent av summen som trekkes fra") if share else _("Det er å kutte i, tonn")
    start_sum_row(page, row, label, len(annex.years), BODY)
    found = {}
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        value = Figure(group.percent if share else own[year].left)
        ref = page.put(row, column, value, PERCENT if share else TONNES)
        if value.known:
            found[year] = ref
    return found


def reckoning(deduction: Deduction, cells: Cells, asked: Ref | None) -> Reckoning:
    year, sector = deduction.year, deduction.sector
    own = [ref for (m, y), ref in cells.items() if y == year and sector_of(m.code) == sector]
    cuts = [cells[member, year] for member in deduction.parts]
    return Reckoning(deduction, cuts, (own[0], own[-1]), asked)


def formula(one: Reckoning) -> Value:
    """The deduction over its cells; as it is where there is nothing to reckon."""
    figure, block = one.deduction.figure, one.block
    cutting = sum(bool(cut) for cut in one.deduction.parts.values())
    match one.deduction.group.rule:
        case Rule.SHARE:
            return live("=-ROUND(SUM({}:{})*{}/100,6)", *block, one.asked, value=figure)
        case Rule.LARGEST:
            return live("=MAX({}:{})-SUM({}:{})", *block, *block, value=figure)
        case Rule.SEQUENCE if cutting > 1 and (one.deduction.left or ZERO) <= 0:
            return live("=MAX({}:{})-SUM({}:{})", *block, *block, value=figure)
        case Rule.SEQUENCE if cutting > 1 and len(one.cuts) <= MOST_FACTORS and one.asked:
            return in_sequence(one, one.asked)
    return figure


def in_sequence(one: Reckoning, left: Ref) -> Value:
    """What there is · (1 − Π(1 − cut / what there is)), less the sum of the cuts."""
    # No array formula: not every spreadsheet has them. A cut may be of more than there is.
    larger = max(one.deduction.parts.values()) > (one.deduction.left or ZERO)
    whole: LiteralString = "MAX({},{}:{})" if larger else "{}"
    there_is = (left, *one.block) if larger else (left,)
    each: LiteralString = "*".join(["(1-{}/" + whole + ")"] * len(one.cuts))
    return live(
        "=MIN(0,ROUND(" + whole + "*(1-" + each + "),6)-SUM({}:{}))",
        *there_is,
        *(ref for cut in one.cuts for ref in (cut, *there_is)),
        *one.block,
        value=one.deduction.figure,
    )


def grand_total(
    page: Page, row: int, annex: Annex, sums: Sums, taken: Mapping[int, Sequence[Ref]]
) -> Mapping[int, Ref]:
    """The deductions together, and what is left of the cuts."""
    _ = annex.translate
    total = annex.statement.total
    start_sum_row(page, row, _("Overlapp i alt"), len(annex.years), TOTAL)
    start_sum_row(page, row + 1, _("Utslippskutt etter overlapp"), len(annex.years), TOTAL)
    found = {}
    for column, year in enumerate(annex.years, start=FIRST_YEAR):
        cells, overlap = taken[year], at(total.overlap, year)
        plus: LiteralString = "+".join(["{}"] * len(cells))
        value: Value = live("=" + plus, *cells, value=overlap) if cells else overlap
        found[year] = page.put(row, column, value, TONNES | TOTAL)
        left = live("={}+{}", sums.total[year], found[year], value=at(total.effect, year))
        page.put(row + 1, column, left, TONNES | TOTAL)
    return found
