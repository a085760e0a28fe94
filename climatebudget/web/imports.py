"""Reading in a new edition: a file, a preview with questions, and one act that stores it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from werkzeug import Response

from climatebudget.catalogue import sector_names
from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import clean, show_number
from climatebudget.core.inventory import Edition
from climatebudget.core.reading import Reading
from climatebudget.core.sums import sector_sums
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.sheets.child import read_inventory
from climatebudget.sheets.refusals import Refused
from climatebudget.web import errors, quotas
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place, user
from climatebudget.web.editions import INSTALLATION
from climatebudget.web.forms import problems
from climatebudget.web.import_form import BY_FILE, NO, UploadForm, answer_form, choices
from climatebudget.web.import_preview import (
    AREA_WORKBOOK,
    asks,
    figures,
    held,
    is_long,
    lead,
    sector_lead,
    sheets,
    stopping,
    whole,
    year_lines,
)
from climatebudget.web.uploads import at, kept, now, saved, waiting

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
    own = place().municipality.number
    with quotas.upload(sent.file.data), saved(sent.file.data) as (path, name):
        return _look(path, name, sent, own if sent.area.data == own else None)


def _look(
    path: Path, name: str, sent: UploadForm, area: str | None, mark: str | None = None
) -> Page:
    """What the file says: kept for the preview, or the page that says why not."""
    added = read.added_aliases(g.session)
    g.session.rollback()  # reading takes a while, and a writer would keep the others waiting
    try:
        reading = read_inventory(path, name, aliases=added, area=area, mark=mark)
    except Refused as refused:
        return errors.page(413) if refused.code == "E_TOO_BIG" else (_form(sent, refused), 400)
    if known := _known(reading):
        return _known_page(known, reading)
    budget = budget_in_sight()
    if stopping(reading, place().municipality):
        return _preview(reading, budget), 400
    return redirect(at("imports.preview", token=_stage(reading, path, budget)), 303)


def _stage(reading: Reading, path: Path, budget: Budget) -> str:
    """The token of what now waits; the file goes in part by part, so that others can write."""
    g.session.rollback()
    with path.open("rb") as file:
        for _ in write.put_parts(g.session, file, reading.sha256):
            g.session.commit()
    token = write.stage_upload(
        g.session,
        kind=KIND,
        payload=reading.to_bytes(),
        now=now(),
        person_id=user().id,
        municipality_id=place().municipality_id,
        file_name=reading.file_name,
        base=_base(budget),
    )
    g.session.commit()
    return token


def _form(form: UploadForm, refused: Refused | None = None) -> str:
    return render_template("imports/form.html", form=form, refused=refused, by_file=BY_FILE)


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
    staged = waiting(token, KIND)
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
    per_sector = sector_sums(reading, sector_names())
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
        sector_sums=per_sector,
        sector_lead=sector_lead(per_sector, complete=True),
        sector_names=sector_names(),
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
    staged = waiting(token, KIND)
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
    if (mark := answers.mark) and reading.asks_mark:
        return _read_again(reading, token, mark)
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
    if waiting(token, KIND) is None:
        return _gone()
    write.take_staged(g.session, token, now(), person_id=user().id)
    g.session.commit()
    flash(g.translate(N_("Avbrutt. Ingenting er lagret.")))
    return redirect(at("imports.form"), 303)


def _read_again(reading: Reading, token: str, mark: str) -> Page:
    """What the decimal mark is changes the figures, so they are read and shown anew."""
    own = place().municipality.number
    with quotas.reading(), kept(reading.file_name) as path:
        with path.open("wb") as file:
            file.writelines(read.parts_of(g.session, reading.sha256))
        answer = _look(path, reading.file_name, UploadForm(), _chosen(reading, own), mark)
    write.take_staged(g.session, token, now(), person_id=user().id)
    g.session.commit()
    return answer


def _chosen(reading: Reading, own: str) -> str | None:
    """One's own municipality, where the file turned out to be about it alone."""
    return own if reading.areas == (own,) else None


def _store(reading: Reading, staged: read.Staged, token: str, answers: Any) -> Page:
    """The edition is stored and nothing waits any more, or neither."""
    stored = write.import_edition(
        g.session,
        reading,
        file=None,
        also=lambda: write.take_staged(g.session, token, now(), person_id=user().id),
        owner=place().municipality_id,
        name=clean(answers.name.data),
        publisher=clean(answers.publisher.data),
        published=answers.published.data,
        now=now(),
        by=str(user().id),
    )
    if not stored.new:
        return _known_page(stored.edition, reading)
    said = g.translate(N_("%(name)s er lest inn: %(rows)s rader."))
    flash(said % {"name": stored.edition.name, "rows": show_number(stored.edition.rows)})
    owner = stored.edition.owner or INSTALLATION
    return redirect(at("inventory.edition", owner=owner, edition_slug=stored.edition.slug), 303)


# ---- what waits --------------------------------------------------------------------------------


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
