"""PostgreSQL's part of a copy: `pg_dump` out, `pg_restore` into an empty database in.

The password goes in the child's environment and never on its command line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from climatebudget.db.engine import connect
from climatebudget.db.errors import Refused

LONGEST = 500  # characters of what a program said


@contextmanager
def copied(engine: sa.Engine, into: Path) -> Iterator[sa.Connection]:
    """Dump one moment of the database; the connection sees the same moment."""
    program = _program("pg_dump")
    seen = engine.execution_options(isolation_level="REPEATABLE READ")
    with seen.connect() as connection:
        moment = connection.scalar(sa.text("SELECT pg_export_snapshot()"))
        _run([program, "--format=custom", f"--snapshot={moment}", f"--file={into}"], engine.url)
        yield connection


@contextmanager
def opened(file: Path) -> Iterator[None]:
    """Nothing to ask before it is restored, but its list of contents must be readable."""
    _run([_program("pg_restore"), "--list", str(file)])
    yield None


@dataclass(frozen=True)
class Restoring:
    """A copy on its way into the empty database at an address."""

    address: sa.URL
    now: datetime
    replace: bool

    @contextmanager
    def room(self) -> Iterator[Path]:
        if self.replace:
            raise Refused(
                "En PostgreSQL-database blir ikke erstattet. Opprett en ny, tom database, og "
                "oppgi adressen med --to."
            )
        engine = connect(self.address)
        try:
            tables = sa.inspect(engine).get_table_names()
        finally:
            engine.dispose()
        if tables:
            raise Refused("Databasen er ikke tom. Opprett en ny, og oppgi adressen med --to.")
        with TemporaryDirectory(prefix="climatebudget-") as folder:
            yield Path(folder)

    @contextmanager
    def loaded(self, data: Path) -> Iterator[sa.Connection]:
        """All of the copy in one transaction, or nothing of it."""
        restore = [_program("pg_restore"), "--single-transaction", "--exit-on-error"]
        _run([*restore, "--no-owner", "--no-privileges", str(data)], self.address, "--dbname=")
        engine = connect(self.address)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def finish(self, data: Path) -> None:
        """It is in place already."""


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("CLIMATEBUDGET_PG_BIN")) or shutil.which(name)
    if found is None:
        text = "Fant ikke %(name)s. Installer klientprogrammene til PostgreSQL, og prøv igjen."
        raise Refused(text, name=name)
    return found


def _run(command: list[str], url: sa.URL | None = None, option: str = "--dbname=") -> None:
    """Run one of PostgreSQL's programs; what it says when it fails becomes our sentence."""
    environment = dict(os.environ)
    if url is not None:
        command = [*command, option + without_password(url)]
        secret = url.password or url.query.get("password")
        if secret:
            environment["PGPASSWORD"] = str(secret)
    ended = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if ended.returncode:
        name = Path(command[0]).name
        said = " ".join(ended.stderr.decode(errors="replace").split())[:LONGEST]
        raise Refused("%(name)s kunne ikke fullføre: %(said)s", name=name, said=said)


def without_password(url: sa.URL) -> str:
    """The address as PostgreSQL's own programs read it."""
    bare = sa.URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query={key: value for key, value in url.query.items() if key != "password"},
    )
    return bare.render_as_string()
