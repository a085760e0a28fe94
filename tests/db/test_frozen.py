"""What is frozen stands, whichever way somebody comes at it: all of this passes the guard by."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from climatebudget.db import write
from tests.conftest import ON_POSTGRES, ON_SQLITE

LINES = {
    "target": "percent = 1",
    "path_figure": "grams = 1",
    "allowance_figure": "percent = 1",
    "measure": "name = 'Noe annet'",
    "effect": "code = 'ufordelt'",
    "effect_figure": "grams = 1",
    "cost": "ore = 1",
}
FROZEN, KEPT = "the version is frozen", "only ever added to"


def refused(past_the_guard, sql, why=FROZEN, **values):
    with pytest.raises(sa.exc.DBAPIError, match=why):
        past_the_guard(sql, **values)


@pytest.mark.parametrize("table", LINES)
def test_a_line_of_a_frozen_version_cannot_be_changed(adopted, past_the_guard, table):
    refused(
        past_the_guard,
        f"UPDATE {table} SET {LINES[table]} WHERE version_id = :v",
        v=adopted.version_id,
    )


@pytest.mark.parametrize("table", [*LINES, "control_total"])
def test_a_line_cannot_be_added_to_a_frozen_version(engine, oslo, adopted, past_the_guard, table):
    columns = [c["name"] for c in sa.inspect(engine).get_columns(table)]
    if table == "control_total":
        past_the_guard(
            "INSERT INTO control_total VALUES (:m, :v, 2027, 1, '')",
            m=oslo.municipality_id,
            v=oslo.version_id,
        )
    quoted = ", ".join(f'"{c}"' for c in columns)
    values = ", ".join(":v" if c == "version_id" else f'"{c}"' for c in columns)
    refused(
        past_the_guard,
        f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table} WHERE version_id = :draft",
        v=adopted.version_id,
        draft=oslo.version_id,
    )


@pytest.mark.parametrize("table", LINES)
def test_a_line_of_a_frozen_version_cannot_be_deleted(adopted, past_the_guard, table):
    refused(past_the_guard, f"DELETE FROM {table} WHERE version_id = :v", v=adopted.version_id)


@pytest.mark.parametrize("table", ["effect_figure", "cost", "target"])
def test_a_line_cannot_be_moved_into_or_out_of_a_frozen_version(
    oslo, adopted, past_the_guard, table
):
    move = f"UPDATE {table} SET version_id = :into WHERE version_id = :out"
    refused(past_the_guard, move, out=adopted.version_id, into=oslo.version_id)
    refused(past_the_guard, move, out=oslo.version_id, into=adopted.version_id)


def test_a_frozen_version_cannot_be_opened_or_removed(adopted, past_the_guard):
    opened = "UPDATE version SET frozen = false WHERE id = :v"
    refused(past_the_guard, opened, v=adopted.version_id)
    refused(past_the_guard, "UPDATE version SET sha256 = 'x' WHERE frozen")
    refused(past_the_guard, "UPDATE version SET id = 99 WHERE frozen")
    refused(past_the_guard, "DELETE FROM version WHERE frozen")


def test_an_upsert_is_a_change(adopted, past_the_guard):
    refused(
        past_the_guard,
        "INSERT INTO target (municipality_id, version_id, position, percent, year,"
        " reference_year, decision, cites) VALUES (:m, :v, 0, 1, 2030, 2009, '', '')"
        " ON CONFLICT (municipality_id, version_id, position) DO UPDATE SET percent = 1",
        m=adopted.municipality_id,
        v=adopted.version_id,
    )


def test_what_is_presented_and_recorded_stays(session, adopted, clock, past_the_guard):
    write.present(session, adopted, clock())
    session.commit()
    for sql in (
        "UPDATE presented SET by = 'en annen'",
        "DELETE FROM presented",
        "UPDATE record SET actor = 'en annen' WHERE n = 1",
        "DELETE FROM record WHERE n = 3",
        "UPDATE edition SET name = 'x'",
        "DELETE FROM edition",
        "UPDATE emission SET grams = 1",
        "DELETE FROM emission",
        "UPDATE stored_file SET name = 'x'",
        "UPDATE file_part SET bytes = 'x'",
        "DELETE FROM stored_file",
    ):
        refused(past_the_guard, sql, KEPT)


@ON_SQLITE
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_replace_does_not_walk_past_the_triggers(engine, session, oslo, adopted, recursive):
    """SQLite deletes what a REPLACE meets without a DELETE trigger, unless told otherwise."""
    columns = ", ".join(c["name"] for c in sa.inspect(engine).get_columns("version"))
    as_draft = columns.replace("frozen,", "0,", 1)
    session.commit()
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute(f"PRAGMA recursive_triggers = {recursive}")
        for sql in (
            f"INSERT OR REPLACE INTO version ({columns})"
            f" SELECT {as_draft} FROM version WHERE frozen",
            "UPDATE OR REPLACE version SET slug = 'vedtatt' WHERE slug = 'utkast'",
            "REPLACE INTO presented"
            " SELECT municipality_id, id, '2026', 'x' FROM version WHERE frozen",
            "REPLACE INTO target SELECT * FROM target",
            "REPLACE INTO measure SELECT * FROM measure",
            "REPLACE INTO record SELECT * FROM record WHERE n = 1",
        ):
            if sql.startswith("REPLACE INTO presented"):
                driver.execute("BEGIN")
                driver.execute(sql)
            with pytest.raises(Exception, match=f"{FROZEN}|{KEPT}"):
                driver.execute(sql)
        driver.execute("ROLLBACK")
        driver.execute("PRAGMA recursive_triggers = ON")
    with engine.connect() as connection:
        kept = connection.exec_driver_sql(
            f"SELECT count(*) FROM effect_figure WHERE version_id = {adopted.version_id}"
        ).scalar()
    assert kept == 3


@ON_POSTGRES
@pytest.mark.parametrize("table", ["version", "measure", "cost", "record", "emission", "presented"])
def test_tables_cannot_be_emptied(engine, adopted, past_the_guard, table):
    refused(past_the_guard, f"TRUNCATE {table} CASCADE", f"{KEPT}|{FROZEN}")


@ON_POSTGRES
def test_a_line_cannot_slip_in_while_a_version_is_frozen(engine, session, oslo, past_the_guard):
    """A line begun before the freeze waits for it, or the freeze waits for the line."""
    line = "INSERT INTO control_total VALUES (:m, :v, :year, 1, '')"
    session.commit()
    its = {"m": oslo.municipality_id, "v": oslo.version_id}
    done = threading.Event()

    def freeze() -> None:
        past_the_guard("UPDATE version SET frozen = true WHERE id = :v", v=oslo.version_id)
        done.set()

    with engine.begin() as early:
        early.execute(sa.text(line), {**its, "year": 2027})
        thread = threading.Thread(target=freeze)
        thread.start()
        assert not done.wait(0.3)  # the freeze waits for the line
    thread.join(10)
    refused(past_the_guard, line, **its, year=2028)


@ON_POSTGRES
def test_a_line_that_meets_a_freeze_waits_and_is_refused(engine, session, oslo, past_the_guard):
    failures: list[str] = []
    session.commit()

    def add() -> None:
        try:
            past_the_guard(
                "INSERT INTO control_total VALUES (:m, :v, 2027, 1, '')",
                m=oslo.municipality_id,
                v=oslo.version_id,
            )
        except sa.exc.DBAPIError as error:
            failures.append(str(error))

    with engine.begin() as freezing:
        freezing.execute(
            sa.text("UPDATE version SET frozen = true WHERE id = :v"), {"v": oslo.version_id}
        )
        thread = threading.Thread(target=add)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(10)
    assert FROZEN in failures[0]
