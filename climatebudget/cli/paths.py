"""A reference path out of a table in Excel or CSV."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from climatebudget.cli.context import (
    json_wanted,
    kommune,
    main,
    one_year,
    place_of,
    reading,
    writing,
)
from climatebudget.cli.inventories import given_answers
from climatebudget.core.field import LONGEST_NAME, LONGEST_TEXT, show_exact
from climatebudget.terminal import (
    DAY,
    FILE,
    UNKNOWN,
    as_json,
    asked,
    listed,
    one_word,
    plain,
    stop,
    table,
    working,
)

if TYPE_CHECKING:
    from climatebudget.core.budget import Budget
    from climatebudget.core.path_import import PathImport
    from climatebudget.core.path_questions import Names

NOTHING = "Ingenting er lagret."
UNIT = one_word("ENHET", "tonnes", "percent")


@main.group("path")
def path_() -> None:
    """Referansebanen i et utkast."""


@path_.command("import")
@click.argument("file", type=FILE, metavar="FIL")
@kommune
@one_year
@click.option("--sheet", help="Arket tabellen står i; ellers det som ligner mest.")
@click.option("--unit", type=UNIT, help="Det tallene er: tonnes eller percent.")
@click.option("--policy", help="Politikk som er med i banen; ellers som lagret.")
@click.option("--cut-off", type=DAY, help="Vedtatt til og med; ellers som lagret.")
@click.option("--author", help="Hvem som har laget banen; ellers som lagret.")
@click.option(
    "--answer", "answers", multiple=True, metavar="KODE=VERDI", help="Svar på et spørsmål."
)
@click.option("--apply", "applies", is_flag=True, help="Lagre; ellers vises bare hva som endres.")
@json_wanted
def path_import(
    file: Path,
    number: str,
    year: int,
    sheet: str | None,
    unit: str | None,
    policy: str | None,
    cut_off: date | None,
    author: str | None,
    answers: tuple[str, ...],
    applies: bool,
    wants_json: bool,
) -> None:
    """Les inn en referansebane fra Excel eller CSV; uten --apply vises bare hva som endres."""
    from climatebudget.core.path_import import imported
    from climatebudget.core.path_questions import UNIT as UNIT_ASKED
    from climatebudget.db import read, write
    from climatebudget.sheets.path_tables import names, read_path_table

    with working(f"Leser {file.name}"):
        found = read_path_table(file, file.name, sheet)
    with writing() if applies else reading() as session:
        place = place_of(session, number, year)
        budget = read.budget(session, place)
        known = names(read.added_aliases(session))
        given = {**given_answers(answers), **({UNIT_ASKED: unit} if unit else {})}
        done = imported(found, given, budget, known)
        _refuse(done, unit)
        before = budget.path
        new = done.path(
            _said(policy, before.policy if before else "", LONGEST_TEXT),
            cut_off or (before.cut_off if before else None),
            _said(author, before.author if before else "", LONGEST_NAME),
        )
        if applies:
            write.set_path(session, place, new)
    if wants_json:
        return click.echo(as_json({"stored": applies, "path": new, **_told_plain(done)}))
    click.echo(_told(done, budget, known))
    click.echo("Lagret." if applies else f"{NOTHING} Kjør igjen med --apply for å lagre.")


def _said(given: str | None, stored: str, most: int) -> str:
    """What was given, else what is stored."""
    if given is not None and len(given) > most:
        stop(f"Teksten er for lang: {len(given)} tegn. Skriv høyst {most}.")
    return stored if given is None else given.strip()


def _refuse(done: PathImport, unit: str | None) -> None:
    """Stop with what must be put right, or with what only a person knows."""
    if wrong := [f for f in done.findings if f.stops]:
        stop(listed(wrong) + f"\n{NOTHING}")
    if done.questions:
        stop("\n".join(map(asked, done.questions)) + f"\n{NOTHING}")
    if unit and done.unit and done.unit.name.lower() != unit:
        stop(f"Filen sier at tallene er {done.unit.value}, ikke det --unit sier.\n{NOTHING}")


def _told(done: PathImport, budget: Budget, names: Names) -> str:
    years = sorted({y for yearly in done.figures.values() for y in yearly.by_year})
    stored = budget.path.figures if budget.path else {}
    rows = []
    for code, yearly in done.figures.items():
        rows.append((str(names.called(code)), *(_shown(yearly[y]) for y in years)))
        if code in stored and stored[code] != yearly:
            rows.append(("  lagret nå", *(_shown(stored[code][y]) for y in years)))
    parts = [f"Nivå: {done.level.value}", table(("Tonn CO₂e", *years), rows)]
    if done.sums:
        sums = [(s.year, _shown(s.found), _shown(s.stated)) for s in done.sums]
        parts.append(table(("År", "Delene, tonn", "Filens sum, tonn"), sums))
    return "\n\n".join([*parts, *([listed(done.findings)] if done.findings else [])])


def _shown(value: Any) -> str:
    return UNKNOWN if value is None else show_exact(value)


def _told_plain(done: PathImport) -> dict[str, Any]:
    return {
        "unit": plain(done.unit),
        "level": plain(done.level),
        "sums": [plain(s) for s in done.sums],
        "findings": [plain(f) for f in done.findings],
    }
