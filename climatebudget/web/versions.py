"""The versions of a budget year: its stage, freezing the draft, and laying a version before all."""

from __future__ import annotations

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf import FlaskForm
from werkzeug import Response
from wtforms import Field
from wtforms.validators import ValidationError

from climatebudget.core import canonical
from climatebudget.core.access import Action, may
from climatebudget.core.budget import Kind, Stage, Version
from climatebudget.core.field import show_number
from climatebudget.core.findings import Finding
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place, user
from climatebudget.web.forms import (
    AtMost,
    ChoiceField,
    EnumField,
    LineField,
    capitalised,
    say,
)

pages = Blueprint("versions", __name__, url_prefix="/<number>/<int:year>/<slug>/versions")

Answer = str | Response | tuple[str, int]
STAGES = list(Stage)
LONGEST_REASON, LONGEST_DECISION = 1_000, 300  # a decision is frozen for good, and named in lists
# What may be frozen in which stage.
KINDS = {
    Stage.PROPOSAL: (Kind.PROPOSAL,),
    Stage.RECOMMENDATION: (Kind.RECOMMENDATION, Kind.ALTERNATIVE),
    Stage.DECISION: (Kind.ADOPTED, Kind.ALTERNATIVE),
}


class StageForm(FlaskForm):
    stage = EnumField(N_("Nytt steg"), Stage)
    reason = LineField(N_("Begrunnelse"), validators=[AtMost(LONGEST_REASON)])

    def validate_reason(self, field: Field) -> None:
        if not isinstance(self.stage.data, Stage) or field.data:
            return
        now = place().budget_year.stage
        if STAGES.index(self.stage.data) < STAGES.index(now):
            text = N_("Skriv hvorfor budsjettåret går tilbake fra %(now)s til %(then)s.")
            values = {"now": say(now.value), "then": say(self.stage.data.value)}
            raise ValidationError(say(text, **values))


class FreezeForm(FlaskForm):
    decision = LineField(N_("Vedtak: organ, dato og sak"))

    def validate_decision(self, field: Field) -> None:
        if len(field.data or "") > LONGEST_DECISION:
            text = N_(
                "Vedtaket er på %(length)s tegn. Skriv bare organ, dato og sak, "
                "høyst %(most)s tegn."
            )
            length = show_number(len(field.data))
            raise ValidationError(say(text, length=length, most=LONGEST_DECISION))
        if self.kind.data == Kind.ADOPTED.name and not field.data:
            text = N_("Skriv vedtaket, for eksempel «Kommunestyret 10.12.2026, sak 98/26».")
            raise ValidationError(say(text))


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    return _page()


@pages.post("/stage")
@needs(Action.MOVE_STAGE)
def move(number: str, year: int, slug: str) -> Answer:
    """Move the budget year; on only when nothing in the draft must be mended first."""
    form, now = _stage_form(), place().budget_year.stage
    if request.form.get("seen") != now.name:
        return _page(stage_form=form, moved=True), 409
    if not form.validate():
        return _page(stage_form=form), 400
    if STAGES.index(form.stage.data) > STAGES.index(now) and _stops():
        return _page(stage_form=form, stuck=True), 409
    try:
        write.move_stage(g.session, place(), form.stage.data, form.reason.data or "", now)
        g.session.commit()
    except write.Stale:
        raise
    except write.Refused as refused:
        g.session.rollback()
        form.reason.errors = [refused.shown(g.translate)]
        return _page(stage_form=form), 400
    flash(say(N_("Budsjettåret er nå i steget %(stage)s."), stage=say(form.stage.data.value)))
    return redirect(url_for("versions.page", number=number, year=year, slug=slug), 303)


@pages.post("/freeze")
@needs(Action.FREEZE)
def freeze(number: str, year: int, slug: str) -> Answer:
    """Freeze the draft as it was seen; nothing that stops may stand."""
    if place().version.frozen:
        abort(409)
    form, seen = _freeze_form(), _draft_digest()
    if _stops():
        return _page(freeze_form=form, refused=True), 409
    if request.form.get("seen") != seen:
        return _page(freeze_form=form, changed=True), 409
    if not form.validate():
        return _page(freeze_form=form), 400
    now = current_app.config["CLOCK"]()
    kind, decision = Kind[form.kind.data], form.decision.data or ""
    frozen = write.freeze(g.session, place(), kind, decision, now, seen=seen)
    g.session.commit()
    text = N_("Versjonen «%(slug)s» er låst. Den er intern til den blir lagt fram.")
    flash(say(text, slug=frozen.called(g.translate)))
    return redirect(url_for("versions.page", number=number, year=year, slug=frozen.slug), 303)


@pages.get("/present")
@needs(Action.PRESENT)
def confirm_present(number: str, year: int, slug: str) -> str:
    _refuse_unless_ready()
    return render_template("versions/present.html", version=place().version)


@pages.post("/present")
@needs(Action.PRESENT)
def present(number: str, year: int, slug: str) -> Response:
    _refuse_unless_ready()
    write.present(g.session, place(), current_app.config["CLOCK"]())
    g.session.commit()
    text = N_("Versjonen «%(slug)s» er lagt fram. Alle i kommunen kan lese den.")
    flash(say(text, slug=place().version.called(g.translate)))
    return redirect(url_for("versions.page", number=number, year=year, slug=slug), 303)


def _refuse_unless_ready() -> None:
    """Only what is frozen can be laid before anybody, and only once."""
    if not place().version.frozen:
        raise write.Refused(N_("Bare en låst versjon kan legges fram. Frys utkastet først."))
    if place().version.presented_at is not None:
        raise write.Stale(N_("Versjonen er lagt fram fra før."))


def _page(
    stage_form: StageForm | None = None,
    freeze_form: FreezeForm | None = None,
    refused: bool = False,
    changed: bool = False,
    moved: bool = False,
    stuck: bool = False,
) -> str:
    versions = [v for v in _versions() if _may(Action.READ, v)]
    if stage_form is None and allowed(Action.MOVE_STAGE):
        stage_form = _stage_form()
    if freeze_form is None and _may_freeze():
        freeze_form = _freeze_form()
    return render_template(
        "versions/page.html",
        versions=versions,
        names={version.slug: named(version) for version in versions},
        presentable={v.slug for v in versions if _presentable(v)},
        stages=STAGES,
        stage_form=stage_form,
        freeze_form=freeze_form,
        stops=_stops() if freeze_form or stage_form else (),
        stuck=stuck,
        refused=refused,
        changed=changed,
        moved=_moved(stage_form) if moved and stage_form else [],
        seen=_draft_digest() if freeze_form else "",
        asks_decision=place().budget_year.stage is Stage.DECISION,
    )


def named(version: Version) -> str:
    """«Vedtatt 2» for the second that was adopted."""
    _, _, count = version.slug.rpartition("-")
    name = capitalised(say(version.kind.value))
    return f"{name} {count}" if version.slug != version.kind.value and count.isdigit() else name


def _versions() -> tuple[Version, ...]:
    return read.versions(g.session, place().municipality_id, place().budget_year.year)


def _may(action: Action, version: Version) -> bool:
    here = place()
    return may(user(), action, here.municipality.number, here.budget_year.stage, version)


def _presentable(version: Version) -> bool:
    return version.frozen and version.presented_at is None and _may(Action.PRESENT, version)


def _may_freeze() -> bool:
    here = place()
    return allowed(Action.FREEZE) and not here.version.frozen and here.budget_year.stage in KINDS


def _stops() -> tuple[Finding, ...]:
    """What must be mended before the draft can be frozen, or the budget year go on."""
    budget = read.budget(g.session, _draft())
    return tuple(f for f in reconcile(budget, statement(budget)) if f.stops)


def _draft() -> read.Place:
    """The budget year's draft, also when a frozen version is in sight."""
    here = place()
    if not here.version.frozen:
        return here
    slug = next(v.slug for v in _versions() if v.kind is Kind.DRAFT)
    draft = read.place(g.session, here.municipality.number, here.budget_year.year, slug)
    assert draft is not None, "a budget year has a draft"
    return draft


def _draft_digest() -> str:
    """What tells one state of the draft from another."""
    return canonical.digest(canonical.canonical(budget_in_sight()))


def _moved(form: StageForm) -> list[tuple[str, str, str]]:
    """The stage as somebody has set it, and as it was to become."""
    wanted = form.stage.data
    then = say(wanted.value) if isinstance(wanted, Stage) else ""
    return [(say(N_("Steg")), say(place().budget_year.stage.value), then)]


def _stage_form() -> StageForm:
    stage = place().budget_year.stage
    following = STAGES[min(STAGES.index(stage) + 1, len(STAGES) - 1)]
    return StageForm(data={"stage": following})


def _freeze_form() -> FreezeForm:
    kinds = [(k.name, capitalised(say(k.value))) for k in KINDS[place().budget_year.stage]]
    form: FreezeForm = type("FreezeForm", (FreezeForm,), {"kind": ChoiceField(N_("Slag"), kinds)})()
    return form
