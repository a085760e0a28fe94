"""What is told of a table of a path: sums that do not close, places twice, years before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from climatebudget.core.field import show_exact
from climatebudget.core.findings import Cell, Finding, Level
from climatebudget.core.path_cells import Written
from climatebudget.core.path_questions import Draft, Figure, Names, Placed
from climatebudget.core.path_reckoned import Reckoned, reference
from climatebudget.core.path_table import FIRST, Spot, listed
from climatebudget.core.quantity import ZERO, Yearly
from climatebudget.core.table import words_told
from climatebudget.core.text import N_


@dataclass(frozen=True)
class Sum:
    """The total that the file states for a year, beside the sum of its parts; tonnes."""

    year: int
    found: Decimal | None  # None where a part has no figure
    stated: Decimal
    room: Decimal  # what the rounding of the written figures may come to
    where: Cell

    @property
    def difference(self) -> Decimal | None:
        return None if self.found is None else self.found - self.stated

    @property
    def agrees(self) -> bool:
        return self.difference is not None and abs(self.difference) <= self.room


def sums(reckoned: Sequence[Reckoned], draft: Draft) -> tuple[Sum, ...]:
    """Each year's stated total, where the file has parts as well; it is held against them only."""
    parts: dict[int, dict[str, Reckoned]] = {}
    for r in reckoned:
        if r.figure.code:
            parts.setdefault(r.figure.spot.year, {})[r.figure.code] = r
    places = {code for own in parts.values() for code in own}
    totals = {r.figure.spot.year: r for r in reckoned if not r.figure.code} if places else {}
    found = []
    for year, total in sorted(totals.items()):
        own = parts.get(year, {})
        whole = sum((r.tonnes for r in own.values()), ZERO) if own.keys() == places else None
        room = sum((r.half for r in own.values()), total.half)
        found.append(Sum(year, whole, total.tonnes, room, draft.cell(total.figure.spot)))
    return tuple(found)


def sums_told(found: Iterable[Sum]) -> Iterator[Finding]:
    unknown = [each for each in found if each.found is None]
    for each in found:
        if each.difference is None or each.agrees:
            continue
        text = N_(
            "Delene gir %(found)s tonn for %(year)s. Filens egen sum er %(stated)s. Forskjellen er "
            "%(difference)s tonn. Det er delene som leses inn."
        )
        values = {
            "found": show_exact(each.found or ZERO),
            "year": each.year,
            "stated": show_exact(each.stated),
            "difference": show_exact(abs(each.difference)),
        }
        yield Finding("stated-total", text, values, Level.EXPLAIN, each.where)
    if unknown:
        text = N_("Filens sum for %(years)s kan ikke kontrolleres, fordi noen av delene mangler.")
        values = {"years": listed(str(each.year) for each in unknown)}
        yield Finding("total-unchecked", text, values, Level.EXPLAIN, unknown[0].where)


def twice(figures: Iterable[Figure], draft: Draft) -> Iterator[Finding]:
    """A place with two figures for a year; each place is told of once."""
    first: dict[tuple[str, int], Spot] = {}
    told: set[str] = set()
    for figure in figures:
        spot = figure.spot
        before = first.setdefault((figure.code, spot.year), spot)
        if before is not spot and figure.code not in told:
            told.add(figure.code)
            text = N_(
                "%(place)s har to tall for %(year)s, i %(first)s og %(second)s. La bare ett av dem "
                "stå."
            )
            values = {
                "place": draft.names.called(figure.code),
                "year": spot.year,
                "first": f"{before.letter}{before.row.number}",
                "second": f"{spot.letter}{spot.row.number}",
            }
            yield Finding("place-twice", text, values, Level.STOPS, draft.cell(spot))


def two_levels(kept: Sequence[Placed], draft: Draft) -> Iterator[Finding]:
    sectors = [one for one in kept if one.code and "/" not in one.code]
    sources = [one for one in kept if "/" in one.code]
    if sectors and sources:
        text = N_(
            "Filen har både utslippssektorer, som %(sector)s, og utslippskilder, som %(source)s. "
            "En bane gjelder ett nivå. La bare det ene stå i filen."
        )
        values = {
            "sector": draft.names.called(sectors[0].code),
            "source": draft.names.called(sources[0].code),
        }
        yield Finding("two-levels", text, values, Level.STOPS, sources[0].series.where)


def outside(kept: Iterable[Placed], draft: Draft) -> Iterator[Finding]:
    for one in kept:
        if one.code and not draft.budget.boundary.holds(one.code):
            text = N_(
                "Filen har en bane for %(place)s, som er holdt utenfor avgrensningen. Ta tallene "
                "ut av filen, eller ta utslippene med i avgrensningen."
            )
            values = {"place": draft.names.called(one.code)}
            yield Finding("path-outside", text, values, Level.STOPS, one.series.where)


def negative(reckoned: Iterable[Reckoned], draft: Draft) -> Iterator[Finding]:
    for r in reckoned:
        if r.tonnes < 0:
            text = N_("%(tonnes)s tonn: utslippene kan ikke være under null. Rett tallet i filen.")
            values = {"tonnes": show_exact(r.tonnes)}
            yield Finding("negative", text, values, Level.STOPS, draft.cell(r.figure.spot))


def nothing(first: int) -> Iterator[Finding]:
    text = N_(
        "Filen har ingen tall for %(year)s eller senere. Sjekk at det er riktig fil og riktig ark."
    )
    yield Finding("no-figures", text, {"year": first}, Level.STOPS)


def history(figures: Iterable[Figure], first: int) -> Iterator[Finding]:
    years = sorted({f.spot.year for f in figures if FIRST <= f.spot.year < first})
    if years:
        text = N_("Tall for %(years)s er ikke lest inn. Banen begynner i %(first)s.")
        values = {"years": listed(map(str, years)), "first": first}
        yield Finding("history", text, values, Level.INFO)


def words_and_blanks(rest: Sequence[tuple[Placed, Spot, Written]], first: int) -> Iterator[Finding]:
    """What stands where a figure of the path should; unknown, and never zero."""
    ahead = [written for _, spot, written in rest if spot.year >= first]
    yield from words_told(written.word for written in ahead if written.word)
    blank = sum(not written.word and not written.ambiguous for written in ahead)
    if blank:
        text = N_("%(count)s celler er tomme. De blir ukjent, ikke null.")
        yield Finding("blank", text, {"count": blank}, Level.INFO)


def against_the_edition(path: Mapping[str, Yearly], draft: Draft) -> Iterator[Finding]:
    """Places that the edition has emissions at and the path lacks; and the other way round."""
    inventory = draft.budget.inventory
    if inventory is None or not path or "" in path:
        return
    year = inventory.last_year
    by_source = any("/" in code for code in path)
    places = inventory.sources if by_source else inventory.sectors
    lacking = [code for code in places if code not in path and reference(inventory, code, year)]
    if lacking:
        text = N_(
            "Filen har ikke tall for %(places)s, som har utslipp i %(year)s. Summen av banen blir "
            "så mye for lav."
        )
        values = {"places": _named(lacking, draft.names), "year": year}
        yield Finding("places-lacking", text, values)
    unknown = [code for code in path if code not in places]
    if unknown:
        text = N_("Statistikkutgaven har ikke utslipp for %(places)s.")
        yield Finding("not-in-edition", text, {"places": _named(unknown, draft.names)})


def _named(codes: Sequence[str], names: Names) -> str:
    return listed(f"«{names.called(code).text}»" for code in codes)
