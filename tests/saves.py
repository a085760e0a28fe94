"""People who save one measure at the same time, each in a thread of one of several processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import sqlalchemy as sa

from climatebudget import db
from climatebudget.db import read, write
from tests import world
from tests.kills import PATIENCE, SPAWNING

PROCESSES, THREADS = 3, 2


@dataclass
class Tally:
    """What the people were told: the texts that were accepted, and how many were too late."""

    accepted: list[str]
    refused: int = 0


def save_together(url: str, attempts: int) -> Tally:
    """So many attempts, shared by all; raises what a child met that is no answer."""
    each = attempts // (PROCESSES * THREADS)
    pipes = []
    for number in range(PROCESSES):
        here, there = SPAWNING.Pipe()
        child = SPAWNING.Process(target=process, args=(url, number, each, there))
        child.start()
        there.close()
        pipes.append((here, child))
    total = Tally([])
    for here, child in pipes:
        assert here.poll(PATIENCE * 5), "a child hangs"
        answer = here.recv()
        child.join()
        if isinstance(answer, str):
            raise AssertionError(answer)
        total.accepted += answer.accepted
        total.refused += answer.refused
    return total


def process(url: str, number: int, attempts: int, parent: Connection) -> None:
    engine = db.connect(url)
    try:
        with ThreadPoolExecutor(THREADS) as threads:
            people = [
                threads.submit(person, engine, f"{number}.{thread}", attempts)
                for thread in range(THREADS)
            ]
            tallies = [each.result() for each in people]
        found = Tally([name for t in tallies for name in t.accepted])
        found.refused = sum(t.refused for t in tallies)
        parent.send(found)
    except Exception as error:
        parent.send(f"{type(error).__name__}: {error}")
    finally:
        engine.dispose()


def person(engine: sa.Engine, who: str, attempts: int) -> Tally:
    """Open the form, write a name nobody else writes, save; open it anew after each answer."""
    tally = Tally([])
    for attempt in range(attempts):
        name = f"{who}.{attempt}"
        with db.session(engine, who) as session:
            place = world.at(session)
            one = read.measure(session, place, 1)
            assert one is not None
            lock = read.measure_lock(session, place, one.id)
        with db.session(engine, who, writes=True) as session:
            try:
                write.save_measure(session, world.at(session), replace(one, name=name), lock)
                session.commit()
                tally.accepted.append(name)
            except write.Stale:
                tally.refused += 1
    return tally
