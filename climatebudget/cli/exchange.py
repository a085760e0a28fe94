"""The drafts of a municipality as a file, out and in again."""

from __future__ import annotations

from pathlib import Path

import click

from climatebudget.cli.context import kommune, main, municipality_of, place_of, reading, writing
from climatebudget.files import written_whole
from climatebudget.terminal import FILE, OUT, YEAR, listed, stop


@main.command()
@kommune
@click.option("--year", type=YEAR, help="Bare dette budsjettåret.")
@click.option("--out", type=OUT, required=True, help="Filen som skal skrives, .json.")
def export(number: str, year: int | None, out: Path) -> None:
    """Skriv utkastene til en kommune som JSON, uten kontaktpersoner."""
    from climatebudget.core import exchange
    from climatebudget.db import read

    with reading() as session:
        opened = read.budget_years(session, municipality_of(session, number))
        years = [year] if year else sorted(y.year for y in opened)
        budgets = [read.budget(session, place_of(session, number, y)) for y in years]
    if not budgets:
        stop(f"Kommune {number} har ingen budsjettår ennå.")
    with written_whole(out, replace=True) as part:
        part.write_text(exchange.dumps(exchange.to_json(*budgets)), encoding="utf-8")
    click.echo(f"{out} er skrevet.")


@main.command()
@click.argument("file", type=FILE, metavar="FIL")
def load(file: Path) -> None:
    """Les inn en fil fra «export»: alt, eller ingenting."""
    from climatebudget.core import exchange
    from climatebudget.db import read
    from climatebudget.db.load import load

    with writing() as session:
        found, wrong = exchange.loads(file.read_bytes(), read.sources(session))
        if found is None:
            stop(listed(wrong) + "\nIngenting er lagret.")
        loaded = load(session, found)
    click.echo("\n".join((f"{found.municipality.name} er lest inn.", *loaded)))
