"""The frame (rammer) of a version: what the measures are held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.checks.words import runs
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.paths import Allowance, Target, in_tonnes
from climatebudget.core.rebase import Moved, rebase
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.differences import key
from climatebudget.web.editions import INSTALLATION
from climatebudget.web.forms import by_source, differing, say, typed_lock
from climatebudget.web.frame_form import (
    STARTS,
    FrameForm,
    InventoryOf,
    frame_form,
    path_years,
)
from climatebudget.web.path import told

pages = Blueprint("frame", __name__, url_prefix="/<number>/<int:year>/<slug>/frame")

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True)
class EditionRow:
    """An edition one may stand on, and what the targets come to in it."""

    edition: Edition
    chosen: bool
    inventory: Inventory | None
    reference: Decimal | None
    allowed: Decimal | None


@dataclass(frozen=True)
class Frame:
    """What the form fills in: the same as the budget's own fields."""

    edition: str
    horizon: int
    targets: Sequence[Target]
    allowance: Allowance


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    return _page(budget, _form(budget) if allowed(Action.EDIT_FRAME) else None)


@pages.post("/")
@needs(Action.EDIT_FRAME)
def save(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    form = _form(budget)
    if not form.validate():
        return _page(budget, form), 400
    typed = _filled(form, budget)
    if _moves(typed, budget) and request.form.get("seen") != typed.edition:
        return _page(budget, form, moving=_moved(typed, budget))
    if "show" in request.form:
        return _page(budget, form, typed=_as_typed(typed, budget))
    owner, _, edition = typed.edition.partition("/")
    try:
        write.set_frame(
            g.session,
            place(),
            edition_slug=edition or None,
            own_edition=owner != INSTALLATION,
            targets=typed.targets,
            path=budget.path,
            allowance=typed.allowance,
            horizon=typed.horizon,
            controls=budget.controls,
            book=budget.book,
            lock=typed_lock(),
        )
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock()
        return _page(budget, form, differences(_stored(budget), typed)), 409
    flash(
        say(N_("Rammene er lagret.") if typed != _stored(budget) else N_("Ingenting var endret."))
    )
    return redirect(url_for("frame.page", number=number, year=year, slug=slug), 303)


def _moves(typed: Frame, budget: Budget) -> bool:
    """Whether the version leaves the edition it stands on: the difference is shown first."""
    return budget.edition is not None and typed.edition not in ("", key(budget.edition))


def _moved(typed: Frame, budget: Budget) -> Moved:
    """What the edition alone does to the frame as it was typed."""
    edition = next(e for e in _editions() if key(e) == typed.edition)
    published = read.inventory_in(g.session, edition, place())
    return rebase(_as_typed(typed, budget), edition, published)


def _as_typed(typed: Frame, budget: Budget) -> Budget:
    """The budget with this frame, on the edition it stands on."""
    return replace(
        budget,
        budget_year=replace(budget.budget_year, horizon=typed.horizon),
        targets=tuple(typed.targets),
        allowance=typed.allowance,
    )


def _form(budget: Budget) -> FrameForm:
    return frame_form(budget, _editions(), _inventory_of(budget), _lock())


def _page(
    budget: Budget,
    form: FrameForm | None,
    conflict: list[tuple[str, str, str]] | None = None,
    moving: Moved | None = None,
    typed: Budget | None = None,
) -> str:
    return render_template(
        "frame/page.html",
        budget=budget,
        form=form,
        conflict=conflict or [],
        moving=moving,
        lines=list(lines(_stored(budget))),
        editions=_rows(budget),
        statement=statement(budget),
        typed=typed,
        allowance=list(allowance_rows(typed or budget)),
        cites=by_source(budget.allowance.cites),
        path=told(budget),
        have=runs(budget.inventory.years) if budget.inventory else "",
    )


def _filled(form: FrameForm, budget: Budget) -> Frame:
    return Frame(
        form.edition.data or "",
        form.horizon.data or budget.budget_year.horizon,
        tuple(form.filled_targets(budget)),
        form.filled_allowance(budget),
    )


def _stored(budget: Budget) -> Frame:
    edition = key(budget.edition) if budget.edition else ""
    horizon = budget.budget_year.horizon
    return Frame(edition, horizon, budget.targets, budget.allowance)


def _editions() -> tuple[Edition, ...]:
    return read.editions(g.session, place().municipality_id)


def _inventory_of(budget: Budget) -> InventoryOf:
    """What an edition has for the municipality, inside the boundary."""
    editions = {key(e): e for e in _editions()}

    @cache
    def found(chosen: str) -> Inventory | None:
        if budget.edition and chosen == key(budget.edition):
            return budget.inventory
        published = read.inventory_in(g.session, editions[chosen], place())
        return rebase(budget, editions[chosen], published).after.inventory

    return found


def _rows(budget: Budget) -> list[EditionRow]:
    """Each edition with the reference year's emissions and what the last target allows."""
    inventory_of, target = _inventory_of(budget), budget.last_target
    rows = []
    for edition in _editions():
        inventory = inventory_of(key(edition))
        reference = inventory.total[target.reference_year] if inventory and target else None
        left = None
        if reference is not None and target:
            left = in_tonnes({target.year: -target.percent}, reference)[target.year]
        chosen = budget.edition is not None and key(edition) == key(budget.edition)
        rows.append(EditionRow(edition, chosen, inventory, reference, left))
    return rows


@dataclass(frozen=True)
class AllowanceRow:
    """The allowance of one year, in percent of the reference year and in tonnes."""

    year: int
    percent: Decimal | Fraction | None
    tonnes: Decimal | None
    stated: bool
    reason: str


def allowance_rows(budget: Budget) -> Iterator[AllowanceRow]:
    """Every year from where one can still act, as it will be; None is unknown."""
    reckoned, stated = statement(budget), budget.allowance
    if not budget.targets and not stated.stated:
        return
    for year in path_years(budget):
        yield AllowanceRow(
            year,
            reckoned.allowance_percent.get(year),
            reckoned.allowance[year],
            year in stated.stated,
            stated.reasons.get(year, ""),
        )


def lines(frame: Frame) -> Iterator[tuple[str, str]]:
    """The frame in words: (what, how it stands)."""
    yield say(N_("Statistikkutgave")), _edition_called(frame.edition)
    yield say(N_("Siste år")), str(frame.horizon)
    for target in frame.targets:
        text = N_("%(percent)s prosent lavere enn i %(reference)s")
        values = {"percent": show_exact(target.percent), "reference": target.reference_year}
        told = f"{say(text, **values)}. {target.decision}".strip()
        yield say(N_("Mål for %(year)s"), year=target.year), told
    yield say(N_("Utslippsramme")), say(STARTS[frame.allowance.start])
    if frame.allowance.whole_percent:
        yield say(N_("Rund av prosent før tonn")), say(N_("Ja"))
    for year, percent in sorted(frame.allowance.stated.items()):
        text = N_("Utslippsramme %(year)s, prosent lavere")
        why = frame.allowance.reasons.get(year, "")
        yield say(text, year=year), "\n".join(filter(None, [show_exact(-percent), why]))


def _edition_called(chosen: str) -> str:
    owner, _, slug = chosen.partition("/")
    own = N_("%(edition)s, kommunens egen")
    return slug if owner in ("", INSTALLATION) else say(own, edition=slug)


def differences(stored: Frame, typed: Frame) -> list[tuple[str, str, str]]:
    """(field, what is stored, what was typed) for each that is not the same in both."""
    return differing(lines(stored), lines(typed))


def _lock() -> str:
    return str(read.frame_lock(g.session, place()) or "")
