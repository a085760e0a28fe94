"""Utslippskilder: the history of a sector or a source, what is weak in it, and others beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template
from werkzeug import Response

from climatebudget.catalogue import COUNTRY, Area, areas, municipalities_of
from climatebudget.catalogue.caveats import Caveat, caveats
from climatebudget.catalogue.population import population
from climatebudget.core.access import Action
from climatebudget.core.adjustments import adjustment_of, without
from climatebudget.core.budget import Budget
from climatebudget.core.compare import change_since
from climatebudget.core.explain import Column, Scope
from climatebudget.core.field import NBSP, show_number
from climatebudget.core.history import Year, added, history, line_of, per_head
from climatebudget.core.inventory import Edition, Inventory
from climatebudget.core.paths import HUNDRED
from climatebudget.core.quantity import ZERO, Yearly, tonnes
from climatebudget.core.text import N_, Text
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.charts import scale
from climatebudget.web.charts_stacked import spaced
from climatebudget.web.context import budget_in_sight, g, place
from climatebudget.web.explain import Way, way
from climatebudget.web.uploads import at

pages = Blueprint("sources", __name__, url_prefix="/<number>/<int:year>/<slug>/sources")

WIDE = {"w": 1120, "h": 380, "left": 84, "right": 140, "top": 34, "bottom": 34}
NARROW = {"w": 340, "h": 320, "left": 46, "right": 18, "top": 34, "bottom": 32}


@dataclass(frozen=True)
class Other:
    """The same line in this area or in a larger one, in the reference year and the last."""

    name: str
    last: Decimal | None
    change: Decimal | None
    per_head: Decimal | None
    of: int  # municipalities added up; 0 where the edition has the area itself
    edition: Edition


@pages.get("/")
@needs(Action.READ)
def whole(number: str, year: int, slug: str) -> str | Response:
    """The municipality as a whole."""
    return _page("")


@pages.get("/<sector>/")
@needs(Action.READ)
def sector(number: str, year: int, slug: str, sector: str) -> str | Response:
    return _page(sector)


@pages.get("/<sector>/<source>/")
@needs(Action.READ)
def source(number: str, year: int, slug: str, sector: str, source: str) -> str | Response:
    return _page(f"{sector}/{source}")


def _page(code: str) -> str | Response:
    budget = budget_in_sight()
    inventory = budget.inventory
    if inventory is None:
        return redirect(at("inventory.page"))  # which says why there is no inventory
    line = line_of(inventory, code)
    if budget.edition is None or line is None:
        abort(404)
    reference, last = _reference(budget, inventory), inventory.last_year
    name, known = _name(inventory, code), caveats(code)
    people = population(inventory.area)
    years = history(line, inventory.total, reference, people)
    return render_template(
        "sources/page.html",
        budget=budget,
        inventory=inventory,
        code=code,
        name=name,
        sector_name=_name(inventory, code.partition("/")[0]) if "/" in code else "",
        sentence=sentence(name, code, years, reference),
        years=years,
        reference=reference,
        last=last,
        caveats=known,
        marks=marks(known, inventory.years, budget.municipality.language),
        wide=chart(line, narrow=False),
        narrow=chart(line, narrow=True),
        parts=_parts(inventory, code, reference),
        others=_others(budget, without(inventory), code, reference),
        counted=bool(people),
        way=partial(_way, budget, code),
        added=adjustment_of(inventory, code),
    )


def _way(budget: Budget, code: str, year: int) -> Way:
    scope = Scope.SOURCE if "/" in code else Scope.SECTOR if code else Scope.WHOLE
    return way(budget, Column.INVENTORY.value, year, scope.value, code)


def _reference(budget: Budget, inventory: Inventory) -> int:
    stated = budget.reference_year
    return stated if stated in inventory.years and stated else inventory.years[0]


def _name(inventory: Inventory, code: str) -> str:
    """«Personbiler», «Veitrafikk», or the municipality's own name for the whole."""
    if not code:
        return place().municipality.name
    if "/" in code:
        return inventory.sources[code].name
    return next(s.sector_name for s in inventory.sources.values() if s.sector == code)


# ---- in words ----------------------------------------------------------------------------------


def sentence(name: str, code: str, years: tuple[Year, ...], reference: int) -> tuple[Text, ...]:
    """«Personbiler: 246 109 tonn i 2024, 45 prosent mindre enn i 2009.» and the share of it all."""
    last = years[-1]
    values: dict[str, object] = {
        "name": name,
        "tonnes": show_number(last.tonnes),
        "year": last.year,
        "reference": reference,
    }
    if last.change is None or last.year == reference:
        lead = Text(N_("%(name)s: %(tonnes)s tonn i %(year)s."), values)
    else:
        change = show_number(abs(last.change))
        less = N_(
            "%(name)s: %(tonnes)s tonn i %(year)s, %(percent)s prosent mindre enn i %(reference)s."
        )
        more = N_(
            "%(name)s: %(tonnes)s tonn i %(year)s, %(percent)s prosent mer enn i %(reference)s."
        )
        same = N_("%(name)s: %(tonnes)s tonn i %(year)s, like mye som i %(reference)s.")
        text = same if change == "0" else less if last.change < 0 else more
        lead = Text(text, {**values, "percent": change})
    if not code or last.share is None:
        return (lead,)
    share = {"share": show_number(last.share, Decimal("0.1"))}
    return lead, Text(N_("Det er %(share)s prosent av utslippene i kommunen."), share)


def marks(known: Collection[Caveat], years: Collection[int], language: str) -> dict[int, str]:
    """Year → the word that stands beside its figure."""
    return {
        year: caveat.mark(language)
        for caveat in reversed(list(known))
        for year in years
        if caveat.mark(language) and caveat.concerns(year)
    }


def chart(line: Yearly, narrow: bool) -> dict[str, Any] | None:
    """What the macro ``lines`` of ``charts.html`` is given; nothing is drawn below zero.

    None where no year is above it. The page's heading names the line, so the label at its end is
    the last year's tonnes alone; a narrow chart has no room for that beside the line, but above.
    """
    size = NARROW if narrow else WIDE
    years = list(line)
    values = [max(line.by_year[year], ZERO) for year in years]
    if not any(values):
        return None
    span = (years[0], max(years[-1], years[0] + 1))
    label = f"{show_number(line.by_year[years[-1]])}{NBSP}tonn"
    return {
        "years": span,
        "xticks": spaced(years, size["w"] - size["left"] - size["right"], span),
        **scale(max(values), narrow),
        "series": [
            {
                "cls": "history",
                "points": [(y, float(v)) for y, v in zip(years, values, strict=True)],
                "mark": "small",
                "sparse": False,
            }
        ],
        "ends": []
        if narrow
        else [{"value": float(values[-1]), "cls": "history", "lines": [label]}],
        "above": f"{years[-1]}: {label}" if narrow else "",
        "size": size,
    }


# ---- what it is made of, and others ------------------------------------------------------------


def _parts(inventory: Inventory, code: str, reference: int) -> list[dict[str, object]]:
    """The sectors of the whole or the sources of a sector, the one with most first."""
    if "/" in code:
        return []
    sources = {c: s.name for c, s in inventory.sources.items() if s.sector == code}
    names = sources if code else {s.sector: s.sector_name for s in inventory.sources.values()}
    last = inventory.last_year
    whole = (line_of(inventory, code) or tonnes())[last] or ZERO
    found: list[dict[str, object]] = []
    for key, name in names.items():
        line = line_of(inventory, key) or tonnes()
        now = line[last] or ZERO
        found.append(
            {
                "code": key,
                "name": name,
                "before": line[reference],
                "added": adjustment_of(inventory, key),
                "last": now,
                "share": now / whole * HUNDRED if whole > 0 else None,
                "change": change_since(line, reference, last),
            }
        )
    return sorted(found, key=lambda part: -Decimal(str(part["last"])))


def _others(budget: Budget, inventory: Inventory, code: str, reference: int) -> list[Other]:
    """The municipality, its county and the country, where an edition that can be read has them.

    As published, all three: nobody's own adjustments are in the others.
    """
    edition, own = budget.edition, areas().get(inventory.area)
    line = line_of(inventory, code)
    assert edition is not None and line is not None
    last = inventory.last_year
    found = [_other(inventory.area, line, reference, last, 0, edition)]
    if own is None or not own.is_municipality:
        return found
    codes = _codes(inventory, code)
    for area in (own.county, COUNTRY):
        other = _larger(area, own, edition, codes, (reference, last))
        if other is not None:
            found.append(other)
    return found if len(found) > 1 else []


def _codes(inventory: Inventory, code: str) -> list[str] | None:
    """The sources a line is made of, anywhere; None is all of them."""
    if not code or "/" in code:
        return [code] if code else None
    return [c for c, s in read.sources(g.session).items() if s.sector == code]


def _larger(
    area: str, own: Area, edition: Edition, codes: list[str] | None, years: tuple[int, int]
) -> Other | None:
    """A county or the country in the same edition, itself or as the sum of its municipalities;
    else in the newest other edition that has it for the same years."""
    members = municipalities_of(area)
    if members == (own.number,):
        return None  # Oslo is a county too
    mine = place().municipality_id
    editions = [edition, *read.editions(g.session, mine)]
    for one in editions:
        whole = area in one.areas
        if not set(years) <= set(one.years) or not (whole or set(members) <= set(one.areas)):
            continue
        wanted = [area] if whole else members
        sums = read.totals(g.session, one, years, mine, wanted, codes)
        line = tonnes(added(sums.values(), years))
        return _other(area, line, *years, 0 if whole else len(members), one)
    return None


def _other(area: str, line: Yearly, reference: int, last: int, of: int, edition: Edition) -> Other:
    known = areas().get(area)
    return Other(
        known.name if known else area,
        line[last],
        change_since(line, reference, last),
        per_head(line[last], population(area).get(last)),
        of,
        edition,
    )
