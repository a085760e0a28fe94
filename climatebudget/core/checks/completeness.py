"""Checks of completeness: what a registration still lacks."""

from __future__ import annotations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import FIELDS, lacking
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text

MANY = 8  # measures: more than these are counted, not listed
# Fields that no other check asks for.
ASKED = ("change", "position", "start", "full", "financing", "indicator")


def counted_measures_have_figures(budget: Budget, statement: Statement) -> list[Finding]:
    counted = [m for m in budget.measures if m.counted]
    lacking = [y for y in statement.columns if any(m.effect(y) is None for m in counted)]
    if not lacking:
        return []
    unknown = [y for y in lacking if statement.total.cut.net[y].value is None]
    count = sum(any(m.effect(y) is None for y in lacking) for m in counted)
    values = {"count": count, "all": len(counted), "years": listed(lacking)}
    text = N_("%(count)s av %(all)s tallfestede klimatiltak mangler utslippskutt for %(years)s.")
    if unknown == lacking:
        text = N_(
            "%(count)s av %(all)s tallfestede klimatiltak mangler utslippskutt for %(years)s."
            " Gjenstående kutt er ukjent i disse årene."
        )
    if len(counted) == 1:
        text = N_("Det ene tallfestede klimatiltaket mangler utslippskutt for %(years)s.")
        if unknown == lacking:
            text = N_(
                "Det ene tallfestede klimatiltaket mangler utslippskutt for %(years)s."
                " Gjenstående kutt er ukjent i disse årene."
            )
    return [Finding("effects-missing", text, values, where=About("measure"))]


def somebody_is_responsible(budget: Budget, statement: Statement) -> list[Finding]:
    without = [m.number for m in budget.measures if not m.department]
    if not without:
        return []
    text = N_("Klimatiltak %(numbers)s har ingen ansvarlig sektor.")
    return [
        Finding(
            "no-department",
            text,
            {"numbers": listed(without)},
            where=About("measure", str(without[0])),
        )
    ]


def measures_without_a_place(budget: Budget, statement: Statement) -> list[Finding]:
    lost = [m.number for m in budget.measures if m.counted and m.code == UNALLOCATED]
    if not lost:
        return []
    text = N_("Klimatiltak %(numbers)s er tallfestet uten utslippskilde. Velg hvor kuttet skjer.")
    return [
        Finding("no-source", text, {"numbers": listed(lost)}, where=About("measure", str(lost[0])))
    ]


def figures_have_a_method(budget: Budget, statement: Statement) -> list[Finding]:
    """Without it nobody can check the figure."""
    without = [m.number for m in budget.measures if m.quantified and not m.method]
    if not without:
        return []
    text = N_(
        "%(measures)s har tall, men sier ikke hvordan de er funnet. Skriv metode, forutsetninger "
        "og kilde."
    )
    values = {"measures": _which(without, budget)}
    return [Finding("no-method", text, values, where=About("measure"))]


def registrations_are_complete(budget: Budget, statement: Statement) -> list[Finding]:
    """What is left to fill in, in one finding: by field, with how many lack it."""
    lacks = {m.number: lacking(m, statement.columns) for m in budget.measures}
    missing = {key: sum(key in keys for keys in lacks.values()) for key in ASKED}
    incomplete = [n for n, keys in lacks.items() if set(keys) & set(ASKED)]
    if not incomplete:
        return []
    text = N_("%(measures)s har felt som ikke er fylt ut. Det mangler %(fields)s.")
    fields = [(Text(FIELDS[key]), count) for key, count in missing.items() if count]
    values = {"measures": _which(incomplete, budget), "fields": _counted(fields)}
    return [Finding("incomplete", text, values, Level.INFO, About("measure"))]


def _which(numbers: list[int], budget: Budget) -> Text:
    """«Klimatiltak 2 og 7», or how many of them where that would be a long list."""
    if len(numbers) <= MANY:
        return Text(N_("Klimatiltak %(numbers)s"), {"numbers": listed(numbers)})
    count = {"count": len(numbers), "all": len(budget.measures)}
    return Text(N_("%(count)s av %(all)s klimatiltak"), count)


def _counted(fields: list[tuple[Text, int]]) -> Text:
    """«Oppstart» (27) og «Penger» (3): the names are translated, the rest is the same."""
    values = {f"field_{n}": field for n, (field, _) in enumerate(fields)}
    names = [f"«%(field_{n})s» ({count})" for n, (_, count) in enumerate(fields)]
    return Text(listed(names), values)
