"""Checks of what everything stands on: edition, target and reference path."""

from __future__ import annotations

from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.measure import Book, InPath
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text


def there_is_an_edition(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.edition is not None:
        return []
    text = N_("Klimabudsjettet står ikke på noen statistikkutgave. Velg en under Rammer.")
    return [Finding("no-edition", text, level=Level.STOPS, where=About("edition"))]


def the_edition_is_of_the_book(budget: Budget, statement: Statement) -> list[Finding]:
    """What the installation has imported is published statistics, which are direct emissions."""
    edition = budget.edition
    if budget.book is Book.DIRECT or edition is None or edition.owner is not None:
        return []
    text = N_(
        "Klimabudsjettet gjelder %(book)s, men statistikkutgaven %(edition)s har direkte utslipp "
        "i kommunen. Les inn et eget regnskap og velg det under Rammer, eller forklar hvorfor "
        "tallene kan brukes."
    )
    values = {"book": Text(budget.book.value), "edition": edition.name}
    return [Finding("edition-other-book", text, values, where=About("edition", edition.slug))]


def there_is_a_target(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.targets:
        return []
    text = N_(
        "Klimabudsjettet har ikke noe mål. Sett et under Rammer, så kan gjenstående kutt regnes ut."
    )
    return [Finding("no-target", text, where=About("target"))]


def the_reference_year_is_known(budget: Budget, statement: Statement) -> list[Finding]:
    if budget.edition is None or budget.reference_year is None or budget.reference is not None:
        return []
    text = N_(
        "Statistikkutgaven %(edition)s har ikke tall for referanseåret %(year)s. Velg et "
        "annet referanseår eller en annen utgave."
    )
    values = {"edition": budget.edition.name, "year": budget.reference_year}
    return [Finding("no-reference-year", text, values, Level.STOPS, About("target"))]


def the_path_covers_the_plan(budget: Budget, statement: Statement) -> list[Finding]:
    missing = [y for y in statement.columns if statement.total.path[y] is None]
    if budget.path is None or not missing:
        return []
    text = N_(
        "Referansebanen mangler tall for %(years)s. Utslippene etter klimatiltakene er "
        "ukjent i disse årene."
    )
    return [Finding("path-missing", text, {"years": listed(missing)}, where=About("path"))]


def in_the_path_needs_a_path(budget: Budget, statement: Statement) -> list[Finding]:
    inside = [m.number for m in budget.measures if m.in_path is not InPath.ADDITIONAL]
    if budget.path is not None or not inside:
        return []
    text = N_(
        "Klimatiltak %(numbers)s er ført som med i referansebanen, men klimabudsjettet "
        "har ingen referansebane."
    )
    return [
        Finding(
            "in-no-path", text, {"numbers": listed(inside)}, where=About("measure", str(inside[0]))
        )
    ]
