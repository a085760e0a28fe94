"""An installation of full size: an edition of 357 municipalities, Oslo's many measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random

import sqlalchemy as sa
from flask import Flask

from climatebudget import catalogue, db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.inventory import Emission
from climatebudget.core.reading import Reading
from climatebudget.db import read, write
from climatebudget.db.upgrade import upgrade
from climatebudget.web import create_app
from tests.bench import generated

FILE = b"not a workbook"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def emissions() -> Iterator[Emission]:
    """Every municipality × thirteen years × fifty sources: 232 050 rows."""
    chance = Random(3)
    areas = [a.number for a in catalogue.areas().values() if a.is_municipality]
    places = ((a, y, c) for a in areas for y in generated.HISTORY for c in generated.FIFTY)
    for row, (area, year, code) in enumerate(places, start=2):
        yield Emission(area, code, None, year, Decimal(chance.randrange(10**10)).scaleb(-6), row)


def national() -> Reading:
    found = tuple(emissions())
    return Reading(
        "alle_kommuner.xlsx", sha256(FILE).hexdigest(), "municipal-table", ("",), len(found), found
    )


def build(folder: Path, measures: int) -> sa.Engine:
    engine = db.connect(f"sqlite:///{folder}/klima-{measures}.sqlite3")
    upgrade(engine)
    with db.session(engine, actor="bench", writes=True) as session:
        key = write.add_municipality(session, "0301", "Oslo")
        for name in generated.DEPARTMENTS:
            write.add_department(session, key, name)
        for role in (Role.FINANCE, Role.CLIMATE):
            person = write.add_person(session, f"{role.name.lower()}@oslo.example", role.value)
            write.add_membership(session, key, person, role)
        write.store_edition(session, national(), name="2024-tall", file_bytes=FILE, now=NOW)
        write.open_budget_year(session, key, 2027, generated.YEARS[-1])
        _fill(session, generated.budget(measures))
        session.commit()
    return engine


def _fill(session: db.Session, budget: generated.Budget) -> None:
    place = draft(session)
    write.set_frame(
        session,
        place,
        edition_slug="2024-tall",
        targets=budget.targets,
        path=budget.path,
        allowance=budget.allowance,
        horizon=budget.budget_year.horizon,
    )
    write.save_measures(session, place, [(replace(m, id=""), None) for m in budget.measures])
    write.move_stage(session, draft(session), Stage.REGISTRATION)


def draft(session: db.Session) -> read.Place:
    found = read.place(session, "0301", 2027, "utkast")
    assert found is not None
    return found


def app(engine: sa.Engine) -> Flask:
    return create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "SECRET_KEY": "måling " * 8,
            "SESSION_COOKIE_SECURE": False,
            "ENGINE": engine,
            "UPLOADS_PER_DAY": 1000,
            "EXPORTS_PER_MINUTE": 1000,
        }
    )


def token(engine: sa.Engine, role: Role) -> str:
    with db.session(engine, actor="bench", writes=True) as session:
        known = read.user_by_email(session, f"{role.name.lower()}@oslo.example")
        assert known is not None
        found = write.sign_in(session, known[0].id, datetime.now(UTC))
        session.commit()
    return found
