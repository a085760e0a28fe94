"""Vedlegg: the council's Excel annex of the version in sight."""

from __future__ import annotations

import io

from flask import Blueprint, Response, current_app, render_template, send_file

from climatebudget.core import canonical, reconcile
from climatebudget.core.access import Action
from climatebudget.core.statement import statement
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g
from climatebudget.web.quotas import count_export

pages = Blueprint("annex", __name__, url_prefix="/<number>/<int:year>/<slug>/annex")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    return render_template("annex/page.html", budget=budget_in_sight())


@pages.get("/klimabudsjett.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    from climatebudget.sheets import annexes  # XlsxWriter, only where it is used

    count_export()
    budget = budget_in_sight()
    ledger = statement(budget)
    version = budget.version
    file = annexes.annex(
        budget,
        ledger,
        reconcile.reconcile(budget, ledger),
        translate=g.translate,
        now=version.frozen_at or current_app.config["CLOCK"](),
        digest=version.sha256 or canonical.digest(canonical.canonical(budget)),
    )
    name = f"klimabudsjett-{number}-{year}-{slug}.xlsx"
    return send_file(io.BytesIO(file), mimetype=XLSX, as_attachment=True, download_name=name)
