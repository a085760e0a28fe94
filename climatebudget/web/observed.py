"""Hvordan gikk det?: years gone by, what was planned beside what a later edition says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, render_template, request

from climatebudget import catalogue
from climatebudget.catalogue.caveats import EVERYTHING, Caveat, caveats
from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.field import NBSP, show_number
from climatebudget.core.inventory import Edition, Inventory, Source
from climatebudget.core.observed import YearGone, as_planned, gone, newer
from climatebudget.core.observed_text import added, cannot, lead, nothing
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.statement import Statement, statement
from climatebudget.core.text import N_
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.charts import scale
from climatebudget.web.charts_stacked import spaced
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.differences import key
from climatebudget.web.forms import say

pages = Blueprint("observed", __name__, url_prefix="/<number>/<int:year>/<slug>/observed")

WIDE = {"w": 1120, "h": 400, "left": 84, "right": 190, "top": 34, "bottom": 34}
NARROW = {"w": 340, "h": 340, "left": 34, "right": 118, "top": 34, "bottom": 32}


@dataclass(frozen=True)
class Later:
    """A newer edition as this budget sees it, and the years it can be held against."""

    edition: Edition
    published: Inventory | None  # as the edition has it, whatever the boundary
    inventory: Inventory | None
    years: tuple[YearGone, ...]


@pages.get("/")
@needs(Action.READ)
def page(number: str, year: int, slug: str) -> str:
    budget = budget_in_sight()
    ledger = statement(budget)
    editions = later_editions(budget)
    if not editions:
        return render_template("observed/none.html", budget=budget, sentences=nothing(budget))
    later = _later(budget, ledger, _edition(editions))
    if not later.years or later.inventory is None:
        sentences = cannot(budget, later.edition.name, later.published)
        return render_template("observed/none.html", budget=budget, sentences=sentences)
    found = _year(later.years)
    called = names(budget, later.inventory)
    return render_template(
        "observed/page.html",
        budget=budget,
        statement=ledger,
        editions=editions,
        key=key,
        later=later,
        found=found,
        sentences=lead(found, budget, ledger),
        added=added(found, called),
        names=called,
        sectors=sectors(budget),
        known=lambda code: known_of(code, found),
        everything=caveats(EVERYTHING),
        wide=chart(budget, later, ledger, narrow=False),
        narrow=chart(budget, later, ledger, narrow=True),
        table=table(budget, later, ledger),
    )


# ---- what is held against what -------------------------------------------------------------------


def later_editions(budget: Budget) -> tuple[Edition, ...]:
    """Stored editions with a budget year that the version's own lacks; one statement."""
    here = place()
    numbers = {here.municipality.number, budget.municipality.number}
    numbers |= {budget.published.area} if budget.published else set()
    return newer(budget, read.editions(g.session, here.municipality_id), numbers)


def _edition(editions: Sequence[Edition]) -> Edition:
    """The one that was chosen, else the newest; what cannot be chosen is no page."""
    chosen = request.args.get("edition") or key(editions[0])
    return next((e for e in editions if key(e) == chosen), None) or abort(404)


def _later(budget: Budget, ledger: Statement, edition: Edition) -> Later:
    published = read.inventory_in(g.session, edition, place())
    inventory = as_planned(budget, published, catalogue.sources()) if published else None
    years = gone(budget, ledger, inventory) if inventory else ()
    return Later(edition, published, inventory, years)


def _year(years: Sequence[YearGone]) -> YearGone:
    """The chosen year, where the edition has it; else the last with a plan, or the last."""
    chosen = [y for y in years if str(y.year) == request.args.get("gone")]
    planned = [y for y in years if y.total.planned.known]
    return (chosen or planned or years)[-1]


# ---- what it is called, and what is weak in it ---------------------------------------------------


def _sources(budget: Budget) -> dict[str, Source]:
    return dict(budget.inventory.sources) if budget.inventory else {}


def names(budget: Budget, later: Inventory) -> dict[str, str]:
    """Sources and sectors as the new edition names them, else as the catalogue does."""
    found = {**catalogue.sources(), **_sources(budget), **later.sources}
    sectors = {s.sector: s.sector_name for s in found.values()}
    return {**{code: s.name for code, s in found.items()}, **sectors}


def sectors(budget: Budget) -> frozenset[str]:
    """Sectors and sources with a page of their own: those of the version's own edition."""
    own = _sources(budget)
    return frozenset({*own, *(s.sector for s in own.values())})


def known_of(code: str, found: YearGone) -> list[Caveat]:
    """What is weak in a sector or a source in the years that are compared."""
    years = found.base, found.year
    return [c for c in caveats(code) if c.code == code and any(map(c.concerns, years))]


# ---- the chart -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    year: int
    before: Decimal | None
    after: Decimal | None
    planned: Decimal | None


def table(budget: Budget, later: Later, ledger: Statement) -> list[Row]:
    """The chart's numbers: each year of either edition, and what was planned."""
    old, new, plan = _lines(budget, later, ledger)
    return [Row(y, old[y], new[y], plan[y]) for y in sorted({*old, *new, *plan})]


def _lines(budget: Budget, later: Later, ledger: Statement) -> tuple[Yearly, Yearly, Yearly]:
    assert budget.inventory is not None and later.inventory is not None
    planned = {
        y.year: y.total.planned.value for y in later.years if y.total.planned.value is not None
    }
    old = budget.inventory.total
    return old, later.inventory.total, Yearly(old.unit, planned)


def chart(budget: Budget, later: Later, ledger: Statement, narrow: bool) -> dict[str, Any]:
    """What the macro ``lines`` is given: the old edition, the new one, and the planned years."""
    old, new, plan = _lines(budget, later, ledger)
    size = NARROW if narrow else WIDE
    years = sorted({*old, *new})
    span = years[0], max(years[-1], years[0] + 1)
    highest = max(v for line in (old, new, plan) for v in line.by_year.values())
    axis = scale(highest, narrow)
    return {
        "years": span,
        "xticks": spaced(years, size["w"] - size["left"] - size["right"], span),
        **axis,
        "unit": g.translate(axis["unit"]),
        "series": [s for s in (_old(old), _new(new), _plan(old, plan)) if s["points"]],
        "ends": _ends(new, plan, narrow),
        "notes": _notes(budget, old, narrow),
        "size": size,
    }


def _points(line: Yearly) -> list[tuple[int, float]]:
    return [(y, float(max(line.by_year[y], ZERO))) for y in line]


def _old(line: Yearly) -> dict[str, Any]:
    return {"cls": "path", "points": _points(line), "mark": "ring", "sparse": False}


def _new(line: Yearly) -> dict[str, Any]:
    return {"cls": "history", "points": _points(line), "mark": "small", "sparse": False}


def _plan(old: Yearly, line: Yearly) -> dict[str, Any]:
    """From the year the plan was made from; the years between are unknown."""
    start = [(max(old), float(old.by_year[max(old)]))] if line else []
    return {"cls": "after", "points": start + _points(line), "mark": "square", "sparse": True}


def _ends(new: Yearly, plan: Yearly, narrow: bool) -> list[dict[str, Any]]:
    tonnes = "" if narrow else f"{NBSP}tonn"
    last, found = max(new), []
    text = f"{show_number(new.by_year[last])}{tonnes}"
    found.append(_end("history", new.by_year[last], f"{say(N_('Ble'))} {last}", text))
    if plan:
        year = max(plan)
        text = f"{show_number(plan.by_year[year], 10)}{tonnes}"
        found.append(_end("after", plan.by_year[year], f"{say(N_('Ventet'))} {year}", text))
    return found


def _end(cls: str, value: Decimal, *lines: str) -> dict[str, Any]:
    return {"value": float(value), "cls": cls, "lines": list(lines)}


def _notes(budget: Budget, old: Yearly, narrow: bool) -> list[dict[str, Any]]:
    """The old edition's name on its own line."""
    assert budget.edition is not None
    year = max(old, key=lambda y: old.by_year[y])
    at = {"year": year, "value": float(old.by_year[year]), "dx": 8, "dy": -12, "anchor": "start"}
    return [{**at, "text": budget.edition.name, "cls": ""}]
