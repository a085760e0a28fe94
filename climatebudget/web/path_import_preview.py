"""What a preview says of a path from a file: a sentence, and the figures beside what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import runs
from climatebudget.core.findings import Finding, Level
from climatebudget.core.path_cells import Counted
from climatebudget.core.path_import import PathImport
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import Yearly
from climatebudget.core.text import N_, Text
from climatebudget.web.path import LOOK_BACK, history
from climatebudget.web.path_form import called

Values = tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Line:
    """One place: what was emitted, what the file gives, and what is stored now; tonnes."""

    label: str
    past: Values
    ahead: Values
    before: Values | None  # None where nothing is stored, or the very same
    whole: bool


@dataclass(frozen=True)
class Years:
    past: Sequence[int]
    ahead: Sequence[int]  # of the file, and of what is stored now
    lines: Sequence[Line]


def compared(figures: Mapping[str, Yearly], budget: Budget) -> Years:
    """Each place of the path, and last the whole, beside the last years of the inventory."""
    past = budget.inventory.years[-LOOK_BACK:] if budget.inventory else ()
    stored = budget.path.figures if budget.path else {}
    every = [*figures.values(), *stored.values()]
    ahead = sorted({year for yearly in every for year in yearly.by_year})
    places = [code for code in dict.fromkeys([*figures, *stored]) if code]
    rows = [(code, figures.get(code), stored.get(code)) for code in places]
    rows.append(("", ReferencePath(figures).whole, budget.path.whole if budget.path else None))
    lines = [
        Line(
            called(code, budget),
            _values(history(budget, code), past),
            _values(new, ahead),
            _values(old, ahead) if old and new != old else None,
            whole=not code,
        )
        for code, new, old in rows
    ]
    return Years(past, ahead, lines if figures else [])


def _values(yearly: Yearly | None, years: Iterable[int]) -> Values:
    return tuple(yearly[year] if yearly else None for year in years)


def lead(done: PathImport, stops: int) -> Text:
    """What the file leads to, in a sentence."""
    if stops:
        text = N_("Banen kan ikke brukes slik filen er: én ting må rettes.")
        several = N_("Banen kan ikke brukes slik filen er: %(stops)s ting må rettes.")
        return Text(text if stops == 1 else several, {"stops": stops})
    if not done.figures:
        return Text(N_("Filen er lest."))
    text = N_("Filen gir en referansebane i tonn, %(level)s, for %(years)s.")
    if done.unit is Counted.PERCENT:
        text = N_("Filen gir en referansebane i prosent, %(level)s, for %(years)s.")
    years = {year for yearly in done.figures.values() for year in yearly.by_year}
    return Text(text, {"level": Text(str(done.level.value)), "years": runs(years)})


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """What must be put right stands first, what only informs last."""
    levels = list(Level)
    return sorted(findings, key=lambda finding: levels.index(finding.level))
