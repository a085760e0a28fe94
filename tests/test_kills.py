"""Killed without warning, at any moment: what was under way is done whole or not at all."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from climatebudget import db
from tests import kills, world
from tests.conftest import DATABASES, TEMPLATE, copy_of

# Kills of each act on each database: a few in every run, hundreds in `make soak`.
FEW = {"sqlite": 2, "postgres": 1}
MANY = {"sqlite": 30, "postgres": 10}
Fresh = Callable[[], kills.Place]


@pytest.fixture(params=DATABASES.values())
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fresh]:
    """The small installation again, in a database and a folder of its own."""
    names = iter(range(10_000))
    if request.param == "sqlite":
        template = tmp_path / "settled.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_file"), template)
        url = sa.make_url(f"sqlite:///{template}")
    else:
        url = copy_of(request.getfixturevalue("postgres_url"), TEMPLATE)
    engine = db.connect(url)
    world.build(engine)
    engine.dispose()

    def fresh() -> kills.Place:
        folder = tmp_path / str(next(names))
        folder.mkdir()
        if request.param == "sqlite":
            made = sa.make_url(f"sqlite:///{shutil.copy(template, folder / 'klima.sqlite3')}")
        else:
            made = copy_of(url, str(url.database))
        return kills.Place(made.render_as_string(hide_password=False), folder)

    yield fresh


def kill(act: str, fresh: Fresh, times: int) -> Counter[str]:
    """How often it was as before, and as after; anything else fails."""
    undisturbed = fresh()
    before = kills.state(undisturbed)
    _, calls = kills.run(act, undisturbed, at_call=kills.NEVER)
    after = kills.state(undisturbed)
    assert calls and kills.wrong(undisturbed) == []
    takes, _ = kills.run(act, fresh())
    chance, found = random.Random(act), Counter[str]()
    for n in range(times):
        place = fresh()
        share = chance.random()
        by_call = {"at_call": 1 + int(share * calls)}
        lived, _ = kills.run(act, place, **by_call if n % 2 else {"seconds": share * takes})
        told = f"{act} killed after {lived:.4f} of {takes:.4f} s, or {by_call} of {calls}"
        assert kills.wrong(place) == [], told
        now = kills.state(place)
        assert now in (before, after), told
        changed = now != before or place.out.exists()
        found["after" if changed else "before"] += 1
        shutil.rmtree(place.folder)
    return found


@pytest.mark.parametrize("act", kills.ACTS)
def test_a_kill_leaves_all_or_nothing(fresh, request, act):
    kind = request.node.callspec.params["fresh"]
    assert kill(act, fresh, FEW[kind]).total() == FEW[kind]


@pytest.mark.soak
@pytest.mark.parametrize("act", kills.ACTS)
def test_hundreds_of_kills_leave_all_or_nothing(fresh, request, act):
    kind = request.node.callspec.params["fresh"]
    found = kill(act, fresh, MANY[kind])
    print(f"\n{act} on {kind}: {MANY[kind]} kills, {dict(found)}")
    assert found.total() == MANY[kind]
