"""Years gone by: what was planned for a year beside what a later edition says was emitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.budget import Budget
from climatebudget.core.inventory import Inventory
from climatebudget.core.quantity import ZERO, Figure
from climatebudget.core.statement import Line, Statement


@dataclass(frozen=True)
class Observed:
    """One emission sector, or the whole, in a year that has gone by; tonnes.

    ``difference = recast + rest``: what the new edition moved in the year the plan was made from,
    and what it does not explain.
    """

    planned: Figure  # emissions after the measures, as the version says
    cut: Figure  # what the measures were to cut that year
    observed: Decimal
    base: int  # the last inventory year the plan was made from
    recast: Decimal | None  # that year in the new edition less the same year in the old
    changed: Decimal  # from that year, both in the new edition

    @property
    def difference(self) -> Decimal | None:
        return None if self.planned.value is None else self.observed - self.planned.value

    @property
    def rest(self) -> Decimal | None:
        """What neither the plan nor the change of edition explains; unknown without a plan."""
        if self.difference is None or self.recast is None:
            return None
        return self.difference - self.recast


@dataclass(frozen=True)
class YearGone:
    year: int
    total: Observed
    sectors: Mapping[str, Observed]


def gone(budget: Budget, statement: Statement, later: Inventory) -> tuple[YearGone, ...]:
    """Every year the version planned and the later inventory covers, oldest first."""
    old = budget.inventory
    if old is None or old.last_year not in later.years:
        return ()
    years = [y for y in statement.years if y in later.years]
    sectors = later.sectors
    return tuple(
        YearGone(
            year,
            _observed(statement.total, dict(later.total.by_year), old, year),
            {
                code: _observed(line, dict(sectors[code].by_year), old, year)
                for code, line in statement.sectors.items()
                if code in sectors
            },
        )
        for year in years
    )


def _observed(line: Line, later: Mapping[int, Decimal], old: Inventory, year: int) -> Observed:
    base = old.last_year
    before = line.inventory[base]
    now = later.get(base, ZERO)
    return Observed(
        planned=line.after[year],
        cut=line.effect[year],
        observed=later.get(year, ZERO),
        base=base,
        recast=None if before is None else now - before,
        changed=later.get(year, ZERO) - now,
    )
