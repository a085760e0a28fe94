"""Many who save one measure at once: whoever is told that it was saved, is in the record."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.db import read
from climatebudget.db.verify import verify
from tests import saves, world

FEW, MANY = 60, 1_002  # attempts


@pytest.fixture
def settled(engine: sa.Engine) -> sa.Engine:
    world.build(engine)
    return engine


def count(engine: sa.Engine, attempts: int) -> saves.Tally:
    """All that was accepted is stored, once and in an order, and nothing else is."""
    found = saves.save_together(engine.url.render_as_string(hide_password=False), attempts)
    assert len(found.accepted) + found.refused == attempts
    with db.session(engine, "prøve") as session:
        place = world.at(session)
        one = read.measure(session, place, 1)
        assert one is not None
        assert read.measure_lock(session, place, one.id) == 1 + len(found.accepted)
        lines = read.history_of(session, place, one.id)
        names = [line.after["name"] for line in lines if line.action == "change"]
        assert sorted(map(str, names)) == sorted(found.accepted)
        assert names[0] == one.name, json.dumps(names[:3])
        before = [line.before["name"] for line in lines if line.action == "change"]
        assert before[:-1] == names[1:], "a save that was overwritten unseen"
        assert verify(session) == []
    return found


def test_of_many_saves_at_once_none_is_lost(settled):
    found = count(settled, FEW)
    assert found.accepted and found.refused


@pytest.mark.soak
def test_of_a_thousand_saves_at_once_none_is_lost(settled):
    found = count(settled, MANY)
    print(f"\n{settled.dialect.name}: {len(found.accepted)} accepted, {found.refused} refused")
    assert found.accepted and found.refused
