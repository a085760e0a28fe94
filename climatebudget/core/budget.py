"""A municipality's budget year, its versions, and one version whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum

from climatebudget.core.acceptance import Acceptance
from climatebudget.core.adjustments import Adjustment, holding
from climatebudget.core.boundary import Boundary
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.measure import Book, Category, Decision, Measure
from climatebudget.core.overlap import OverlapGroup
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.text import Translate

PLAN_YEARS = 4  # kommuneloven § 14-4: the budget year and the three after it


@dataclass(frozen=True)
class Municipality:
    number: str  # kommunenummer, text
    name: str
    language: str = "nb"  # or nn


class Stage(Enum):
    PREPARATION = "forberedelse"
    REGISTRATION = "innmelding"
    QUALITY = "kvalitetssikring"
    PRIORITY = "prioritering"
    PROPOSAL = "forslag"
    RECOMMENDATION = "innstilling"
    DECISION = "vedtak"
    FOLLOW_UP = "oppfølging"
    CLOSED = "avsluttet"


class Kind(Enum):
    DRAFT = "utkast"
    PROPOSAL = "forslag"
    RECOMMENDATION = "innstilling"
    ADOPTED = "vedtatt"
    ALTERNATIVE = "alternativ"


@dataclass(frozen=True)
class BudgetYear:
    """Klimabudsjettet for a year: the økonomiplan's four years, looking on to the horizon."""

    year: int
    stage: Stage
    horizon: int  # the last year looked at, usually the target year

    @property
    def plan(self) -> range:
        return range(self.year, self.year + PLAN_YEARS)

    @property
    def columns(self) -> tuple[int, ...]:
        """The years a table shows: the økonomiplan's, and the horizon."""
        return tuple(sorted({*self.plan, self.horizon}))


@dataclass(frozen=True)
class Version:
    id: str  # public
    slug: str  # "utkast", "vedtatt-2": unique per municipality and year, never reused
    kind: Kind
    frozen: bool = False
    frozen_at: datetime | None = None
    presented_at: datetime | None = None  # lagt fram; before it everything says INTERNT UTKAST
    decision: str = ""  # body, date and case number
    sha256: str = ""  # of the canonical bytes of a frozen version
    record_head: str = ""  # N:HASH of the municipality's record when it was frozen

    @property
    def internal(self) -> bool:
        return self.presented_at is None

    def called(self, translate: Translate = str) -> str:
        """The slug with its word in a language: «vedteke-2»."""
        return called(self.slug, translate)


def called(slug: str, translate: Translate = str) -> str:
    """A version's slug with the word of its kind in a language."""
    word = next((kind.value for kind in Kind if slug.startswith(kind.value)), "")
    return translate(word) + slug.removeprefix(word) if word else slug


@dataclass(frozen=True)
class Control:
    """A sum the source of the measures states itself, to be held against ours."""

    year: int
    tonnes: Decimal
    cites: str


@dataclass(frozen=True)
class Budget:
    """One version, whole: everything a page, an annex or a check may need."""

    municipality: Municipality
    budget_year: BudgetYear
    version: Version
    edition: Edition | None = None
    inventory: Inventory | None = None  # with our adjustments, inside the boundary
    targets: tuple[Target, ...] = ()
    path: ReferencePath | None = None
    allowance: Allowance = field(default_factory=Allowance)
    departments: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    controls: tuple[Control, ...] = ()
    overlaps: tuple[OverlapGroup, ...] = ()
    boundary: Boundary = field(default_factory=Boundary)
    published: Inventory | None = None  # as the edition has it, whatever we adjust and leave out
    acceptances: tuple[Acceptance, ...] = ()
    book: Book = Book.DIRECT
    categories: frozenset[Category] | None = None  # that measures may point to; None: not told
    adjustments: tuple[Adjustment, ...] = ()  # on every edition: those in use are `adjusting`

    @property
    def last_target(self) -> Target | None:
        return max(self.targets, key=lambda t: t.year, default=None)

    @property
    def adjusting(self) -> tuple[Adjustment, ...]:
        """The adjustments that lie on the edition the version stands on."""
        return holding(self.adjustments, self.edition)

    @property
    def resting(self) -> tuple[Adjustment, ...]:
        """The adjustments that lie on another edition: kept, and in no figure."""
        in_use = set(self.adjusting)
        return tuple(a for a in self.adjustments if a not in in_use)

    @property
    def reference_year(self) -> int | None:
        return self.last_target.reference_year if self.last_target else None

    @property
    def reference(self) -> Decimal | None:
        """The reference year's emissions, with our adjustments and inside the boundary, tonnes."""
        if self.inventory is None or self.reference_year is None:
            return None
        return self.inventory.total[self.reference_year]

    def measure(self, number: int) -> Measure | None:
        return next((m for m in self.measures if m.number == number), None)


def shown(budget: Budget) -> Budget:
    """A version as pages and annexes show it: once lagt fram, without what is internal.

    That is contact persons, and measures that were not prioritised, which are in no sum.
    """
    if budget.version.internal:
        return budget
    kept = (m for m in budget.measures if m.decision is not Decision.NOT_PRIORITISED)
    return replace(budget, measures=tuple(replace(m, contact="") for m in kept))
