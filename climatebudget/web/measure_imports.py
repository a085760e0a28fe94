"""Measures from a table: a file, what its columns become, a preview, and one act that stores it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from climatebudget.core.access import Action
from climatebudget.core.measure_import import Import, imported
from climatebudget.core.measure_questions import questions
from climatebudget.core.measure_table import proposed
from climatebudget.core.table import Table
from climatebudget.core.text import N_
from climatebudget.db import write
from climatebudget.sheets.measure_tables import names, read_table
from climatebudget.sheets.refusals import Refused
from climatebudget.web import errors, quotas
from climatebudget.web.access import needs
from climatebudget.web.context import g, place, user
from climatebudget.web.forms import say
from climatebudget.web.import_preview import asks
from climatebudget.web.measure_form import code_label
from climatebudget.web.measure_import_form import answers_form, columns_form, groups
from climatebudget.web.measure_import_preview import (
    differences,
    lead,
    ordered,
    status,
    told,
    years,
)
from climatebudget.web.measure_import_staging import KIND, Waits, base, waits_under
from climatebudget.web.uploads import FileForm, Gone, Moved, at, digest, kept, now, saved, waiting

pages = Blueprint(
    "measure_imports", __name__, url_prefix="/<number>/<int:year>/<slug>/measures/import"
)

SHOWN = 300  # rows, measures and findings listed one by one; the rest are counted
FEW = 3  # choices that are shown as buttons; more become a list

Page = str | Response | tuple[str, int]


# ---- the file ----------------------------------------------------------------------------------


@pages.get("/")
@needs(Action.IMPORT_MEASURES)
def form(number: str, year: int, slug: str) -> str:
    return _form(FileForm())


@pages.post("/")
@needs(Action.IMPORT_MEASURES)
def upload(number: str, year: int, slug: str) -> Page:
    """Read the file once; what was read waits for its columns, and nothing else is stored."""
    sent = FileForm()
    if not sent.validate():
        return _form(sent), 400
    try:
        file, table = _read(sent.file.data)
    except Refused as refused:
        return errors.page(413) if refused.code == "E_TOO_BIG" else (_form(sent, refused), 400)
    return _stage(table, file)


@pages.post("/<token>/sheet")
@needs(Action.IMPORT_MEASURES)
def sheet(number: str, year: int, slug: str, token: str) -> Page:
    """Read another sheet of the same workbook."""
    waits = waits_under(token)
    wanted = request.form.get("sheet", "")
    if wanted not in waits.table.sheets:
        return redirect(at("measure_imports.columns", token=token), 303)
    name, data = waits.table.file_name, waits.staged.file
    try:
        with quotas.reading(), kept(name, data) as path:
            table = read_table(path, name, wanted)
    except Refused as refused:
        return _form(FileForm(), refused), 400
    write.take_staged(g.session, token, now(), person_id=user().id)
    return _stage(table, data)


def _form(form: FileForm, refused: Refused | None = None) -> str:
    return render_template("measure_imports/form.html", form=form, refused=refused)


def _read(sent: FileStorage) -> tuple[bytes, Table]:
    """The bytes, and what they say; raises `Refused`."""
    with quotas.upload(sent), saved(sent) as (path, name):
        return path.read_bytes(), read_table(path, name)


def _stage(table: Table, file: bytes) -> Response:
    token = write.stage_upload(
        g.session,
        kind=KIND,
        payload=table.to_bytes(),
        now=now(),
        person_id=user().id,
        municipality_id=place().municipality_id,
        file_name=table.file_name,
        file=file,
        base=base(),
    )
    g.session.commit()
    return redirect(at("measure_imports.columns", token=token), 303)


# ---- the columns -------------------------------------------------------------------------------


@pages.get("/<token>")
@needs(Action.IMPORT_MEASURES)
def columns(number: str, year: int, slug: str, token: str) -> Page:
    waits = waits_under(token)
    return _columns(waits, _columns_form(waits))


@pages.post("/<token>")
@needs(Action.IMPORT_MEASURES)
def back(number: str, year: int, slug: str, token: str) -> Page:
    """The columns again, as they were chosen."""
    waits = waits_under(token)
    return _columns(waits, _columns_form(waits))


def _columns_form(waits: Waits) -> Any:
    suggested = proposed(waits.table, waits.budget, names(), waits.columns_before)
    return columns_form(waits.table, waits.known, suggested)


def _columns(waits: Waits, form: Any) -> str:
    table = waits.table
    return render_template(
        "measure_imports/columns.html",
        table=table,
        token=waits.token,
        form=form,
        problems=form.problems(),
        groups=groups(waits.known),
        as_last=table.mapped(waits.columns_before),
        kept=_answers_sent(),
        expires=waits.staged.expires,
    )


# ---- the preview -------------------------------------------------------------------------------


@pages.post("/<token>/preview")
@needs(Action.IMPORT_MEASURES)
def preview(number: str, year: int, slug: str, token: str) -> Page:
    """What would be stored with these columns and answers; stores nothing."""
    waits = waits_under(token)
    chosen = _columns_form(waits)
    if not chosen.validate():
        return _columns(waits, chosen), 400
    done, answers = _considered(waits, chosen)
    page = _preview(waits, chosen, done, answers)
    return (page, 400) if _stops(done) else page


@pages.post("/<token>/confirm")
@needs(Action.IMPORT_MEASURES)
def confirm(number: str, year: int, slug: str, token: str) -> Page:
    """Store exactly what was previewed, or nothing."""
    waits = waits_under(token)
    chosen = _columns_form(waits)
    if not chosen.validate():
        return _columns(waits, chosen), 400
    done, answers = _considered(waits, chosen)
    answered = answers.validate()
    if answered and answers.digest.data != _seen(waits, chosen, answers):
        return _preview(waits, chosen, done, answers, moved=True), 409
    if not answered or not done.may_store:
        return _preview(waits, chosen, done, answers), 400
    return _store(waits, chosen, done, answers)


@pages.post("/<token>/cancel")
@needs(Action.IMPORT_MEASURES)
def cancel(number: str, year: int, slug: str, token: str) -> Page:
    if waiting(token, KIND) is None:
        raise Gone
    write.take_staged(g.session, token, now(), person_id=user().id)
    g.session.commit()
    flash(say(N_("Avbrutt. Ingenting er lagret.")))
    return redirect(at("measures.all"), 303)


def _considered(waits: Waits, chosen: Any) -> tuple[Import, Any]:
    """What the table does to the draft, and the form with the questions it leaves open."""
    table, budget = waits.table, waits.budget
    asked = questions(table, chosen.mapping, budget, names(), waits.answers_before)
    answers = answers_form(asked)
    return imported(table, chosen.mapping, answers.answers, budget, names()), answers


def _preview(waits: Waits, chosen: Any, done: Import, answers: Any, moved: bool = False) -> str:
    left = len(answers.asked) - len(answers.answers)
    stops = _stops(done)
    return render_template(
        "measure_imports/preview.html",
        table=waits.table,
        budget=waits.budget,
        token=waits.token,
        expires=waits.staged.expires,
        done=done,
        form=answers,
        problems=answers.problems(),
        questions=[(question, answers[field]) for field, question in answers.asked.items()],
        open=left,
        asks=asks(left, g.translate),
        stops=stops,
        moved=moved,
        digest=_seen(waits, chosen, answers),
        kept=[(field.name, field.data) for field in map(chosen.of, waits.table.columns)],
        lead=lead(done, stops, left),
        button=_button(done, waits),
        changed=differences(done.changed[:SHOWN], waits.budget),
        years=years(done.added, chosen.mapping, waits.budget),
        findings=ordered(done.findings),
        place_of=lambda measure: code_label(waits.budget, measure.code),
        status=status,
        shown=SHOWN,
        few=FEW,
        settled=not left and not answers.errors and all(f in request.form for f in answers.asked),
    )


def _stops(done: Import) -> int:
    return sum(finding.stops for finding in done.findings)


def _button(done: Import, waits: Waits) -> str:
    """What the act is called; empty where there is nothing to do."""
    count = len(done.added) + len(done.changed)
    if not count:
        idle = not done.gone and done.controls == waits.budget.controls
        return "" if idle else say(N_("Lagre"))
    one, many = N_("Les inn ett klimatiltak"), N_("Les inn %(count)s klimatiltak")
    return say(one if count == 1 else many, count=count)


def _store(waits: Waits, chosen: Any, done: Import, answers: Any) -> Response:
    """One short transaction: the measures are stored and nothing waits any more, or neither."""
    table = waits.table
    write.take_staged(g.session, waits.token, now(), person_id=user().id)
    write.import_measures(
        g.session,
        place(),
        done,
        file_name=table.file_name,
        signature=table.signature,
        mapping=table.remembered(chosen.mapping),
        answers=answers.answers,
        remove_gone=answers.remove.data,
    )
    g.session.commit()
    flash(told(done, answers.remove.data))
    return redirect(at("measures.all"), 303)


# ---- what waits --------------------------------------------------------------------------------


def _seen(waits: Waits, chosen: Any, answers: Any) -> str:
    """The file, its columns and the answers: what a preview shows, and is confirmed by."""
    return digest(waits.staged.digest, chosen.mapping, answers.answers)


def _answers_sent() -> list[tuple[str, str]]:
    """What has been answered, on the way back through the columns."""
    sent = request.form.items()
    return [(name, value) for name, value in sent if name.startswith("answer:") or name == "remove"]


@pages.errorhandler(Gone)
def _gone(error: Gone) -> Page:
    return _told(
        404,
        N_("Forhåndsvisningen finnes ikke"),
        N_("En forhåndsvisning varer i en time. Ingenting er lagret. Last opp filen på nytt."),
    )


@pages.errorhandler(Moved)
@pages.errorhandler(write.Stale)
@pages.errorhandler(write.Taken)
def _moved(error: Exception) -> Page:
    return _told(
        409,
        N_("Forhåndsvisningen gjelder ikke lenger"),
        N_(
            "Utkastet er endret siden filen ble lest, så det du så, er ikke sikkert det som ville "
            "blitt lagret. Ingenting er lagret. Last opp filen på nytt."
        ),
    )


def _told(status: int, title: str, sentence: str) -> Page:
    g.session.rollback()
    page = render_template("measure_imports/over.html", title=say(title), sentence=say(sentence))
    return page, status
