"""A database that is not set up as we need it is not used."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.db import engine as engines
from climatebudget.db import read, write


@pytest.fixture
def sqlite(tmp_path):
    made = db.connect(f"sqlite:///{tmp_path}/klima.sqlite3")
    yield made
    made.dispose()


@pytest.mark.parametrize("name", engines.PRAGMAS)
def test_each_setting_of_sqlite_is_read_back(sqlite, name, monkeypatch):
    """One that did not take is refused, by name."""
    wrong = {**engines.PRAGMAS, name: ("ignored", "something else")}
    with sqlite.connect() as connection:
        driver = connection.connection.driver_connection
        monkeypatch.setattr(engines, "PRAGMAS", wrong)
        with pytest.raises(db.WrongSetting, match=name):
            engines.read_back(driver)


def test_another_programs_file_is_refused(tmp_path):
    made = sa.create_engine(f"sqlite:///{tmp_path}/annet.sqlite3")
    with made.begin() as connection:
        connection.exec_driver_sql("PRAGMA application_id = 7")
    made.dispose()
    with pytest.raises(db.WrongSetting, match="ikke et klimabudsjett"):
        db.connect(f"sqlite:///{tmp_path}/annet.sqlite3").connect()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_a_database_that_keeps_nothing_or_is_another_kind_is_refused(url):
    with pytest.raises((db.WrongSetting, ImportError)):
        db.connect(url)


def test_writers_take_turns_and_none_is_lost(engine):
    """Read, then write, in four threads at once: a deferred transaction would lose most of them."""
    with db.session(engine, "oppsett", writes=True) as session:
        key = write.add_municipality(session, "0301", "Oslo")
        session.commit()
    start = threading.Barrier(4)

    def add_five(worker: int) -> None:
        start.wait()
        for n in range(5):
            with db.session(engine, worker, writes=True) as session:
                read.departments(session, key)
                write.add_department(session, key, f"Enhet {worker}-{n}")
                session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_five, range(4)))
    with db.session(engine, "oppsett") as session:
        assert len(read.departments(session, key)) == 20
        lines = [line.n for line in read.record(session, key)]
        assert lines == sorted(lines, reverse=True) == list(range(len(lines), 0, -1))
