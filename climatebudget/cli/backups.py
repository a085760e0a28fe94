"""A copy of the whole database, out and in again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from climatebudget.cli.context import database_url, engine, main, now
from climatebudget.core.field import show_moment, show_number
from climatebudget.terminal import OUT, say, working

if TYPE_CHECKING:
    from climatebudget.db.backup import Manifest


@main.command()
@click.argument("file", type=OUT, metavar="FIL")
@click.option("--check", is_flag=True, help="Kontroller en kopi som finnes.")
@click.pass_context
def backup(context: click.Context, file: Path, check: bool) -> None:
    """Skriv en kontrollert sikkerhetskopi av databasen, også mens den er i bruk."""
    from climatebudget.db import backup as backups

    if check:
        with working(f"Kontrollerer {file}"):
            manifest = backups.check(file)
        click.echo(f"{file} er hel. Kopiert {_described(manifest)}.")
    else:
        with working("Kopierer databasen"):
            manifest = backups.back_up(engine(), file, now())
        click.echo(f"{file} er skrevet og kontrollert: {_described(manifest)}.")
    context.exit(_tell_wrong(manifest))


@main.command()
@click.argument("file", type=OUT, metavar="FIL")
@click.option("--to", metavar="FIL|ADRESSE", help="En ny SQLite-fil, eller en tom database.")
@click.option("--replace", is_flag=True, help="Erstatt databasen; den gamle blir liggende.")
@click.pass_context
def restore(context: click.Context, file: Path, to: str | None, replace: bool) -> None:
    """Gjør en sikkerhetskopi til database igjen, når kopien er kontrollert."""
    from climatebudget.db import backup as backups

    url = database_url() if to is None else to if "://" in to else f"sqlite:///{to}"
    with working("Legger inn kopien"):
        restored = backups.restore(file, url, now(), replace=replace)
    click.echo(f"Kopien er lagt inn: {_described(restored.manifest)}.")
    if restored.kept:
        click.echo(f"Den gamle databasen ligger i {restored.kept}.")
    context.exit(_tell_wrong(restored.manifest))


def _described(manifest: Manifest) -> str:
    rows, tables = show_number(manifest.rows), len(manifest.contents.tables)
    told = f"{show_moment(manifest.when)}, {rows} rader i {tables} tabeller"
    return told if manifest.contents.verified else f"{told}; kontrollsummene er ikke regnet ut"


def _tell_wrong(manifest: Manifest) -> int:
    """A copy is true to its database, also where that was not as it had been stored."""
    if not manifest.contents.wrong:
        return 0
    return say("\n- ".join(("Databasen var ikke som den ble lagret:", *manifest.contents.wrong)))
