"""The database itself: its structure, and whether it is as it was stored."""

from __future__ import annotations

import click

from climatebudget.cli.context import engine, main, reading
from climatebudget.terminal import say, stop, working


@main.group("db")
def database() -> None:
    """Databasens struktur."""


@database.command("upgrade")
def db_upgrade() -> None:
    """Gjør databasen klar for denne utgaven av programmet."""
    from climatebudget.db.upgrade import current, upgrade

    with working("Gjør databasen klar"):
        upgrade(opened := engine())
    click.echo(f"Databasen er klar ({current(opened)}).")


@database.command("current")
def db_current() -> None:
    """Skriv hvilken struktur databasen har."""
    from climatebudget.db.upgrade import current, head

    found = current(engine())
    click.echo(found or "tom")
    if found != head():
        say(f"Programmet trenger {head()}. Kjør «climatebudget db upgrade».")


@main.command()
@click.option("--head", metavar="N:HASH", help="Et tidligere utskrevet hode av en protokoll.")
def verify(head: str | None) -> None:
    """Regn ut alle kontrollsummer på nytt."""
    from climatebudget.db.verify import verify

    with working("Kontrollerer"), reading() as session:
        wrong = verify(session, head)
    if wrong:
        stop("\n".join(wrong))
    click.echo("Alle kontrollsummer stemmer.")
