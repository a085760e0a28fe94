"""A list on a page: what is asked stands in the address, and every choice is a link or a form."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from flask import Response, abort, current_app, request, send_file, url_for

from climatebudget.core import listing as core
from climatebudget.core.field import show_number
from climatebudget.core.listing import Column, Found, Kind, Listing, Query, Row
from climatebudget.core.text import N_
from climatebudget.web.context import g, place
from climatebudget.web.forms import capitalised, say
from climatebudget.web.quotas import count_export
from climatebudget.web.show import day, moment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Link:
    label: str
    address: str


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """A list as the address asks for it, with the addresses of what else it can show."""

    listing: Listing[Row]
    query: Query
    found: Found[Row]
    all: int
    noun: str  # «klimatiltak», in the reader's language
    anchor: str | None  # the list's id, where it is not first on its page
    also: Sequence[tuple[str, str]] = ()  # what else the address says, which every choice keeps

    def to(self, query: Query, endpoint: str = "") -> str:
        """The address that asks this, of the page in sight or of a file."""
        parts: dict[str, list[str]] = {}
        for name, value in (*self.also, *query.pairs()):
            parts.setdefault(name, []).append(value)
        return url_for(
            endpoint or str(request.endpoint),
            _anchor=None if endpoint else self.anchor,
            **(request.view_args or {}),
            **parts,  # type: ignore[arg-type]
        )

    def file(self, endpoint: str) -> str:
        """The address of all the rows as a file, whatever page is in sight."""
        return self.to(replace(self.query, page=1), endpoint)

    @property
    def elsewhere(self) -> str | None:
        """The address where this list is at home, if that is not the one in use.

        A form sends every field it has; what is asked has one address, the shortest.
        """
        here = list(request.args.items(multi=True)) == [*self.also, *self.query.pairs()]
        return None if here else self.to(self.query)

    @property
    def plain(self) -> str:
        return self.to(self.query.plain())

    def sorting(self, column: Column[Row]) -> str:
        """Sorts by the column, or turns the order; amounts begin with the largest."""
        way, amount = self.direction(column), column.kind not in (Kind.TEXT, Kind.WHOLE)
        other = way == "ascending" or (not way and amount)
        key = "" if column.key == self.listing.order and not other else column.key
        return self.to(replace(self.query, sort=key, falling=other, page=1))

    def direction(self, column: Column[Row]) -> str:
        """What aria-sort says of the column; "" where the list is not sorted by it."""
        if column.key != (self.query.sort or self.listing.order):
            return ""
        return "descending" if self.query.falling else "ascending"

    @property
    def narrowed(self) -> list[Link]:
        """Each thing that narrows the list, with the address that takes it away."""
        found = []
        if self.query.search:
            address = self.to(replace(self.query, search="", page=1))
            found.append(Link(say(N_("Søk: «%(words)s»"), words=self.query.search), address))
        for one in self.listing.filters:
            if (chosen := self.query.chosen.get(one.key)) is not None:
                label = f"{one.label}: {one.choices[chosen]}"
                found.append(Link(label, self.to(self.query.without(one.key))))
        return found

    @property
    def count(self) -> str:
        """«Viser 12 av 209 klimatiltak», and which of them where there are several pages."""
        found = self.found
        last = found.first + len(found.in_sight)
        values = {
            "shown": show_number(len(found.rows)),
            "all": show_number(self.all),
            "noun": self.noun,
            "first": show_number(found.first + 1),
            "last": show_number(last),
        }
        if found.pages == 1:
            return say(N_("Viser %(shown)s av %(all)s %(noun)s"), **values)
        text = N_("Viser %(shown)s av %(all)s %(noun)s, %(first)s–%(last)s på denne siden")
        return say(text, **values)

    @property
    def page_links(self) -> list[Link]:
        pages = range(1, self.found.pages + 1)
        return [Link(str(n), self.to(replace(self.query, page=n))) for n in pages]

    @property
    def groups(self) -> list[tuple[str, list[Column[Row]]]]:
        """The columns there are to choose between, under their headings."""
        found: dict[str, list[Column[Row]]] = {}
        for column in self.listing.columns:
            if not column.fixed:
                found.setdefault(column.group, []).append(column)
        return list(found.items())

    @property
    def with_usual_columns(self) -> str:
        return self.to(replace(self.query, columns=()))

    @property
    def usual(self) -> bool:
        """Whether the columns are those that are shown until somebody has chosen."""
        return not self.query.columns


def asked(
    listing: Listing[Row],
    rows: Sequence[Row],
    noun: str,
    anchor: str | None = None,
    also: Sequence[tuple[str, str]] = (),
) -> Shown[Row]:
    """The list as the address asks for it; what the list does not have is a page not found."""
    try:
        query = core.read_query(request.args.items(multi=True), listing)
        found = core.find(rows, listing, query)
    except core.Unknown:
        abort(404)
    return Shown(listing, query, found, len(rows), noun, anchor, also)


def download(
    shown: Shown[Row],
    suffix: str,
    name: str,
    title: str,
    facts: Iterable[tuple[str, str]] = (),
) -> Response:
    """Every row that fits as an xlsx or csv file; ``facts`` are told beside what is always told."""
    from climatebudget.sheets import lists  # XlsxWriter, only where it is used

    count_export()
    if suffix == "csv":
        return _file(lists.as_csv(shown.found), "text/csv", name, suffix)
    now = current_app.config["CLOCK"]()
    here = place()
    which = N_("%(municipality)s · Klimabudsjett %(year)s · Versjon: %(version)s")
    about = lists.About(
        title=title,
        which=say(
            which,
            municipality=here.municipality.name,
            year=here.budget_year.year,
            version=here.version.called(g.translate),
        ),
        stamp=say(N_("INTERNT UTKAST")) if here.version.internal else "",
        narrowed=". ".join([shown.count, *(link.label for link in shown.narrowed)]),
        facts=[*_facts(shown), (say(N_("Hentet")), moment(now)), *facts],
        sheet=say(N_("Om")),
        pages=g.translate(N_("Side %(page)s av %(pages)s")),
        now=now,
    )
    return _file(lists.as_workbook(shown.found, about), XLSX, name, suffix)


def _file(content: bytes, kind: str, name: str, suffix: str) -> Response:
    here = place()
    parts = [name, here.municipality.number, str(here.budget_year.year), here.version.slug]
    if here.version.internal:
        parts.append("internt-utkast")
    full = f"{'-'.join(parts)}.{suffix}"
    return send_file(io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=full)


def _facts(shown: Shown[Row]) -> Iterable[tuple[str, str]]:
    """Which budget the file is from, and what was asked."""
    here = place()
    presented = here.version.presented_at
    yield say(N_("Kommune")), here.municipality.name
    yield say(N_("Kommunenummer")), here.municipality.number
    yield say(N_("Budsjettår")), str(here.budget_year.year)
    yield say(N_("Versjon")), here.version.called(g.translate)
    yield say(N_("Lagt fram")), day(presented) if presented else say(N_("nei: INTERNT UTKAST"))
    yield (
        say(N_("Rader")),
        say(
            N_("%(shown)s av %(all)s"),
            shown=show_number(len(shown.found.rows)),
            all=show_number(shown.all),
        ),
    )
    narrowed = "; ".join(link.label for link in shown.narrowed)
    yield say(N_("Avgrenset til")), narrowed or say(N_("Ikke avgrenset"))
    column = shown.listing.column(shown.query.sort or shown.listing.order)
    if column is not None:
        way = N_("synkende") if shown.query.falling else N_("stigende")
        yield say(N_("Sortert etter")), f"{capitalised(column.label)}, {say(way)}"
