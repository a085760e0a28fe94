"""A klimatiltak (measure): what is done, by whom, what it cuts and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.core.text import N_


class Basis(Enum):
    """Tallgrunnlag: what the figures rest on."""

    CALCULATED = "beregnet"
    ESTIMATED = "anslått"
    UNQUANTIFIED = "ikke tallfestet"


class Size(Enum):
    """What is said of an effect without a number; never summed."""

    UNKNOWN = "vet ikke"
    LARGE = "stor"
    MEDIUM = "middels"
    SMALL = "liten"


class InPath(Enum):
    """Referansebane: whether the reference path holds the effect already."""

    ADDITIONAL = "kommer i tillegg"
    PARTLY = "delvis med i banen"
    INCLUDED = "med i banen"


class Decision(Enum):
    PROPOSED = "foreslått"
    NOT_PRIORITISED = "ikke prioritert"
    ADOPTED = "vedtatt"
    IDENTIFIED = "identifisert, ikke vedtatt"


class Actor(Enum):
    MUNICIPALITY = "kommune"
    COUNTY = "fylke"
    STATE = "stat"
    OTHERS = "andre"


class Control(Enum):
    OWN = "kommunen har egen kontroll"
    INFLUENCE = "kommunen kan påvirke"
    OTHERS = "andre har kontroll"


class Financing(Enum):
    UNSTATED = "ikke oppgitt"
    WITHIN_FRAME = "innenfor rammen"
    IN_BUDGET = "koblet til budsjettet"
    UNFUNDED = "ikke finansiert"
    OUTSIDE = "utenfor kommunens budsjett"


class Book(Enum):
    """Books never add up with each other."""

    DIRECT = "direkte utslipp i kommunen"
    INDIRECT = "indirekte utslipp"
    OWN = "kommunens egen virksomhet"


class CostKind(Enum):
    OPERATING = "drift"
    INVESTMENT = "investering"


@dataclass(frozen=True)
class Effect:
    """The whole reduction in a year against what would have been that year, in one place.

    ``code`` is a source, ``<sector>/ufordelt`` or ``ufordelt``. A negative figure is an increase.
    ``cites`` says for a year where the figure stands.
    """

    code: str
    yearly: Yearly
    book: Book = Book.DIRECT
    low: Yearly = field(default_factory=tonnes)
    high: Yearly = field(default_factory=tonnes)
    cites: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """Merutgift (additional cost) in 1 000 kr per year; innsparing is negative."""

    kind: CostKind
    yearly: Yearly


@dataclass(frozen=True)
class Category:
    """A measure in a national report; codes are not stable between reports."""

    report: str  # "klimakur2030"
    code: str


@dataclass(frozen=True)
class Measure:
    id: str  # public, the same across versions and years
    number: int
    name: str
    change: str = ""  # hva endres
    department: str = ""  # sektor in the organisation; "" where nobody is named
    position: str = ""  # ansvarlig stilling
    contact: str = ""  # a person's name: internal, never in what is frozen or exported
    responsible: str = ""  # several responsible, kept as the source wrote them
    instrument: str = ""
    actor: Actor = Actor.MUNICIPALITY
    control: Control = Control.INFLUENCE
    start: int | None = None
    full: int | None = None
    basis: Basis = Basis.UNQUANTIFIED
    why: str = ""  # why not quantified
    size: Size = Size.UNKNOWN
    code: str = UNALLOCATED  # where the cut happens, also before it has a number
    effects: tuple[Effect, ...] = ()
    method: str = ""
    adjusted: bool = False  # its figures are adjusted for overlap already
    in_path: InPath = InPath.ADDITIONAL
    decision: Decision = Decision.PROPOSED
    financing: Financing = Financing.UNSTATED
    costs: tuple[Cost, ...] = ()
    indicator: str = ""
    target_value: str = ""  # måltall
    category: Category | None = None
    group: str = ""  # the source's own grouping, as text

    @property
    def quantified(self) -> bool:
        return self.basis is not Basis.UNQUANTIFIED

    @property
    def counted(self) -> bool:
        """Only these enter a sum; the rest is counted and shown beside it."""
        return (
            self.quantified
            and self.in_path is InPath.ADDITIONAL
            and self.decision in (Decision.PROPOSED, Decision.ADOPTED)
        )

    def effect(self, year: int, book: Book = Book.DIRECT) -> Decimal | None:
        """The whole effect in a year: unknown when no place has a figure, or one lacks it."""
        parts = [e.yearly.by_year.get(year) for e in self.effects if e.book is book]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(parts) else None

    @property
    def may_increase(self) -> bool:
        """Whether some figure is negative, so that a missing one could be too."""
        return any(value < 0 for e in self.effects for value in e.yearly.by_year.values())

    def cost(self, kind: CostKind) -> Yearly:
        for cost in self.costs:
            if cost.kind is kind:
                return cost.yearly
        return Yearly(Unit.KNOK, {})


def by_size(measures: Iterable[Measure]) -> Mapping[Size, int]:
    """How many without a number are of each size, the largest first: counted, never summed."""
    sizes = [m.size for m in measures if not m.quantified]
    order = Size.LARGE, Size.MEDIUM, Size.SMALL, Size.UNKNOWN
    return {size: sizes.count(size) for size in order}


def effect_in(
    code: str, by_year: Mapping[int, Decimal], cites: Mapping[int, str] | None = None
) -> Effect:
    """A direct effect in one place, tonnes CO₂e by year."""
    return Effect(code, tonnes(by_year), cites=dict(cites or {}))


def with_figures(effect: Effect, figures: Mapping[int, Decimal], years: Iterable[int]) -> Effect:
    """The effect with these figures and no others in the years; the other years stand.

    What is told of a figure, its range and where it comes from, holds only while it stands.
    """
    changed = {year for year in years if effect.yearly[year] != figures.get(year)}
    kept = {y: v for y, v in effect.yearly.by_year.items() if y not in changed}
    new = {y: figures[y] for y in changed if y in figures}
    return replace(
        effect,
        yearly=tonnes(dict(sorted({**kept, **new}.items()))),
        low=_without(effect.low, changed),
        high=_without(effect.high, changed),
        cites={y: text for y, text in effect.cites.items() if y not in changed},
    )


def _without(yearly: Yearly, years: set[int]) -> Yearly:
    return tonnes({y: v for y, v in yearly.by_year.items() if y not in years})


FIELDS = {
    "name": N_("Klimatiltak"),
    "change": N_("Hva endres?"),
    "department": N_("Ansvarlig enhet"),
    "position": N_("Ansvarlig stilling"),
    "code": N_("Utslippskilde"),
    "start": N_("Oppstart"),
    "full": N_("Full virkning"),
    "effects": N_("Utslippskutt per år"),
    "method": N_("Slik er tallet funnet"),
    "financing": N_("Penger"),
    "indicator": N_("Resultatindikator"),
}


def lacking(measure: Measure, years: Iterable[int]) -> list[str]:
    """The keys of `FIELDS` that a complete registration still needs, in the form's order."""
    missing = {
        "name": not measure.name,
        "change": not measure.change,
        "department": not measure.department,
        "position": not measure.position,
        "code": measure.code == UNALLOCATED,
        "start": measure.start is None,
        "full": measure.full is None,
        "effects": measure.quantified and any(measure.effect(y) is None for y in years),
        "method": measure.quantified and not measure.method,
        "financing": measure.financing is Financing.UNSTATED,
        "indicator": not measure.indicator,
    }
    return [key for key in FIELDS if missing[key]]
