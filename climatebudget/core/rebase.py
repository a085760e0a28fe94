"""A budget moved to another edition of the statistics: what becomes of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from climatebudget.core.adjustments import Adjustment, adjusted
from climatebudget.core.boundary import inside
from climatebudget.core.budget import Budget
from climatebudget.core.inventory import Edition, Inventory, Source
from climatebudget.core.path_rule import by_rule
from climatebudget.core.paths import ReferencePath, Target, in_tonnes
from climatebudget.core.quantity import Figure
from climatebudget.core.statement import Statement, at, statement


@dataclass(frozen=True)
class Stand:
    """What an edition makes of one target, tonnes; None is unknown."""

    reference: Decimal | None  # the reference year's emissions
    allowed: Decimal | None  # what the target leaves
    gap: Figure  # what remains to be cut in the target year


@dataclass(frozen=True)
class Moved:
    """A budget on the edition it stands on, and as it would be on another."""

    before: Budget
    after: Budget

    @cached_property
    def statements(self) -> tuple[Statement, Statement]:
        return statement(self.before), statement(self.after)

    @property
    def targets(self) -> tuple[tuple[Target, Stand, Stand], ...]:
        """Each target with how it stands before and after."""
        old, new = self.statements
        return tuple(
            (target, stand(self.before, old, target), stand(self.after, new, target))
            for target in self.before.targets
        )

    @property
    def gaps(self) -> tuple[tuple[int, Figure, Figure], ...]:
        """(year, before, after) for the years that are shown."""
        old, new = self.statements
        return tuple((y, at(old.gap, y), at(new.gap, y)) for y in old.columns)

    @property
    def path_stays(self) -> bool:
        """The reference path is stated in tonnes, and does not follow the edition."""
        return self.before.path is not None and self.before.path.rule is None


def rebase(budget: Budget, edition: Edition | None, inventory: Inventory | None) -> Moved:
    """The budget as it would be on that edition, whose ``inventory`` is as it is published."""
    on_it = replace(budget, edition=edition, published=inventory)
    whole = inventory and adjusted(inventory, on_it.adjusting, places(budget))
    moved = replace(on_it, inventory=inside(whole, budget.boundary, places(budget)))
    return Moved(budget, replace(moved, path=_path(moved)))


def readjusted(budget: Budget, adjustments: Iterable[Adjustment]) -> Moved:
    """The budget as it would be with these adjustments instead, on the edition it stands on."""
    other = replace(budget, adjustments=tuple(adjustments))
    return Moved(budget, rebase(other, budget.edition, budget.published).after)


def places(budget: Budget) -> Mapping[str, Source]:
    """The places in sight: facilities elsewhere may be where the area itself emits nothing."""
    return budget.inventory.sources if budget.inventory else {}


def _path(moved: Budget) -> ReferencePath | None:
    """A path by rule is reckoned from the edition; figures that are given stay."""
    path, inventory = moved.path, moved.inventory
    if path is None or path.rule is None or inventory is None:
        return path
    return replace(path, figures=by_rule(path.rule, inventory, moved.budget_year.horizon))


def stand(budget: Budget, reckoned: Statement, target: Target) -> Stand:
    reference = budget.inventory.total[target.reference_year] if budget.inventory else None
    allowed = None
    if reference is not None:
        allowed = in_tonnes({target.year: -target.percent}, reference)[target.year]
    return Stand(reference, allowed, at(reckoned.gap, target.year))
