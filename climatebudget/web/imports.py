"""Reading in a new edition: a file, a preview with questions, and one act that stores it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug import Response
from werkzeug.datastructures import FileStorage

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import clean, show_number
from climatebudget.core.inventory import Edition
from climatebudget.core.reading import Reading
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.sheets.child import read_inventory
from climatebudget.sheets.refusals import Refused
from climatebudget.web import errors
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place, user
from climatebudget.web.forms import problems
from climatebudget.web.import_form import BY_FILE, NO, UploadForm, answer_form, choices
from climatebudget.web.import_preview import (
    AREA_WORKBOOK,
    asks,
    figures,
    held,
    is_long,
    lead,
    sheets,
    stopping,
    whole,
    year_lines,
)
from climatebudget.web.inventory import INSTALLATION

pages = Blueprint("imports", __name__, url_prefix="/<number>/<int:year>/<slug>/imports")

KIND = "inventory"
SHOWN = 100  # findings and skipped rows listed one by one; the rest are counted
FEW = 8  # choices that are shown as buttons; more become a list

Page = str | Response | tuple[str, int]


# ---- the file ----------------------------------------------------------------------------------


@pages.get("/")
@needs(Action.IMPORT_EDITION)
def form(number: str, year: int, slug: str) -> str:
    return _form(UploadForm())


@pages.post("/")
@needs(Action.IMPORT_EDITION)
def upload(number: str, year: int, slug: str) -> Page:
    """Read the file once; what was read waits to be confirmed, and nothing else is stored."""
    sent = UploadForm()
    if not sent.validate():
        return _form(sent), 400
    g.session.rollback()  # reading takes a while, and a writer would keep the others waiting
    own = place().municipality.number
    try:
        file, reading = _read(sent.file.data, own if sent.area.data == own else None)
    except Refused as refused:
        return errors.page(413) if refused.code == "E_TOO_BIG" else (_form(sent, refused), 400)
    if known := _known(reading):
        return _known_page(known, reading)
    budget = budget_in_sight()
    if stopping(reading, place().municipality):
        return _preview(reading, budget), 400
    token = write.stage_upload(
        g.session,
        kind=KIND,
        payload=reading.to_bytes(),
        now=_now(),
        person_id=user().id,
        municipality_id=place().municipality_id,
        file_name=reading.file_name,
        file=file,
        base=_base(budget),
    )
    g.session.commit()
    return redirect(_at("imports.preview", token=token), 303)


def _form(form: UploadForm, refused: Refused | None = None) -> str:
    return render_template("imports/form.html", form=form, refused=refused, by_file=BY_FILE)


def _read(sent: FileStorage, area: str | None) -> tuple[bytes, Reading]:
    """The bytes, and what they say; raises `Refused`. The name is shown and never opened."""
    name = clean(sent.filename or "").replace("\\", "/").rpartition("/")[2][-200:]
    suffix = ".csv" if name.lower().endswith((".csv", ".txt")) else ".xlsx"
    with tempfile.TemporaryDirectory(prefix="climatebudget-") as folder:
        path = Path(folder, "upload" + suffix)
        sent.save(path)
        sent.close()
        added = read.added_aliases(g.session)
        g.session.rollback()
        return path.read_bytes(), read_inventory(path, name, aliases=added, area=area)


def _known(reading: Reading) -> Edition | None:
    """An edition the municipality can use that has these bytes, or these rows in another order."""
    for owner in (place().municipality_id, None):
        found = read.edition_by_file(g.session, reading.sha256, owner)
        if not found and not reading.questions:
            found = read.edition_by_content(g.session, reading.content_sha256, owner)
        if found:
            return found
    return None


def _known_page(edition: Edition, reading: Reading) -> str:
    return render_template("imports/known.html", edition=edition, file_name=reading.file_name)


# ---- the preview -------------------------------------------------------------------------------


@pages.get("/<token>")
@needs(Action.IMPORT_EDITION)
def preview(number: str, year: int, slug: str, token: str) -> Page:
    staged = _staged(token)
    if staged is None:
        return _gone()
    budget = budget_in_sight()
    if staged.base != _base(budget):
        return _moved()
    return _preview(Reading.from_bytes(staged.payload), budget, staged, token)


def _preview(
    reading: Reading,
    budget: Budget,
    staged: read.Staged | None = None,
    token: str = "",
    answers: Any = None,
) -> str:
    """What would be stored; only what is staged can be confirmed."""
    form = answers or answer_form(reading)
    stops = stopping(reading, budget.municipality)
    findings = (*stops, *(f for f in reading.findings if f not in stops))
    if form.area is not None:  # asked, so it need not be told as well
        findings = tuple(f for f in findings if f.code != "area-name")
    sums, years = held(reading), year_lines(reading, budget)
    return render_template(
        "imports/preview.html",
        reading=reading,
        budget=budget,
        staged=staged,
        token=token,
        form=form,
        problems=problems(form),
        questions=[
            (question, choices(question), form[f"answer{n}"])
            for n, question in enumerate(reading.questions)
        ],
        asks=asks(1 + (form.area is not None) + len(reading.questions), g.translate),
        few=FEW,
        lead=lead(reading, sums, len(stops)),
        figures=figures(reading),
        held=sums,
        sheets=sheets(reading),
        years=years,
        all=whole(years),
        several=len(reading.areas) > 1 and budget.municipality.number in reading.areas,
        is_long=is_long(reading),
        is_area_workbook=reading.layout == AREA_WORKBOOK,
        findings=findings[:SHOWN],
        more_findings=len(findings[SHOWN:]),
        skipped=reading.skipped[:SHOWN],
        more_skipped=len(reading.skipped[SHOWN:]),
    )


@pages.post("/<token>")
@needs(Action.IMPORT_EDITION)
def confirm(number: str, year: int, slug: str, token: str) -> Page:
    """Store exactly what was previewed, or nothing."""
    staged = _staged(token)
    if staged is None:
        return _gone()
    budget = budget_in_sight()
    reading = Reading.from_bytes(staged.payload)
    answers = answer_form(reading)
    if answers.area is not None and answers.area.data == NO:
        return cancel(number, year, slug, token)
    if answers.digest.data != staged.digest or sha256(staged.payload).hexdigest() != staged.digest:
        return _moved()
    if staged.base != _base(budget):
        return _moved()
    if not answers.validate():
        return _preview(reading, budget, staged, token, answers), 400
    answered = reading.answered(answers.answers)
    if stopping(answered, place().municipality) or not answered.may_store:
        return _preview(answered, budget), 400
    if known := _known(answered):
        return _known_page(known, answered)
    return _store(answered, staged, token, answers)


@pages.post("/<token>/cancel")
@needs(Action.IMPORT_EDITION)
def cancel(number: str, year: int, slug: str, token: str) -> Page:
    if _staged(token) is None:
        return _gone()
    write.take_staged(g.session, token, _now(), person_id=user().id)
    g.session.commit()
    flash(g.translate(N_("Avbrutt. Ingenting er lagret.")))
    return redirect(_at("imports.form"), 303)


def _store(reading: Reading, staged: read.Staged, token: str, answers: Any) -> Page:
    """One short transaction: the edition is stored and nothing waits any more, or neither."""
    write.take_staged(g.session, token, _now(), person_id=user().id)
    stored = write.store_edition(
        g.session,
        reading,
        owner=place().municipality_id,
        name=clean(answers.name.data),
        publisher=clean(answers.publisher.data),
        published=answers.published.data,
        file_bytes=staged.file,
        now=_now(),
        by=str(user().id),
    )
    g.session.commit()
    if not stored.new:
        return _known_page(stored.edition, reading)
    said = g.translate(N_("%(name)s er lest inn: %(rows)s rader."))
    flash(said % {"name": stored.edition.name, "rows": show_number(stored.edition.rows)})
    owner = stored.edition.owner or INSTALLATION
    return redirect(_at("inventory.edition", owner=owner, edition_slug=stored.edition.slug), 303)


# ---- what waits --------------------------------------------------------------------------------


def _staged(token: str) -> read.Staged | None:
    """What waits under the token: this person's, for this municipality."""
    found = read.staged(g.session, token, _now(), person_id=user().id)
    here = place().municipality_id
    return found if found and (found.kind, found.municipality_id) == (KIND, here) else None


def _base(budget: Budget) -> str:
    """What a preview rests on: the version's edition, and the editions there are."""
    editions = read.editions(g.session, place().municipality_id)
    keys = sorted(f"{e.owner or INSTALLATION}/{e.slug}" for e in editions)
    now = budget.edition and f"{budget.edition.owner or INSTALLATION}/{budget.edition.slug}"
    return sha256("\n".join([budget.version.id, now or "", *keys]).encode()).hexdigest()


def _gone() -> tuple[str, int]:
    return _told(
        404,
        N_("Forhåndsvisningen finnes ikke"),
        N_("En forhåndsvisning varer i en time. Ingenting er lagret. Last opp filen på nytt."),
    )


def _moved() -> tuple[str, int]:
    return _told(
        409,
        N_("Forhåndsvisningen gjelder ikke lenger"),
        N_(
            "Noe er endret siden filen ble lest, så det du så, er ikke sikkert det som ville blitt "
            "lagret. Ingenting er lagret. Last opp filen på nytt."
        ),
    )


def _told(status: int, title: str, sentence: str) -> tuple[str, int]:
    g.session.rollback()
    return (
        render_template(
            "imports/over.html", title=g.translate(title), sentence=g.translate(sentence)
        ),
        status,
    )


def _at(endpoint: str, **more: Any) -> str:
    here = place()
    return url_for(
        endpoint,
        number=here.municipality.number,
        year=here.budget_year.year,
        slug=here.version.slug,
        **more,
    )


def _now() -> datetime:
    now: datetime = current_app.config["CLOCK"]()
    return now
