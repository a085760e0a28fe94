"""an edition's rows and its file come in part by part; the edition itself comes last"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")
PART = 1_048_576  # bytes
KEPT = "this is only ever added to"

# What waits to become an edition's may be removed; what has become so never.
SQLITE_KEPT = """
CREATE TRIGGER {table}_{verb}_kept BEFORE {verb} ON {table}{condition}
BEGIN SELECT RAISE(ABORT, '{why}'); END"""
HAS_EDITION = " WHEN EXISTS (SELECT 1 FROM edition WHERE id = OLD.edition_id)"
HAS_FILE = " WHEN EXISTS (SELECT 1 FROM stored_file WHERE sha256 = OLD.sha256)"
SQLITE_MEETS = """
CREATE TRIGGER file_part_insert_kept BEFORE INSERT ON file_part
WHEN EXISTS (SELECT 1 FROM file_part WHERE sha256 = NEW.sha256 AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION refuse_emission() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM edition WHERE id = OLD.edition_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'this is only ever added to';
END $$;
CREATE FUNCTION refuse_file_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM stored_file WHERE sha256 = OLD.sha256) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'this is only ever added to';
END $$;
"""
POSTGRESQL_KEPT = """
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {function}()"""
POSTGRESQL_TRUNCATE = """
CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""

IN_PARTS = """
WITH RECURSIVE part(sha256, n, size) AS (
    SELECT sha256, 0, size FROM stored_file
    UNION ALL SELECT sha256, n + 1, size FROM part WHERE (n + 1) * {part} < size
)
INSERT INTO file_part (sha256, n, bytes, put)
SELECT part.sha256, part.n, substr(file.bytes, part.n * {part} + 1, {part}), '{put}'
FROM part JOIN stored_file AS file ON file.sha256 = part.sha256"""
LONG_AGO = "2020-01-01T00:00:00.000000Z"


def upgrade() -> None:
    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("touched", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
    )
    op.execute("INSERT INTO intake (id, touched) SELECT id, imported_at FROM edition")
    op.create_table(
        "file_part",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("put", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sha256", "n", name=op.f("pk_file_part")),
    )
    op.execute(IN_PARTS.format(part=PART, put=LONG_AGO))
    op.drop_column("stored_file", "bytes")
    _point_emissions_at("intake", "edition")
    for sql in _sqlite_triggers() if _on_sqlite() else _postgresql_triggers():
        op.get_bind().exec_driver_sql(sql)


def downgrade() -> None:
    _forget_what_waits()
    op.add_column("stored_file", sa.Column("bytes", sa.LargeBinary(), nullable=True))
    for sha256, data in _whole_files():
        # The triggers of SQLite are away while it migrates; on PostgreSQL this one is not.
        update = sa.text("UPDATE stored_file SET bytes = :data WHERE sha256 = :sha256")
        op.get_bind().execute(update, {"data": data, "sha256": sha256})
    with op.batch_alter_table("stored_file") as stored_file:
        stored_file.alter_column("bytes", existing_type=sa.LargeBinary(), nullable=False)
    _point_emissions_at("edition", "intake")
    if _on_sqlite():
        for verb in ("update", "delete"):
            op.get_bind().exec_driver_sql(_kept("emission", verb, ""))
    else:
        _back_on_postgresql()
    op.drop_table("file_part")
    op.drop_table("intake")
    if not _on_sqlite():
        op.execute("DROP FUNCTION refuse_file_part()")


def _on_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _point_emissions_at(parent: str, before: str) -> None:
    if not _on_sqlite():
        if parent == "intake":
            op.execute("SELECT setval('intake_id_seq', (SELECT max(id) FROM intake))")
        op.drop_constraint(op.f(f"fk_emission_{before}"), "emission", type_="foreignkey")
        op.create_foreign_key(
            op.f(f"fk_emission_{parent}"), "emission", parent, ["edition_id"], ["id"]
        )
        return
    # SQLite cannot change a foreign key; a batch would forget that the table has no row numbers.
    op.create_table(
        "emission_new",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("gas", sa.Text(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "grams IS NULL OR typeof(grams) = 'integer'", name=op.f("ck_emission_grams_whole")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_emission_area")),
        sa.ForeignKeyConstraint(
            ["edition_id"], [f"{parent}.id"], name=op.f(f"fk_emission_{parent}")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_emission_source")),
        sa.PrimaryKeyConstraint(
            *("edition_id", "area_id", "year", "source_id", "row", "gas"),
            name=op.f("pk_emission"),
        ),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO emission_new SELECT * FROM emission")
    op.drop_table("emission")
    op.rename_table("emission_new", "emission")


def _kept(table: str, verb: str, condition: str) -> str:
    return SQLITE_KEPT.format(table=table, verb=verb, condition=condition, why=KEPT)


def _sqlite_triggers() -> Iterator[str]:
    yield _kept("emission", "update", "")  # it went with the old table
    yield _kept("emission", "delete", HAS_EDITION)
    yield _kept("file_part", "delete", HAS_FILE)
    yield _kept("file_part", "update", "")
    yield SQLITE_MEETS.format(why=KEPT)


def _postgresql_triggers() -> Iterator[str]:
    yield POSTGRESQL_FUNCTIONS
    yield "DROP TRIGGER emission_kept ON emission"
    yield POSTGRESQL_KEPT.format(table="emission", function="refuse_emission")
    yield POSTGRESQL_KEPT.format(table="file_part", function="refuse_file_part")
    yield POSTGRESQL_TRUNCATE.format(table="file_part")


def _back_on_postgresql() -> None:
    op.execute("DROP TRIGGER emission_kept ON emission")
    op.execute(POSTGRESQL_KEPT.format(table="emission", function="refuse"))
    op.execute("DROP FUNCTION refuse_emission()")


def _forget_what_waits() -> None:
    op.execute("DELETE FROM emission WHERE edition_id NOT IN (SELECT id FROM edition)")


def _whole_files() -> Iterator[tuple[str, bytes]]:
    if not _on_sqlite():
        op.execute("ALTER TABLE stored_file DISABLE TRIGGER stored_file_kept")
    for sha256 in op.get_bind().execute(sa.text("SELECT sha256 FROM stored_file")).scalars().all():
        parts = sa.text("SELECT bytes FROM file_part WHERE sha256 = :sha256 ORDER BY n")
        found = op.get_bind().execute(parts, {"sha256": sha256}).scalars()
        yield sha256, b"".join(bytes(part) for part in found)
    if not _on_sqlite():
        op.execute("ALTER TABLE stored_file ENABLE TRIGGER stored_file_kept")
