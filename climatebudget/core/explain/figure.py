"""One figure with its derivation: in words and in parts, and whether the parts make it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact, show_number
from climatebudget.core.findings import About
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.quantity import UNKNOWN, ZERO, Figure
from climatebudget.core.statement import at
from climatebudget.core.text import N_, Text

FINEST = Decimal("0.0001")  # of a percentage that has no end


class Column(Enum):
    """The lines of the statement that can be explained; the value is the word in an address."""

    INVENTORY = "inventory"
    PATH = "path"
    CUT = "cut"  # gross: what the measures cut, each for itself
    INCREASE = "increase"
    OVERLAP = "overlap"
    EFFECT = "effect"
    AFTER = "after"
    ALLOWANCE = "allowance"
    GAP = "gap"


class Scope(Enum):
    WHOLE = "whole"
    SECTOR = "sector"
    SOURCE = "source"
    DEPARTMENT = "department"


LABELS: Mapping[Column, str] = {
    Column.INVENTORY: N_("Utslipp"),
    Column.PATH: N_("Referansebane"),
    Column.CUT: N_("Utslippskutt hvert for seg"),
    Column.INCREASE: N_("Økte utslipp fra klimatiltak"),
    Column.OVERLAP: N_("Fratrekk for overlapp"),
    Column.EFFECT: N_("Utslippskutt til sammen"),
    Column.AFTER: N_("Utslipp etter klimatiltakene"),
    Column.ALLOWANCE: N_("Utslippsramme"),
    Column.GAP: N_("Gjenstående kutt"),
}
UNNAMED: Mapping[Scope, str] = {
    Scope.SECTOR: N_("Ikke fordelt"),
    Scope.DEPARTMENT: N_("Ikke oppgitt"),
}


@dataclass(frozen=True)
class Key:
    """One figure: a column of the statement, of the whole or a part of it, in a year."""

    column: Column
    year: int
    scope: Scope = Scope.WHOLE
    name: str = ""  # of the sector, source or department

    def of(self, column: Column) -> Key:
        """Another column of the same part and year."""
        return Key(column, self.year, self.scope, self.name)


@dataclass(frozen=True)
class Part:
    """One line of an explanation: tonnes, a percentage, or what was chosen.

    ``sign`` is how it enters the figure; "" where it does not.
    """

    what: Text
    figure: Figure | None = None
    sign: str = "+"
    opens: Key | None = None
    about: About | None = None
    cites: Text | None = None  # where its source has it
    details: tuple[Text, ...] = ()
    percent: Decimal | Fraction | None = None

    @property
    def adds(self) -> Decimal | None:
        """What it adds to the figure, tonnes; None where it is unknown, or in no sum."""
        if not self.sign or self.figure is None or self.figure.value is None:
            return None
        return -self.figure.value if self.sign == "−" else self.figure.value


@dataclass(frozen=True)
class Explanation:
    """How a figure came to be. ``reckoned`` is what its rule gives, where it is no sum of parts."""

    key: Key
    title: Text
    figure: Figure
    formula: Text
    parts: tuple[Part, ...] = ()
    notes: tuple[Text, ...] = ()
    reckoned: Decimal | None = None

    @property
    def made(self) -> Decimal | None:
        """What the parts or the rule make, tonnes; None for what is given, and what is unknown."""
        if self.figure.value is None:
            return None
        if self.reckoned is not None:
            return self.reckoned
        if not any(part.sign for part in self.parts):
            return ZERO if not self.figure.value and not self.parts else None
        return sum((part.adds for part in self.parts if part.adds is not None), ZERO)

    @property
    def closes(self) -> bool | None:
        """Whether the parts make the figure to the gram; None where there is nothing to hold."""
        return None if self.made is None else self.made == self.figure.value

    @property
    def closing(self) -> Text:
        """Whether the parts make the figure, in a sentence."""
        if self.figure.value is None:
            return said(N_("Tallet er ukjent så lenge en del det trenger, er ukjent."))
        if self.made is None:
            return said(N_("Tallet er ført inn. Det er ikke regnet ut av andre tall."))
        if not self.closes:
            return self._differs(self.figure.value, self.made)
        if self.reckoned is not None:
            return said(N_("Regnet ut på nytt blir tallet det samme, på grammet."))
        if self.figure.lacks:
            return said(N_("Delene som er kjent, blir til sammen tallet, på grammet."))
        return said(N_("Delene blir til sammen tallet, på grammet."))

    def _differs(self, figure: Decimal, made: Decimal) -> Text:
        text = N_(
            "Regnet ut på nytt blir tallet %(made)s tonn, ikke %(figure)s. Forskjellen er "
            "%(difference)s tonn. Meld fra til den som drifter programmet."
        )
        values = {"made": made, "figure": figure, "difference": made - figure}
        return Text(text, {name: show_exact(value) for name, value in values.items()}, strong=True)


def title(key: Key, place: Text | None = None) -> Text:
    """«Gjenstående kutt i 2030»; with a place, of that: «…, Veitrafikk»."""
    whole = Text(N_("%(what)s i %(year)s"), {"what": label(key.column), "year": key.year})
    if place is None:
        return whole
    return Text(N_("%(what)s, %(place)s"), {"what": whole, "place": place})


def label(column: Column) -> Text:
    return Text(LABELS[column])


def place_of(budget: Budget, key: Key) -> Text | None:
    """The sector, source or department that a figure is of; None for the whole."""
    if key.scope is Scope.WHOLE:
        return None
    if key.name in ("", UNALLOCATED):
        return Text(UNNAMED.get(key.scope, UNNAMED[Scope.SECTOR]))
    return named(key.name if key.scope is Scope.DEPARTMENT else place_name(budget, key.name))


def place_name(budget: Budget, code: str) -> str:
    """What a code is called: the municipality, a sector, or «source, sector»."""
    if not code:
        return budget.municipality.name
    for inventory in (budget.inventory, budget.published):
        sources = inventory.sources if inventory else {}
        if code in sources:
            return f"{sources[code].name}, {sources[code].sector_name}"
        for source in sources.values():
            if source.sector == sector_of(code):
                return source.sector_name
    return code


def part(
    key: Key, column: Column, figures: Figure | Mapping[int, Figure] | None, sign: str = "+"
) -> Part:
    """Another column of the same part and year, as a part of this one."""
    figure = figures if isinstance(figures, Figure) else at(figures or {}, key.year)
    return Part(label(column), figure or UNKNOWN, sign, key.of(column))


def lacking(figure: Figure) -> tuple[Text, ...]:
    """How many measures lack what the figure needs."""
    if not figure.lacks:
        return ()
    one = N_("1 klimatiltak som regnes med, mangler tall for året.")
    many = N_("%(lacks)s klimatiltak som regnes med, mangler tall for året.")
    return (Text(one if figure.lacks == 1 else many, {"lacks": figure.lacks}),)


def said(text: str, **values: object) -> Text:
    return Text(text, values)


def named(name: str) -> Text:
    """What somebody has called it: the same in every language."""
    return Text(N_("%(name)s"), {"name": name})


def cited(text: str) -> Text | None:
    return named(text) if text else None


def show_percent(percent: Decimal | Fraction) -> str:
    """All its decimals, or four of one that has no end."""
    exact = Fraction(percent)
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return show_exact(value) if has_end(exact) else show_number(value, FINEST)


def has_end(percent: Decimal | Fraction) -> bool:
    """Whether four decimals are all it has."""
    return Fraction(percent) * 10_000 % 1 == 0
