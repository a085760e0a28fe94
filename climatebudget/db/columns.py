"""Column types: whole grams, øre and thousandths of a percent; moments in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa


class Scaled(sa.types.TypeDecorator[Decimal]):
    """A Decimal with a fixed number of decimals, stored as an integer.

    Exact on SQLite and PostgreSQL alike; ``SUM`` works, other arithmetic is done in Python.
    Raises `ValueError` for a value with more decimals than are kept.
    """

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, decimals: int) -> None:
        super().__init__()
        self.decimals = decimals

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(self.decimals)
        if scaled != int(scaled):
            raise ValueError(f"{value} has more than {self.decimals} decimals")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.decimals)


GRAMS = Scaled(6)  # tonnes CO₂e in Python
ORE = Scaled(5)  # 1 000 kr in Python
PERCENT = Scaled(3)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment: aware in, aware out. SQLite would drop the offset, so it gets UTC text with a Z."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        text = dialect.name == "sqlite"
        return dialect.type_descriptor(sa.String(27) if text else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} does not say its time zone")
        return as_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


def as_text(moment: datetime) -> str:
    """UTC with microseconds and a Z: of one width, so that text sorts as time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def whole_number(column: str) -> sa.CheckConstraint:
    """SQLite would otherwise keep 1.5, 'abc' and 1e300 in an integer column."""
    check = sa.CheckConstraint(
        f"{column} IS NULL OR typeof({column}) = 'integer'", name=f"{column}_whole"
    )
    check.ddl_if(dialect="sqlite")
    return check
