"""Avstemming: what adds up, and a sentence for each thing that does not."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template
from werkzeug import Response

from climatebudget.core import reconcile
from climatebudget.core.access import Action
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.listing import Column, Filter, Kind, Listing
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g
from climatebudget.web.forms import say
from climatebudget.web.listing import Shown, asked, download
from climatebudget.web.show import said

PREFIX = "/<number>/<int:year>/<slug>/reconciliation"
pages = Blueprint("reconciliation", __name__, url_prefix=PREFIX)


LEVELS = Level.STOPS, Level.EXPLAIN, Level.INFO  # a budget's; Level.MENDED is said of a file
# What a finding can be about: where in the budget that is, and what the place is called.
ROOMS = {
    "measure": "measures",
    "source": "inventory",
    "edition": "inventory",
    "target": "frame",
    "path": "frame",
    "version": "sums",
}
NAMES = {
    "measures": N_("Klimatiltak"),
    "inventory": N_("Utslippsregnskapet"),
    "frame": N_("Rammer"),
    "sums": N_("Summer"),
}


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str | Response:
    budget = budget_in_sight()
    ledger = statement(budget)
    shown = _list(reconcile.reconcile(budget, ledger))
    if shown.elsewhere:
        return redirect(shown.elsewhere)
    sums = reconcile.sums(budget, ledger)
    differing = dict.fromkeys(check.name for check in sums.checks if check.difference)
    return render_template(
        "reconciliation/page.html",
        budget=budget,
        statement=ledger,
        sums=sums,
        differing=[g.translate(name).lower() for name in differing],
        list=shown,
    )


@pages.get("/merknader.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    return _file("xlsx")


@pages.get("/merknader.csv")
@needs(Action.READ)
def table(number: str, year: int, slug: str) -> Response:
    return _file("csv")


def _file(suffix: str) -> Response:
    budget = budget_in_sight()
    shown = _list(reconcile.reconcile(budget, statement(budget)))
    return download(shown, suffix, "merknader", say(N_("Merknader")))


def _list(findings: Sequence[Finding]) -> Shown[Finding]:
    return asked(listing(), findings, say(N_("merknader")), anchor="merknader")


def listing() -> Listing[Finding]:
    """The findings as they come, what stops first."""
    return Listing(
        (
            Column("level", say(N_("Alvor")), lambda f: say(f.level.value), fixed=True),
            Column("finding", say(N_("Merknad")), said, fixed=True),
            Column("about", say(N_("Gjelder")), _room, fixed=True),
            Column("key", say(N_("Nummer eller kode")), lambda f: _about(f).key, fixed=True),
            Column("year", say(N_("År")), lambda f: _about(f).year, Kind.WHOLE, fixed=True),
        ),
        (
            Filter(
                "level",
                say(N_("Alvor")),
                {level.name.lower(): say(level.value) for level in LEVELS},
                lambda f: {f.level.name.lower()},
            ),
            Filter(
                "about",
                say(N_("Gjelder")),
                {room: say(name) for room, name in NAMES.items()},
                lambda f: {ROOMS.get(_about(f).kind, "")},
            ),
        ),
    )


def _room(finding: Finding) -> str:
    room = ROOMS.get(_about(finding).kind)
    return say(NAMES[room]) if room else ""


def _about(finding: Finding) -> About:
    """What in the budget a finding is about; one about a cell of a file is about none of it."""
    return finding.where if isinstance(finding.where, About) else About("")
