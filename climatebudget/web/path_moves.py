"""Moving a measure into the reference path, and out again: an act with a reason, on the record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import HiddenField

from climatebudget.core.access import Action
from climatebudget.core.budget import called
from climatebudget.core.field import LONGEST_TEXT
from climatebudget.core.measure import InPath, Measure
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.db.values import MOVE_INTO_PATH, MOVE_OUT_OF_PATH, Line
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.forms import AtMost, LinesField, Said, problems, say, typed_lock

PREFIX = "/<number>/<int:year>/<slug>/path/measures"
pages = Blueprint("path_moves", __name__, url_prefix=PREFIX)

Answer = str | Response | tuple[str, int]


class MoveForm(FlaskForm):
    lock = HiddenField()
    reason = LinesField(
        N_("Begrunnelse"),
        validators=[
            Said(N_("Skriv hvorfor. Begrunnelsen blir stående i loggen.")),
            AtMost(LONGEST_TEXT),
        ],
    )


@dataclass(frozen=True)
class Act:
    """One move, as the record has it."""

    into: bool
    at: datetime
    by: str  # "" where it was no person of ours
    reason: str
    version: str


def acts(history: Iterable[Line]) -> list[Act]:
    """The moves among all that was done to a measure, the newest first."""
    return [
        Act(
            line.action == MOVE_INTO_PATH,
            line.at,
            line.actor_name,
            str(line.after["reason"]),
            called(str(line.after["version"]), g.translate),
        )
        for line in history
        if line.action in (MOVE_INTO_PATH, MOVE_OUT_OF_PATH)
    ]


@pages.get("/<int:measure>")
@needs(Action.EDIT_FRAME)
def form(number: str, year: int, slug: str, measure: int) -> str:
    found = _found(measure)
    return _page(found, MoveForm(data={"lock": _lock(found)}))


@pages.post("/<int:measure>")
@needs(Action.EDIT_FRAME)
def move(number: str, year: int, slug: str, measure: int) -> Answer:
    found, form = _found(measure), MoveForm()
    if not form.validate():
        return _page(found, form), 400
    into = found.in_path is not InPath.INCLUDED
    act = write.move_into_path if into else write.move_out_of_path
    try:
        act(g.session, place(), found.id, form.reason.data, typed_lock())
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock(found)
        return _page(found, form, changed=True), 409
    text = N_("«%(name)s» er flyttet inn i referansebanen og er ikke lenger i summen.")
    out = N_("«%(name)s» er tatt ut av referansebanen igjen.")
    flash(say(text if into else out, name=found.name))
    back = url_for("measures.edit", number=number, year=year, slug=slug, measure=measure)
    return redirect(back, 303)


def _page(measure: Measure, form: MoveForm, changed: bool = False) -> str:
    return render_template(
        "path_moves/form.html",
        measure=measure,
        budget=budget_in_sight(),
        form=form,
        into=measure.in_path is not InPath.INCLUDED,
        problems=problems(form),
        changed=changed,
        acts=acts(read.history_of(g.session, place(), measure.id)),
    )


def _found(number: int) -> Measure:
    return read.measure(g.session, place(), number) or abort(404)


def _lock(measure: Measure) -> str:
    return str(read.measure_lock(g.session, place(), measure.id) or "")
