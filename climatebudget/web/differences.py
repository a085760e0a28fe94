"""Forskjeller: what one statistikkutgave says against another, and what it does to the targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug import Response as AnyResponse

from climatebudget.catalogue import areas as known_areas
from climatebudget.core.access import Action, may
from climatebudget.core.budget import Budget
from climatebudget.core.compare import Cell, Comparison, Shift, compare, oldest_first, shifts
from climatebudget.core.field import show_number
from climatebudget.core.inventory import Edition, Inventory, sector_of
from climatebudget.core.listing import Column, Filter, Kind, Listing, Row
from climatebudget.core.rebase import Moved, rebase
from climatebudget.core.text import N_, Text
from climatebudget.db import read
from climatebudget.web.access import needs
from climatebudget.web.context import budget_in_sight, g, place, user
from climatebudget.web.editions import INSTALLATION, edition_at
from climatebudget.web.forms import say
from climatebudget.web.listing import Shown, asked, download
from climatebudget.web.show import tenth
from climatebudget.web.uploads import at

pages = Blueprint("differences", __name__, url_prefix="/<number>/<int:year>/<slug>/differences")

PAIR = "/<old_owner>/<old>/<new_owner>/<new>"
Span = tuple[int, int, int]  # the first year, the last that both have, the newest
FEW = 20  # of the largest differences, on the page itself


@dataclass(frozen=True)
class Pair:
    """Two editions in sight, and the municipality in each of them, if it is there."""

    old: Edition
    new: Edition
    before: Inventory | None
    after: Inventory | None

    @property
    def comparison(self) -> Comparison | None:
        return compare(self.before, self.after) if self.before and self.after else None


# ---- pages -------------------------------------------------------------------------------------


@pages.get("/")
@needs(Action.READ)
def choose(number: str, year: int, slug: str) -> str | AnyResponse:
    """To the two that were chosen; else the newest with the municipality, and what it replaces."""
    editions = [key(e) for e in oldest_first(read.editions_with(g.session, place()))]
    if len(editions) < 2:
        return render_template("differences/none.html", editions=editions)
    *older, newest = editions
    stands = budget_in_sight().edition
    usual = key(stands) if stands and key(stands) in older else older[-1]
    new = request.args.get("new") or newest
    return redirect(pair_address(request.args.get("old") or usual, new))


@pages.get(f"{PAIR}/")
@needs(Action.READ)
def page(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> str:
    pair = _pair(old_owner, old, new_owner, new)
    budget, found = budget_in_sight(), pair.comparison
    drafts, frozen = standing(pair)
    return render_template(
        "differences/page.html",
        pair=pair,
        key=key,
        editions=read.editions_with(g.session, place()),
        others=bool(_common(pair) - {i.area for i in (pair.before, pair.after) if i}),
        budget=budget,
        found=found,
        sentence=sentence(found, pair) if found else (),
        since=since(found, budget) if found else None,
        years=years_shown(found, budget) if found else (),
        few=found.cells[:FEW] if found else (),
        sector_names={s.sector: s.sector_name for s in found.sources.values()} if found else {},
        drafts=drafts,
        frozen=frozen,
    )


@pages.get(f"{PAIR}/cells/")
@needs(Action.READ)
def cells(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> str | AnyResponse:
    pair = _pair(old_owner, old, new_owner, new)
    shown = _cells(pair)
    if shown.elsewhere:
        return redirect(shown.elsewhere)
    return render_template("differences/cells.html", pair=pair, list=shown)


@pages.get(f"{PAIR}/cells.xlsx")
@needs(Action.READ)
def cells_workbook(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> Response:
    return _cells_file(_pair(old_owner, old, new_owner, new), "xlsx")


@pages.get(f"{PAIR}/cells.csv")
@needs(Action.READ)
def cells_table(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> Response:
    return _cells_file(_pair(old_owner, old, new_owner, new), "csv")


def _cells_file(pair: Pair, suffix: str) -> Response:
    title = say(N_("Endrede utslippstall"))
    return download(_cells(pair), suffix, "endrede-utslippstall", title, _facts(pair))


@pages.get(f"{PAIR}/municipalities/")
@needs(Action.READ)
def municipalities(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> str | AnyResponse:
    """What the newer edition did to each municipality's change since the first year."""
    pair = _pair(old_owner, old, new_owner, new)
    span = spanned(pair, budget_in_sight().reference_year)
    shown = _municipalities(pair, span)
    if shown.elsewhere:
        return redirect(shown.elsewhere)
    return render_template("differences/municipalities.html", pair=pair, span=span, list=shown)


@pages.get(f"{PAIR}/municipalities.xlsx")
@needs(Action.READ)
def municipalities_workbook(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> Response:
    return _municipalities_file(_pair(old_owner, old, new_owner, new), "xlsx")


@pages.get(f"{PAIR}/municipalities.csv")
@needs(Action.READ)
def municipalities_table(
    number: str, year: int, slug: str, old_owner: str, old: str, new_owner: str, new: str
) -> Response:
    return _municipalities_file(_pair(old_owner, old, new_owner, new), "csv")


def _municipalities_file(pair: Pair, suffix: str) -> Response:
    shown = _municipalities(pair, spanned(pair, budget_in_sight().reference_year))
    title = say(N_("Kommuner i to utgaver"))
    return download(shown, suffix, "kommuner-i-to-utgaver", title, _facts(pair))


# ---- the two editions --------------------------------------------------------------------------


def key(edition: Edition) -> str:
    """An edition in an address: slugs are only unique for each owner."""
    return f"{edition.owner or INSTALLATION}/{edition.slug}"


def pair_address(old: str, new: str) -> str:
    """The page of two editions by their keys; what is no key is no page."""
    if old.count("/") != 1 or new.count("/") != 1:
        abort(404)
    (old_owner, old_slug), (new_owner, new_slug) = old.split("/"), new.split("/")
    if not (old_slug and new_slug and old_owner and new_owner):
        abort(404)
    return at(
        "differences.page", old_owner=old_owner, old=old_slug, new_owner=new_owner, new=new_slug
    )


def _pair(old_owner: str, old: str, new_owner: str, new: str) -> Pair:
    before, after = edition_at(old_owner, old), edition_at(new_owner, new)
    here = place()
    return Pair(
        before,
        after,
        read.inventory_in(g.session, before, here),
        read.inventory_in(g.session, after, here),
    )


def _common(pair: Pair) -> set[str]:
    """The areas that both editions have."""
    return set(pair.old.areas).intersection(pair.new.areas)


def standing(pair: Pair) -> tuple[list[tuple[read.Place, Moved]], list[read.Place]]:
    """This municipality's drafts on the older edition as they would be on the newer, and what is
    frozen on it, which stays; only what the person may read."""
    here = place()
    number = here.municipality.number
    on = [
        there
        for there in read.standing_on(g.session, pair.old, here.municipality_id)
        if may(user(), Action.READ, number, there.budget_year.stage, there.version)
    ]
    if key(pair.old) == key(pair.new):
        return [], []
    drafts = [
        (there, rebase(read.budget(g.session, there), pair.new, pair.after))
        for there in on
        if not there.version.frozen
    ]
    return drafts, [there for there in on if there.version.frozen]


# ---- in words ----------------------------------------------------------------------------------


def sentence(found: Comparison, pair: Pair) -> tuple[Text, ...]:
    """How many figures moved, and strongest the year whose total moved most."""
    name, old, new = place().municipality.name, pair.old.name, pair.new.name
    values = {"name": name, "old": old, "new": new, "count": show_number(len(found.cells))}
    if not found.cells:
        return (Text(N_("Ingen tall for %(name)s er endret fra %(old)s til %(new)s."), values),)
    one = N_("Ett tall for %(name)s er endret fra %(old)s til %(new)s.")
    many = N_("%(count)s tall for %(name)s er endret fra %(old)s til %(new)s.")
    lead = Text(one if len(found.cells) == 1 else many, values)
    most = max(found.by_year, key=lambda part: abs(part.net))
    if not most.net:
        return lead, Text(N_("Summen er den samme hvert år."), strong=True)
    told = {"year": most.key, "tonnes": show_number(abs(most.net))}
    lower = N_("I %(year)s er utslippene %(tonnes)s tonn lavere enn før.")
    higher = N_("I %(year)s er utslippene %(tonnes)s tonn høyere enn før.")
    return lead, Text(lower if most.net < 0 else higher, told, strong=True)


def since(found: Comparison, budget: Budget) -> Shift | None:
    """The municipality's own change since the reference year, in each edition."""
    span = _span(found.years, found.after.years, budget.reference_year)
    if span is None:
        return None
    [own] = shifts({"": found.before.total}, {"": found.after.total}, *span)
    return own


def years_shown(found: Comparison, budget: Budget) -> tuple[int, ...]:
    """The reference year and the last one both have: what targets and figures rest on."""
    span = _span(found.years, found.after.years, budget.reference_year)
    return tuple(dict.fromkeys(span[:2])) if span else ()


def spanned(pair: Pair, reference: int | None) -> Span | None:
    both = [y for y in pair.old.years if y in pair.new.years]
    return _span(both, pair.new.years, reference)


def _span(both: Iterable[int], new: Iterable[int], reference: int | None) -> Span | None:
    """First year (the reference year where both have it), last both have, newest of the new."""
    years = sorted(both)
    if not years:
        return None
    return reference if reference in years and reference else years[0], years[-1], max(new)


# ---- lists -------------------------------------------------------------------------------------


def _cells(pair: Pair) -> Shown[Cell]:
    found = pair.comparison
    if found is None:
        abort(404)
    names = found.sources
    sectors = {s.sector: s.sector_name for s in names.values()}
    years = [str(year) for year in found.years]
    source: Column[Cell] = Column(
        "source", say(N_("Utslippskilde")), lambda c: names[c.code].name, fixed=True
    )
    sector: Column[Cell] = Column(
        "sector", say(N_("Utslippssektor")), lambda c: sectors[sector_of(c.code)]
    )
    listing: Listing[Cell] = Listing(
        (
            replace(source, note=sector),
            Column("year", say(N_("År")), lambda c: c.year, Kind.WHOLE),
            _tonnes_column("before", N_("Før"), lambda c: c.before if found.had(c.code) else None),
            _tonnes_column("after", N_("Nå"), lambda c: c.after if found.has(c.code) else None),
            _tonnes_column("change", N_("Endring"), attrgetter("change")),
        ),
        (
            Filter("only", say(N_("Utslippssektor")), sectors, lambda c: (sector_of(c.code),)),
            Filter("in", say(N_("År")), {y: y for y in years}, lambda c: (str(c.year),)),
        ),
    )
    return asked(listing, found.cells, say(N_("tall")))


def _municipalities(pair: Pair, span: Span | None) -> Shown[Shift]:
    rows: tuple[Shift, ...] = ()
    if span:
        first, last, latest = span
        mine = place().municipality_id
        before = read.totals(g.session, pair.old, {first, last}, mine)
        after = read.totals(g.session, pair.new, {first, last, latest}, mine)
        rows = shifts(before, after, first, last, latest)
    listing: Listing[Shift] = Listing(
        (
            Column("name", say(N_("Kommune")), lambda s: known_areas()[s.area].name, fixed=True),
            Column("number", say(N_("Nummer")), attrgetter("area"), usual=False),
            _tonnes_column("was", N_("Utslipp %(first)s, før"), lambda s: s.first[0], span),
            _tonnes_column("is", N_("Utslipp %(first)s, nå"), lambda s: s.first[1], span),
            _percent_column("before", N_("%(first)s–%(last)s, før"), attrgetter("before"), span),
            _percent_column("after", N_("%(first)s–%(last)s, nå"), attrgetter("after"), span),
            _percent_column("points", N_("Forskjell, prosentpoeng"), attrgetter("points"), span),
            _percent_column("latest", N_("%(first)s–%(latest)s, nå"), attrgetter("latest"), span),
        ),
        searched=lambda s: (s.area, known_areas()[s.area].name),
    )
    return asked(listing, rows, say(N_("områder")))


def _tonnes_column(
    key: str, label: str, of: Callable[[Row], Decimal | None], span: Span | None = None
) -> Column[Row]:
    heading = say(label, **_named(span))
    in_a_file = f"{heading} ({say(N_('tonn CO₂e'))})"
    return Column(key, heading, of, Kind.TONNES, tenth, in_a_file)


def _percent_column(
    key: str, label: str, of: Callable[[Row], Decimal | None], span: Span | None
) -> Column[Row]:
    heading = say(label, **_named(span))
    in_a_file = heading if key == "points" else f"{heading} ({say(N_('prosent'))})"
    return Column(key, heading, of, Kind.PERCENT, tenth, in_a_file)


def _named(span: Span | None) -> dict[str, int]:
    return dict(zip(("first", "last", "latest"), span, strict=True)) if span else {}


def _facts(pair: Pair) -> list[tuple[str, str]]:
    """Which files the two editions are, for whoever opens a download alone."""
    return [
        (say(label), f"{edition.name}, {edition.publisher}, sha256 {edition.sha256}")
        for label, edition in ((N_("Fra utgave"), pair.old), (N_("Til utgave"), pair.new))
    ]
