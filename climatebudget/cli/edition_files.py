"""Editions as files: out of the installation, and into it from an address."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from climatebudget.cli.context import reading
from climatebudget.cli.fetching import NotFetched, fetch
from climatebudget.cli.inventories import edition_named, import_file, import_options, inventory
from climatebudget.files import written_whole
from climatebudget.terminal import NUMBER, OUT, counting, stop, working

SUFFIXES = ("csv", "xlsx")


@inventory.command("export")
@click.argument("edition", metavar="UTGAVE")
@click.option("--kommune", "number", type=NUMBER, help="Bare kommunens rader.")
@click.option("--out", "file", type=OUT, required=True, help="Filen, .csv eller .xlsx.")
def inventory_export(edition: str, number: str | None, file: Path) -> None:
    """Skriv radene i en statistikkutgave til en fil som kan leses inn igjen."""
    from climatebudget.db import read
    from climatebudget.sheets import editions

    suffix = file.suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        stop(f"{file} må ende på .csv eller .xlsx.")
    with reading() as session, working(f"Skriver {file.name}"):
        found, owner = edition_named(session, edition, number)
        if number and number not in found.areas:
            stop(f"«{found.name}» har ikke tall for kommune {number}.")
        emissions = read.emissions(session, found, owner, number)
        with written_whole(file, replace=True) as part:
            editions.write(part, suffix, found, emissions)
    click.echo(f"«{found.name}» er skrevet til {file}.")


@inventory.command("file")
@click.argument("edition", metavar="UTGAVE")
@click.option("--kommune", "number", type=NUMBER, help="Let blant kommunens egne utgaver først.")
@click.option("--out", "file", type=OUT, required=True, help="Filen.")
def inventory_file(edition: str, number: str | None, file: Path) -> None:
    """Skriv ut filen en statistikkutgave ble lest inn fra, byte for byte."""
    from climatebudget.db import read

    with reading() as session:
        found, owner = edition_named(session, edition, number)
        stored = read.edition_file(session, found.slug, owner)
        if stored is None:
            stop(f"Filen til «{found.name}» er ikke her.")
        name, parts = stored
        with written_whole(file, replace=True) as part, part.open("wb") as opened:
            opened.writelines(parts)
    click.echo(f"{name} er skrevet til {file}, sha256 {found.sha256}.")


@inventory.command("fetch")
@click.argument("url", metavar="ADRESSE")
@import_options
def inventory_fetch(url: str, **options: Any) -> None:
    """Hent en statistikkutgave fra en adresse (https) og les den inn."""
    with TemporaryDirectory(prefix="climatebudget-") as folder:
        try:
            with counting("Henter") as told:
                file = fetch(url, Path(folder), told=told)
        except NotFetched as why:
            stop(f"{why} Ingenting er lagret.")
        import_file(file, **options)
