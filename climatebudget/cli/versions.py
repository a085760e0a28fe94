"""Freezing the draft, and laying a version before the politicians."""

from __future__ import annotations

import click

from climatebudget.cli.context import kommune, main, now, one_year, place_of, writing
from climatebudget.core.budget import Kind
from climatebudget.terminal import listed, one_of, stop, working


@main.command()
@kommune
@one_year
@click.option(
    "--kind", type=one_of(Kind, "SLAG", [Kind.DRAFT]), required=True, help="forslag, vedtatt, …"
)
@click.option("--decision", default="", metavar="TEKST", help="Organ, dato og saksnummer.")
def freeze(number: str, year: int, kind: Kind, decision: str) -> None:
    """Lås en kopi av utkastet; utkastet står åpent ved siden av."""
    from climatebudget.core.reconcile import reconcile
    from climatebudget.core.statement import statement
    from climatebudget.db import read, write

    with working("Låser"), writing() as session:
        place = place_of(session, number, year)
        budget = read.budget(session, place)
        stopping = [f for f in reconcile(budget, statement(budget)) if f.stops]
        if stopping:
            stop(listed(stopping) + "\nIngenting er låst.")
        version = write.freeze(session, place, kind, decision, now())
    click.echo(f"«{version.slug}» er låst, sha256 {version.sha256}.")
    click.echo(f"Protokollen: {version.record_head}")


@main.command()
@kommune
@one_year
@click.option(
    "--version", "slug", required=True, metavar="VERSJON", help="Den låste: forslag, vedtatt, …"
)
def present(number: str, year: int, slug: str) -> None:
    """Legg fram en låst versjon, én gang for alle."""
    from climatebudget.db import write

    with writing() as session:
        write.present(session, place_of(session, number, year, slug), now())
    click.echo(f"«{slug}» er lagt fram.")
