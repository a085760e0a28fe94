"""Many rows at the speed of the driver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


def insert_many(
    session: Session, table: sa.Table, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Add rows as the database keeps them (grams, not tonnes), in the session's transaction.

    The driver's executemany on SQLite, COPY on PostgreSQL; nothing of it is recorded.
    """
    connection = session.connection()
    driver = connection.connection.driver_connection
    assert driver is not None
    quoted = connection.dialect.identifier_preparer.quote
    names = ", ".join(quoted(column) for column in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
