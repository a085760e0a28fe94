"""«Forklar tallet»: how a figure of the statement came to be, part by part.

Each part says what it is, where it leads, and where its source has it; the parts of a sum make the
figure, to the gram. Pages and the annex print the same explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from climatebudget.core.adjustments import without
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact, show_number
from climatebudget.core.findings import About
from climatebudget.core.inventory import UNALLOCATED, sector_of
from climatebudget.core.measure import Measure
from climatebudget.core.paths import Start
from climatebudget.core.quantity import UNKNOWN, ZERO, Figure, exactly, total
from climatebudget.core.statement import Cut, Line, Statement, at
from climatebudget.core.text import N_, Text

TENTH = Decimal("0.1")


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


@dataclass(frozen=True)
class Key:
    """One figure: a column of the statement, of the whole or a part of it, in a year."""

    column: Column
    year: int
    scope: Scope = Scope.WHOLE
    name: str = ""  # of the sector, source or department


@dataclass(frozen=True)
class Part:
    """One line of an explanation. ``sign`` is how it enters the figure; "" where it does not."""

    what: Text
    figure: Figure
    sign: str = "+"
    opens: Key | None = None
    about: About | None = None
    cites: str = ""


@dataclass(frozen=True)
class Explanation:
    key: Key
    title: Text
    figure: Figure
    formula: Text
    parts: tuple[Part, ...] = ()
    notes: tuple[Text, ...] = ()


def explain(budget: Budget, statement: Statement, key: Key) -> Explanation | None:
    """How this figure came to be; None where the statement has no such figure."""
    if key.scope is Scope.DEPARTMENT:
        return _department(budget, statement, key)
    if key.scope is Scope.SOURCE:
        return _source(budget, key)
    line = statement.total if key.scope is Scope.WHOLE else statement.sectors.get(key.name)
    if line is None or (key.scope is Scope.SECTOR) != bool(key.name):
        return None
    return EXPLAINERS[key.column](budget, statement, line, key)


def _gap(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.scope is not Scope.WHOLE or key.year not in statement.gap:
        return None
    return Explanation(
        key,
        said(N_("Gjenstående kutt i %(year)s"), year=key.year),
        statement.gap[key.year],
        said(N_("Utslipp etter klimatiltakene minus utslippsrammen.")),
        (
            _part(said(N_("Utslipp etter klimatiltakene")), line.after, key, Column.AFTER),
            Part(
                said(N_("Utslippsramme")),
                exactly(statement.allowance[key.year]),
                "−",
                _to(key, Column.ALLOWANCE),
            ),
        ),
        _bound(statement.gap[key.year]),
    )


def _after(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.year not in line.after:
        return None
    return Explanation(
        key,
        said(N_("Utslipp etter klimatiltakene i %(year)s"), year=key.year),
        line.after[key.year],
        said(N_("Referansebanen minus det klimatiltakene kutter til sammen.")),
        (
            Part(
                said(N_("Referansebane")), exactly(line.path[key.year]), "+", _to(key, Column.PATH)
            ),
            _part(said(N_("Utslippskutt til sammen")), line.effect, key, Column.EFFECT, "−"),
        ),
        _bound(line.after[key.year]),
    )


def _effect(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.year not in line.effect:
        return None
    year = key.year
    parts = [_part(said(N_("Utslippskutt, hvert for seg")), line.cut.gross, key, Column.CUT)]
    if line.cut.increase[year].value:
        more = said(N_("Økte utslipp fra klimatiltak"))
        parts.append(_part(more, line.cut.increase, key, Column.INCREASE, "−"))
    parts.append(_part(said(N_("Fratrekk for overlapp")), line.overlap, key, Column.OVERLAP))
    return Explanation(
        key,
        said(N_("Utslippskutt til sammen i %(year)s"), year=year),
        line.effect[year],
        said(N_("Kuttene hvert for seg, minus økte utslipp, og fratrekket for overlapp.")),
        tuple(parts),
        _bound(line.effect[year]),
    )


def _cut(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.year not in line.cut.gross:
        return None
    sector = key.name if key.scope is Scope.SECTOR else None
    return Explanation(
        key,
        said(N_("Utslippskutt i %(year)s, hvert for seg"), year=key.year),
        line.cut.gross[key.year],
        said(
            N_("Summen av det hvert klimatiltak kutter. Bare klimatiltak som regnes med, er her.")
        ),
        tuple(_own_parts(budget, key.year, max, sector)),
        _bound(line.cut.gross[key.year]),
    )


def _increase(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.year not in line.cut.increase:
        return None
    sector = key.name if key.scope is Scope.SECTOR else None
    return Explanation(
        key,
        said(N_("Økte utslipp fra klimatiltak i %(year)s"), year=key.year),
        line.cut.increase[key.year],
        said(N_("Summen av det klimatiltak øker utslippene med. Økningen er en egen linje.")),
        tuple(p for p in _own_parts(budget, key.year, _raised, sector) if p.figure.value != 0),
    )


def _raised(value: Decimal, zero: Decimal) -> Decimal:
    return max(-value, zero)


def _own_parts(
    budget: Budget,
    year: int,
    side: Callable[[Decimal, Decimal], Decimal],
    sector: str | None = None,
    department: str | None = None,
) -> Iterable[Part]:
    """What each counted measure gives, from its places in the sector or in all of them."""
    for measure in budget.measures:
        if not measure.counted or department not in (None, measure.department):
            continue
        places = [e for e in measure.effects if e.book is budget.book]
        places = [e for e in places if sector in (None, sector_of(e.code))]
        if not places and sector not in (None, sector_of(measure.code or UNALLOCATED)):
            continue
        if not places and measure.effects and sector is not None:
            continue
        values = [e.yearly[year] for e in places]
        known = [side(v, ZERO) for v in values if v is not None]
        figure = total([*known, *([None] * (len(values) - len(known) or not values))])
        cites = "; ".join(e.cites[year] for e in places if e.cites.get(year))
        yield Part(_named(measure), figure, about=_about(measure, year), cites=cites)


def _named(measure: Measure) -> Text:
    return Text(N_("%(number)s %(name)s"), {"number": measure.number, "name": measure.name})


def _about(measure: Measure, year: int) -> About:
    return About("measure", str(measure.number), year)


def _overlap(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    if key.year not in line.overlap:
        return None
    names = {m.id: m for m in budget.measures}
    own = [
        d
        for d in statement.deductions
        if d.year == key.year and key.name in ("", d.sector) and d.parts
    ]
    parts: list[Part] = []
    for deduction in own:
        group = deduction.group
        what = said(N_("%(group)s: %(rule)s"), group=group.name, rule=group.rule.value)
        parts.append(Part(what, deduction.figure, about=About("overlap", group.id)))
        for member, cut in deduction.parts.items():
            measure = names[member.measure]
            about = _about(measure, key.year)
            parts.append(Part(_named(measure), Figure(cut), "", about=about, cites=group.reason))
    return Explanation(
        key,
        said(N_("Fratrekk for overlapp i %(year)s"), year=key.year),
        line.overlap[key.year],
        said(
            N_(
                "Klimatiltak som kutter i samme kilde, kutter mindre til sammen enn hver for seg. "
                "Hver gruppe trekkes fra etter sin regel."
            )
        )
        if own
        else said(N_("Ingen klimatiltak er ført som overlappende.")),
        tuple(parts),
        _bound(line.overlap[key.year]),
    )


def _path(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    year = key.year
    if year not in statement.years:
        return None
    title = said(N_("Referansebane i %(year)s"), year=year)
    figure = exactly(line.path[year])
    if budget.path is None:
        if budget.inventory is None:
            return None
        last = budget.inventory.last_year
        inventory = exactly(line.inventory[last])
        what = said(N_("Utslipp i %(year)s"), year=last)
        formula = said(
            N_(
                "Klimabudsjettet har ingen referansebane. Siste år i utslippsregnskapet står i "
                "stedet."
            )
        )
        part = Part(what, inventory, opens=Key(Column.INVENTORY, last, key.scope, key.name))
        return Explanation(key, title, figure, formula, (part,))
    codes = [
        code
        for code in budget.path.figures
        if (
            code == ""
            if "" in budget.path.figures and not key.name
            else sector_of(code) == key.name
        )
        or ("" not in budget.path.figures and not key.name)
    ]
    parts = tuple(
        Part(
            Text(N_("%(name)s"), {"name": place_name(budget, code)}),
            exactly(budget.path.figures[code][year]),
            about=About("path", code, year),
            cites=budget.path.cites.get((code, year), ""),
        )
        for code in codes
    )
    formula = (
        said(N_("Referansebanen er gitt."))
        if len(parts) == 1
        else said(N_("Summen av referansebanen for hver del."))
        if parts
        else said(N_("Referansebanen er gitt for kommunen samlet, så delene er ukjent."))
    )
    return Explanation(key, title, figure, formula, parts, _policy(budget))


def _policy(budget: Budget) -> tuple[Text, ...]:
    path = budget.path
    if path is None:
        return ()
    values = {"author": path.author, "policy": path.policy}
    return (
        *([said(N_("Utarbeidet av %(author)s."), **values)] if path.author else []),
        *([said(N_("Politikk i banen: %(policy)s"), **values)] if path.policy else []),
    )


def place_name(budget: Budget, code: str) -> str:
    """What a code is called: the municipality, a sector, or «source, sector»."""
    sources = budget.inventory.sources if budget.inventory else {}
    if not code:
        return budget.municipality.name
    if code in sources:
        return f"{sources[code].name}, {sources[code].sector_name}"
    return next((s.sector_name for s in sources.values() if s.sector == sector_of(code)), code)


def _allowance(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    percent = statement.allowance_percent.get(key.year)
    if key.scope is not Scope.WHOLE or percent is None or budget.reference_year is None:
        return None
    allowance = budget.allowance
    exact = Fraction(percent) + 100
    share = show_number(Decimal(exact.numerator) / Decimal(exact.denominator), TENTH)
    values = {"share": share, "reference": budget.reference_year}
    notes = [said(N_("Prosenten er rundet av før den er regnet om til tonn."))]
    notes = notes if allowance.whole_percent else []
    if key.year in allowance.stated:
        notes.append(said(N_("Prosenten for %(year)s er oppgitt for hånd."), year=key.year))
        if reason := allowance.reasons.get(key.year):
            notes.append(said(N_("Begrunnelse: %(reason)s"), reason=reason))
    elif allowance.start is Start.LAST:
        notes.append(
            said(N_("Rett linje fra siste år i utslippsregnskapet til hvert mål etter tur."))
        )
    else:
        notes.append(said(N_("Rett linje fra referanseåret til hvert mål etter tur.")))
    notes += [
        said(
            N_("Mål: %(percent)s prosent lavere i %(year)s enn i %(reference)s. %(decision)s"),
            percent=show_exact(t.percent),
            year=t.year,
            reference=t.reference_year,
            decision=t.decision,
        )
        for t in budget.targets
    ]
    reference = said(N_("Utslipp i referanseåret %(year)s"), year=budget.reference_year)
    return Explanation(
        key,
        said(N_("Utslippsramme i %(year)s"), year=key.year),
        exactly(statement.allowance[key.year]),
        said(N_("%(share)s prosent av utslippene i %(reference)s."), **values),
        (
            Part(
                reference,
                exactly(budget.reference),
                "",
                Key(Column.INVENTORY, budget.reference_year),
                cites=allowance.cites.get(key.year, ""),
            ),
        ),
        tuple(notes),
    )


def _inventory(budget: Budget, statement: Statement, line: Line, key: Key) -> Explanation | None:
    inventory = budget.inventory
    if inventory is None or key.year not in inventory.years or line.inventory[key.year] is None:
        return None
    if key.scope is Scope.WHOLE:
        parts = [
            Part(
                Text(N_("%(name)s"), {"name": place_name(budget, sector)}),
                exactly(history[key.year]),
                opens=Key(Column.INVENTORY, key.year, Scope.SECTOR, sector),
            )
            for sector, history in inventory.sectors.items()
        ]
    else:
        parts = [
            Part(
                Text(N_("%(name)s"), {"name": source.name}),
                exactly(inventory.source(code)[key.year]),
                opens=Key(Column.INVENTORY, key.year, Scope.SOURCE, code),
            )
            for code, source in inventory.sources.items()
            if source.sector == key.name
        ]
    return Explanation(
        key,
        said(N_("Utslipp i %(year)s"), year=key.year),
        exactly(line.inventory[key.year]),
        said(N_("Summen av utslippssektorene."))
        if key.scope is Scope.WHOLE
        else said(N_("Summen av utslippskildene.")),
        tuple(parts),
        _edition(budget),
    )


def _source(budget: Budget, key: Key) -> Explanation | None:
    inventory = budget.inventory
    if inventory is None or key.column is not Column.INVENTORY:
        return None
    if key.name not in inventory.sources or key.year not in inventory.years:
        return None
    rows = inventory.rows.get((key.name, key.year), ())
    where = said(N_("Rad %(rows)s i filen."), rows=", ".join(map(str, rows)))
    none = said(N_("Filen har ingen rad for kilden dette året. Da er utslippet null."))
    return Explanation(
        key,
        said(N_("Utslipp i %(year)s"), year=key.year),
        exactly(inventory.source(key.name)[key.year]),
        where if rows else none,
        _adjusted(budget, key),
        _edition(budget),
    )


def _adjusted(budget: Budget, key: Key) -> tuple[Part, ...]:
    """A source's figure before the municipality's adjustments, and each of them."""
    inventory = budget.inventory
    if inventory is None or (key.name, key.year) not in inventory.adjustments:
        return ()
    before = said(N_("Før kommunens justeringer"))
    text = N_("Justering, godkjent av %(approved_by)s: %(reason)s")
    return (
        Part(before, exactly(without(inventory).source(key.name)[key.year])),
        *(
            Part(
                said(text, approved_by=a.approved_by, reason=a.reason),
                exactly(a.tonnes),
                about=About("adjustment", a.code, a.year),
            )
            for a in budget.adjusting
            if (a.code, a.year) == (key.name, key.year)
        ),
    )


def _edition(budget: Budget) -> tuple[Text, ...]:
    edition = budget.edition
    if edition is None:
        return ()
    return (
        said(
            N_("Statistikkutgaven %(name)s fra %(publisher)s, filen %(file)s."),
            name=edition.name,
            publisher=edition.publisher,
            file=edition.file_name,
        ),
    )


def _department(budget: Budget, statement: Statement, key: Key) -> Explanation | None:
    cut: Cut | None = statement.departments.get(key.name)
    if cut is None or key.column is not Column.CUT or key.year not in cut.gross:
        return None
    return Explanation(
        key,
        said(N_("Utslippskutt i %(year)s"), year=key.year),
        cut.gross[key.year],
        said(N_("Summen av det hvert av sektorens klimatiltak kutter, hvert for seg.")),
        tuple(_own_parts(budget, key.year, max, department=key.name)),
        _bound(cut.gross[key.year]),
    )


EXPLAINERS: Mapping[Column, Callable[[Budget, Statement, Line, Key], Explanation | None]] = {
    Column.GAP: _gap,
    Column.AFTER: _after,
    Column.EFFECT: _effect,
    Column.CUT: _cut,
    Column.INCREASE: _increase,
    Column.OVERLAP: _overlap,
    Column.PATH: _path,
    Column.ALLOWANCE: _allowance,
    Column.INVENTORY: _inventory,
}


def _part(
    what: Text, figures: Mapping[int, Figure], key: Key, column: Column, sign: str = "+"
) -> Part:
    return Part(what, at(figures, key.year) or UNKNOWN, sign, _to(key, column))


def _to(key: Key, column: Column) -> Key:
    return Key(column, key.year, key.scope, key.name)


def _bound(figure: Figure) -> tuple[Text, ...]:
    if not figure.lacks:
        return ()
    one = N_("1 klimatiltak som regnes med, mangler tall for året.")
    many = N_("%(lacks)s klimatiltak som regnes med, mangler tall for året.")
    return (Text(one if figure.lacks == 1 else many, {"lacks": figure.lacks}),)


def said(text: str, **values: object) -> Text:
    return Text(text, values)
