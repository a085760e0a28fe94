"""What every table shares: naming, types, and what the record says of a row."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import orm

from climatebudget.db.columns import UtcDateTime

# Every row of a version has the version in its key, and no hidden row number: so INSERT OR REPLACE
# cannot reach the rows of another version.
IN_ITS_KEY = {"sqlite_with_rowid": False}


class Model(orm.DeclarativeBase):
    """A row. It stays inside this package; the rest of the program sees core values."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text(),
        datetime: UtcDateTime(),
        enum.Enum: sa.Enum(enum.Enum, native_enum=False, length=40),  # stored by name
    }

    only_added: ClassVar[bool] = False  # such a row is never changed and never removed
    hidden: ClassVar[frozenset[str]] = frozenset()  # the record says that it changed, not to what
    quiet: ClassVar[frozenset[str]] = frozenset()  # the record does not mention it

    @property
    def subject(self) -> str:
        """What the record says was changed: rows with one subject share one line."""
        key = sa.inspect(self).mapper.primary_key_from_instance(self)
        return f"{self.__tablename__} {'/'.join(map(str, key))}"

    @property
    def detail(self) -> str:
        """Which part of its subject the row is; "" for the subject itself."""
        return ""


def table(row: type[Model]) -> sa.Table:
    """The table of a kind of row, for statements that need no objects."""
    found = row.__table__
    assert isinstance(found, sa.Table)
    return found


def owned_by(parent: str, *columns: str, key: tuple[str, ...]) -> sa.ForeignKeyConstraint:
    """A foreign key that carries the municipality, so that no row points into another's."""
    return sa.ForeignKeyConstraint(
        ["municipality_id", *columns],
        [f"{parent}.municipality_id", *(f"{parent}.{k}" for k in key)],
    )
