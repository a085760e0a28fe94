"""What changed between two editions, and what it does to the budgets on the older."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from climatebudget.catalogue import areas, sources
from climatebudget.cli.context import json_wanted, reading
from climatebudget.cli.inventories import edition_named, inventory
from climatebudget.core.compare import Comparison, Part, Shift, compare, shifts
from climatebudget.core.field import show_number
from climatebudget.core.inventory import Edition
from climatebudget.core.rebase import Moved, Stand, rebase
from climatebudget.terminal import NUMBER, UNKNOWN, YEAR, as_json, plain, shown, stop, table

if TYPE_CHECKING:
    from climatebudget import db
    from climatebudget.db.values import Place

FEW = 20  # of the largest differences, for people; JSON has them all
TENTH = Decimal("0.1")
Budgets = list[tuple["Place", Moved | None]]


@inventory.command("diff")
@click.argument("old", metavar="GAMMEL")
@click.argument("new", metavar="NY")
@click.option("--kommune", "number", type=NUMBER, help="Hvert tall for en kommune.")
@click.option("--since", type=YEAR, help="Året endringen regnes fra, ellers det første.")
@json_wanted
def inventory_diff(
    old: str, new: str, number: str | None, since: int | None, wants_json: bool
) -> None:
    """Vis hva som er endret mellom to utgaver, og hva det gjør med klimabudsjettene."""
    with reading() as session:
        before, after = (edition_named(session, slug, number)[0] for slug in (old, new))
        if number:
            _one(session, before, after, number, wants_json)
        else:
            _all(session, before, after, since, wants_json)


def _one(session: db.Session, old: Edition, new: Edition, number: str, wants_json: bool) -> None:
    from climatebudget.db import read

    known = read.municipality(session, number)
    owner = known[0] if known else None
    before, after = (read.inventory_at(session, e, number, owner) for e in (old, new))
    if before is None or after is None:
        stop(f"«{(new if before else old).name}» har ikke tall for kommune {number}.")
    found, budgets = compare(before, after), _budgets(session, old, new, owner)
    if wants_json:
        said = {"editions": [old.slug, new.slug], "municipality": number, **_as_plain(found)}
        return click.echo(as_json({**said, "budgets": list(map(_budget_as_plain, budgets))}))
    click.echo("\n\n".join(filter(None, [_told(old, new, number, found), _told_budgets(budgets)])))


def _all(
    session: db.Session, old: Edition, new: Edition, since: int | None, wants_json: bool
) -> None:
    from climatebudget.db import read

    years = [year for year in old.years if year in new.years]
    if not years or since not in (None, *years):
        stop(f"Utgavene har ikke {since or 'noe år'} felles.")
    first, last, latest = since or years[0], years[-1], new.years[-1]
    before = read.totals(session, old, {first, last})
    after = read.totals(session, new, {first, last, latest})
    moved = shifts(before, after, first, last, latest)
    if not moved:
        stop("Utgavene har ingen kommune felles, så de kan ikke sammenlignes.")
    budgets = _budgets(session, old, new, None)
    if wants_json:
        said = {"editions": [old.slug, new.slug], "years": [first, last, latest]}
        rows = [{**plain(shift), "points": plain(shift.points)} for shift in moved]
        return click.echo(
            as_json({**said, "areas": rows, "budgets": list(map(_budget_as_plain, budgets))})
        )
    click.echo(f"{_named(old)} → {_named(new)}, endring i prosent")
    click.echo(_municipalities(moved, first, last, latest))
    if budgets:
        click.echo(f"\n{_told_budgets(budgets)}")


def _budgets(session: db.Session, old: Edition, new: Edition, owner: int | None) -> Budgets:
    """Each version on the older edition: a draft as it would be on the newer; None is frozen."""
    from climatebudget.db import read

    return [
        (
            there,
            None
            if there.version.frozen
            else rebase(read.budget(session, there), new, read.inventory_in(session, new, there)),
        )
        for there in read.standing_on(session, old, owner)
    ]


# ---- for people --------------------------------------------------------------------------------


def _named(edition: Edition) -> str:
    return f"{edition.slug} ({edition.published or UNKNOWN})"


def _told(old: Edition, new: Edition, number: str, found: Comparison) -> str:
    area = areas()[number].name if number in areas() else number
    lines = [
        f"{area} ({number}): {_named(old)} → {_named(new)}",
        f"{show_number(len(found.cells))} tall er endret. Netto {_signed(found.whole.net)} tonn, "
        f"uten fortegn {show_number(found.whole.absolute, TENTH)} tonn.",
    ]
    for words, years in (("Nye år", found.new_years), ("År som er borte", found.gone_years)):
        if years:
            lines.append(f"{words}: {', '.join(map(str, years))}.")
    for words, some in (("Nye utslippskilder", found.new), ("Ikke med lenger", found.gone)):
        if some:
            lines.append(f"{words}: {', '.join(named(s.code) for s in some)}.")
    lines += [f"{named(was)} heter nå {named(now)}." for was, now in found.renamed.items()]
    if found.cells:
        lines += ["", _years(found.by_year), "", _sources(found), "", _cells(found)]
    return "\n".join(lines)


def named(code: str) -> str:
    """A source as it is published, with its sector where the two differ; else its code."""
    source = sources().get(code)
    if source is None:
        return code
    same = source.name == source.sector_name
    return source.name if same else f"{source.sector_name}: {source.name}"


def _years(parts: Iterable[Part]) -> str:
    head = ("År", "Før", "Nå", "Netto", "Uten fortegn", "Tall")
    return table(head, ((p.key, *_tonnes(p.before, p.after), *_moved(p)) for p in parts))


def _sources(found: Comparison) -> str:
    head = ("Utslippskilde, alle år", "Netto", "Uten fortegn", "Tall")
    return table(head, ((named(str(p.key)), *_moved(p)) for p in found.by_source[:FEW]))


def _cells(found: Comparison) -> str:
    head = ("De største forskjellene", "År", "Før", "Nå", "Endring")
    return table(
        head,
        (
            (named(c.code), c.year, *_tonnes(c.before, c.after), _signed(c.change))
            for c in found.cells[:FEW]
        ),
    )


def _municipalities(moved: Iterable[Shift], first: int, last: int, latest: int) -> str:
    head = ("Område", "", f"{first}–{last}, før", "nå", "prosentpoeng", f"{first}–{latest}, nå")
    rows = (
        (s.area, areas()[s.area].name, *map(_percent, (s.before, s.after, s.points, s.latest)))
        for s in moved
    )
    return table(head, rows, names=2)


def _told_budgets(budgets: Budgets) -> str:
    """A block for each version on the older edition: what moves, or that it stands."""
    blocks = []
    for there, move in budgets:
        name, slug = there.municipality.name, there.version.slug
        heading = f"Klimabudsjett {there.budget_year.year}, {name}: {slug}"
        if move is None:
            blocks.append(f"{heading} er låst og blir stående.")
        elif move.after.inventory is None:
            blocks.append(f"{heading} kan ikke flyttes: den nye utgaven har ikke tall for {name}.")
        elif not move.targets:
            blocks.append(f"{heading} har ikke noe mål.")
        else:
            blocks.append(f"{heading}\n{_targets(move)}")
    return "\n\n".join(blocks)


def _targets(move: Moved) -> str:
    rows: list[tuple[object, ...]] = []
    for target, before, after in move.targets:
        rows += [
            (
                f"Utslipp i {target.reference_year}",
                shown(before.reference, 1),
                shown(after.reference, 1),
            ),
            (f"Mål i {target.year}", shown(before.allowed, 1), shown(after.allowed, 1)),
            (f"Gjenstår i {target.year}", shown(before.gap), shown(after.gap)),
        ]
    return table(("Tonn CO₂e", "Før", "Nå"), rows)


def _tonnes(*values: Decimal) -> Iterable[str]:
    return (show_number(value, TENTH) for value in values)


def _moved(part: Part) -> tuple[str, str, str]:
    return _signed(part.net), show_number(part.absolute, TENTH), show_number(part.cells)


def _signed(value: Decimal) -> str:
    return ("+" if value > 0 else "") + show_number(value, TENTH)


def _percent(value: Decimal | None) -> str:
    return UNKNOWN if value is None else show_number(value, TENTH)


# ---- for programs ------------------------------------------------------------------------------


def _as_plain(found: Comparison) -> dict[str, Any]:
    return {
        "years": found.years,
        "new_years": found.new_years,
        "gone_years": found.gone_years,
        "new": [source.code for source in found.new],
        "gone": [source.code for source in found.gone],
        "renamed": found.renamed,
        "net": found.whole.net,
        "absolute": found.whole.absolute,
        "by_year": [{**plain(p), "net": plain(p.net)} for p in found.by_year],
        "by_sector": [{**plain(p), "net": plain(p.net)} for p in found.by_sector],
        "by_source": [{**plain(p), "net": plain(p.net)} for p in found.by_source],
        "cells": [{**plain(c), "change": plain(c.change)} for c in found.cells],
    }


def _budget_as_plain(found: tuple[Place, Moved | None]) -> dict[str, Any]:
    there, move = found
    targets = move.targets if move else ()
    return {
        "municipality": there.municipality.number,
        "year": there.budget_year.year,
        "version": there.version.slug,
        "stays": move is None,
        "targets": [
            {"year": target.year, "before": _stand(before), "after": _stand(after)}
            for target, before, after in targets
        ],
    }


def _stand(stand: Stand) -> dict[str, Any]:
    return {"reference": stand.reference, "allowed": stand.allowed, "gap": stand.gap}
