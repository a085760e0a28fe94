"""Avstemming: what adds up, and a sentence for each thing that does not."""

from __future__ import annotations

from flask import Blueprint, render_template

from climatebudget.core import reconcile
from climatebudget.core.access import Action
from climatebudget.core.statement import statement
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight

PREFIX = "/<number>/<int:year>/<slug>/reconciliation"
pages = Blueprint("reconciliation", __name__, url_prefix=PREFIX)


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    ledger = statement(budget)
    return render_template(
        "reconciliation/page.html",
        budget=budget,
        statement=ledger,
        sums=reconcile.sums(budget, ledger),
        findings=reconcile.reconcile(budget, ledger),
    )
