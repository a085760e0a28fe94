"""How many files a day, and how many at a time, whoever asks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.db import write

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
OTHER_PROCESS = """
import sys
from climatebudget import db
with db.turn(db.connect(sys.argv[1]), 2, 0) as taken:
    print(taken, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def oslo(session: db.Session) -> int:
    return write.add_municipality(session, "0301", "Oslo")


def test_a_day_has_as_many_files_as_it_may_and_the_next_begins_anew(session, oslo):
    kragero = write.add_municipality(session, "4014", "Kragerø")
    assert [write.count_upload(session, oslo, MONDAY, 2) for _ in range(3)] == [True, True, False]
    assert write.count_upload(session, kragero, MONDAY, 2)
    assert write.count_upload(session, oslo, TUESDAY, 2)
    days = session.execute(sa.text("SELECT municipality_id, count FROM upload_day ORDER BY 1"))
    assert [tuple(row) for row in days] == [(oslo, 1), (kragero, 1)]


def test_where_no_file_may_be_sent_none_is(session, oslo):
    assert not write.count_upload(session, oslo, MONDAY, 0)


def test_counting_is_no_line_of_the_record(session, oslo):
    before = session.scalar(sa.text("SELECT count(*) FROM record"))
    write.count_upload(session, oslo, MONDAY, 20)
    assert session.scalar(sa.text("SELECT count(*) FROM record")) == before


def test_files_sent_at_once_are_all_counted(engine: sa.Engine):
    with db.session(engine, 1, writes=True) as session:
        oslo = write.add_municipality(session, "0301", "Oslo")
        session.commit()

    def send(_: int) -> bool:
        with db.session(engine, 1, writes=True) as session:
            counted = write.count_upload(session, oslo, MONDAY, 5)
            session.commit()
            return counted

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(8))) == [False] * 3 + [True] * 5


@contextmanager
def another_process(engine: sa.Engine) -> Iterator[subprocess.Popen[str]]:
    """A program that asks for one of two turns, says whether it got it, and holds it."""
    url = engine.url.render_as_string(hide_password=False)
    program = [sys.executable, "-c", OTHER_PROCESS, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdout
        assert running.stdout.readline() == "True\n"
        yield running
        running.communicate()


def test_a_third_gets_no_turn_in_whichever_process_the_others_are(engine: sa.Engine):
    with another_process(engine):
        with db.turn(engine, 2, 0) as second:
            assert second
            with db.turn(engine, 2, 0.2) as third:
                assert not third
        with db.turn(engine, 2, 0) as again:
            assert again


def test_the_turn_of_a_process_that_is_killed_is_free(engine: sa.Engine):
    with another_process(engine) as running:
        with db.turn(engine, 1, 0) as taken:
            assert not taken
        running.kill()
        with db.turn(engine, 1, 10) as taken:
            assert taken


def test_a_turn_is_given_back_when_the_reading_fails(engine: sa.Engine):
    with pytest.raises(RuntimeError), db.turn(engine, 1, 0):
        raise RuntimeError
    with db.turn(engine, 1, 0) as taken:
        assert taken
