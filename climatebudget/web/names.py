"""Navn: what files may call a source, besides what the catalogue knows; for the operator."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug import Response

from climatebudget import catalogue
from climatebudget.core.access import Action
from climatebudget.core.field import LONGEST_NAME
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import g, user
from climatebudget.web.forms import AtMost, ChoiceField, LineField, Said, problems, say

pages = Blueprint("names", __name__, url_prefix="/names")


class NameForm(FlaskForm):
    sector = LineField(
        N_("Utslippssektor, slik filen skriver den"),
        validators=[
            Said(N_("Skriv utslippssektoren slik den står i filen.")),
            AtMost(LONGEST_NAME),
        ],
    )
    source = LineField(
        N_("Utslippskilde, slik filen skriver den"), validators=[AtMost(LONGEST_NAME)]
    )


@pages.get("/")
@needs(Action.OPERATE)
def page() -> str:
    return _page(_form())


@pages.post("/")
@needs(Action.OPERATE)
def add() -> str | Response | tuple[str, int]:
    """From now on every file that uses the name is read so; a name may be told anew."""
    form = _form()
    if not form.validate():
        return _page(form), 400
    sector, source = form.sector.data or "", form.source.data or ""
    try:
        write.add_alias(g.session, sector, source, form.code.data, by=str(user().id))
        g.session.commit()
    except (write.Taken, write.Unknown) as refused:
        g.session.rollback()
        form.source.errors = [refused.shown(g.translate)]
        return _page(form), 400
    name = catalogue.sources()[form.code.data].name
    flash(say(N_("«%(written)s» leses nå som %(name)s."), written=source or sector, name=name))
    return redirect(url_for("names.page"), 303)


def _form() -> NameForm:
    choices = [(code, f"{s.sector_name}: {s.name}") for code, s in catalogue.sources().items()]
    code = ChoiceField(
        N_("Utslippskilde hos oss"),
        [("", say(N_("Velg"))), *choices],
        validators=[Said(N_("Velg hvilken utslippskilde navnet står for."))],
    )
    form: NameForm = type("NameForm", (NameForm,), {"code": code})()
    return form


def _page(form: NameForm) -> str:
    return render_template(
        "names/page.html",
        form=form,
        problems=problems(form),
        names=read.added_names(g.session),
        sources=catalogue.sources(),
    )
