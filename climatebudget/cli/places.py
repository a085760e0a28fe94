"""Municipalities and their budget years."""

from __future__ import annotations

import click

from climatebudget.cli.context import kommune, main, municipality_of, one_year, writing
from climatebudget.terminal import NUMBER, YEAR, one_word, stop

NAMES = {"nb": "bokmål", "nn": "nynorsk"}
LANGUAGE = one_word("SPRÅK", *NAMES)


@main.group()
def municipality() -> None:
    """Kommunene i installasjonen."""


@municipality.command("add")
@click.argument("number", type=NUMBER, metavar="NR")
@click.option("--language", type=LANGUAGE, default="nb", show_default=True)
def municipality_add(number: str, language: str) -> None:
    """Legg til kommunen med nummeret NR."""
    from climatebudget import catalogue
    from climatebudget.db import write

    if number not in catalogue.areas():
        stop(f"Ingen kommune har nummeret {number}. Se kommunelisten hos SSB.")
    name = catalogue.areas()[number].name
    with writing() as session:
        write.add_municipality(session, number, name, language)
    click.echo(f"{name} ({number}) er lagt til.")


@municipality.command("set")
@click.argument("number", type=NUMBER, metavar="NR")
@click.option("--language", type=LANGUAGE, required=True, help="nb eller nn.")
def municipality_set(number: str, language: str) -> None:
    """Velg språket på sidene og vedleggene til kommunen NR."""
    from climatebudget.db import write

    with writing() as session:
        write.set_language(session, municipality_of(session, number), language)
    click.echo(f"Sidene og vedleggene for kommune {number} er nå på {NAMES[language]}.")


@main.group("year")
def budget_year() -> None:
    """Budsjettår."""


@budget_year.command("open")
@kommune
@one_year
@click.option("--horizon", type=YEAR, required=True, help="Siste år, ofte målåret.")
def year_open(number: str, year: int, horizon: int) -> None:
    """Åpne et budsjettår med et tomt utkast."""
    from climatebudget.db import write

    if horizon < year:
        stop(f"Siste år ({horizon}) kan ikke være før budsjettåret {year}.")
    with writing() as session:
        write.open_budget_year(session, municipality_of(session, number), year, horizon)
    click.echo(f"Budsjettåret {year} er åpnet.")
