"""The overview: the answer first, then the numbers, the picture and the tables."""

from __future__ import annotations

from flask import Blueprint, render_template

from climatebudget.core import reconcile, sentence
from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.statement import statement
from climatebudget.web import charts
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight
from climatebudget.web.reconciliation import remarks_of

pages = Blueprint("overview", __name__, url_prefix="/<number>/<int:year>/<slug>")


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    ledger = statement(budget)
    found = remarks_of(budget, ledger)
    inventory = budget.inventory
    empty = not budget.measures and not budget.targets
    return render_template(
        "overview/empty.html" if empty else "overview/page.html",
        budget=budget,
        statement=ledger,
        sentences=sentence.top(budget, ledger),
        findings=[r.finding for r in found if not r.accepted],
        accepted=sum(r.accepted is not None for r in found),
        names=reconcile.sector_names(budget),
        charts=charts,
        added={c: adjustment_of(inventory, c) for c in ("", *ledger.sectors)} if inventory else {},
    )
