"""Acts that a child process is killed in the middle of, and what must hold afterwards.

A child comes from a server that has the program loaded and forks, so that a kill costs what the
act costs. It dies after so many seconds, wherever it is then, or at its nth function call, which is
the same place however busy the machine is.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner

from climatebudget import cli, db
from climatebudget.core.budget import Kind
from climatebudget.core.inventory import Emission
from climatebudget.core.reading import Reading
from climatebudget.db import backup, read, upgrade, write
from climatebudget.db.verify import verify
from tests import world

SPAWNING = multiprocessing.get_context("forkserver")
SPAWNING.set_forkserver_preload(["tests.kills"])
ROWS = 6_000  # of the imported file
MANY = 60  # measures that are stored in one act
FILE = b"en stor fil"
NEVER = 10**12  # calls
PATIENCE = 120  # seconds; only a child that hangs takes them
STEP = '''"""a step that takes its time"""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {previous!r}


def upgrade() -> None:
    with op.batch_alter_table("measure") as measure:
        measure.add_column(sa.Column("one_day", sa.String(), nullable=True))
    op.create_table("one_day", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO one_day (id) SELECT number FROM measure WHERE version_id = 1")


def downgrade() -> None:
    pass
'''


@dataclass(frozen=True)
class Place:
    """Where an act works: a database, and a folder for what it writes."""

    url: str
    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "ut.xlsx"


Act = Callable[[Place, sa.Engine], None]


# ---- the acts ----------------------------------------------------------------------------------


def import_inventory(place: Place, engine: sa.Engine) -> None:
    codes = ("veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/fossil-olje")
    emissions = tuple(
        Emission("0301", codes[n % 3], str(n), 2009 + n % 16, Decimal(n), n) for n in range(ROWS)
    )
    found = Reading(
        file_name="stor.xlsx",
        sha256=sha256(FILE).hexdigest(),
        layout="area",
        sheets=("Ark1",),
        rows=ROWS,
        emissions=emissions,
        suggested_name="stor",
    )
    with db.session(engine, "barnet", writes=True) as session:
        file = io.BytesIO(FILE)
        write.import_edition(session, found, file=file, now=world.NOW, by="barnet")


def import_measures(place: Place, engine: sa.Engine) -> None:
    with db.session(engine, "barnet", writes=True) as session:
        new = [
            (replace(world.MEASURES[0], id=f"ny-{n}", number=n), None)
            for n in range(100, 100 + MANY)
        ]
        write.save_measures(session, world.at(session), new)
        session.commit()


def save_measure(place: Place, engine: sa.Engine) -> None:
    with db.session(engine, "barnet", writes=True) as session:
        one = read.measure(session, world.at(session), 1)
        assert one is not None
        lock = read.measure_lock(session, world.at(session), one.id)
        write.save_measure(session, world.at(session), replace(one, name="Endret"), lock)
        write.save_measure(session, world.at(session), replace(one, id="m10", number=10))
        session.commit()


def freeze(place: Place, engine: sa.Engine) -> None:
    with db.session(engine, "barnet", writes=True) as session:
        write.freeze(session, world.at(session), Kind.ADOPTED, "Sak 2/26", world.NOW)
        session.commit()


def migrate(place: Place, engine: sa.Engine) -> None:
    folder = place.folder / "migrations"
    text = STEP.format(previous=upgrade.head())
    shutil.copytree(upgrade.MIGRATIONS, folder, dirs_exist_ok=True)
    (folder / "versions" / "9999_one_day.py").write_text(text, encoding="utf-8")
    upgrade.MIGRATIONS = folder
    upgrade.upgrade(engine)


def write_annex(place: Place, engine: sa.Engine) -> None:
    number, year = "0301", str(world.YEAR)
    words = ["annex", "--kommune", number, "--year", year, "--out", str(place.out)]
    runner = CliRunner(env={"CLIMATEBUDGET_DATABASE_URL": place.url})
    answer = runner.invoke(cli.main, words)
    assert answer.exit_code == 0, answer.output


def back_up(place: Place, engine: sa.Engine) -> None:
    backup.back_up(engine, place.out, world.NOW)


ACTS: dict[str, Act] = {
    act.__name__: act
    for act in (
        *(import_inventory, import_measures, save_measure, freeze, migrate),
        *(write_annex, back_up),
    )
}


# ---- the child ---------------------------------------------------------------------------------


def child(name: str, place: Place, parent: Connection, at_call: int) -> None:
    engine = db.connect(place.url)
    parent.send("begins")
    calls = counted_to(at_call)
    ACTS[name](place, engine)
    sys.setprofile(None)
    parent.send(calls())


def counted_to(last: int) -> Callable[[], int]:
    """Count function calls from now on, and die at the last; 0 is never, and no counting."""
    made = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal made
        made += 1
        if made == last:
            os.kill(os.getpid(), signal.SIGKILL)

    if last:
        sys.setprofile(count)
    return lambda: made


def run(name: str, place: Place, *, seconds: float = 0, at_call: int = 0) -> tuple[float, int]:
    """The act in a child, killed then; how long the child lived and, if it was not, its calls."""
    here, there = SPAWNING.Pipe()
    process = SPAWNING.Process(target=child, args=(name, place, there, at_call))
    process.start()
    there.close()
    calls = 0
    try:
        assert here.poll(PATIENCE) and here.recv() == "begins"
        began = time.monotonic()
        if here.poll(seconds or PATIENCE):
            with suppress(EOFError):  # killed by itself
                calls = here.recv()
        return time.monotonic() - began, calls
    finally:
        process.kill()
        process.join(PATIENCE)
        here.close()


# ---- what must hold ----------------------------------------------------------------------------


# What a killed import leaves belongs to no edition, so nobody sees it; the next import removes it.
IN_SIGHT = {
    "intake": "SELECT count(*) FROM intake WHERE id IN (SELECT id FROM edition)",
    "emission": "SELECT count(*) FROM emission WHERE edition_id IN (SELECT id FROM edition)",
    "file_part": "SELECT count(*) FROM file_part WHERE sha256 IN (SELECT sha256 FROM stored_file)",
}


def state(place: Place) -> dict[str, Any]:
    """How many rows each table has, the revision and a measure: what tells before from after."""
    engine = db.connect(place.url)
    try:
        with engine.connect() as connection:
            found = backup.contents(connection)
            name = connection.scalar(
                sa.text("SELECT name FROM measure WHERE version_id = 1 AND number = 1")
            )
            seen = {table: connection.scalar(sa.text(sql)) for table, sql in IN_SIGHT.items()}
        tables = {**found.tables, **seen}
        return {"tables": tables, "revision": found.revision, "name": name}
    finally:
        engine.dispose()


def wrong(place: Place) -> list[str]:
    """What is not as it should be in the database and in the folder, in sentences."""
    engine = db.connect(place.url)
    try:
        found = [f"half a file: {f.name}" for f in place.folder.glob("ut.xlsx") if not whole(f)]
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:
                checked = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
                found += [line for line in checked if line != "ok"]
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                found += [str(row) for row in orphans]
        with db.session(engine, "prøve") as session:
            return found + verify(session)
    finally:
        engine.dispose()


def whole(file: Path) -> bool:
    """A zip, as an annex and a backup are, whose every byte can be read."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(file) as archive:
            return archive.testzip() is None
    except BadZipFile:
        return False
