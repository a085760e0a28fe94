"""A reference path from a file: what it says, what it leaves open, and one act that stores it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT, show_exact
from climatebudget.core.path_import import PathImport, imported
from climatebudget.core.path_questions import Names
from climatebudget.core.table import Table
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.sheets.path_tables import names, read_path_table
from climatebudget.sheets.refusals import Refused
from climatebudget.web import errors
from climatebudget.web.access import needs
from climatebudget.web.answers import Answers, answers_sent, with_questions
from climatebudget.web.context import budget_in_sight, g, place, user
from climatebudget.web.forms import AtMost, DateField, LineField, LinesField, say
from climatebudget.web.import_preview import asks
from climatebudget.web.path import told
from climatebudget.web.path_import_preview import compared, lead, ordered
from climatebudget.web.uploads import (
    FileForm,
    Gone,
    Moved,
    at,
    digest,
    kept,
    now,
    saved,
    waiting,
)

pages = Blueprint("path_imports", __name__, url_prefix="/<number>/<int:year>/<slug>/path/import")

KIND = "path"
SHOWN = 100  # findings listed one by one; the rest are counted
FEW = 3  # choices that are shown as buttons; more become a list

Page = str | Response | tuple[str, int]


class PathImportForm(Answers):
    policy = LinesField(N_("Politikk som er med i banen"), validators=[AtMost(LONGEST_TEXT)])
    cut_off = DateField(N_("Vedtatt til og med, dag.måned.år"))
    author = LineField(N_("Laget av"), validators=[AtMost(LONGEST_NAME)])


# ---- the file ----------------------------------------------------------------------------------


@pages.get("/")
@needs(Action.EDIT_FRAME)
def form(number: str, year: int, slug: str) -> str:
    return _form(FileForm())


@pages.post("/")
@needs(Action.EDIT_FRAME)
def upload(number: str, year: int, slug: str) -> Page:
    """Read the file once; what was read waits to be agreed to, and nothing else is stored."""
    sent = FileForm()
    if not sent.validate():
        return _form(sent), 400
    g.session.rollback()  # reading takes a while, and a writer would keep the others waiting
    try:
        file, table = _read(sent.file.data)
    except Refused as refused:
        return errors.page(413) if refused.code == "E_TOO_BIG" else (_form(sent, refused), 400)
    return _stage(table, file)


@pages.post("/<token>/sheet")
@needs(Action.EDIT_FRAME)
def sheet(number: str, year: int, slug: str, token: str) -> Page:
    """Read another sheet of the same workbook."""
    waits = _waits(token)
    wanted = request.form.get("sheet", "")
    if wanted not in waits.table.sheets:
        return redirect(at("path_imports.preview", token=token), 303)
    g.session.rollback()
    name, data = waits.table.file_name, waits.staged.file
    try:
        with kept(name, data) as path:
            table = read_path_table(path, name, wanted)
    except Refused as refused:
        return _form(FileForm(), refused), 400
    write.take_staged(g.session, token, now(), person_id=user().id)
    return _stage(table, data)


def _form(form: FileForm, refused: Refused | None = None) -> str:
    return render_template("path_imports/form.html", form=form, refused=refused)


def _read(sent: FileStorage) -> tuple[bytes, Table]:
    """The bytes, and what they say; raises `Refused`."""
    with saved(sent) as (path, name):
        return path.read_bytes(), read_path_table(path, name)


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
        base=_base(),
    )
    g.session.commit()
    return redirect(at("path_imports.preview", token=token), 303)


# ---- the preview -------------------------------------------------------------------------------


@pages.get("/<token>")
@needs(Action.EDIT_FRAME)
def preview(number: str, year: int, slug: str, token: str) -> Page:
    return _shown(_waits(token))


@pages.post("/<token>")
@needs(Action.EDIT_FRAME)
def answer(number: str, year: int, slug: str, token: str) -> Page:
    """The preview as these answers make it; stores nothing."""
    return _shown(_waits(token))


@pages.post("/<token>/confirm")
@needs(Action.EDIT_FRAME)
def confirm(number: str, year: int, slug: str, token: str) -> Page:
    """Store exactly what was previewed, or nothing."""
    waits = _waits(token)
    done, form = _considered(waits)
    answered = form.validate()
    if answered and form.digest.data != _seen(waits, done, form):
        return _preview(waits, done, form, moved=True), 409
    if not answered or not done.may_store:
        return _preview(waits, done, form), 400
    path = done.path(form.policy.data or "", form.cut_off.data, form.author.data or "")
    write.take_staged(g.session, token, now(), person_id=user().id)
    write.set_path(g.session, place(), path, waits.lock)
    g.session.commit()
    same = path == waits.budget.path
    flash(say(N_("Ingenting var endret.") if same else N_("Referansebanen er lagret.")))
    return redirect(at("path.page"), 303)


@pages.post("/<token>/cancel")
@needs(Action.EDIT_FRAME)
def cancel(number: str, year: int, slug: str, token: str) -> Page:
    if waiting(token, KIND) is None:
        raise Gone
    write.take_staged(g.session, token, now(), person_id=user().id)
    g.session.commit()
    flash(say(N_("Avbrutt. Ingenting er lagret.")))
    return redirect(at("path.page"), 303)


def _shown(waits: Waits) -> Page:
    done, form = _considered(waits)
    page = _preview(waits, done, form)
    return (page, 400) if _stops(done) else page


def _considered(waits: Waits) -> tuple[PathImport, PathImportForm]:
    """What the table makes of the path, and the form with the questions it leaves open."""
    done = imported(waits.table, answers_sent(), waits.budget, waits.names)
    before = waits.budget.path
    stored = {
        "policy": before.policy if before else "",
        "cut_off": before.cut_off if before else None,
        "author": before.author if before else "",
    }
    return done, with_questions(PathImportForm, done.asked, stored)


def _preview(waits: Waits, done: PathImport, form: PathImportForm, moved: bool = False) -> str:
    stops, left = _stops(done), len(done.questions)
    return render_template(
        "path_imports/preview.html",
        table=waits.table,
        budget=waits.budget,
        token=waits.token,
        expires=waits.staged.expires,
        done=done,
        form=form,
        problems=form.problems(),
        questions=[(question, form[field]) for field, question in form.asked.items()],
        open=left,
        asks=asks(left, g.translate),
        stops=stops,
        moved=moved,
        digest=_seen(waits, done, form),
        lead=lead(done, stops),
        stored=told(waits.budget),
        years=compared(done.figures, waits.budget),
        findings=ordered(done.findings),
        shown=SHOWN,
        few=FEW,
        settled=not left and not any(form[f].errors for f in form.asked) and bool(form.asked),
    )


def _stops(done: PathImport) -> int:
    return sum(finding.stops for finding in done.findings)


# ---- what waits --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waits:
    """The table that was read, and the draft that it was read for."""

    token: str
    staged: read.Staged
    table: Table
    budget: Budget
    names: Names
    lock: int | None  # of the frame


def _waits(token: str) -> Waits:
    """What waits under the token; raises `Gone`, and `Moved` when the frame is another now."""
    staged = waiting(token, KIND)
    if staged is None:
        raise Gone
    if staged.base != _base() or sha256(staged.payload).hexdigest() != staged.digest:
        raise Moved
    return Waits(
        token,
        staged,
        Table.from_bytes(staged.payload),
        budget_in_sight(),
        names(read.added_aliases(g.session)),
        read.frame_lock(g.session, place()),
    )


def _base() -> str:
    """What a preview rests on: edition, targets, boundary and path, which have one counter."""
    here = place()
    return digest(here.version.id, read.frame_lock(g.session, here))


def _seen(waits: Waits, done: PathImport, form: PathImportForm) -> str:
    """The file, the answers and the figures: what a preview shows, and is confirmed by."""
    figures = [
        (code, year, show_exact(value), done.cites[code, year])
        for code, yearly in done.figures.items()
        for year, value in yearly.by_year.items()
    ]
    return digest(waits.staged.digest, form.answers, figures)


@pages.errorhandler(Gone)
def _gone(error: Gone) -> Page:
    return _over(
        404,
        N_("Forhåndsvisningen finnes ikke"),
        N_("En forhåndsvisning varer i en time. Ingenting er lagret. Last opp filen på nytt."),
    )


@pages.errorhandler(Moved)
@pages.errorhandler(write.Stale)
def _moved(error: Exception) -> Page:
    return _over(
        409,
        N_("Forhåndsvisningen gjelder ikke lenger"),
        N_(
            "Rammene er endret siden filen ble lest, så det du så, er ikke sikkert det som ville "
            "blitt lagret. Ingenting er lagret. Last opp filen på nytt."
        ),
    )


def _over(status: int, title: str, sentence: str) -> Page:
    g.session.rollback()
    page = render_template("path_imports/over.html", title=say(title), sentence=say(sentence))
    return page, status
