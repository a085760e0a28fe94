"""the municipality's own adjustments of an edition's figures"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SQLITE_LINE = """
CREATE TRIGGER adjustment_{verb}_frozen BEFORE {verb} ON adjustment
WHEN EXISTS (SELECT 1 FROM version WHERE id IN ({ids}) AND frozen)
BEGIN SELECT RAISE(ABORT, 'the version is frozen'); END"""
POSTGRESQL_LINE = """
CREATE TRIGGER adjustment_frozen BEFORE INSERT OR UPDATE OR DELETE ON adjustment
FOR EACH ROW EXECUTE FUNCTION refuse_frozen_line()"""
POSTGRESQL_TRUNCATE = """
CREATE TRIGGER adjustment_not_emptied BEFORE TRUNCATE ON adjustment
FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""


def triggers(dialect: str) -> Iterator[str]:
    if dialect != "sqlite":
        yield POSTGRESQL_LINE
        yield POSTGRESQL_TRUNCATE
        return
    for verb, ids in (
        ("insert", "NEW.version_id"),
        ("update", "OLD.version_id, NEW.version_id"),
        ("delete", "OLD.version_id"),
    ):
        yield SQLITE_LINE.format(verb=verb, ids=ids)


def whole(column: str) -> sa.CheckConstraint:
    """Only SQLite would keep anything but an integer."""
    check = sa.CheckConstraint(
        f"{column} IS NULL OR typeof({column}) = 'integer'",
        name=op.f(f"ck_adjustment_{column}_whole"),
    )
    check.ddl_if(dialect="sqlite")
    return check


def upgrade() -> None:
    op.create_table(
        "adjustment",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("edition_owner", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        whole("grams"),
        sa.CheckConstraint("grams <> 0", name=op.f("ck_adjustment_not_zero")),
        sa.CheckConstraint(
            "edition_owner IN (0, municipality_id)", name=op.f("ck_adjustment_edition_owner")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_adjustment_version"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_owner", "edition_id"],
            ["edition.owner", "edition.id"],
            name=op.f("fk_adjustment_edition"),
        ),
        sa.PrimaryKeyConstraint(
            *("municipality_id", "version_id", "edition_owner", "edition_id", "code", "year"),
            name=op.f("pk_adjustment"),
        ),
        sqlite_with_rowid=False,
    )
    for sql in triggers(op.get_bind().dialect.name):
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    op.drop_table("adjustment")
