"""Checks of the municipality's own adjustments: whether they are in the figures, and may be."""

from __future__ import annotations

from climatebudget.core.adjustments import below_zero
from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import listed, place_name
from climatebudget.core.field import show_number
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.inventory import TENTH
from climatebudget.core.statement import Statement
from climatebudget.core.text import N_, Text


def told(budget: Budget) -> tuple[Text, ...]:
    """What every page says under emissions that are adjusted; nothing where none are."""
    found = []
    count = len(budget.inventory.adjustments) if budget.inventory else 0
    if count:
        one = N_("Utslippene er publiserte tall med 1 justering fra kommunen.")
        many = N_("Utslippene er publiserte tall med %(count)s justeringer fra kommunen.")
        found.append(Text(one if count == 1 else many, {"count": count}))
    for (edition, own), rest in resting(budget).items():
        one = N_("1 justering gjelder utgaven %(edition)s og er ikke med.")
        many = N_("%(count)s justeringer gjelder utgaven %(edition)s og er ikke med.")
        values = {"count": rest, "edition": called(edition, own)}
        found.append(Text(one if rest == 1 else many, values))
    return tuple(found)


def adjustments_lie_on_the_edition(budget: Budget, statement: Statement) -> list[Finding]:
    """What was adjusted in another edition may be mended in this one: somebody has to look."""
    return [
        Finding(
            "adjustments-resting",
            RESTING_ONE if count == 1 else RESTING,
            {"count": count, "edition": called(edition, own)},
            where=About("adjustment", f"own/{edition}" if own else edition),
        )
        for (edition, own), count in resting(budget).items()
    ]


RESTING_ONE = N_(
    "1 justering gjelder utgaven %(edition)s og er ikke med. Før den over, eller slett den."
)
RESTING = N_(
    "%(count)s justeringer gjelder utgaven %(edition)s og er ikke med. Før dem over, eller slett "
    "dem."
)


def resting(budget: Budget) -> dict[tuple[str, bool], int]:
    """How many adjustments lie on each other edition: (slug, our own) → count."""
    found: dict[tuple[str, bool], int] = {}
    for one in budget.resting:
        found[one.lies_on] = found.get(one.lies_on, 0) + 1
    return found


def called(edition: str, own: bool) -> Text:
    """An edition by its slug, and whose it is where it is the municipality's own."""
    text = N_("%(edition)s (kommunens egen)") if own else "%(edition)s"
    return Text(text, {"edition": edition})


def adjustments_are_in_years_of_the_edition(budget: Budget, statement: Statement) -> list[Finding]:
    years = budget.published.years if budget.published else ()
    lost = sorted({one.year for one in budget.adjusting if one.year not in years})
    if not lost:
        return []
    text = N_(
        "Utgaven har ikke tall for %(years)s. Justeringene i disse årene er ikke med. Slett dem, "
        "eller rett året."
    )
    return [Finding("adjustment-year", text, {"years": listed(lost)}, where=About("adjustment"))]


def no_adjustment_goes_below_zero(budget: Budget, statement: Statement) -> list[Finding]:
    inventory = budget.inventory
    if inventory is None:
        return []
    text = N_(
        "Justeringen av %(source)s i %(year)s trekker fra mer enn det er: utslippet blir "
        "%(tonnes)s tonn. Rett justeringen."
    )
    return [
        Finding(
            "adjusted-below-zero",
            text,
            {
                "source": place_name(budget, code),
                "year": year,
                "tonnes": show_number(inventory.cells[code, year], TENTH),
            },
            Level.STOPS,
            About("adjustment", code, year),
        )
        for code, year in below_zero(inventory)
    ]


CHECKS = (
    no_adjustment_goes_below_zero,
    adjustments_lie_on_the_edition,
    adjustments_are_in_years_of_the_edition,
)
