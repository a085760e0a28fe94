"""Overlapp: measures that cut the same tonnes, and what is deducted so that these count once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import LONGEST_NAME
from climatebudget.core.overlap import OverlapGroup, Rule
from climatebudget.core.overlap_groups import (
    OpenPlace,
    adjusted,
    effects_of,
    open_places,
    suggested,
)
from climatebudget.core.quantity import Figure
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.forms import differing, say, typed_lock
from climatebudget.web.overlap_form import EXAMPLES, OverlapForm, overlap_form
from climatebudget.web.overlap_text import Told, lead, lines, place_label, to_look_at, told, total

pages = Blueprint("overlap", __name__, url_prefix="/<number>/<int:year>/<slug>/overlap")

Answer = str | Response | tuple[str, int]
BLANK = OverlapGroup("", "", Rule.SUM, ())


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    ledger = statement(budget)
    return render_template(
        "overlap/page.html",
        budget=budget,
        years=ledger.columns,
        total=total(ledger),
        lead=lead(budget, ledger),
        groups=told(budget, ledger),
        open=to_look_at(budget),
        adjusted=adjusted(budget),
        cutting=any(measure.counted for measure, _ in effects_of(budget).values()),
    )


@pages.route("/new", methods=["GET", "POST"])
@needs(Action.EDIT_FRAME)
def new(number: str, year: int, slug: str) -> Answer:
    """A blank group, or one with those who cut in the place that ``?code=`` names."""
    budget = budget_in_sight()
    if request.method == "POST":
        return _save(budget, BLANK, None)
    asked = _asked(budget)
    group = replace(BLANK, name=_free_name(budget, asked.code)) if asked else BLANK
    form = overlap_form(budget, group, suggested(asked, budget) if asked else ())
    return _form_page(budget, group, form)


@pages.get("/<public_id>")
@needs(Action.EDIT_FRAME)
def edit(number: str, year: int, slug: str, public_id: str) -> str:
    """The group as it is, with those ticked too whom ``?code=`` asks to take in."""
    budget = budget_in_sight()
    group = _find(budget, public_id) or abort(404)
    asked = _asked(budget)
    form = overlap_form(budget, group, asked.members if asked else (), _lock(group))
    return _form_page(budget, group, form)


@pages.post("/<public_id>")
@needs(Action.EDIT_FRAME)
def save(number: str, year: int, slug: str, public_id: str) -> Answer:
    budget = budget_in_sight()
    group, lock = _find(budget, public_id), typed_lock()
    if group is None and lock < 1:
        abort(404)
    if group is None:
        return _gone(budget), 409
    return _save(budget, group, lock)


@pages.get("/<public_id>/remove")
@needs(Action.EDIT_FRAME)
def confirm_remove(number: str, year: int, slug: str, public_id: str) -> str:
    budget = budget_in_sight()
    return _remove_page(budget, _find(budget, public_id) or abort(404))


@pages.post("/<public_id>/remove")
@needs(Action.EDIT_FRAME)
def remove(number: str, year: int, slug: str, public_id: str) -> Answer:
    budget = budget_in_sight()
    group = _find(budget, public_id) or abort(404)
    try:
        write.remove_overlap(g.session, place(), group.id, typed_lock())
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        return _remove_page(budget, group, changed=True), 409
    text = N_("Overlappgruppen «%(name)s» er fjernet. Klimatiltakene beholder tallene sine.")
    flash(say(text, name=group.name))
    return redirect(_page_url(), 303)


def _save(budget: Budget, stored: OverlapGroup, lock: int | None) -> Answer:
    form = overlap_form(budget, stored, lock=_lock(stored))
    if not form.validate():
        return _form_page(budget, stored, form), 400
    typed = form.filled()
    if "show" in request.form:
        return _form_page(budget, stored, form, shown=typed)
    try:
        saved = write.save_overlap(g.session, place(), typed, lock)
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock(stored)
        if not form.lock.data:
            return _gone(budget), 409
        conflict = differing(lines(budget, stored), lines(budget, typed))
        return _form_page(budget, stored, form, conflict=conflict), 409
    same = saved == stored
    text = N_("Ingenting var endret.") if same else N_("Overlappgruppen «%(name)s» er lagret.")
    flash(say(text, name=typed.name))
    return redirect(_page_url(f"om-{saved.id}"), 303)


def _gone(budget: Budget) -> str:
    """Somebody removed the group meanwhile: what was typed may be saved as a new one."""
    form = overlap_form(budget, BLANK)
    form.validate()
    conflict = [(label, "", text) for label, text in lines(budget, form.filled()) if text]
    return _form_page(budget, BLANK, form, conflict=conflict, gone=True)


def _form_page(
    budget: Budget,
    group: OverlapGroup,
    form: OverlapForm,
    *,
    shown: OverlapGroup | None = None,
    conflict: list[tuple[str, str, str]] | None = None,
    gone: bool = False,
) -> str:
    preview = _preview(budget, shown) if shown else None
    return render_template(
        "overlap/form.html",
        budget=budget,
        group=group,
        form=form,
        places=form.places,
        examples={rule.name: text for rule, text in EXAMPLES.items()},
        preview=preview,
        conflict=conflict or [],
        gone=gone,
        before=total(statement(budget)) if preview else {},
    )


def _preview(budget: Budget, typed: OverlapGroup) -> tuple[Told, Mapping[int, Figure]]:
    """What the group would take off, were it saved; and what all of them would."""
    others = [group for group in budget.overlaps if group.id != typed.id]
    would_be = replace(budget, overlaps=(*others, typed))
    ledger = statement(would_be)
    return told(would_be, ledger)[-1], total(ledger)


def _remove_page(budget: Budget, group: OverlapGroup, changed: bool = False) -> str:
    ledger = statement(budget)
    return render_template(
        "overlap/remove.html",
        budget=budget,
        years=ledger.columns,
        told=next(t for t in told(budget, ledger) if t.group.id == group.id),
        lock=_lock(group),
        changed=changed,
    )


def _find(budget: Budget, public_id: str) -> OverlapGroup | None:
    return next((group for group in budget.overlaps if group.id == public_id), None)


def _asked(budget: Budget) -> OpenPlace | None:
    """The place that the address asks about, if there is something open there."""
    code = request.args.get("code", "")
    return next((found for found in open_places(budget) if found.code == code), None)


def _free_name(budget: Budget, code: str) -> str:
    """What a group about a place may be called: the place's own name, while no group has it."""
    name = place_label(budget, code)[:LONGEST_NAME]
    taken = {group.name.casefold() for group in budget.overlaps}
    return "" if name.casefold() in taken else name


def _lock(group: OverlapGroup) -> str:
    return str(read.overlap_lock(g.session, place(), group.id) or "") if group.id else ""


def _page_url(anchor: str | None = None) -> str:
    here = {key: (request.view_args or {})[key] for key in ("number", "year", "slug")}
    return url_for("overlap.page", _anchor=anchor, **here)
