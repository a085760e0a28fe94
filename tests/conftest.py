"""An empty, migrated database of each kind, and a clock that stands until it is moved."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from climatebudget import db
from climatebudget.db.upgrade import upgrade
from tests.services import postgres_server

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("ours", deadline=None)
settings.load_profile("ours")

TEMPLATE = "migrated"
# One worker has them all, so that one server is started.
POSTGRES = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]
DATABASES = {"sqlite": "sqlite", "postgres": pytest.param("postgres", marks=POSTGRES)}
# On a test that only one of them can answer.
ON_SQLITE, ON_POSTGRES = (
    pytest.mark.parametrize("engine", [only], indirect=True) for only in DATABASES.values()
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[sa.URL]:
    """A running server that has a migrated database to copy."""
    with postgres_server() as url:
        server = sa.make_url(url)
        _on_server(server, f"CREATE DATABASE {TEMPLATE}")
        migrated = db.connect(server.set(database=TEMPLATE))
        upgrade(migrated)
        migrated.dispose()
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("migrated") / "template.sqlite3"
    engine = db.connect(f"sqlite:///{file}")
    upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(params=DATABASES.values())
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """A migrated database without municipalities, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "klima.sqlite3")
        made = db.connect(f"sqlite:///{file}")
    else:
        made = db.connect(copy_of(request.getfixturevalue("postgres_url"), TEMPLATE))
    yield made
    made.dispose()


@pytest.fixture
def empty(request: pytest.FixtureRequest, engine: sa.Engine) -> sa.Engine:
    """A database of the same kind with nothing in it at all."""
    if engine.dialect.name == "sqlite":
        made = db.connect(engine.url.set(database=str(engine.url.database) + ".empty"))
    else:
        name = f"{engine.url.database}_empty"
        _on_server(engine.url.set(database="postgres"), f"CREATE DATABASE {name}")
        made = db.connect(engine.url.set(database=name))
    request.addfinalizer(made.dispose)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def session(engine: sa.Engine, clock: Clock) -> Iterator[db.Session]:
    """A session that may write, as person 1."""
    with db.session(engine, actor=1, writes=True, clock=clock) as made:
        yield made


_numbers = iter(range(1, 1_000_000))


def copy_of(server: sa.URL, template: str) -> sa.URL:
    """A new database on the server, as the template is."""
    name = f"test_{next(_numbers)}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.set(database=name)


def _on_server(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
