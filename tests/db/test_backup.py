"""A backup is made while others write, tells when it is damaged, and becomes a database again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.db import backup, dump_postgresql, write
from climatebudget.db.errors import Refused
from climatebudget.db.upgrade import head
from climatebudget.db.verify import verify
from tests import world
from tests.conftest import ON_POSTGRES, ON_SQLITE, Clock, _on_server
from tests.db.conftest import measure

Found = dict[str, Any]


@pytest.fixture
def settled(engine: sa.Engine) -> sa.Engine:
    world.build(engine)
    return engine


@pytest.fixture
def copy(settled: sa.Engine, tmp_path: Path, clock: Clock) -> Path:
    file = tmp_path / "kopi.zip"
    backup.back_up(settled, file, clock())
    return file


@pytest.fixture
def elsewhere(settled: sa.Engine, tmp_path: Path) -> sa.URL:
    """An address of the same kind where there is nothing."""
    if settled.dialect.name == "sqlite":
        return sa.make_url(f"sqlite:///{tmp_path / 'ny' / 'klima.sqlite3'}")
    name = f"{settled.url.database}_new"
    _on_server(settled.url.set(database="postgres"), f"CREATE DATABASE {name}")
    return settled.url.set(database=name)


def contents(url: str | sa.URL | sa.Engine) -> Found:
    engine = url if isinstance(url, sa.Engine) else db.connect(url)
    with engine.connect() as connection:
        found = asdict(backup.contents(connection))
    if engine is not url:
        engine.dispose()
    return found


def parts(folder: Path) -> list[str]:
    """What an act that was interrupted or refused would leave behind."""
    return [file.name for file in folder.iterdir() if file.name.startswith(".")]


def test_a_backup_becomes_the_same_database_at_a_new_address(settled, copy, elsewhere, clock):
    before = contents(settled)
    restored = backup.restore(copy, elsewhere, clock())
    assert restored.kept is None
    assert contents(elsewhere) == before == contents(settled)
    again = db.connect(elsewhere)
    with db.session(again, "prøve", writes=True) as session:
        assert verify(session) == []
        write.save_measure(session, world.at(session), measure(9, "Etter gjenoppretting"))
        session.commit()
        assert verify(session) == []
    again.dispose()
    assert contents(settled) == before


def test_the_file_tells_when_it_was_made_and_what_it_holds(copy, settled, clock):
    found = backup.check(copy)
    assert found.when == clock()
    assert found.contents.tables["measure"] == 8
    assert found.contents.heads.keys() == {"0", "1", "2"}
    assert found.contents.verified and not found.contents.wrong
    assert copy.stat().st_mode & 0o777 == 0o600
    assert parts(copy.parent) == []


def test_a_backup_never_takes_another_files_place(settled, copy, clock):
    before = copy.read_bytes()
    with pytest.raises(FileExistsError):
        backup.back_up(settled, copy, clock())
    assert copy.read_bytes() == before and parts(copy.parent) == []


def test_others_write_while_it_is_made_and_nothing_of_theirs_is_torn(settled, tmp_path, clock):
    """Each save is in the copy whole or not at all, and those before it began are in it."""
    stop, figures = threading.Event(), contents(settled)["tables"]["effect_figure"]
    saved = 0

    def write_on() -> None:
        nonlocal saved
        while not stop.is_set():
            with db.session(settled, "skriver", writes=True) as session:
                number = 100 + saved
                write.save_measure(session, world.at(session), measure(number, y2027=str(number)))
                session.commit()
            saved += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for n in range(4):
            before = saved
            found = backup.back_up(settled, tmp_path / f"{n}.zip", clock())
            extra = found.contents.tables["measure"] - 8
            assert before <= extra <= saved + 1
            assert found.contents.tables["effect_figure"] == figures + extra
            assert found.contents.wrong == []
    finally:
        stop.set()
        writer.join()
    assert saved


# ---- damage ------------------------------------------------------------------------------------


def cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def one_byte_changed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [cut_off, one_byte_changed, lambda data: b"", lambda data: b"ikke en zip" * 99]
)
def test_a_damaged_copy_is_told_and_nothing_is_changed(copy, elsewhere, clock, damage):
    copy.write_bytes(damage(copy.read_bytes()))
    with pytest.raises(Refused, match=r"Sikkerhetskopien|kopien"):
        backup.check(copy)
    with pytest.raises(Refused, match=r"Sikkerhetskopien|kopien"):
        backup.restore(copy, elsewhere, clock())
    if elsewhere.get_backend_name() == "sqlite":
        folder = Path(str(elsewhere.database)).parent
        assert not folder.exists() or not any(folder.iterdir())
    else:
        assert contents(elsewhere)["tables"] == {}


def packed_again(copy: Path, change: Callable[[Path], None], tmp_path: Path) -> None:
    """As somebody would who changes the database inside, and the manifest's hash with it."""
    manifest, data = backup._unpack(copy, tmp_path / "inni")
    change(data)
    told = replace(manifest, size=data.stat().st_size, sha256=backup._digest(data))
    backup._pack(copy, told, data)


@ON_SQLITE
def test_a_copy_that_lacks_a_row_or_a_trigger_is_not_used(copy, elsewhere, clock, tmp_path):
    def remove_measure(data: Path) -> None:
        connection = sqlite3.connect(data)
        connection.execute("DROP TRIGGER measure_delete_frozen")
        connection.execute("DELETE FROM sign_in")
        connection.execute("DELETE FROM membership WHERE person_id = 1")
        connection.commit()
        connection.close()

    packed_again(copy, remove_measure, tmp_path)
    with pytest.raises(backup.Damaged, match=r"tables, triggers"):
        backup.restore(copy, elsewhere, clock())
    assert not Path(str(elsewhere.database)).exists()


@ON_SQLITE
def test_a_copy_whose_pages_are_damaged_is_not_used(copy, elsewhere, clock, tmp_path):
    def overwrite_a_page(data: Path) -> None:
        with data.open("r+b") as file:
            file.seek(data.stat().st_size // 2)
            file.write(b"\xff" * 4096)

    packed_again(copy, overwrite_a_page, tmp_path)
    with pytest.raises(Refused, match="SQLite"):
        backup.restore(copy, elsewhere, clock())
    assert not Path(str(elsewhere.database)).exists()


def test_a_changed_frozen_version_is_copied_as_it_is_and_told(
    settled, tmp_path, clock, without_triggers, past_the_guard, elsewhere
):
    """A copy that refused would leave the operator without any from that day on."""
    without_triggers("measure")
    past_the_guard("UPDATE measure SET name = 'Noe annet' WHERE number = 2")
    found = backup.back_up(settled, tmp_path / "kopi.zip", clock())
    assert any("vedtatt" in line for line in found.contents.wrong)
    assert backup.restore(tmp_path / "kopi.zip", elsewhere, clock()).manifest == found


def test_a_copy_from_a_newer_program_is_refused(copy, elsewhere, clock, tmp_path):
    manifest, data = backup._unpack(copy, tmp_path / "inni")
    newer = replace(manifest, contents=replace(manifest.contents, revision="9999"))
    backup._pack(copy, newer, data)
    for act in (lambda: backup.check(copy), lambda: backup.restore(copy, elsewhere, clock())):
        with pytest.raises(Refused, match="nyere utgave"):
            act()


# ---- what stands in the way --------------------------------------------------------------------


def test_a_database_that_is_there_is_not_replaced_unasked(settled, copy, clock):
    before = contents(settled)
    with pytest.raises(Refused, match=r"--to"):
        backup.restore(copy, settled.url, clock())
    assert contents(settled) == before


@ON_SQLITE
def test_a_database_in_use_is_not_replaced(settled, copy, clock):
    """A server at rest holds the file as well, for its connections stay open."""
    before = contents(settled)
    with pytest.raises(Refused, match="Databasen er i bruk"):
        backup.restore(copy, settled.url, clock(), replace=True)
    assert contents(settled) == before


@ON_SQLITE
def test_the_replaced_database_is_kept_beside(settled, copy, clock, tmp_path):
    with db.session(settled, "prøve", writes=True) as session:
        write.save_measure(session, world.at(session), measure(9, "Etter kopien"))
        session.commit()
    settled.dispose()
    restored = backup.restore(copy, settled.url, clock(), replace=True)
    assert restored.kept is not None and restored.kept.parent == tmp_path
    assert contents(settled)["tables"]["measure"] == 8
    assert contents(f"sqlite:///{restored.kept}")["tables"]["measure"] == 9
    assert parts(tmp_path) == []


@ON_SQLITE
def test_a_database_that_is_damaged_can_be_replaced(settled, copy, clock):
    settled.dispose()
    file = Path(str(settled.url.database))
    file.write_bytes(b"ikke en database" * 1000)
    restored = backup.restore(copy, settled.url, clock(), replace=True)
    assert restored.kept.read_bytes().startswith(b"ikke en database")
    assert contents(settled)["tables"]["measure"] == 8


def test_a_copy_goes_back_into_the_kind_it_came_from(settled, copy, clock, tmp_path):
    other = {"sqlite": "postgresql://h/x", "postgresql": f"sqlite:///{tmp_path / 'x.sqlite3'}"}
    with pytest.raises(Refused, match="kan ikke legges inn"):
        backup.restore(copy, other[settled.dialect.name], clock())


# ---- PostgreSQL's own programs -----------------------------------------------------------------


@ON_POSTGRES
def test_a_password_is_never_on_a_command_line(settled, tmp_path, clock, monkeypatch):
    """It goes in the child's environment, where other users of the machine cannot read it."""
    seen: list[tuple[list[str], dict[str, str]]] = []
    ordinary = subprocess.run

    def watched(command: list[str], **options: object) -> object:
        seen.append((command, options["env"]))
        return ordinary(command, **options)

    monkeypatch.setattr(dump_postgresql.subprocess, "run", watched)
    monkeypatch.setattr(settled, "url", settled.url.set(password="hemmelig-ord"))
    backup.back_up(settled, tmp_path / "kopi.zip", clock())
    assert seen
    for command, environment in seen:
        assert "hemmelig-ord" not in " ".join(command)
        assert environment["PGPASSWORD"] == "hemmelig-ord"


@ON_POSTGRES
def test_without_the_programs_a_sentence_says_what_to_install(
    settled, tmp_path, clock, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CLIMATEBUDGET_PG_BIN", raising=False)
    with pytest.raises(Refused, match=r"Fant ikke pg_dump\. Installer"):
        backup.back_up(settled, tmp_path / "kopi.zip", clock())
    assert list(tmp_path.iterdir()) == []


# ---- before a migration ------------------------------------------------------------------------


def made(engine: sa.Engine) -> list[Path]:
    return sorted((Path(str(engine.url.database)).parent / "backups").glob("*"))


@ON_SQLITE
def test_the_last_ten_made_before_migrations_are_kept(settled, clock):
    for _ in range(12):
        clock.forward(seconds=1)
        assert backup.back_up_before_migration(settled, clock())
    kept = made(settled)
    assert len(kept) == 10
    assert [backup.check(file).when for file in kept] == [
        clock() - timedelta(seconds=n) for n in reversed(range(10))
    ]
    assert kept[-1].name == f"klima-2026-11-23T090012000000Z-from-{head()}.zip"


def test_an_empty_database_has_nothing_to_copy(empty, clock):
    assert backup.back_up_before_migration(empty, clock()) is None


FILLED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from climatebudget import db
from climatebudget.db import backup
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
backup.back_up(db.connect(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC))
"""


def test_no_room_for_the_copy_leaves_no_half_file(settled, tmp_path):
    """The limit of a file stands for the end of the disk."""
    file = tmp_path / "kopi.zip"
    url = settled.url.render_as_string(hide_password=False)
    before = contents(settled)
    settled.dispose()
    ended = subprocess.run(
        [sys.executable, "-c", FILLED, url, str(file)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        text=True,
    )
    assert ended.returncode == 1
    assert not file.exists() and parts(tmp_path) == []
    assert contents(settled) == before
