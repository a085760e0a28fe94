"""Avstemming: what adds up, and a sentence for each thing that does not."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template
from werkzeug import Response

from climatebudget.core.acceptance import Remark, place_of, remarks
from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.checks import sums
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.listing import Column, Filter, Kind, Listing
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import Statement, statement
from climatebudget.core.text import N_, Text
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight
from climatebudget.web.forms import say
from climatebudget.web.listing import Shown, asked, download
from climatebudget.web.show import moment, said

PREFIX = "/<number>/<int:year>/<slug>/reconciliation"
pages = Blueprint("reconciliation", __name__, url_prefix=PREFIX)


LEVELS = Level.STOPS, Level.EXPLAIN, Level.INFO  # a budget's; Level.MENDED is said of a file
# What a finding can be about: where in the budget that is, and what the place is called.
ROOMS = {
    "measure": "measures",
    "source": "inventory",
    "adjustment": "inventory",
    "edition": "inventory",
    "target": "frame",
    "path": "frame",
    "version": "sums",
    "boundary": "frame",
    "overlap": "overlap",
}
NAMES = {
    "measures": N_("Klimatiltak"),
    "inventory": N_("Utslippsregnskapet"),
    "frame": N_("Rammer"),
    "overlap": N_("Overlapp"),
    "sums": N_("Summer"),
}


ANSWERS = {
    "open": N_("Venter på svar"),
    "accepted": N_("Godtatt"),
    "lapsed": N_("Godtatt før, men tallene er endret"),
    "told": N_("Trenger ikke svar"),
}


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str | Response:
    budget = budget_in_sight()
    ledger = statement(budget)
    found = remarks_of(budget, ledger)
    shown = _list(found)
    if shown.elsewhere:
        return redirect(shown.elsewhere)
    books = sums.sums_by_book(budget, ledger)
    return render_template(
        "reconciliation/page.html",
        budget=budget,
        books=books,
        lead=sums.lead(books[budget.book]),
        said_of=count(found),
        list=shown,
        waiting=[r for r in shown.found.in_sight if not r.accepted],
        accepted=[r for r in shown.found.in_sight if r.accepted],
        place_of=place_of,
    )


@pages.get("/merknader.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    return _file("xlsx")


@pages.get("/merknader.csv")
@needs(Action.READ)
def table(number: str, year: int, slug: str) -> Response:
    return _file("csv")


def remarks_of(budget: Budget, ledger: Statement) -> tuple[Remark, ...]:
    """What the checks find in the budget, with what has been answered."""
    return remarks(reconcile(budget, ledger), budget.acceptances)


@dataclass(frozen=True)
class Count:
    """How many findings there are, and how they stand; accepted ones are counted apart."""

    all: int
    stopping: int
    waiting: int  # to be explained, and not accepted
    accepted: int

    @property
    def sentences(self) -> list[Text]:
        """What is to be done before the next step; none when nothing is."""
        if self.stopping == 1:
            stopping = Text(N_("Én merknad må rettes før neste steg."))
        else:
            text = N_("%(count)s merknader må rettes før neste steg.")
            stopping = Text(text, {"count": self.stopping})
        if self.waiting == 1:
            waiting = Text(N_("Én merknad bør forklares."))
        else:
            text = N_("%(count)s merknader bør forklares.")
            waiting = Text(text, {"count": self.waiting})
        return [stopping] * bool(self.stopping) + [waiting] * bool(self.waiting)


def count(found: tuple[Remark, ...]) -> Count:
    stopping = sum(r.finding.stops for r in found)
    return Count(
        all=len(found),
        stopping=stopping,
        waiting=sum(r.open for r in found) - stopping,
        accepted=sum(r.accepted is not None for r in found),
    )


def _file(suffix: str) -> Response:
    budget = budget_in_sight()
    shown = _list(remarks_of(budget, statement(budget)))
    return download(shown, suffix, "merknader", say(N_("Merknader")))


def _list(found: tuple[Remark, ...]) -> Shown[Remark]:
    return asked(listing(), found, say(N_("merknader")), anchor="merknader")


def listing() -> Listing[Remark]:
    """The findings as they come, what stops first, with what has been answered."""
    return Listing(
        (
            Column("level", say(N_("Alvor")), lambda r: say(r.finding.level.value), fixed=True),
            Column("finding", say(N_("Merknad")), lambda r: said(r.finding), fixed=True),
            Column("about", say(N_("Gjelder")), lambda r: _room(r.finding), fixed=True),
            Column("key", say(N_("Nummer eller kode")), _key, fixed=True),
            Column("year", say(N_("År")), lambda r: _about(r).year, Kind.WHOLE, fixed=True),
            Column("answer", say(N_("Svar")), lambda r: say(ANSWERS[_answer(r)]), fixed=True),
            Column("reason", say(N_("Begrunnelse")), _reason, fixed=True),
            Column("by", say(N_("Godtatt av")), _by, fixed=True),
            Column("at", say(N_("Dato godtatt")), _at, fixed=True),
        ),
        (
            Filter(
                "level",
                say(N_("Alvor")),
                {level.name.lower(): say(level.value) for level in LEVELS},
                lambda r: {r.finding.level.name.lower()},
            ),
            Filter(
                "about",
                say(N_("Gjelder")),
                {room: say(name) for room, name in NAMES.items()},
                lambda r: {ROOMS.get(_about(r).kind, "")},
            ),
            Filter(
                "answer",
                say(N_("Svar")),
                {key: say(name) for key, name in ANSWERS.items()},
                lambda r: {_answer(r)},
            ),
        ),
    )


def _key(remark: Remark) -> str:
    about = _about(remark)
    return "" if about.kind == "overlap" else about.key  # the sentence names the group


def _answer(remark: Remark) -> str:
    if remark.accepted:
        return "accepted"
    if remark.lapsed:
        return "lapsed"
    return "open" if remark.open else "told"


def _reason(remark: Remark) -> str:
    return remark.accepted.reason if remark.accepted else ""


def _by(remark: Remark) -> str:
    return say(remark.accepted.by) if remark.accepted else ""


def _at(remark: Remark) -> str:
    return moment(remark.accepted.at) if remark.accepted and remark.accepted.at else ""


def _room(finding: Finding) -> str:
    where = finding.where
    room = ROOMS.get(where.kind) if isinstance(where, About) else None
    return say(NAMES[room]) if room else ""


def _about(remark: Remark) -> About:
    """What in the budget a finding is about; one about a cell of a file is about none of it."""
    where = remark.finding.where
    return where if isinstance(where, About) else About("")
