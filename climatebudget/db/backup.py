"""A copy of the whole database in one file, which tells by itself whether it is whole.

The file is a zip with the database and a manifest of what it holds: for SQLite the database file,
copied by SQLite's own backup while others write; for PostgreSQL what `pg_dump -Fc` gave.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from dataclasses import replace as replaced
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from climatebudget.db import dump_postgresql, dump_sqlite
from climatebudget.db.columns import as_text
from climatebudget.db.errors import Refused
from climatebudget.db.models import RecordRow, table
from climatebudget.db.upgrade import current, head, is_known, revision_of
from climatebudget.db.verify import verify
from climatebudget.files import OWNER_ONLY, written_whole

FORMAT = "climatebudget-backup/1"
MANIFEST = "manifest.json"
KINDS = {"sqlite": dump_sqlite, "postgresql": dump_postgresql}
TEMPORARY = ".climatebudget-"
KEPT = 10  # copies made before a migration
LOT = 2**20
RECORD = table(RecordRow)
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": (
        "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace s ON s.oid = c.relnamespace"
        " WHERE NOT tgisinternal AND s.nspname = current_schema() ORDER BY tgname"
    ),
}


class Damaged(Refused):
    """The copy is not what was written, so it is not used."""


@dataclass(frozen=True)
class Contents:
    """What a copy must give again: rows per table, the last line of each chain, the triggers."""

    revision: str | None
    tables: dict[str, int]
    heads: dict[str, str]  # chain → N:HASH
    triggers: list[str]
    verified: bool  # False where the structure is not this program's, so that it cannot reckon
    wrong: list[str]  # what `verify` said of the database that was copied


@dataclass(frozen=True)
class Manifest:
    made: str  # UTC
    database: str  # sqlite or postgresql
    size: int
    sha256: str
    contents: Contents
    format: str = FORMAT

    @property
    def when(self) -> datetime:
        return datetime.fromisoformat(self.made)

    @property
    def rows(self) -> int:
        return sum(self.contents.tables.values())


@dataclass(frozen=True)
class Restored:
    manifest: Manifest  # with what is wrong in it now, as far as it can be reckoned
    kept: Path | None  # the database that was replaced


# ---- out ---------------------------------------------------------------------------------------


def back_up(engine: sa.Engine, file: Path, now: datetime) -> Manifest:
    """Write a verified copy, while others use the database. No file is overwritten.

    What `verify` finds wrong in the database does not stop the copy; the manifest tells it.
    """
    kind = engine.dialect.name
    with written_whole(file, mode=OWNER_ONLY) as part, room_beside(file) as folder:
        data = folder / kind
        with KINDS[kind].copied(engine, data) as connection:
            found = contents(connection)
        manifest = Manifest(as_text(now), kind, data.stat().st_size, _digest(data), found)
        _pack(part, manifest, data)
        with open(os.devnull, "wb") as nowhere:
            if _read_through(part, nowhere) != manifest:
                raise Damaged("Sikkerhetskopien lot seg ikke lese igjen slik den ble skrevet.")
    return manifest


def back_up_before_migration(engine: sa.Engine, now: datetime) -> Path | None:
    """A copy beside a SQLite database that has something in it; the oldest are removed."""
    if engine.dialect.name != "sqlite" or (revision := current(engine)) is None:
        return None
    database = dump_sqlite.path_of(engine)
    folder = database.parent / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    of_it = f"{database.stem}-"
    file = folder / f"{of_it}{now:%Y-%m-%dT%H%M%S%fZ}-from-{revision}.zip"
    back_up(engine, file, now)
    for old in sorted(folder.glob(f"{of_it}*-from-*.zip"))[:-KEPT]:
        old.unlink()
    return file


def contents(connection: sa.Connection) -> Contents:
    names = sa.inspect(connection).get_table_names()
    counted = {t: sa.select(sa.func.count()).select_from(sa.table(t)) for t in sorted(names)}
    revision = revision_of(connection)
    is_ours = revision == head()
    return Contents(
        revision,
        {name: connection.scalar(query) or 0 for name, query in counted.items()},
        _heads(connection) if RECORD.name in names else {},
        list(connection.exec_driver_sql(TRIGGERS[connection.dialect.name]).scalars()),
        is_ours,
        verify(Session(connection)) if is_ours else [],
    )


def _heads(connection: sa.Connection) -> dict[str, str]:
    last = sa.select(RECORD.c.chain, sa.func.max(RECORD.c.n).label("n")).group_by(RECORD.c.chain)
    of_it = last.subquery()
    same = sa.and_(RECORD.c.chain == of_it.c.chain, RECORD.c.n == of_it.c.n)
    found = sa.select(RECORD.c.chain, RECORD.c.n, RECORD.c.hash).join(of_it, same)
    rows = connection.execute(found.order_by(RECORD.c.chain))
    return {str(chain): f"{n}:{digest}" for chain, n, digest in rows}


# ---- in again ----------------------------------------------------------------------------------


def check(file: Path) -> Manifest:
    """Read the copy as a restore would; raises `Damaged` with what is wrong."""
    with TemporaryDirectory(prefix=TEMPORARY) as folder:
        manifest, data = _unpack(file, Path(folder, "copy"))
        _refuse_newer(manifest)
        with KINDS[manifest.database].opened(data) as connection:
            return manifest if connection is None else _as_found(manifest, contents(connection))


def restore(file: Path, url: str | sa.URL, now: datetime, *, replace: bool = False) -> Restored:
    """Make the copy a database again: at a new address, or for a SQLite file that nobody uses.

    Raises `Damaged` for a copy that is not whole, `Refused` where there is something already.
    """
    address = sa.make_url(url)
    manifest = read_manifest(file)
    _refuse_newer(manifest)
    if manifest.database != address.get_backend_name():
        text = "Kopien er av en %(of)s-database og kan ikke legges inn i %(into)s."
        raise Refused(text, of=manifest.database, into=address.get_backend_name())
    into = KINDS[manifest.database].Restoring(address, now, replace)
    with into.room() as folder:
        _, data = _unpack(file, folder / "copy")
        with into.loaded(data) as connection:
            found = _as_found(manifest, contents(connection))
        return Restored(found, into.finish(data))


def read_manifest(file: Path) -> Manifest:
    with _readable(), zipfile.ZipFile(file) as archive:
        raw = json.loads(archive.read(MANIFEST))
        if raw["format"] != FORMAT or raw["database"] not in KINDS:
            raise Damaged("Filen er ikke en sikkerhetskopi denne utgaven kan lese.")
        found = Manifest(**{**raw, "contents": Contents(**raw["contents"])})
        datetime.fromisoformat(found.made)
        return found


# ---- the file ----------------------------------------------------------------------------------


@contextmanager
def room_beside(file: Path) -> Iterator[Path]:
    """A folder on the disk the file is on, seen by its owner only."""
    with TemporaryDirectory(prefix=TEMPORARY, dir=file.parent) as folder:
        yield Path(folder)


def _pack(file: Path, manifest: Manifest, data: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
        archive.writestr(MANIFEST, text)
        archive.write(data, manifest.database)


def _unpack(file: Path, into: Path) -> tuple[Manifest, Path]:
    """The manifest and the database, which is byte for byte what was packed."""
    with into.open("xb") as out:
        return _read_through(file, out), into


def _read_through(file: Path, out: BinaryIO) -> Manifest:
    manifest = read_manifest(file)
    digest, left = sha256(), manifest.size
    with (
        _readable(),
        zipfile.ZipFile(file) as archive,
        archive.open(manifest.database) as packed,
    ):
        while left >= 0 and (lot := packed.read(LOT)):
            left -= len(lot)
            digest.update(lot)
            out.write(lot)
    if left or digest.hexdigest() != manifest.sha256:
        raise Damaged("Sikkerhetskopien er endret etter at den ble laget.")
    return manifest


@contextmanager
def _readable() -> Iterator[None]:
    broken: tuple[Any, ...] = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
    try:
        yield
    except (*broken, KeyError, TypeError, ValueError, RuntimeError) as error:
        text = "Sikkerhetskopien er ødelagt eller bare delvis kopiert."
        raise Damaged(text) from error


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _refuse_newer(manifest: Manifest) -> None:
    if manifest.contents.revision and not is_known(manifest.contents.revision):
        text = "Kopien er laget av en nyere utgave av programmet (%(revision)s)."
        raise Refused(text, revision=manifest.contents.revision)


def _as_found(manifest: Manifest, found: Contents) -> Manifest:
    """The manifest, once the copy gives what was copied; raises `Damaged` where it does not.

    What `verify` says is compared where it could be asked both times.
    """
    told, stated = asdict(found), asdict(manifest.contents)
    if not (found.verified and manifest.contents.verified):
        for name in ("verified", "wrong"):
            stated[name] = told[name]
    other = [name for name, value in told.items() if value != stated[name]]
    if other:
        text = "Sikkerhetskopien inneholder ikke det som ble kopiert (%(what)s)."
        raise Damaged(text, what=", ".join(other))
    return replaced(manifest, contents=found)
