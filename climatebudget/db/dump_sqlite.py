"""SQLite's part of a copy: its own backup out, a file put in its place in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from climatebudget.db.engine import connect
from climatebudget.db.errors import Refused
from climatebudget.files import sync

LOGS = ("-wal", "-shm")
ERRORS_SHOWN = 3


@contextmanager
def copied(engine: sa.Engine, into: Path) -> Iterator[sa.Connection]:
    """One moment of the database in a file of its own, opened and found to be sound.

    All pages in one step: SQLite would begin again whenever another process writes in between.
    """
    target = sqlite3.connect(into)
    try:
        with engine.connect() as source:
            driver = source.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.backup(target)
    finally:
        target.close()
    with opened(into) as connection:
        yield connection


@contextmanager
def opened(file: Path) -> Iterator[sa.Connection]:
    """A connection to a copy; raises `Refused` where SQLite finds it damaged."""
    engine = connect(sa.URL.create("sqlite", database=str(file)))
    try:
        with engine.connect() as connection:
            _refuse_unsound(connection)
            yield connection
    except sa.exc.DatabaseError as error:
        if not isinstance(error.orig, sqlite3.DatabaseError) or _is_transient(error.orig):
            raise
        raise Refused("SQLite kan ikke lese kopien: %(why)s.", why=error.orig) from error
    finally:
        engine.dispose()  # which writes the log back and removes it


def _is_transient(error: sqlite3.DatabaseError) -> bool:
    """Not the file's fault: the disk is full, or somebody holds a lock."""
    return isinstance(error, sqlite3.OperationalError)


def _refuse_unsound(connection: sa.Connection) -> None:
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({ERRORS_SHOWN})").scalars().all()
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    wrong = [*(line for line in found if line != "ok"), *(f"{row[0]}" for row in orphans)]
    if wrong:
        text = "SQLite finner feil i databasen: %(what)s."
        raise Refused(text, what="; ".join(wrong[:ERRORS_SHOWN]))


def path_of(engine: sa.Engine) -> Path:
    """The file behind the engine, however its address is written."""
    with engine.connect() as connection:
        listed = connection.exec_driver_sql("PRAGMA database_list")  # and a temporary one, at times
        return Path(next(row[2] for row in listed if row[1] == "main"))


@dataclass(frozen=True)
class Restoring:
    """A copy on its way to become the database at an address."""

    address: sa.URL
    now: datetime
    replace: bool

    @property
    def file(self) -> Path:
        return Path(self.address.database or "")

    @contextmanager
    def room(self) -> Iterator[Path]:
        """A folder on the database's own disk, once there is nothing in the way."""
        if self.file.exists() and not self.replace:
            text = "%(file)s finnes fra før. Oppgi en ny fil med --to, eller bruk --replace."
            raise Refused(text, file=self.file)
        if self.file.exists():
            with alone(self.file):
                pass  # to tell at once; it is asked again when it matters
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".climatebudget-", dir=self.file.parent) as folder:
            yield Path(folder)

    @contextmanager
    def loaded(self, data: Path) -> Iterator[sa.Connection]:
        with opened(data) as connection:
            yield connection

    def finish(self, data: Path) -> Path | None:
        """Put the file in its place; at every moment one of the two databases is there."""
        sync(data)
        kept = None
        if not self.file.exists():
            os.link(data, self.file)
        else:
            kept = self._free_name()
            with alone(self.file):
                os.link(self.file, kept)
                for log in LOGS:  # left only by a database that could not be opened
                    with suppress(FileNotFoundError):
                        os.rename(f"{self.file}{log}", f"{kept}{log}")
                os.replace(data, self.file)
        sync(self.file.parent)
        return kept

    def _free_name(self) -> Path:
        stamp = f"{self.now:%Y-%m-%dT%H%M%S%fZ}"
        return self.file.with_name(f"{self.file.stem}-replaced-{stamp}{self.file.suffix}")


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Hold a database that no other process has open, its log written back.

    Leaving WAL is what SQLite does only for the last one who has the file open. A file that is no
    readable database is held by nobody.
    """
    connection = sqlite3.connect(file, timeout=1, isolation_level=None)
    try:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            text = "Databasen er i bruk. Stopp programmet først, og prøv igjen."
            raise Refused(text) from error
        except sqlite3.DatabaseError:
            pass
        yield
    finally:
        connection.close()
