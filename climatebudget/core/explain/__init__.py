"""«Forklar tallet»: how a figure of the statement came to be, part by part.

Each part says what it is, where it leads, and where its source has it; the parts of a sum make the
figure, to the gram. Pages, the annex and the command line print the same explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from climatebudget.core.budget import Budget
from climatebudget.core.explain import cuts, emissions, lines
from climatebudget.core.explain.figure import (
    LABELS,
    Column,
    Explanation,
    Key,
    Part,
    Scope,
    label,
    lacking,
    part,
    place_of,
    said,
    title,
)
from climatebudget.core.findings import About
from climatebudget.core.quantity import exactly
from climatebudget.core.statement import Line, Statement
from climatebudget.core.text import N_

__all__ = [
    "LABELS",
    "Column",
    "Explanation",
    "Key",
    "Part",
    "Scope",
    "above",
    "explain",
    "is_figure",
    "label",
    "place_of",
    "rests_on",
    "title",
]

Explainer = Callable[[Budget, Statement, Line, Key], Explanation]
OF_THE_WHOLE = {Column.ALLOWANCE, Column.GAP}
# What each figure is a part of, in the same year and of the same place.
PART_OF = {
    Column.AFTER: Column.GAP,
    Column.ALLOWANCE: Column.GAP,
    Column.PATH: Column.AFTER,
    Column.EFFECT: Column.AFTER,
    Column.CUT: Column.EFFECT,
    Column.INCREASE: Column.EFFECT,
    Column.OVERLAP: Column.EFFECT,
}


def explain(budget: Budget, statement: Statement, key: Key) -> Explanation | None:
    """How this figure came to be, known or not; None where the statement has no such figure."""
    if not is_figure(budget, statement, key):
        return None
    if key.scope is Scope.DEPARTMENT:
        return cuts.of_department(budget, statement, key)
    if key.scope is Scope.SOURCE:
        is_path = key.column is Column.PATH
        return (
            lines.path(budget, statement, None, key) if is_path else emissions.source(budget, key)
        )
    return EXPLAINERS[key.column](budget, statement, _line(statement, key), key)


def is_figure(budget: Budget, statement: Statement, key: Key) -> bool:
    """Whether the statement has this figure, be it unknown."""
    ahead = key.year in statement.years
    match key.scope:
        case Scope.DEPARTMENT:
            return key.column is Column.CUT and ahead and key.name in statement.departments
        case Scope.SOURCE if key.column is Column.INVENTORY:
            own = budget.inventory
            return own is not None and key.name in own.sources and key.year in own.years
        case Scope.SOURCE:
            given = budget.path.figures if budget.path else {}
            return key.column is Column.PATH and ahead and "/" in key.name and key.name in given
        case Scope.SECTOR if key.name not in statement.sectors or key.column in OF_THE_WHOLE:
            return False
        case Scope.WHOLE if key.name:
            return False
    if key.column is Column.INVENTORY:
        return _line(statement, key).inventory[key.year] is not None
    return ahead


def _line(statement: Statement, key: Key) -> Line:
    return statement.total if key.scope is Scope.WHOLE else statement.sectors[key.name]


def above(budget: Budget, statement: Statement, key: Key) -> tuple[Key, ...]:
    """The figures that this one is a part of, the outermost first."""
    outer = _outer(budget, key)
    if outer is None or not is_figure(budget, statement, outer):
        return ()
    return (*above(budget, statement, outer), outer)


def _outer(budget: Budget, key: Key) -> Key | None:
    if key.scope is Scope.SOURCE:
        return Key(key.column, key.year, Scope.SECTOR, key.name.partition("/")[0])
    if key.scope is Scope.SECTOR and key.column in (Column.INVENTORY, Column.PATH):
        return Key(key.column, key.year)
    if key.scope is Scope.DEPARTMENT or key.column not in PART_OF:
        return None
    return key.of(PART_OF[key.column])


def rests_on(budget: Budget, statement: Statement, part: Part) -> Iterator[About]:
    """What in the budget a part was made of, all the way down: what somebody has typed or read."""
    if part.about is not None:
        yield part.about
    if part.opens is None or part.opens.column is Column.INVENTORY:
        return  # a file that was read, and that the part is about
    inner = explain(budget, statement, part.opens)
    for one in inner.parts if inner else ():
        yield from rests_on(budget, statement, one)


def _gap(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    allowance = exactly(statement.allowance[key.year])
    parts = (part(key, Column.AFTER, line.after), part(key, Column.ALLOWANCE, allowance, "−"))
    figure = statement.gap[key.year]
    formula = said(
        N_("Utslipp etter klimatiltakene minus utslippsrammen. Under null er det en margin.")
    )
    return Explanation(key, title(key), figure, formula, parts, lacking(figure))


def _after(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation:
    path = exactly(line.path[key.year])
    parts = (part(key, Column.PATH, path), part(key, Column.EFFECT, line.effect, "−"))
    figure = line.after[key.year]
    formula = said(N_("Referansebanen minus det klimatiltakene kutter til sammen."))
    return Explanation(
        key, title(key, place_of(budget, key)), figure, formula, parts, lacking(figure)
    )


EXPLAINERS: Mapping[Column, Explainer] = {
    Column.GAP: _gap,
    Column.AFTER: _after,
    Column.EFFECT: cuts.effect,
    Column.CUT: cuts.cut,
    Column.INCREASE: cuts.increase,
    Column.OVERLAP: cuts.overlap,
    Column.PATH: lines.path,
    Column.ALLOWANCE: lines.allowance,
    Column.INVENTORY: emissions.inventory,
}
