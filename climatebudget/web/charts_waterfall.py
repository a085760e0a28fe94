"""From today to the target, step by step: what the waterfall chart and its table are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_number
from climatebudget.core.quantity import UNKNOWN, Bound, Figure, exactly, minus
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Translate

WIDE = {"w": 1120, "label": 290, "value": 150}
NARROW = {"w": 340, "label": 0, "value": 110}
LEVELS = ("level", "limit")


@dataclass(frozen=True)
class Step:
    """One row, tonnes: a level, or a change from the level before it (below zero is a cut)."""

    label: str
    kind: str  # as the macro in charts.html has it: level, path, cut, gap, limit
    figure: Figure
    step: int = 10  # what the figure is rounded to; history stands to the tonne

    def text(self, translate: Translate) -> str:
        if self.figure.value is None:
            return translate("ukjent")
        number = show_number(self.figure.value, self.step)
        bound = translate(self.figure.bound.value) if self.figure.bound is not Bound.EXACT else ""
        return f"{bound} {number}".strip()


def target_year(budget: Budget, statement: Statement) -> int:
    """The year the steps lead to: the latest target's, where the statement reaches it."""
    target = budget.last_target
    return (
        target.year if target and target.year in statement.years else (budget.budget_year.horizon)
    )


def steps(
    budget: Budget, statement: Statement, names: Mapping[str, str], translate: Translate
) -> list[Step]:
    """The last inventory year, the path, the cuts of each emission sector, and what remains."""
    return list(_steps(budget, statement, names, translate))


def _steps(
    budget: Budget, statement: Statement, names: Mapping[str, str], translate: Translate
) -> Iterator[Step]:
    year, total = target_year(budget, statement), statement.total
    today = UNKNOWN
    if budget.inventory:
        last = budget.inventory.last_year
        today = exactly(total.inventory[last])
        yield Step(f"{translate(N_('Utslipp i'))} {last}", "level", today, 1)
    if statement.has_path:
        grown = minus(exactly(total.path[year]), today)
        yield Step(translate(N_("Referansebanen")), "path", grown)
    yield from _cuts(statement, year, names, translate)
    if total.cut.increase[year].value:
        label = translate(N_("Økte utslipp fra klimatiltak"))
        yield Step(label, "path", total.cut.increase[year])
    if total.overlap[year].value:
        yield Step(translate(N_("Overlapp")), "path", _turned(total.overlap[year]))
    if count := statement.counts.unquantified:
        yield Step(f"{count} {translate(N_('ikke tallfestet'))}", "cut", UNKNOWN)
    yield Step(translate(N_("Etter klimatiltakene")), "level", total.after[year])
    yield from _target(statement, year, translate)


def _cuts(
    statement: Statement, year: int, names: Mapping[str, str], translate: Translate
) -> Iterator[Step]:
    """Sectors with a known cut, the largest first."""
    cuts = {code: line.cut.gross[year] for code, line in statement.sectors.items()}
    known = [(code, cut) for code, cut in cuts.items() if cut.value]
    for code, cut in sorted(known, key=lambda item: -(item[1].value or 0)):
        yield Step(names.get(code) or translate(N_("Ikke fordelt")), "cut", _turned(cut))


def _target(statement: Statement, year: int, translate: Translate) -> Iterator[Step]:
    gap, limit = statement.gap[year], statement.allowance[year]
    if limit is None:
        return
    if gap.value is not None:
        met = gap.value <= 0
        yield Step(translate(N_("Margin") if met else N_("Gjenstår å kutte")), "gap", _turned(gap))
    yield Step(f"{translate(N_('Utslippsramme'))} {year}", "limit", exactly(limit))


def _turned(figure: Figure) -> Figure:
    """The same tonnes as a change of the emissions; «minst» is said of its size."""
    return figure if figure.value is None else Figure(-figure.value, figure.lacks, figure.bound)


def drawn(rows: list[Step], translate: Translate, narrow: bool) -> dict[str, Any]:
    """What the macro ``waterfall`` of ``charts.html`` is given; no bar goes below zero."""
    drawn, run, highest = [], 0.0, 0.0
    for row in rows:
        before = 0.0 if row.kind in LEVELS else run
        if row.figure.value is not None:
            run = max(before + float(row.figure.value), 0.0)
        unknown = row.figure.value is None
        start, end = (run, run) if unknown else sorted((before, run))
        drawn.append(
            {
                "label": row.label,
                "kind": "unknown" if unknown else row.kind,
                "start": start,
                "end": end,
                "run": run,
                "text": row.text(translate),
            }
        )
        highest = max(highest, end)
    return {"steps": drawn, "vmax": highest or 1.0, "size": NARROW if narrow else WIDE}
