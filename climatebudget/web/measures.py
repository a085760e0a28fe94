"""The measures (klimatiltak) of a version: the list, and the ten fields of each."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action, may_edit
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import sector_of
from climatebudget.core.measure import FIELDS, Decision, InPath, Measure, lacking
from climatebudget.core.quantity import Bound
from climatebudget.core.reconcile import sector_name
from climatebudget.core.sentence import in_sentence
from climatebudget.core.statement import Statement, statement
from climatebudget.core.text import N_, Text
from climatebudget.db import read, write
from climatebudget.web import measure_text
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place, user
from climatebudget.web.forms import by_source, say, typed_lock
from climatebudget.web.measure_form import (
    NUMBERS,
    MeasureForm,
    code_label,
    measure_form,
    own_departments,
    own_effects,
    shown_years,
)
from climatebudget.web.show import tonnes

pages = Blueprint("measures", __name__, url_prefix="/<number>/<int:year>/<slug>/measures")

Answer = str | Response | tuple[str, int]


@pages.get("/")
@needs(Action.READ)
def all(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    reckoned = statement(budget)
    return render_template(
        "measures/all.html",
        budget=budget,
        statement=reckoned,
        lead=lead(reckoned),
        where={m.number: _where(budget, m) for m in budget.measures},
        left_out={m.number: left_out(m) for m in budget.measures},
        shown=shown_effect,
    )


@pages.route("/new", methods=["GET", "POST"])
@needs(Action.EDIT_MEASURE)
def new(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    blank = Measure("", read.next_number(g.session, place()), "")
    _refuse_unless_own(budget, request.form.get("department", ""))
    form = measure_form(budget, blank, user())
    if request.method == "GET":
        return _form_page(budget, blank, form)
    return _save(budget, blank, form, None)


@pages.get("/<int:measure>")
@needs(Action.READ)
def edit(number: str, year: int, slug: str, measure: int) -> str:
    """The ten fields: to fill in, or as text for those who may only read."""
    budget = budget_in_sight()
    found = _found(budget, measure)
    if not _may_edit(budget, found):
        return render_template("measures/text.html", **_shown(budget, found))
    form = measure_form(budget, found, user(), _lock(found))
    return _form_page(budget, found, form)


@pages.post("/<int:measure>")
@needs(Action.EDIT_MEASURE)
def save(number: str, year: int, slug: str, measure: int) -> Answer:
    budget = budget_in_sight()
    found = _found(budget, measure)
    _refuse_unless_own(budget, found.department)
    _refuse_unless_own(budget, request.form.get("department", ""))
    form = measure_form(budget, found, user(), _lock(found))
    return _save(budget, found, form, typed_lock())


@pages.post("/<int:measure>/duplicate")
@needs(Action.EDIT_MEASURE)
def duplicate(number: str, year: int, slug: str, measure: int) -> Response:
    found = _own(measure)
    copy = write.duplicate_measure(g.session, place(), found.id)
    g.session.commit()
    text = N_("Klimatiltak %(old)s er kopiert. Kopien er nummer %(new)s.")
    flash(say(text, old=found.number, new=copy.number))
    return redirect(_to("edit", measure=copy.number), 303)


@pages.get("/<int:measure>/remove")
@needs(Action.EDIT_MEASURE)
def confirm_remove(number: str, year: int, slug: str, measure: int) -> str:
    return render_template("measures/remove.html", measure=_own(measure))


@pages.post("/<int:measure>/remove")
@needs(Action.EDIT_MEASURE)
def remove(number: str, year: int, slug: str, measure: int) -> Response:
    found = _own(measure)
    write.remove_measure(g.session, place(), found.id)
    g.session.commit()
    text = N_("Klimatiltak %(number)s, «%(name)s», er fjernet fra utkastet.")
    flash(say(text, number=found.number, name=found.name))
    return redirect(_to("all"), 303)


def _save(budget: Budget, stored: Measure, form: MeasureForm, lock: int | None) -> Answer:
    if not form.validate():
        return _form_page(budget, stored, form), 400
    typed = form.filled(stored, budget)
    try:
        write.save_measure(g.session, place(), typed, lock)
        g.session.commit()
    except write.Taken:
        g.session.rollback()
        text = N_("Klimatiltak nummer %(number)s finnes fra før. Velg et annet nummer.")
        form.number.errors = [say(text, number=typed.number)]
        return _form_page(budget, stored, form), 400
    except write.Stale:
        g.session.rollback()
        return _conflict_page(budget, stored, typed, form), 409
    flash(say(_saved(stored, typed), number=typed.number, name=typed.name))
    return redirect(_to("edit", measure=typed.number), 303)


def _saved(stored: Measure, typed: Measure) -> str:
    if not stored.id:
        return N_("Klimatiltak %(number)s, «%(name)s», er meldt inn.")
    if stored == typed:
        return N_("Ingenting var endret i klimatiltak %(number)s.")
    return N_("Klimatiltak %(number)s, «%(name)s», er lagret.")


def _form_page(budget: Budget, measure: Measure, form: MeasureForm) -> str:
    shown = _shown(budget, measure)
    return render_template("measures/form.html", form=form, conflict=[], **shown)


def _conflict_page(budget: Budget, stored: Measure, typed: Measure, form: MeasureForm) -> str:
    """Both texts side by side; saving again overwrites what the writer has now seen."""
    form.lock.data = _lock(stored)
    conflict = measure_text.differences(budget, stored, typed)
    return render_template(
        "measures/form.html", form=form, conflict=conflict, **_shown(budget, stored)
    )


def _shown(budget: Budget, measure: Measure) -> dict[str, object]:
    """What the page tells beside the fields."""
    missing = lacking(measure, budget.budget_year.columns)
    history = read.history_of(g.session, place(), measure.id) if measure.id else ()
    return {
        "budget": budget,
        "measure": measure,
        "fields": measure_text.fields(budget, measure),
        "effects": [(code_label(budget, e.code), e) for e in own_effects(measure, budget)],
        "years": shown_years(budget, measure),
        "cites": [by_source(e.cites) for e in own_effects(measure, budget)],
        "origin": measure_text.origin(budget, measure),
        "missing": [say(FIELDS[key]) for key in missing],
        "complete": 10 - len({NUMBERS.get(key, 7) for key in missing}),
        "last_change": next(iter(history), None),
        "own": own_departments(user(), budget),
        "may_edit": _may_edit(budget, measure),
    }


def lead(reckoned: Statement) -> list[Text]:
    """How many measures there are, and what they cut: the answer first."""
    counts, columns = reckoned.counts, reckoned.columns
    parts = [
        Text(
            N_("%(all)s klimatiltak, %(some)s tallfestet."),
            {"all": counts.all, "some": counts.quantified},
        )
    ]
    if counts.counted < counts.quantified:
        parts.append(
            Text(N_("%(counted)s av dem er regnet med i summene."), {"counted": counts.counted})
        )
    cut = reckoned.total.cut.net
    known = [y for y in columns if cut[y].value is not None]
    if not counts.counted:
        return parts
    if not known:
        return [*parts, Text(N_("Hvor mye de kutter, er ukjent."))]
    phrases = [_phrase(reckoned, y) for y in dict.fromkeys((known[0], known[-1]))]
    return [*parts, Text(N_("De kutter %(what)s."), {"what": f" {say(N_('og'))} ".join(phrases)})]


def _phrase(reckoned: Statement, year: int) -> str:
    cut = reckoned.total.cut.net[year]
    text = {
        Bound.EXACT: N_("%(tonnes)s tonn i %(year)s"),
        Bound.AT_LEAST: N_("minst %(tonnes)s tonn i %(year)s"),
    }.get(cut.bound, N_("usikkert %(tonnes)s tonn i %(year)s"))
    value = cut.value or Decimal(0)
    return say(text, tonnes=("−" if value < 0 else "") + in_sentence(value), year=year)


def left_out(measure: Measure) -> str:
    """Why a measure with figures is not in the sums; empty when it is."""
    if measure.counted or not measure.quantified:
        return ""
    reason = measure.in_path if measure.in_path is not InPath.ADDITIONAL else measure.decision
    texts = {
        InPath.PARTLY: N_("Ikke i summen: delvis med i banen"),
        InPath.INCLUDED: N_("Ikke i summen: med i banen"),
        Decision.NOT_PRIORITISED: N_("Ikke i summen: ikke prioritert"),
    }
    return say(texts.get(reason, N_("Ikke i summen: ikke vedtatt")))


def shown_effect(value: Decimal) -> str:
    """Forecasts to 10 t; a small cut as it is, for rounded it would say nothing."""
    size = abs(value)
    return show_exact(value) if size < 1 else tonnes(value, 10 if size >= 1000 else 1)


def _where(budget: Budget, measure: Measure) -> list[str]:
    """The emission sectors a measure cuts in."""
    codes = [e.code for e in own_effects(measure, budget)] or [measure.code]
    sectors = dict.fromkeys(sector_of(code) for code in codes)
    return [_sector(budget, sector) for sector in sectors]


def _sector(budget: Budget, sector: str) -> str:
    name = sector_name(budget, sector)
    return name if name != sector else code_label(budget, f"{sector}/ufordelt").partition(",")[0]


def _found(budget: Budget, number: int) -> Measure:
    return budget.measure(number) or abort(404)


def _own(number: int) -> Measure:
    """A measure of the version that is the user's to change."""
    found = read.measure(g.session, place(), number) or abort(404)
    if not may_edit(user(), place().municipality.number, found.department):
        abort(403)
    return found


def _may_edit(budget: Budget, measure: Measure) -> bool:
    own = may_edit(user(), place().municipality.number, measure.department)
    return own and allowed(Action.EDIT_MEASURE)


def _refuse_unless_own(budget: Budget, department: str) -> None:
    if not may_edit(user(), place().municipality.number, department):
        abort(403)


def _lock(measure: Measure) -> str:
    return str(read.measure_lock(g.session, place(), measure.id) or "")


def _to(view: str, **more: object) -> str:
    here: dict[str, object] = {**(request.view_args or {}), **more}
    if view == "all":
        here.pop("measure", None)
    return url_for(f"measures.{view}", **here)  # type: ignore[arg-type]
