"""Measures out of a table in Excel or CSV."""

from __future__ import annotations

from collections.abc import Mapping
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
from climatebudget.core.field import show_exact
from climatebudget.core.measure_table import (
    EFFECT,
    FINANCING,
    INVESTMENT,
    OPERATING,
    PLAIN,
    fields,
)
from climatebudget.terminal import (
    FILE,
    UNKNOWN,
    as_json,
    listed,
    plain,
    refuse,
    stop,
    table,
    working,
)

if TYPE_CHECKING:
    from climatebudget.core.budget import Budget
    from climatebudget.core.measure_import import Import
    from climatebudget.core.table import Table

NOTHING = "Ingenting er lagret."
FIELDS = ", ".join(
    (*(f.key for f in PLAIN), FINANCING.key, *(f"{k}-ÅR" for k in (EFFECT, OPERATING, INVESTMENT)))
)


@main.group()
def measures() -> None:
    """Klimatiltakene i et utkast."""


@measures.command("import")
@click.argument("file", type=FILE, metavar="FIL")
@kommune
@one_year
@click.option("--sheet", help="Arket tabellen står i; ellers det som ligner mest.")
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="KOLONNE=FELT",
    help=f"Hva en kolonne (A, B …) blir, som B=name; B= leses ikke. Feltene: {FIELDS}.",
)
@click.option(
    "--answer", "answers", multiple=True, metavar="KODE=VERDI", help="Svar på et spørsmål."
)
@click.option("--new-departments", is_flag=True, help="Legg til enheter kommunen ikke har.")
@click.option("--remove-gone", is_flag=True, help="Fjern klimatiltak som tabellen ikke har.")
@click.option("--apply", "applies", is_flag=True, help="Lagre; ellers vises bare hva som endres.")
@json_wanted
def measures_import(
    file: Path,
    number: str,
    year: int,
    sheet: str | None,
    columns: tuple[str, ...],
    answers: tuple[str, ...],
    new_departments: bool,
    remove_gone: bool,
    applies: bool,
    wants_json: bool,
) -> None:
    """Les inn klimatiltak fra Excel eller CSV; uten --apply vises hva som ville blitt endret."""
    from climatebudget.core.measure_import import imported
    from climatebudget.core.measure_questions import ADD, DEPARTMENT, questions
    from climatebudget.core.measure_table import proposed
    from climatebudget.db import read, write
    from climatebudget.sheets.measure_tables import names, read_table

    with working(f"Leser {file.name}"):
        found = read_table(file, file.name, sheet)
    with writing() if applies else reading() as session:
        place = place_of(session, number, year)
        before = read.remembered_table(session, place.municipality_id, found.signature)
        budget = read.budget(session, place)
        mapping = {**proposed(found, budget, names(), before[0]), **_mapped(found, columns, budget)}
        given = {**before[1], **given_answers(answers)}
        if new_departments:
            asks = questions(found, mapping, budget, names())
            new = (q.code for q in asks if q.code.startswith(DEPARTMENT))
            given = {**dict.fromkeys(new, ADD), **given}
        done = imported(found, mapping, given, budget, names())
        refuse(done.findings, done.questions, wants_json, NOTHING)
        if applies:
            write.import_measures(
                session,
                place,
                done,
                file_name=file.name,
                signature=found.signature,
                mapping=found.remembered(mapping),
                answers=given,
                remove_gone=remove_gone,
            )
    if wants_json:
        return click.echo(as_json({"stored": applies, "mapping": mapping, **_said(done)}))
    click.echo(_told(done, remove_gone))
    click.echo("Lagret." if applies else f"{NOTHING} Kjør igjen med --apply for å lagre.")


def _mapped(found: Table, columns: tuple[str, ...], budget: Budget) -> Mapping[str, str]:
    """Column letter → field, "" for one that is not to be read; stops at what is neither."""
    letters = {column.letter for column in found.columns}
    wrong = next((c for c in columns if c.partition("=")[0] not in letters or "=" not in c), None)
    if wrong is not None:
        stop(f"«{wrong}» er ikke en kolonne i tabellen. Skriv --map KOLONNE=FELT, som B=name.")
    mapping = dict(column.split("=", 1) for column in columns)
    known = [field.key for field in fields(budget, found)]
    for letter, key in mapping.items():
        if key and key not in known:
            stop(f"«{letter}={key}»: feltet «{key}» finnes ikke. Velg blant: {', '.join(known)}.")
    return mapping


def _told(done: Import, remove_gone: bool) -> str:
    counts = [
        ("Nye", len(done.added)),
        ("Endret", len(done.changed)),
        ("Like", len(done.untouched)),
        ("Ikke i tabellen, fjernes" if remove_gone else "Ikke i tabellen, står", len(done.gone)),
        ("Rader som ikke leses inn", len(done.skipped)),
    ]
    sums = [
        (s.year, show_exact(s.tonnes), UNKNOWN if s.stated is None else show_exact(s.stated))
        for s in done.sums
    ]
    parts = [table(("Klimatiltak", "Antall"), counts)]
    if sums:
        parts.append(table(("År", "Radene, tonn", "Tabellens sum, tonn"), sums))
    return "\n\n".join([*parts, *([listed(done.findings)] if done.findings else [])])


def _said(done: Import) -> dict[str, Any]:
    return {
        "added": [plain(m) for m in done.added],
        "changed": [plain(c) for c in done.changed],
        "gone": [m.number for m in done.gone],
        "untouched": [m.number for m in done.untouched],
        "skipped": [plain(s) for s in done.skipped],
        "sums": [plain(s) for s in done.sums],
        "findings": [plain(f) for f in done.findings],
    }
