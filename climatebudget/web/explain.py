"""Forklar tallet: a figure of the statement, what it is made of, and who last changed the parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template, request, url_for

from climatebudget.core.access import Action
from climatebudget.core.budget import Budget
from climatebudget.core.explain import (
    Column,
    Explanation,
    Key,
    Part,
    Scope,
    above,
    explain,
    label,
    place_of,
    rests_on,
    title,
)
from climatebudget.core.field import show_exact, show_number
from climatebudget.core.statement import Statement, statement
from climatebudget.core.text import N_, Text
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.context import allowed, budget_in_sight, g, place
from climatebudget.web.show import said

pages = Blueprint("explain", __name__, url_prefix="/<number>/<int:year>/<slug>/explain")

MOST_IN_A_SUM = 4  # parts that are written out on one line


@dataclass(frozen=True)
class Way:
    """To the page that explains a figure; what the link is called for those who only hear it."""

    href: str
    label: Text


@dataclass(frozen=True)
class Changed:
    """When a part was last changed, and by whom as this reader may know it."""

    at: datetime
    by: str
    opened: bool  # it came with the draft when that was opened


@dataclass(frozen=True)
class Row:
    part: Part
    changed: Changed | None


@pages.get("/<column>/<int:figure_year>/")
@needs(Action.READ)
def page(number: str, year: int, slug: str, column: str, figure_year: int) -> str:
    """One figure; ``scope`` and ``name`` of the query say of which sector, source or department."""
    key = _asked(column, figure_year) or abort(404)
    budget = budget_in_sight()
    ledger = statement(budget)
    found = explain(budget, ledger, key) or abort(404)
    return render_template(
        "explain/page.html",
        budget=budget,
        found=found,
        rows=_rows(budget, ledger, found),
        outer=[(_short(budget, k), address(k)) for k in above(budget, ledger, key)],
        sum_line=sum_line(found),
        elsewhere=elsewhere(found),
        address=address,
    )


def _asked(column: str, year: int) -> Key | None:
    try:
        scope = Scope(request.args.get("scope", Scope.WHOLE.value))
        return Key(Column(column), year, scope, request.args.get("name", ""))
    except ValueError:
        return None


def _short(budget: Budget, key: Key) -> Text:
    """What a figure is called in the trail: under the whole of its kind its place is enough."""
    where = place_of(budget, key)
    of_its_kind = key.column in (Column.INVENTORY, Column.PATH)
    return where if where and of_its_kind else label(key.column)


def address(key: Key) -> str:
    """Where a figure of the version in sight is explained."""
    part = {} if key.scope is Scope.WHOLE else {"scope": key.scope.value, "name": key.name}
    here = place()
    return url_for(
        "explain.page",
        number=here.municipality.number,
        year=here.budget_year.year,
        slug=here.version.slug,
        column=key.column.value,
        figure_year=key.year,
        **part,
    )


def way(budget: Budget, column: str, year: int, scope: str = "whole", name: str = "") -> Way:
    """To the explanation of a figure that the statement has."""
    key = Key(Column(column), year, Scope(scope), name)
    return Way(address(key), title(key, place_of(budget, key)))


def _rows(budget: Budget, ledger: Statement, found: Explanation) -> list[Row]:
    """The parts, each with the newest change of all that it was made of."""
    under = [set(rests_on(budget, ledger, part)) for part in found.parts]
    changes = read.last_changes(g.session, place(), budget, under)
    pairs = zip(found.parts, changes, strict=True)
    return [Row(part, _shown(change) if change else None) for part, change in pairs]


def _shown(change: read.Change) -> Changed:
    """Names are internal: what is lagt fram tells roles, save to those who read the record."""
    here = place()
    named = here.version.internal or allowed(Action.READ_RECORD)
    who = change.by(here.municipality.number, named)
    return Changed(change.at, ", ".join(map(said, who)), change.opened)


def sum_line(found: Explanation) -> str:
    """«548 300 − 72 144», exact, where the parts are few and known; else nothing."""
    adds = [part.adds for part in found.parts if part.sign]
    known = [value for value in adds if value is not None]
    if not 1 < len(known) == len(adds) <= MOST_IN_A_SUM or not found.figure.known:
        return ""
    first, *rest = known
    terms = (f" {'−' if v < 0 else '+'} {show_exact(abs(v))}" for v in rest)
    return show_exact(first) + "".join(terms)


def elsewhere(found: Explanation) -> Text | None:
    """How the figure is rounded where it stands; None where it is written just so."""
    value = found.figure.value
    if value is None:
        return None
    past = found.key.column is Column.INVENTORY
    table, sentence = (show_number(value, step) for step in ((1, 1) if past else (10, 100)))
    if table == sentence == show_exact(value):
        return None
    if table == sentence:
        return Text(N_("Skrives %(table)s andre steder."), {"table": table})
    text = N_("Skrives %(table)s i tabeller og %(sentence)s i setninger.")
    return Text(text, {"table": table, "sentence": sentence})
