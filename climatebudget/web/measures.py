"""The measures (klimatiltak) of a version: the list, and the ten fields of each."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action, may_edit
from climatebudget.core.budget import Budget
from climatebudget.core.measure import FIELDS, Measure, lacking
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web import measure_list, measure_text, measure_undo, path_moves
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place, user
from climatebudget.web.forms import by_source, say, typed_lock
from climatebudget.web.listing import Shown, asked, download
from climatebudget.web.measure_form import (
    NUMBERS,
    MeasureForm,
    code_label,
    measure_form,
    own_departments,
    own_effects,
    shown_years,
)

pages = Blueprint("measures", __name__, url_prefix="/<number>/<int:year>/<slug>/measures")

Answer = str | Response | tuple[str, int]


@pages.get("/")
@needs(Action.READ)
def all(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    shown = _list(budget)
    if shown.elsewhere:
        return redirect(shown.elsewhere)
    reckoned = statement(budget)
    part = measure_list.of_those_shown(budget, reckoned, shown)
    sums = measure_list.sums(part, shown)
    return render_template(
        "measures/all.html",
        budget=budget,
        lead=measure_list.lead(reckoned),
        imported=measure_undo.undoable(),
        list=shown,
        sums=sums,
        sums_from=[column.key in sums for column in shown.found.columns].index(True) if sums else 0,
        sum_label=measure_list.sum_label(part.counts, shown.query.narrows),
    )


@pages.get("/klimatiltak.xlsx")
@needs(Action.READ)
def workbook(number: str, year: int, slug: str) -> Response:
    return _file("xlsx")


@pages.get("/klimatiltak.csv")
@needs(Action.READ)
def table(number: str, year: int, slug: str) -> Response:
    return _file("csv")


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
    return _remove_page(_own(measure))


@pages.post("/<int:measure>/remove")
@needs(Action.EDIT_MEASURE)
def remove(number: str, year: int, slug: str, measure: int) -> Answer:
    found = _own(measure)
    try:
        write.remove_measure(g.session, place(), found.id, typed_lock())
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        return _remove_page(_own(measure), changed=True), 409
    text = N_("Klimatiltak %(number)s, «%(name)s», er fjernet fra utkastet.")
    flash(say(text, number=found.number, name=found.name))
    return redirect(_to("all"), 303)


def _remove_page(measure: Measure, changed: bool = False) -> str:
    values = {"measure": measure, "lock": _lock(measure), "changed": changed}
    return render_template("measures/remove.html", **values)


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
        "overlaps": measure_text.overlaps(budget, measure),
        "path_moves": path_moves.acts(history),
        "own": own_departments(user(), budget),
        "may_edit": _may_edit(budget, measure),
    }


def _list(budget: Budget) -> Shown[Measure]:
    return asked(measure_list.listing(budget), budget.measures, say(N_("klimatiltak")))


def _file(suffix: str) -> Response:
    """What the list shows, every page of it."""
    budget = budget_in_sight()
    shown = _list(budget)
    part = measure_list.of_those_shown(budget, statement(budget), shown)
    facts = measure_list.facts(part, shown)
    return download(shown, suffix, "klimatiltak", say(N_("Klimatiltak")), facts)


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
