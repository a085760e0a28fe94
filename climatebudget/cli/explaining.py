"""Forklar tallet, at the command line: the same explanation as the page's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from climatebudget.cli.context import json_wanted, main, one_version, place_of, reading
from climatebudget.core.budget import shown as in_sight
from climatebudget.core.explain import Column, Explanation, Key, Part, Scope, explain, rests_on
from climatebudget.core.explain.figure import show_percent
from climatebudget.core.field import show_day, show_exact
from climatebudget.core.quantity import Figure
from climatebudget.terminal import UNKNOWN, YEAR, as_json, heading, one_of, stop, table

if TYPE_CHECKING:
    from climatebudget.core.budget import Budget
    from climatebudget.db.read import Change

Told = tuple[Part, "Change | None"]


@main.command("explain")
@one_version
@click.argument("column", metavar="KOLONNE", type=one_of(Column, "KOLONNE"))
@click.argument("figure_year", metavar="ÅR", type=YEAR)
@click.option("--sector", default="", help="Koden til en utslippssektor, for eksempel veitrafikk.")
@json_wanted
def explained(
    number: str,
    year: int,
    slug: str,
    column: Column,
    figure_year: int,
    sector: str,
    wants_json: bool,
) -> None:
    """Forklar et tall: hva det er regnet ut av, og hvem som sist endret delene.

    KOLONNE er inventory, path, cut, increase, overlap, effect, after, allowance eller gap.
    """
    from climatebudget.core.statement import statement
    from climatebudget.db import read

    key = Key(column, figure_year, Scope.SECTOR if sector else Scope.WHOLE, sector)
    with reading() as session:
        place = place_of(session, number, year, slug)
        budget = in_sight(read.budget(session, place))
        ledger = statement(budget)
        found = explain(budget, ledger, key)
        if found is None:
            stop(f"Klimabudsjettet har ikke noe tall for «{column.value}» i {figure_year} her.")
        under = [set(rests_on(budget, ledger, part)) for part in found.parts]
        changes = read.last_changes(session, place, budget, under)
    told = list(zip(found.parts, changes, strict=True))
    click.echo(as_json(_plain(budget, found, told)) if wants_json else _text(budget, found, told))


def _plain(budget: Budget, found: Explanation, told: list[Told]) -> dict[str, Any]:
    return {
        "key": found.key,
        "title": found.title.shown(),
        "figure": found.figure,
        "formula": found.formula.shown(),
        "parts": [
            {
                "what": part.what.shown(),
                "sign": part.sign,
                "figure": part.figure,
                "percent": part.percent,
                "opens": part.opens,
                "about": part.about,
                "cites": part.cites and part.cites.shown(),
                "details": [text.shown() for text in part.details],
                "changed": change and {"at": change.at, "by": _by(budget, change)},
            }
            for part, change in told
        ],
        "notes": [note.shown() for note in found.notes],
        "made": found.made,
        "closes": found.closes,
        "closing": found.closing.shown(),
    }


def _text(budget: Budget, found: Explanation, told: list[Told]) -> str:
    head = ("Tonn", "Hva det er", "Hvor det kommer fra", "Sist endret")
    parts = table(head, (_row(budget, *one) for one in told), names=4)
    return "\n".join(_lines(budget, found, parts if told else ""))


def _lines(budget: Budget, found: Explanation, parts: str) -> Iterator[str]:
    yield heading(budget)
    unit = " tonn" if found.figure.known else ""
    yield f"{found.title.shown()}: {_number(found.figure)}{unit}"
    yield found.formula.shown()
    yield from filter(None, ("", parts, ""))
    yield found.closing.shown()
    yield from (f"- {note.shown()}" for note in found.notes)


def _row(budget: Budget, part: Part, change: Change | None) -> tuple[str, ...]:
    what = ". ".join(text.shown().removesuffix(".") for text in (part.what, *part.details))
    changed = f"{_by(budget, change)}, {show_day(change.at)}" if change else ""
    return _amount(part), what, part.cites.shown() if part.cites else "", changed


def _amount(part: Part) -> str:
    if part.percent is not None:
        return f"{show_percent(part.percent)} %"
    if part.adds is not None:
        return show_exact(part.adds)
    return _number(part.figure) if part.figure else ""


def _number(figure: Figure) -> str:
    if figure.value is None:
        return UNKNOWN
    return f"{figure.bound.value} {show_exact(figure.value)}".strip()


def _by(budget: Budget, change: Change) -> str:
    who = change.by(budget.municipality.number, named=budget.version.internal)
    return ", ".join(text.shown() for text in who)
