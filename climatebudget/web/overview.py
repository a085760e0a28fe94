"""The overview: the answer first, then the numbers, the picture and the tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, render_template

from climatebudget.catalogue import national_name, sector_names
from climatebudget.core import reconcile, sentence
from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.budget import Budget
from climatebudget.core.inventory import UNALLOCATED
from climatebudget.core.measure import Size, by_size
from climatebudget.core.statement import Statement, in_sight, statement
from climatebudget.web import charts, charts_waterfall
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g
from climatebudget.web.explain import way
from climatebudget.web.observed import later_editions
from climatebudget.web.reconciliation import remarks_of

pages = Blueprint("overview", __name__, url_prefix="/<number>/<int:year>/<slug>")


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    ledger = statement(budget)
    found = remarks_of(budget, ledger)
    found_sizes = sizes(budget, ledger)
    inventory = budget.inventory
    empty = not budget.measures and not budget.targets
    called = names(budget)
    return render_template(
        "overview/empty.html" if empty else "overview/page.html",
        budget=budget,
        statement=ledger,
        sentences=sentence.top(budget, ledger),
        findings=[r.finding for r in found if not r.accepted],
        accepted=sum(r.accepted is not None for r in found),
        names=called,
        categories={national_name(key): cut for key, cut in ledger.categories.items()},
        sizes=found_sizes,
        sized=any(m.size is not Size.UNKNOWN for m in budget.measures if not m.quantified),
        departments_known=known_departments(ledger),
        newer=later_editions(budget),
        charts=charts,
        waterfall=charts_waterfall,
        steps=charts_waterfall.steps(budget, ledger, called, g.translate),
        way=partial(way, budget),
        added={c: adjustment_of(inventory, c) for c in ("", *ledger.sectors)} if inventory else {},
    )


def names(budget: Budget) -> dict[str, str]:
    """Emission sectors as the edition names them, else as the catalogue does."""
    known = {code: name for code, name in sector_names().items() if code != UNALLOCATED}
    return {**known, **reconcile.sector_names(budget)}


def known_departments(ledger: Statement) -> bool:
    """Whether any department has a cut to draw."""
    return any(f.known for cut in ledger.departments.values() for f in cut.gross.values())


def sizes(budget: Budget, ledger: Statement) -> list[tuple[str, Mapping[Size, int]]]:
    """The measures without a number by department and size, and last all of them.

    None where tonnes say more: nobody has chosen a size, and some department has a number.
    """
    own = [m for m in in_sight(budget) if not m.quantified]
    chosen = any(m.size is not Size.UNKNOWN for m in own)
    if not own or not (chosen or not known_departments(ledger)):
        return []
    rows = [(d, by_size(m for m in own if m.department == d)) for d in ledger.departments]
    return [*((d, found) for d, found in rows if any(found.values())), ("", by_size(own))]
