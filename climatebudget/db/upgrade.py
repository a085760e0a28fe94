"""Bring a database to the newest structure, and fill its tables of sources and areas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from climatebudget.db.engine import APPLICATION_ID, Clock, session, utc_now
from climatebudget.db.seed import seed

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def upgrade(engine: sa.Engine, revision: str = "head", clock: Clock = utc_now) -> None:
    """Migrate to the revision and seed; all of a step or nothing of it.

    A SQLite database that has something to migrate is copied first; without a copy, no migration.
    """
    if current(engine) != (head() if revision == "head" else revision):
        from climatebudget.db.backup import back_up_before_migration  # which needs what is below

        back_up_before_migration(engine, clock())
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
        return revision_of(connection)


def revision_of(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this program needs."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def is_known(revision: str) -> bool:
    """Whether this program has the step that led to the revision."""
    return any(
        step.revision == revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    )


def _migrate(engine: sa.Engine, do: Callable[[Config], object]) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.execution_options(writes=True).connect() as connection:
        config.attributes["connection"] = connection
        do(config)
