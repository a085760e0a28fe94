"""Years gone by: what a version planned beside what a later edition says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from climatebudget.cli.context import json_wanted, main, one_version, place_of, reading
from climatebudget.terminal import UNKNOWN, as_json, heading, plain, shown, stop, table

if TYPE_CHECKING:
    from climatebudget import db
    from climatebudget.core.budget import Budget
    from climatebudget.core.inventory import Edition
    from climatebudget.core.observed import Observed, YearGone
    from climatebudget.core.statement import Statement
    from climatebudget.db.values import Place

SOURCE = "  "  # a source stands under its sector


@main.command()
@one_version
@click.option("--edition", "wanted", help="Utgaven det holdes opp mot, ellers den nyeste.")
@json_wanted
def observed(number: str, year: int, slug: str, wanted: str | None, wants_json: bool) -> None:
    """Vis hva klimabudsjettet ventet, og hva det ble, i år som er gått."""
    from climatebudget import catalogue
    from climatebudget.core.budget import shown as as_shown
    from climatebudget.core.observed import as_planned, gone
    from climatebudget.core.observed_text import cannot
    from climatebudget.core.statement import statement
    from climatebudget.db import read

    with reading() as session:
        place = place_of(session, number, year, slug)
        budget = as_shown(read.budget(session, place))
        edition = _edition(session, place, budget, wanted)
        published = read.inventory_in(session, edition, place)
    ledger = statement(budget)
    later = as_planned(budget, published, catalogue.sources()) if published else None
    found = gone(budget, ledger, later) if later else ()
    if not found:
        stop(" ".join(text.shown() for text in cannot(budget, edition.name, published)))
    if wants_json:
        return click.echo(as_json(_as_plain(budget, edition, found)))
    click.echo(heading(budget))
    for one in found:
        click.echo(f"\n{_told(budget, ledger, edition, one)}")


def _edition(session: db.Session, place: Place, budget: Budget, wanted: str | None) -> Edition:
    from climatebudget.core.observed import newer
    from climatebudget.core.observed_text import nothing
    from climatebudget.db import read

    numbers = {place.municipality.number, budget.municipality.number}
    numbers |= {budget.published.area} if budget.published else set()
    found = newer(budget, read.editions(session, place.municipality_id), numbers)
    if not found:
        stop(" ".join(text.shown() for text in nothing(budget)))
    chosen = next((e for e in found if wanted in (None, e.slug)), None)
    if chosen is None:
        slugs = ", ".join(e.slug for e in found)
        stop(f"«{wanted}» kan ikke holdes opp mot klimabudsjettet. Velg en av disse: {slugs}.")
    return chosen


# ---- for people --------------------------------------------------------------------------------


def _told(budget: Budget, ledger: Statement, edition: Edition, found: YearGone) -> str:
    from climatebudget.core.observed_text import lead

    head = (
        f"Tonn CO₂e i {found.year}, {edition.name}",
        *("Ventet", "Ble", "Forskjell", "Endret statistikk", "Resten"),
    )
    said = " ".join(text.shown() for text in lead(found, budget, ledger))
    return f"{said}\n\n{table(head, _rows(found))}"


def _rows(found: YearGone) -> Iterator[tuple[str, ...]]:
    for code, sector in found.sectors.items():
        if sector.whole.something:
            yield _row(code, sector.whole)
        for source, line in sector.sources.items():
            if line.something:
                yield _row(SOURCE + source, line)
        if sector.unplaced:
            yield _unplaced(f"{SOURCE}{code}/ufordelt", shown(sector.unplaced))
    if found.unplaced:
        yield _unplaced("ufordelt", shown(found.unplaced))
    yield _row("Sum", found.total)


def _row(name: str, line: Observed) -> tuple[str, ...]:
    planned = shown(line.planned, 1) if line.had or line.planned.value else "–"
    came = shown(line.observed, 1) if line.has else "–"
    return (name, planned, came, *(shown(v, 1) for v in (line.difference, line.recast, line.rest)))


def _unplaced(name: str, cut: str) -> tuple[str, ...]:
    """What is to be cut without a place: it lowers what was planned, and nothing else."""
    return (name, cut if cut == UNKNOWN else f"−{cut}", *("–",) * 4)


# ---- for programs ------------------------------------------------------------------------------


def _as_plain(budget: Budget, edition: Edition, found: tuple[YearGone, ...]) -> dict[str, Any]:
    return {
        "municipality": budget.municipality,
        "budget_year": budget.budget_year,
        "version": budget.version,
        "edition": budget.edition and budget.edition.slug,
        "later_edition": edition.slug,
        "years": [
            {
                "year": one.year,
                "base": one.base,
                "absolute": one.absolute,
                "total": _line(one.total),
                "sectors": {
                    code: {
                        **_line(sector.whole),
                        "sources": {c: _line(line) for c, line in sector.sources.items()},
                        "unplaced": sector.unplaced,
                    }
                    for code, sector in one.sectors.items()
                },
                "unplaced": one.unplaced,
            }
            for one in found
        ],
    }


def _line(line: Observed) -> dict[str, Any]:
    return {
        **plain(line),
        "difference": line.difference,
        "recast": line.recast,
        "rest": line.rest,
    }
