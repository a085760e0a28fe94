"""The database and its sessions. A session comes from here, and comes guarded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from climatebudget.db import guard

DEFAULT_URL = "sqlite:///instance/climatebudget.sqlite3"
APPLICATION_ID = 0x4B4C494D  # "KLIM", in the header of the file
OLDEST_SQLITE = (3, 37)
# What each connection to SQLite is set to, and what reading it back must give.
PRAGMAS: dict[str, tuple[str, str | int]] = {
    "busy_timeout": ("5000", 5000),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "foreign_keys": ("ON", 1),
    # Without it INSERT OR REPLACE deletes rows without asking the triggers.
    "recursive_triggers": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "cell_size_check": ("ON", 1),
    "cache_size": ("-4000", -4000),
    "temp_store": ("MEMORY", 2),
}

Session = orm.Session
Clock = Callable[[], datetime]


class WrongSetting(RuntimeError):
    """The database cannot be used as it is set up; the message says what is wrong."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def connect(url: str | sa.URL = DEFAULT_URL, **options: Any) -> sa.Engine:
    """An engine; a SQLite file's folder is made. Raises `WrongSetting` for other databases."""
    address = sa.make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, **options)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    elif engine.dialect.name != "postgresql":
        raise WrongSetting(
            f"Databasen «{engine.dialect.name}» støttes ikke. Bruk SQLite eller PostgreSQL."
        )
    return engine


def session(
    engine: sa.Engine, actor: str | int, *, writes: bool = False, clock: Clock = utc_now
) -> Session:
    """A session whose changes are checked, and recorded in the actor's name.

    One that may write says so: on SQLite it takes the write lock at its first statement
    (BEGIN IMMEDIATE), so that what it has read still holds when it writes.
    """
    bind = engine.execution_options(writes=writes)
    new = Session(bind, info={"actor": str(actor), "writes": writes, "clock": clock})
    guard.watch(new)
    return new


def sqlite_file(engine: sa.Engine) -> Path | None:
    """Where a SQLite database lies; None for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return None
    return Path(str(engine.url.database).removeprefix("file:").partition("?")[0])


def give_room_back(engine: sa.Engine) -> None:
    """Empty SQLite's log, which keeps the size it had when the disk ran full; if it can."""
    if engine.dialect.name != "sqlite":
        return
    with suppress(sa.exc.OperationalError), engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()  # type: ignore[union-attr]


def _prepare_sqlite(engine: sa.Engine) -> None:
    database = engine.url.database
    if not database or database == ":memory:":
        raise WrongSetting(
            "SQLite må ligge i en fil. Oppgi for eksempel sqlite:///instance/klima.sqlite3."
        )
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise WrongSetting(f"SQLite {sqlite3.sqlite_version} er for gammel. Minst 3.37 trengs.")
    if not database.startswith("file:"):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def _set_up(connection: Any, _record: object) -> None:
    # The driver's own transactions leave half a migration behind; we begin them ourselves.
    connection.isolation_level = None
    set_pragmas(connection)
    read_back(connection)


def set_pragmas(connection: sqlite3.Connection) -> None:
    for name, (value, _) in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()


def read_back(connection: sqlite3.Connection) -> None:
    """Raise `WrongSetting` unless every pragma is as it was set, and the file is ours or new."""
    for name, (_, expected) in PRAGMAS.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            raise WrongSetting(
                f"SQLite har {name} = {found}, men trenger {expected}. Databasen brukes ikke slik."
            )
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    if application_id not in (0, APPLICATION_ID):
        raise WrongSetting("Filen er en SQLite-database, men ikke et klimabudsjett.")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
