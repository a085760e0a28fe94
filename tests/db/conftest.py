"""Oslo and Kragerø: an edition, a draft with two measures, and ways past the guard."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.budget import Kind
from climatebudget.core.inventory import Emission
from climatebudget.core.measure import Cost, CostKind, Measure, effect_in
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.core.reading import Reading
from climatebudget.db import read, write
from tests.conftest import Clock

FILE = b"en arbeidsbok"
CARS, BUSES = "veitrafikk/personbiler", "veitrafikk/busser"


def emissions(*rows: tuple[str, int, str], area: str = "0301") -> tuple[Emission, ...]:
    return tuple(
        Emission(area, code, None, year, Decimal(value), row)
        for row, (code, year, value) in enumerate(rows, start=2)
    )


def reading(found: tuple[Emission, ...], file: bytes = FILE) -> Reading:
    return Reading(
        file_name="utslipp.xlsx",
        sha256=sha256(file).hexdigest(),
        layout="area",
        sheets=("Ark1",),
        rows=len(found),
        emissions=found,
        suggested_name="2024-tall",
    )


PUBLISHED = emissions(
    (CARS, 2009, "1000.123456"), (CARS, 2024, "600.1"), (BUSES, 2009, "0.2"), (BUSES, 2024, "0.3")
)


def measure(number: int, name: str = "Bytte ut tolv biler", **by_year: str) -> Measure:
    """``measure(1, y2027="120")``: one with an effect on cars and an operating cost."""
    figures = {int(year[1:]): Decimal(value) for year, value in by_year.items()}
    cost = Cost(CostKind.OPERATING, Yearly(Unit.KNOK, {year: Decimal("10.5") for year in figures}))
    return Measure(
        id=f"tiltak-{number}",
        number=number,
        name=name,
        department="Bymiljø",
        contact="Kari Nordmann",
        effects=(effect_in(CARS, figures),),
        costs=(cost,) if figures else (),
    )


@pytest.fixture
def oslo(session: db.Session, clock: Clock) -> read.Place:
    """The draft of Oslo's budget for 2027."""
    key = write.add_municipality(session, "0301", "Oslo")
    write.store_edition(session, reading(PUBLISHED), file_bytes=FILE, now=clock(), by="oppsett")
    write.open_budget_year(session, key, 2027, 2030)
    frame(session, at(session))
    write.save_measure(session, at(session), measure(1, y2027="120", y2028="240.5"))
    write.save_measure(session, at(session), measure(2, "Kjøpe grønn varme", y2027="5"))
    session.commit()
    return at(session)


@pytest.fixture
def adopted(session: db.Session, oslo: read.Place, clock: Clock) -> read.Place:
    freeze(session, oslo, clock)
    return at(session, slug="vedtatt")


@pytest.fixture
def kragero(session: db.Session) -> read.Place:
    key = write.add_municipality(session, "4014", "Kragerø")
    write.open_budget_year(session, key, 2027, 2030)
    session.commit()
    return at(session, "4014")


def freeze(session: db.Session, place: read.Place, clock: Clock) -> None:
    write.freeze(session, place, Kind.ADOPTED, "Bystyret, sak 1/26", clock())
    session.commit()


def frame(session: db.Session, place: read.Place, percent: str = "55") -> None:
    write.set_frame(
        session,
        place,
        edition_slug="2024-tall",
        targets=[Target(Decimal(percent), 2030, 2009, "Bystyret 2025")],
        path=ReferencePath({"": tonnes({2027: Decimal(590), 2030: Decimal(500)})}, "Vedtatt"),
        allowance=Allowance({2027: Decimal("-40.5")}),
        horizon=2030,
    )


def at(session: db.Session, number: str = "0301", slug: str = "utkast") -> read.Place:
    place = read.place(session, number, 2027, slug)
    assert place is not None
    return place


@pytest.fixture
def past_the_guard(engine: sa.Engine, session: db.Session) -> Callable[..., int]:
    """Run SQL as somebody with a database tool would; how many rows it changed."""

    def run(sql: str, **values: object) -> int:
        session.commit()  # or it would wait for us
        with engine.execution_options(writes=True).begin() as connection:
            return connection.execute(sa.text(sql), values).rowcount

    return run


@pytest.fixture
def without_triggers(engine: sa.Engine, session: db.Session) -> Callable[[str], None]:
    """Take a table's triggers away, as only the owner of the database can."""

    def drop(table: str) -> None:
        session.commit()
        with engine.execution_options(writes=True).begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                return
            found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
            for name in connection.exec_driver_sql(found, (table,)).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")

    return drop
