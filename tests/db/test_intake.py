"""An import comes in step by step, and is seen when it is whole or not at all."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.inventory import Emission
from climatebudget.core.quantity import from_grams
from climatebudget.core.reading import Reading
from climatebudget.db import read, write
from climatebudget.db import upgrade as migrations
from climatebudget.db.verify import verify
from climatebudget.db.write import files, intake
from tests.db.conftest import BUSES, CARS, FILE, PUBLISHED, emissions, reading

MANY = 12_000  # rows: three steps
LARGE = b"en stor fil " * 200_000  # three parts


def large() -> Reading:
    rows = tuple(
        Emission("0301", (CARS, BUSES)[n % 2], None, 2009, from_grams(n), n) for n in range(MANY)
    )
    return reading(rows, LARGE)


def bring_in(session, clock, found=None, file=LARGE, **more):
    return write.import_edition(
        session, found or large(), file=io.BytesIO(file), now=clock(), by="Kari", **more
    )


def count(session, table: str) -> int:
    found = session.connection().scalar(sa.text(f"SELECT count(*) FROM {table}"))
    session.commit()
    return int(found)


def test_it_is_the_edition_that_one_transaction_would_have_made(session, clock):
    told: list[tuple[int, int]] = []
    stored = bring_in(session, clock, told=lambda done, of: told.append((done, of)))
    assert (stored.new, stored.edition.rows) == (True, MANY)
    assert told == [(5_000, MANY), (10_000, MANY), (MANY, MANY)]
    inventory = read.inventory(session, "2024-tall", "0301")
    assert sum(inventory.cells.values()) == from_grams(sum(range(MANY)))
    name, parts = read.edition_file(session, "2024-tall")
    assert (name, sha256(b"".join(parts)).hexdigest()) == (
        "utslipp.xlsx",
        sha256(LARGE).hexdigest(),
    )
    assert verify(session) == []
    again = bring_in(session, clock)
    assert (again.edition, again.new) == (stored.edition, False)
    assert count(session, "intake") == 1


def test_somebody_else_may_write_between_two_steps(engine, session, clock):
    """The other's change is committed while the import is under way."""

    def write_too(done: int, of: int) -> None:
        with db.session(engine, actor=2, writes=True, clock=clock) as other:
            write.add_person(other, f"{done}@oslo.example", "Ny")
            other.commit()

    bring_in(session, clock, told=write_too)
    assert count(session, "person") == 3


def test_nobody_sees_an_import_that_is_under_way(engine, session, clock):
    def look(done: int, of: int) -> None:
        with db.session(engine, actor=2) as other:
            assert read.editions(other) == ()
            assert verify(other) == []

    bring_in(session, clock, told=look)


def test_what_goes_wrong_is_removed_at_once(session, clock):
    def stumble(done: int, of: int) -> None:
        raise RuntimeError("strømmen gikk")

    with pytest.raises(RuntimeError):
        bring_in(session, clock, told=stumble)
    assert (count(session, "emission"), count(session, "intake")) == (0, 0)
    assert read.editions(session) == ()


def test_what_is_done_with_it_is_done_in_the_same_transaction(session, clock):
    def refuse() -> None:
        raise write.Refused("Nei.")

    with pytest.raises(write.Refused):
        bring_in(session, clock, also=refuse)
    assert read.editions(session) == ()


KILLED = """
import io, os, signal, sys
from datetime import UTC, datetime
from climatebudget import db
from climatebudget.db import write
from tests.db.test_intake import LARGE, large
engine = db.connect(sys.argv[1])
with db.session(engine, actor="barnet", writes=True) as session:
    write.import_edition(
        session, large(), file=io.BytesIO(LARGE), now=datetime.now(UTC),
        told=lambda done, of: os.kill(os.getpid(), signal.SIGKILL) if done > 5_000 else None,
    )
"""


def test_a_killed_import_is_seen_by_nobody_and_removed_by_the_next(engine, session, clock):
    """kill −9 behind the second step; a quarter of an hour later somebody tries again."""
    session.commit()
    url = engine.url.render_as_string(hide_password=False)
    ended = subprocess.run([sys.executable, "-c", KILLED, url], cwd=os.getcwd(), check=False)
    assert ended.returncode == -signal.SIGKILL
    assert count(session, "emission") == 10_000
    assert read.editions(session) == ()
    assert verify(session) == []
    session.commit()
    clock.now = datetime.now(UTC)  # the other had a real clock
    clock.forward(minutes=16)
    assert bring_in(session, clock).new
    assert (count(session, "emission"), count(session, "intake")) == (MANY, 1)
    assert verify(session) == []


def test_rows_of_an_edition_cannot_be_removed_and_those_of_none_can(session, clock, past_the_guard):
    write.store_edition(session, reading(PUBLISHED), file_bytes=FILE, now=clock())
    dead = intake.begin_intake(session)
    list(intake.put_rows(session, dead, large().packed))
    session.commit()
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"):
        past_the_guard("DELETE FROM emission WHERE edition_id = 1")
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"):
        past_the_guard("UPDATE emission SET grams = 0 WHERE edition_id = :dead", dead=dead)
    assert past_the_guard("DELETE FROM emission WHERE edition_id = :dead", dead=dead) == MANY


def test_parts_of_a_kept_file_cannot_be_removed_and_forgotten_ones_are(
    session, clock, past_the_guard
):
    write.store_edition(session, reading(PUBLISHED), file_bytes=FILE, now=clock())
    list(files.put_parts(session, io.BytesIO(LARGE), sha256(LARGE).hexdigest()))
    session.commit()
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"):
        past_the_guard("DELETE FROM file_part WHERE sha256 IN (SELECT sha256 FROM stored_file)")
    assert list(files.forget_parts(session)) == []
    clock.forward(hours=3)
    assert list(files.forget_parts(session)) == [sha256(LARGE).hexdigest()]


def test_a_file_that_is_not_the_one_that_was_read_is_refused(session, clock):
    with pytest.raises(ValueError, match="not the bytes"):
        bring_in(session, clock, file=b"en annen fil")
    assert read.editions(session) == ()


def test_a_file_whose_parts_are_gone_is_refused_with_a_sentence(session, clock):
    with pytest.raises(write.Refused, match="Last den opp på nytt"):
        write.import_edition(session, large(), file=None, now=clock())
    assert read.editions(session) == ()


def test_the_same_file_from_two_at_once_becomes_one_edition(engine, session, clock):
    """The slower finds that it is there, and removes its own rows."""

    def store_it_first(done: int, of: int) -> None:
        if done == of:
            with db.session(engine, actor=2, writes=True, clock=clock) as other:
                write.store_edition(other, large(), file_bytes=LARGE, now=clock())
                other.commit()

    stored = bring_in(session, clock, told=store_it_first)
    assert not stored.new
    assert (count(session, "emission"), count(session, "edition")) == (MANY, 1)


# ---- names that an operator adds -----------------------------------------------------------------


def test_a_name_is_mapped_once_and_on_the_record(session):
    write.add_alias(session, "Veitrafikk ", "ELBUSSER", BUSES, by="Kari")
    assert read.added_aliases(session) == {("veitrafikk", "elbusser"): BUSES}
    line = read.record(session, 0)[0]
    assert (line.action, line.what) == ("add", "alias veitrafikk/elbusser")
    write.add_alias(session, "Veitrafikk", "Elbusser", CARS, by="Kari")
    assert read.added_aliases(session) == {("veitrafikk", "elbusser"): CARS}


def test_a_name_of_the_catalogue_stays_what_it_is(session):
    with pytest.raises(write.Taken):
        write.add_alias(session, "Veitrafikk", "Busser", CARS, by="Kari")
    with pytest.raises(write.Unknown):
        write.add_alias(session, "Veitrafikk", "Romskip", "veitrafikk/romskip", by="Kari")


def test_an_area_that_is_unknown_stores_nothing(session, clock):
    found = reading(emissions((CARS, 2009, "1"), area="9999"), LARGE)
    with pytest.raises(write.Unknown):
        bring_in(session, clock, found)
    assert (count(session, "intake"), count(session, "edition")) == (0, 0)


# ---- what was stored before ----------------------------------------------------------------------

OLD = """
INSERT INTO area (id, number, name, county) VALUES (9001, '0301', 'Oslo', '03');
INSERT INTO source (id, code, sector, name, sector_name, position)
    VALUES (9001, 'luftfart/ufordelt', 'luftfart', 'Ufordelt', 'Luftfart', 1);
INSERT INTO edition VALUES (7, NULL, 0, '2024-tall', '2024-tall', '', NULL, '{sha256}', 'x',
    'stor.csv', 'area', 1, '[2009]', '["0301"]', NULL, '2026-01-01T00:00:00.000000Z', '');
INSERT INTO emission VALUES (7, 9001, 2009, 9001, 2, '', 1500000)"""


def test_files_and_rows_from_before_are_kept_as_they_were(empty):
    """A file of two parts and an edition of one row, stored by the structure before this one."""
    digest = sha256(LARGE).hexdigest()
    migrations.upgrade(empty, "0002")
    with empty.execution_options(writes=True).begin() as connection:
        file = sa.text("INSERT INTO stored_file VALUES (:sha256, 'stor.csv', :bytes, :size)")
        values = {"sha256": digest, "bytes": LARGE, "size": len(LARGE)}
        connection.execute(file, values)
        for sql in OLD.format(sha256=digest).split(";"):
            connection.exec_driver_sql(sql)
    migrations.upgrade(empty)
    with db.session(empty, actor="prøve", writes=True) as session:
        name, parts = read.edition_file(session, "2024-tall")
        assert (name, b"".join(parts)) == ("stor.csv", LARGE)
        inventory = read.inventory(session, "2024-tall", "0301")
        assert inventory.cells == {("luftfart/ufordelt", 2009): Decimal("1.5")}
        assert intake.begin_intake(session) == 8
