"""Accepting a finding of Avstemming with a reason, and taking that back."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug import Response

from climatebudget.core.acceptance import Acceptance, Remark, fingerprint, place_of
from climatebudget.core.access import MAY, Action
from climatebudget.core.field import LONGEST_TEXT
from climatebudget.core.findings import Finding, Level
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import write
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place, user
from climatebudget.web.forms import AtMost, LinesField, Said, problems, say
from climatebudget.web.reconciliation import remarks_of

PREFIX = "/<number>/<int:year>/<slug>/reconciliation"
pages = Blueprint("acceptances", __name__, url_prefix=PREFIX)

Answer = str | Response | tuple[str, int]
WHY_NOT = {
    Level.STOPS: N_("Merknaden kan ikke godtas. Den må rettes."),
    Level.INFO: N_("Merknaden er til orientering. Den trenger ingen begrunnelse."),
}


class AcceptanceForm(FlaskForm):
    reason = LinesField(
        N_("Begrunnelse"),
        validators=[
            Said(N_("Skriv hvorfor merknaden godtas. Begrunnelsen blir offentlig.")),
            AtMost(LONGEST_TEXT),
        ],
    )


@pages.get("/accept")
@needs(Action.ACCEPT_FINDINGS)
def form(number: str, year: int, slug: str) -> Answer:
    remark = _remark()
    if remark is None:
        abort(404)
    _refuse_unless_acceptable(remark.finding)
    known = _known(remark)
    return _page(remark, AcceptanceForm(data={"reason": known.reason if known else ""}))


@pages.post("/accept")
@needs(Action.ACCEPT_FINDINGS)
def accept(number: str, year: int, slug: str) -> Answer:
    """Accept the finding as the person saw it: with other figures it is another one."""
    remark, form = _remark(), AcceptanceForm()
    if remark is None:
        return render_template("acceptances/gone.html", reason=form.reason.data), 409
    _refuse_unless_acceptable(remark.finding)
    if request.form.get("seen") != _seen(remark):
        return _page(remark, form, moved=True), 409
    if not form.validate():
        return _page(remark, form), 400
    now = current_app.config["CLOCK"]()
    write.accept(g.session, place(), remark.finding, form.reason.data, _role(), now)
    g.session.commit()
    flash(say(N_("Merknaden er godtatt. Begrunnelsen følger saken.")))
    return _back(number, year, slug)


@pages.post("/withdraw")
@needs(Action.ACCEPT_FINDINGS)
def withdraw(number: str, year: int, slug: str) -> Answer:
    given = _given()
    if given is None:
        abort(404)
    write.withdraw(g.session, place(), given.code, given.place)
    g.session.commit()
    flash(say(N_("Merknaden er ikke lenger godtatt.")))
    return _back(number, year, slug)


def _page(remark: Remark, form: AcceptanceForm, moved: bool = False) -> str:
    return render_template(
        "acceptances/form.html",
        remark=remark,
        form=form,
        problems=problems(form),
        moved=moved,
        code=remark.finding.code,
        at=place_of(remark.finding),
        seen=_seen(remark),
        same_figures=request.values.get("seen", "").startswith(fingerprint(remark.finding)),
    )


def _seen(remark: Remark) -> str:
    """What tells one state of a finding from another: its figures, and when it was accepted."""
    known = _known(remark)
    return f"{fingerprint(remark.finding)} {known.at if known else ''}".strip()


def _known(remark: Remark) -> Acceptance | None:
    return remark.accepted or remark.lapsed


def _remark() -> Remark | None:
    """The finding that is asked about, as it is now; None when it is not there."""
    budget, (code, at) = budget_in_sight(), _asked()
    found = remarks_of(budget, statement(budget))
    return next((r for r in found if (r.finding.code, place_of(r.finding)) == (code, at)), None)


def _given() -> Acceptance | None:
    """The acceptance that is asked about, whether its finding still is there or not."""
    asked = _asked()
    return next((a for a in budget_in_sight().acceptances if (a.code, a.place) == asked), None)


def _asked() -> tuple[str, str]:
    return request.values.get("code", ""), request.values.get("place", "")


def _refuse_unless_acceptable(finding: Finding) -> None:
    if finding.level in WHY_NOT:
        raise write.Refused(WHY_NOT[finding.level])


def _role() -> str:
    """The role in which the person accepts: it is shown, their name is not."""
    here = place()
    may = MAY[Action.ACCEPT_FINDINGS]
    own = user().roles(here.municipality.number)
    return next(r.value for r in may if r in own and here.budget_year.stage in may[r])


def _back(number: str, year: int, slug: str) -> Response:
    at = url_for("reconciliation.page", number=number, year=year, slug=slug, _anchor="merknader")
    return redirect(at, 303)
