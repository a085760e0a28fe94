"""Run by Alembic for `climatebudget.db.upgrade`: migrations inside guards, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context

from climatebudget.db.columns import Scaled, UtcDateTime
from climatebudget.db.models import Model

LOCK = 0x4B4C494D  # one migration at a time on PostgreSQL
NAMED = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our types as what they are in the database: migrations import nothing of ours."""
    if kind == "type" and isinstance(item, Scaled):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "MOMENT"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_as_batch=True,
        render_item=render_item,
        transactional_ddl=True,  # Alembic thinks SQLite cannot; it can once we begin ourselves
    )
    guards = on_sqlite if connection.dialect.name == "sqlite" else on_postgresql
    with guards(connection):
        context.run_migrations()


@contextmanager
def on_sqlite(connection: sa.Connection) -> Iterator[None]:
    """Foreign keys off, triggers away and back, and nothing lost: or no change at all.

    A table that is made anew by a batch loses its triggers, and its children by their cascades.
    A migration that wants other triggers makes them under the old names; one it does not mention
    comes back as it was.
    """
    # Ignored inside a transaction, so it goes past SQLAlchemy, which would begin one.
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            before = row_counts(connection, tables_on_sqlite(connection))
            triggers = take_triggers(connection)
            yield
            put_triggers(connection, triggers)
            refuse_losses(before, row_counts(connection, tables_on_sqlite(connection)))
            refuse_orphans(connection)
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


@contextmanager
def on_postgresql(connection: sa.Connection) -> Iterator[None]:
    """One migration at a time, which gives up rather than queue behind a long transaction."""
    with connection.begin():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        before = row_counts(connection, sa.inspect(connection).get_table_names())
        yield
        after = sa.inspect(connection).get_table_names()
        refuse_losses(before, row_counts(connection, after))


def tables_on_sqlite(connection: sa.Connection) -> list[str]:
    return list(connection.exec_driver_sql(NAMED).scalars())


def row_counts(connection: sa.Connection, tables: list[str]) -> dict[str, int]:
    counted = {t: sa.select(sa.func.count()).select_from(sa.table(t)) for t in tables}
    return {t: connection.scalar(query) or 0 for t, query in counted.items()}


def take_triggers(connection: sa.Connection) -> list[tuple[str, str, str]]:
    found = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = [(t.name, t.tbl_name, t.sql) for t in connection.exec_driver_sql(found)]
    for name, _, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    return triggers


def put_triggers(connection: sa.Connection, triggers: list[tuple[str, str, str]]) -> None:
    made = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    new = set(connection.exec_driver_sql(made).scalars())
    tables = set(tables_on_sqlite(connection))
    for name, table, sql in triggers:
        if name not in new and table in tables:
            connection.exec_driver_sql(sql)


def refuse_losses(before: dict[str, int], after: dict[str, int]) -> None:
    """A table that remains has at least the rows it had; Alembic's own may be emptied."""
    kept = {t: n for t, n in before.items() if t in after and t != "alembic_version"}
    lost = {t: (n, after[t]) for t, n in kept.items() if after[t] < n}
    if lost:
        raise RuntimeError(f"the migration lost rows: {lost}")


def refuse_orphans(connection: sa.Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        raise RuntimeError(f"the migration left rows without a parent: {orphans[:5]}")


run(context.config.attributes["connection"])
