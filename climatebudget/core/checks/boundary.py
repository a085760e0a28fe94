"""Checks of the boundary: what stands outside it, and what it leaves."""

from __future__ import annotations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import Measure
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_


def the_boundary_leaves_something(budget: Budget, statement: Statement) -> list[Finding]:
    if not budget.boundary or budget.inventory is None:
        return []
    if budget.inventory.years and any(budget.inventory.total.by_year.values()):
        return []
    text = N_("Avgrensningen holder alle utslipp utenfor. Ta med minst én utslippskilde.")
    return [Finding("boundary-empty", text, level=Level.STOPS, where=About("boundary"))]


def cutting_outside(budget: Budget) -> list[Measure]:
    """The measures with a cut, or a part of it, in emissions that are left out."""
    return [
        m
        for m in budget.measures
        if any(e.code != UNALLOCATED and not budget.boundary.holds(e.code) for e in m.effects)
    ]


def nothing_cuts_outside_the_boundary(budget: Budget, statement: Statement) -> list[Finding]:
    outside = [m.number for m in cutting_outside(budget)]
    if not outside:
        return []
    text = N_(
        "Klimatiltak %(numbers)s kutter i utslipp som er holdt utenfor avgrensningen. Kuttet er "
        "ikke regnet med."
    )
    where = About("measure", str(outside[0]))
    return [Finding("outside-boundary", text, {"numbers": listed(outside)}, where=where)]


def the_path_is_inside_the_boundary(budget: Budget, statement: Statement) -> list[Finding]:
    codes = budget.path.figures if budget.path else ()
    outside = [code for code in codes if code and not budget.boundary.holds(code)]
    if not outside:
        return []
    text = N_(
        "Referansebanen har tall for %(codes)s, som er holdt utenfor avgrensningen. Ta tallene ut "
        "av banen, eller ta utslippskilden med."
    )
    values = {"codes": listed(outside)}
    return [Finding("path-outside", text, values, Level.STOPS, About("path"))]


def facilities_have_their_figures(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.published is None:
        return []
    text = N_(
        "%(facility)s mangler tonn for %(years)s. Utslippene er ukjent i disse årene til tallene "
        "er ført."
    )
    return [
        Finding(
            "facility-years",
            text,
            {"facility": name, "years": listed(years)},
            Level.STOPS if budget.reference_year in years else Level.EXPLAIN,
            About("boundary", name),
        )
        for name, years in budget.boundary.lacking(budget.published.years).items()
    ]


CHECKS = (
    the_boundary_leaves_something,
    nothing_cuts_outside_the_boundary,
    the_path_is_inside_the_boundary,
    facilities_have_their_figures,
)
