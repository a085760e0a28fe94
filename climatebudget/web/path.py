"""Referansebane: what the emissions would be without the measures, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjustment_of
from climatebudget.core.budget import Budget
from climatebudget.core.checks.boundary import the_path_is_inside_the_boundary
from climatebudget.core.checks.words import runs
from climatebudget.core.field import show_exact
from climatebudget.core.findings import Finding
from climatebudget.core.inventory import Inventory
from climatebudget.core.measure import InPath, Measure
from climatebudget.core.path_rule import LOOKS_BACK, Rule
from climatebudget.core.paths import ReferencePath, stand_in
from climatebudget.core.quantity import Yearly
from climatebudget.core.statement import statement
from climatebudget.core.text import N_, Text
from climatebudget.db import read, write
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.forms import by_source, differing, say, typed_lock
from climatebudget.web.path_form import PathForm, called, path_form
from climatebudget.web.show import day
from climatebudget.web.uploads import now

pages = Blueprint("path", __name__, url_prefix="/<number>/<int:year>/<slug>/path")

Answer = str | Response | tuple[str, int]
LOOK_BACK = 3  # how many of the inventory's last years stand beside the path


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    form = path_form(budget, _lock()) if allowed(Action.EDIT_FRAME) else None
    return _page(budget, form)


@pages.post("/")
@needs(Action.EDIT_FRAME)
def save(number: str, year: int, slug: str) -> Answer:
    budget = budget_in_sight()
    form = path_form(budget, _lock())
    if form.at_another_level:
        return _page(budget, form, asks=True)
    if not form.validate():
        return _page(budget, form), 400
    typed = form.filled()
    if "show" in request.form:
        return _page(budget, form, typed=replace(budget, path=typed))
    try:
        write.set_path(g.session, place(), typed, typed_lock())
        g.session.commit()
    except write.Stale:
        g.session.rollback()
        form.lock.data = _lock()
        stored = lines(budget.path, budget)
        return _page(budget, form, differing(stored, lines(typed, budget))), 409
    same = typed == budget.path
    flash(say(N_("Ingenting var endret.") if same else N_("Referansebanen er lagret.")))
    return redirect(url_for("path.page", number=number, year=year, slug=slug), 303)


def _page(
    budget: Budget,
    form: PathForm | None,
    conflict: list[tuple[str, str, str]] | None = None,
    typed: Budget | None = None,
    asks: bool = False,
) -> str:
    shown = typed or budget
    return render_template(
        "path/page.html",
        budget=budget,
        form=form,
        conflict=conflict or [],
        typed=typed,
        asks=asks,
        lead=told(shown),
        later=_later(shown.path),
        lines=lines(budget.path, budget),
        table=table(shown),
        cites=cites(budget),
        findings=findings(budget),
        moved=moved(budget),
    )


def told(budget: Budget) -> Text:
    """The path in one sentence."""
    path = budget.path
    if path is None and budget.inventory is None:
        return Text(N_("Klimabudsjettet har ingen referansebane."))
    if path is None:
        text = N_("Uten referansebane sammenligner vi med utslippene i %(year)s.")
        return Text(text, {"year": budget.inventory.last_year if budget.inventory else 0})
    level = Text(str(path.level.value))
    if path.rule is None:
        years = {year for yearly in path.figures.values() for year in yearly.by_year}
        text = N_("Referansebanen er oppgitt i tonn, %(level)s, for %(years)s.")
        return Text(text, {"level": level, "years": runs(years)})
    rule = Text(str(path.rule.rule.value))
    text = N_("Referansebanen er regnet ut av utslippsregnskapet: %(rule)s, %(level)s.")
    return Text(text, {"rule": rule, "level": level})


def _later(path: ReferencePath | None) -> bool:
    """Whether the policy's cut-off date is still to come: allowed, and told."""
    return bool(path and path.cut_off and path.cut_off > now().date())


@dataclass(frozen=True)
class Line:
    """One place: what was emitted and what the path gives, tonnes; None is unknown."""

    label: str
    past: tuple[Decimal | None, ...]
    ahead: tuple[Decimal | None, ...]
    whole: bool


@dataclass(frozen=True)
class Years:
    """The path beside the last years of the inventory."""

    past: Sequence[int]
    ahead: Sequence[int]
    lines: Sequence[Line]
    added: Sequence[Decimal | None] = ()  # what the municipality adjusts the past by, if anything


def table(budget: Budget) -> Years:
    """Each place of the path, and last the whole."""
    inventory, path = budget.inventory, budget.path
    past = inventory.years[-LOOK_BACK:] if inventory else ()
    figures = dict(path.figures) if path else {}
    whole = path.whole if path else None
    if path is None and inventory is not None:
        whole = stand_in(inventory, budget.budget_year.horizon)
    ahead = sorted({y for yearly in figures.values() for y in yearly.by_year})
    ahead = ahead or sorted(whole.by_year if whole else ())
    rows = [(called(c, budget), history(budget, c), y, False) for c, y in figures.items() if c]
    if whole is not None:
        rows.append((called("", budget), history(budget, ""), whole, True))
    return Years(
        past,
        ahead,
        [
            Line(
                label,
                tuple(before[y] if before else None for y in past),
                tuple(after[y] for y in ahead),
                is_whole,
            )
            for label, before, after, is_whole in rows
        ],
        _added(inventory, past),
    )


def _added(inventory: Inventory | None, past: Sequence[int]) -> tuple[Decimal | None, ...]:
    found = adjustment_of(inventory) if inventory else {}
    return tuple(found.get(y) for y in past) if any(y in found for y in past) else ()


def history(budget: Budget, code: str) -> Yearly | None:
    """What the whole, a sector or a source has emitted; None where nothing is known of it."""
    inventory = budget.inventory
    if inventory is None:
        return None
    if not code:
        return inventory.total
    return inventory.source(code) if "/" in code else inventory.sectors.get(code)


def cites(budget: Budget) -> list[tuple[str, str]]:
    """Where the given figures stand: years, and the place they share."""
    found = budget.path.cites if budget.path else {}
    many = len({code for code, _ in found}) > 1
    told: list[tuple[str, str]] = []
    for code in dict.fromkeys(code for code, _ in found):
        own = by_source({year: text for (c, year), text in found.items() if c == code})
        name = f"{called(code, budget)}, " if many else ""
        told += [(f"{name}{years}", text) for years, text in own]
    return told


def findings(budget: Budget) -> list[Finding]:
    """What the check of the path says; the whole list stands under Avstemming."""
    return the_path_is_inside_the_boundary(budget, statement(budget))


def moved(budget: Budget) -> list[Measure]:
    """The measures that are counted in the path, and so in no sum of cuts."""
    return [m for m in budget.measures if m.in_path is not InPath.ADDITIONAL]


def lines(path: ReferencePath | None, budget: Budget) -> list[tuple[str, str]]:
    """The path in words: (what, how it stands)."""
    return list(_lines(path, budget))


def _lines(path: ReferencePath | None, budget: Budget) -> Iterator[tuple[str, str]]:
    if path is None:
        yield say(N_("Referansebane")), say(N_("Ingen bane"))
        return
    yield say(N_("Referansebane")), say(N_("Etter en regel") if path.rule else N_("Oppgitte tall"))
    yield say(N_("Nivå")), say(str(path.level.value))
    if path.rule:
        yield say(N_("Regel")), say(str(path.rule.rule.value))
        if path.rule.rule in LOOKS_BACK:
            yield say(N_("Antall år")), str(path.rule.years)
        if path.rule.rule is Rule.PERCENT:
            yield say(N_("Prosent i året")), show_exact(path.rule.percent)
    yield say(N_("Politikk som er med i banen")), path.policy
    yield say(N_("Vedtatt til og med")), day(path.cut_off) if path.cut_off else ""
    yield say(N_("Laget av")), path.author
    if path.rule is None:
        yield from _figures(path, budget)


def _figures(path: ReferencePath, budget: Budget) -> Iterator[tuple[str, str]]:
    for code, yearly in path.figures.items():
        for year, value in sorted(yearly.by_year.items()):
            values = {"place": called(code, budget), "year": year}
            yield say(N_("%(place)s i %(year)s, tonn"), **values), show_exact(value)


def _lock() -> str:
    return str(read.frame_lock(g.session, place()) or "")
