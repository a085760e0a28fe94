"""The frame (rammer) of a version: what the measures are held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import show_exact
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.paths import Allowance, ReferencePath, Target, in_tonnes
from climatebudget.core.quantity import tonnes
from climatebudget.core.rebase import Moved, rebase
from climatebudget.core.statement import statement
from climatebudget.core.text import N_
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.forms import by_source, say, typed_lock
from climatebudget.web.frame_form import FrameForm, InventoryOf, frame_form, runs
from climatebudget.web.show import day

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
    path: ReferencePath | None
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
    try:
        write.set_frame(
            g.session,
            place(),
            edition_slug=typed.edition or None,
            targets=typed.targets,
            path=typed.path,
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
    return budget.edition is not None and typed.edition not in ("", budget.edition.slug)


def _moved(typed: Frame, budget: Budget) -> Moved:
    """What the edition alone does to the frame as it was typed."""
    as_typed = replace(
        budget,
        budget_year=replace(budget.budget_year, horizon=typed.horizon),
        targets=tuple(typed.targets),
        path=typed.path,
        allowance=typed.allowance,
    )
    edition = next(e for e in _editions() if e.slug == typed.edition)
    return rebase(as_typed, edition, _inventory_of(budget)(typed.edition))


def _form(budget: Budget) -> FrameForm:
    return frame_form(budget, _editions(), _inventory_of(budget), _lock())


def _page(
    budget: Budget,
    form: FrameForm | None,
    conflict: list[tuple[str, str, str]] | None = None,
    moving: Moved | None = None,
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
        cites=cites(budget),
        have=runs(budget.inventory.years) if budget.inventory else "",
    )


def cites(budget: Budget) -> dict[str, list[tuple[str, str]]]:
    """Where the figures of path and allowance stand: years, and the place they share."""
    path = {y: text for (code, y), text in budget.path.cites.items()} if budget.path else {}
    return {"path": by_source(path), "allowance": by_source(budget.allowance.cites)}


def _filled(form: FrameForm, budget: Budget) -> Frame:
    return Frame(
        form.edition.data or "",
        form.horizon.data or budget.budget_year.horizon,
        tuple(form.filled_targets(budget)),
        form.filled_path(budget),
        form.filled_allowance(budget),
    )


def _stored(budget: Budget) -> Frame:
    slug = budget.edition.slug if budget.edition else ""
    horizon = budget.budget_year.horizon
    return Frame(slug, horizon, budget.targets, budget.path, budget.allowance)


def _editions() -> tuple[Edition, ...]:
    return read.editions(g.session, place().municipality_id)


def _inventory_of(budget: Budget) -> InventoryOf:
    @cache
    def found(slug: str) -> Inventory | None:
        if budget.edition and slug == budget.edition.slug:
            return budget.inventory
        here = place()
        return read.inventory(g.session, slug, here.municipality.number, here.municipality_id)

    return found


def _rows(budget: Budget) -> list[EditionRow]:
    """Each edition with the reference year's emissions and what the last target allows."""
    inventory_of, target = _inventory_of(budget), budget.last_target
    rows = []
    for edition in _editions():
        inventory = inventory_of(edition.slug)
        reference = inventory.total[target.reference_year] if inventory and target else None
        left = None
        if reference is not None and target:
            left = in_tonnes({target.year: -target.percent}, reference)[target.year]
        chosen = budget.edition is not None and edition.slug == budget.edition.slug
        rows.append(EditionRow(edition, chosen, inventory, reference, left))
    return rows


def lines(frame: Frame) -> Iterator[tuple[str, str]]:
    """The frame in words: (what, how it stands)."""
    yield say(N_("Statistikkutgave")), frame.edition
    yield say(N_("Siste år")), str(frame.horizon)
    for target in frame.targets:
        text = N_("%(percent)s prosent lavere enn i %(reference)s")
        values = {"percent": show_exact(target.percent), "reference": target.reference_year}
        told = f"{say(text, **values)}. {target.decision}".strip()
        yield say(N_("Mål for %(year)s"), year=target.year), told
    if frame.path:
        yield say(N_("Politikk som er med i banen")), frame.path.policy
        yield say(N_("Vedtatt til og med")), day(frame.path.cut_off) if frame.path.cut_off else ""
        yield say(N_("Laget av")), frame.path.author
        for year, value in sorted(frame.path.figures.get("", tonnes()).by_year.items()):
            yield say(N_("Referansebane %(year)s, tonn"), year=year), show_exact(value)
    for year, percent in sorted(frame.allowance.stated.items()):
        text = N_("Utslippsramme %(year)s, prosent lavere")
        yield say(text, year=year), show_exact(-percent)


def differences(stored: Frame, typed: Frame) -> list[tuple[str, str, str]]:
    """(field, what is stored, what was typed) for each that is not the same in both."""
    ours, theirs = dict(lines(stored)), dict(lines(typed))
    labels = dict.fromkeys([*ours, *theirs])
    return [
        (label, ours.get(label, ""), theirs.get(label, ""))
        for label in labels
        if ours.get(label, "") != theirs.get(label, "")
    ]


def _lock() -> str:
    return str(read.frame_lock(g.session, place()) or "")
