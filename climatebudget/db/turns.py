"""Turns: so many at a time in the whole installation, whichever process they are in."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from climatebudget.db.engine import sqlite_file

PAUSE = 0.1  # seconds between two tries
SPACE = 0x4B4C494D  # first key of our advisory locks, which have two; those of chains have one


@contextmanager
def turn(engine: sa.Engine, most: int, wait: float) -> Iterator[bool]:
    """Hold one of ``most`` turns; False when none has become free in ``wait`` seconds.

    On SQLite a turn is a locked file beside the database, on PostgreSQL a lock of a connection of
    its own. Either is given back by the system when the process that holds it dies.
    """
    with ExitStack() as held:
        take = _of_files if sqlite_file(engine) else _of_the_server
        yield _taken(take(engine, held), most, time.monotonic() + wait)


def _taken(take: Callable[[int], bool], most: int, until: float) -> bool:
    while not any(map(take, range(most))):
        if time.monotonic() >= until:
            return False
        time.sleep(PAUSE)
    return True


def _of_files(engine: sa.Engine, held: ExitStack) -> Callable[[int], bool]:
    database = sqlite_file(engine)
    assert database is not None

    def take(n: int) -> bool:
        file = database.with_name(f"{database.name}.turn-{n + 1}").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        held.enter_context(file)
        return True

    return take


def _of_the_server(engine: sa.Engine, held: ExitStack) -> Callable[[int], bool]:
    connection = held.enter_context(engine.connect())
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    held.callback(lambda: connection.execute(sa.select(sa.func.pg_advisory_unlock_all())))
    return lambda n: bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(SPACE, n))))
