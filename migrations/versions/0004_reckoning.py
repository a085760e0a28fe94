"""boundary, overlap, accepted findings; a path by rule, and where the allowance begins"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
LINES = (
    *("left_out", "facility", "facility_figure"),
    *("overlap_group", "overlap_member", "acceptance"),
)
SQLITE_LINE = """
CREATE TRIGGER {table}_{verb}_frozen BEFORE {verb} ON {table}
WHEN EXISTS (SELECT 1 FROM version WHERE id IN ({ids}) AND frozen)
BEGIN SELECT RAISE(ABORT, 'the version is frozen'); END"""
POSTGRESQL_LINE = """
CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_frozen_line()"""
POSTGRESQL_TRUNCATE = """
CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""


def triggers(dialect: str) -> Iterator[str]:
    for table in LINES:
        if dialect == "sqlite":
            for verb, ids in (
                ("insert", "NEW.version_id"),
                ("update", "OLD.version_id, NEW.version_id"),
                ("delete", "OLD.version_id"),
            ):
                yield SQLITE_LINE.format(table=table, verb=verb, ids=ids)
        else:
            yield POSTGRESQL_LINE.format(table=table)
            yield POSTGRESQL_TRUNCATE.format(table=table)


def whole(column: str, table: str) -> sa.CheckConstraint:
    """Only SQLite would keep anything but an integer."""
    check = sa.CheckConstraint(
        f"{column} IS NULL OR typeof({column}) = 'integer'",
        name=op.f(f"ck_{table}_{column}_whole"),
    )
    check.ddl_if(dialect="sqlite")
    return check


def of_a_version(table: str, *columns: sa.schema.SchemaItem, key: tuple[str, ...]) -> None:
    op.create_table(
        table,
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("municipality_id", "version_id", *key, name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )


def belongs(
    table: str, parent: str, *columns: str, key: tuple[str, ...]
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_id", *columns],
        [f"{parent}.municipality_id", *(f"{parent}.{k}" for k in key)],
        name=op.f(f"fk_{table}_{parent}"),
    )


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    of_a_version(
        "left_out",
        text("code"),
        text("reason"),
        belongs("left_out", "version", "version_id", key=("id",)),
        key=("code",),
    )
    of_a_version(
        "facility",
        text("name"),
        text("code"),
        text("reason"),
        belongs("facility", "version", "version_id", key=("id",)),
        key=("name",),
    )
    of_a_version(
        "facility_figure",
        text("name"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        whole("grams", "facility_figure"),
        belongs("facility_figure", "facility", "version_id", "name", key=("version_id", "name")),
        key=("name", "year"),
    )
    of_a_version(
        "overlap_group",
        text("public_id"),
        text("name"),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=True),
        text("reason"),
        sa.Column("lock", sa.Integer(), nullable=False),
        whole("percent", "overlap_group"),
        belongs("overlap_group", "version", "version_id", key=("id",)),
        key=("public_id",),
    )
    own = ("version_id", "public_id")
    of_a_version(
        "overlap_member",
        text("group_id"),
        text("measure_id"),
        text("code"),
        belongs("overlap_member", "overlap_group", "version_id", "group_id", key=own),
        belongs("overlap_member", "measure", "version_id", "measure_id", key=own),
        key=("group_id", "measure_id", "code"),
    )
    of_a_version(
        "acceptance",
        text("code"),
        text("place"),
        text("fingerprint"),
        text("reason"),
        text("by"),
        sa.Column("at", MOMENT, nullable=False),
        belongs("acceptance", "version", "version_id", key=("id",)),
        key=("code", "place"),
    )
    for name in ("path_rule", "path_level", "allowance_start"):
        op.add_column("version", sa.Column(name, sa.String(length=40), nullable=True))
    op.add_column("version", sa.Column("path_years", sa.Integer(), nullable=True))
    op.add_column("version", sa.Column("path_percent", sa.BigInteger(), nullable=True))
    op.add_column(
        "version",
        sa.Column("allowance_whole", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "allowance_figure", sa.Column("reason", sa.Text(), nullable=False, server_default="")
    )
    for sql in triggers(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    for table in reversed(LINES):
        op.drop_table(table)
    op.drop_column("allowance_figure", "reason")
    for name in (
        *("allowance_whole", "path_percent", "path_years"),
        *("allowance_start", "path_level", "path_rule"),
    ):
        op.drop_column("version", name)
