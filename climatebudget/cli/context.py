"""What a command starts from: the group it belongs to, the database and the version it names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from climatebudget.core.budget import shown
from climatebudget.terminal import NUMBER, YEAR, Commands, Kind, stop

if TYPE_CHECKING:
    import sqlalchemy as sa

    from climatebudget import db
    from climatebudget.core.budget import Budget
    from climatebudget.core.statement import Statement
    from climatebudget.db.values import Place

INSTANCE = Path("instance")
ACTOR = "kommandolinjen"
F = TypeVar("F", bound=Callable[..., Any])

kommune = click.option(
    "--kommune", "number", type=NUMBER, required=True, help="Kommunenummer, fire siffer."
)
one_year = click.option("--year", type=YEAR, required=True, help="Budsjettåret.")
json_wanted = click.option("--json", "wants_json", is_flag=True, help="JSON med eksakte tall.")


def _area(text: str) -> str:
    """A municipality, a county or the country, as of today; one that is gone names who followed."""
    from climatebudget import catalogue

    if text in catalogue.areas():
        return text
    if followed := catalogue.successor(text):
        names = " og ".join(f"{n} {catalogue.areas()[n].name}" for n in followed)
        raise ValueError(f"{text} finnes ikke lenger. Kommunen er blitt {names}.")
    raise ValueError(
        f"«{text}» er ikke et område. Skriv et kommunenummer (0301), et fylkesnummer (40) eller 0 "
        "for landet."
    )


AREA = Kind("NR", _area)


def one_version(command: F) -> F:
    """The options that name a version."""
    slug = click.option(
        "--version",
        "slug",
        default="utkast",
        show_default=True,
        metavar="VERSJON",
        help="utkast, vedtatt, …",
    )
    return kommune(one_year(slug(command)))


@click.group("climatebudget", cls=Commands)
def main() -> None:
    """Klimabudsjett for norske kommuner.

    Databasen er den CLIMATEBUDGET_DATABASE_URL peker på, ellers SQLite i mappen «instance».
    """


def database_url() -> str:
    from climatebudget import db

    return os.environ.get("CLIMATEBUDGET_DATABASE_URL") or db.DEFAULT_URL


def engine() -> sa.Engine:
    """The installation's database, closed when the command ends."""
    from climatebudget import db

    opened = db.connect(database_url())
    click.get_current_context().call_on_close(opened.dispose)
    return opened


@contextmanager
def reading() -> Iterator[db.Session]:
    with _session(writes=False) as session:
        yield session


@contextmanager
def writing() -> Iterator[db.Session]:
    """What is done inside is stored when it ends well, and else nothing of it."""
    with _session(writes=True) as session:
        yield session
        session.commit()


def _session(writes: bool) -> db.Session:
    from climatebudget import db
    from climatebudget.db.upgrade import current, head

    database = engine()
    if current(database) != head():
        stop("Databasen er ikke klar. Kjør «climatebudget db upgrade».")
    return db.session(database, ACTOR, writes=writes)


def now() -> datetime:
    return datetime.now(UTC)


def municipality_of(session: db.Session, number: str) -> int:
    from climatebudget.db import read

    known = read.municipality(session, number)
    if known is None:
        stop(f"Kommune {number} er ikke her. Kjør «climatebudget municipality add {number}».")
    return known[0]


def place_of(session: db.Session, number: str, year: int, slug: str = "utkast") -> Place:
    from climatebudget.db import read

    place = read.place(session, number, year, slug)
    if place is None:
        versions = read.versions(session, municipality_of(session, number), year)
        if not versions:
            stop(f"Budsjettåret {year} er ikke åpnet. Kjør «climatebudget year open».")
        slugs = ", ".join(v.slug for v in versions)
        stop(f"Versjonen «{slug}» finnes ikke. {year} har: {slugs}.")
    return place


def budget_of(number: str, year: int, slug: str) -> tuple[Budget, Statement]:
    from climatebudget.core.statement import statement
    from climatebudget.db import read

    with reading() as session:
        budget = shown(read.budget(session, place_of(session, number, year, slug)))
    return budget, statement(budget)
