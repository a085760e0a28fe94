"""Bring a database to the newest structure, and fill its tables of sources and areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from climatebudget.db.engine import APPLICATION_ID, session
from climatebudget.db.seed import seed

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Migrate to the revision and seed; all of a step or nothing of it."""
    _migrate(engine, lambda config: command.upgrade(config, revision))
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.commit()
    if current(engine) == head():
        with session(engine, "oppsett", writes=True) as new:
            seed(new)
            new.commit()


def downgrade(engine: sa.Engine, revision: str) -> None:
    _migrate(engine, lambda config: command.downgrade(config, revision))


def current(engine: sa.Engine) -> str | None:
    """The revision the database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _migrate(engine: sa.Engine, do: Callable[[Config], object]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        do(config)
