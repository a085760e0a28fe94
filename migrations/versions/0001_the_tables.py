"""the tables, and the triggers that keep what is frozen"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(27), "sqlite")


# Rows that belong to a version, and what is only ever added.
LINES = (
    *("target", "path_figure", "allowance_figure", "control_total"),
    *("measure", "effect", "effect_figure", "cost"),
)
ONLY_ADDED = ("record", "presented", "stored_file", "edition", "emission")
FROZEN, KEPT = "the version is frozen", "this is only ever added to"

SQLITE_LINE = """
CREATE TRIGGER {table}_{verb}_frozen BEFORE {verb} ON {table}
WHEN EXISTS (SELECT 1 FROM version WHERE id IN ({ids}) AND frozen)
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

# REPLACE deletes the row it meets without asking the DELETE trigger, unless the connection has
# recursive_triggers on; so the new row is asked what it would meet.
SQLITE_VERSION_REPLACED = """
CREATE TRIGGER version_{verb}_meets_frozen BEFORE {verb} ON version
WHEN EXISTS (
    SELECT 1 FROM version AS other WHERE other.frozen AND (
        other.id = NEW.id OR other.public_id = NEW.public_id
        OR (other.municipality_id = NEW.municipality_id
            AND other.budget_year_id = NEW.budget_year_id AND other.slug = NEW.slug)
    )
)
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

SQLITE_VERSION = """
CREATE TRIGGER version_{verb}_frozen BEFORE {verb} ON version WHEN OLD.frozen
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

SQLITE_KEPT = """
CREATE TRIGGER {table}_{verb}_kept BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

SQLITE_MEETS = """
CREATE TRIGGER {table}_insert_kept BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

SQLITE_FINDING = """
CREATE TRIGGER edition_finding_update_kept
BEFORE UPDATE OF edition_id, position, finding ON edition_finding
BEGIN SELECT RAISE(ABORT, '{why}'); END"""

# What a new row must not meet; emission has no such trigger, for it is filled by the million.
SAME = {
    "record": "chain = NEW.chain AND n = NEW.n",
    "presented": "municipality_id = NEW.municipality_id AND version_id = NEW.version_id",
    "stored_file": "sha256 = NEW.sha256",
    "edition": "id = NEW.id OR (owner = NEW.owner AND (slug = NEW.slug"
    " OR content_sha256 = NEW.content_sha256 OR file_sha256 = NEW.file_sha256))",
}

# FOR SHARE waits for whoever is freezing the version, and then sees that it is frozen.
POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION refuse_frozen_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE is_frozen boolean;
BEGIN
    IF TG_OP <> 'DELETE' THEN
        SELECT frozen INTO is_frozen FROM version WHERE id = NEW.version_id FOR SHARE;
        IF is_frozen THEN RAISE EXCEPTION 'the version is frozen'; END IF;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT frozen INTO is_frozen FROM version WHERE id = OLD.version_id FOR SHARE;
        IF is_frozen THEN RAISE EXCEPTION 'the version is frozen'; END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION refuse_frozen_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen THEN RAISE EXCEPTION 'the version is frozen'; END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this is only ever added to';
END $$;
"""
POSTGRESQL_LINE = """
CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse_frozen_line()"""
POSTGRESQL_VERSION = """
CREATE TRIGGER version_frozen BEFORE UPDATE OR DELETE ON version
FOR EACH ROW EXECUTE FUNCTION refuse_frozen_version()"""
POSTGRESQL_KEPT = """
CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION refuse()"""
POSTGRESQL_FINDING = """
CREATE TRIGGER edition_finding_kept
BEFORE DELETE OR UPDATE OF edition_id, position, finding ON edition_finding
FOR EACH ROW EXECUTE FUNCTION refuse()"""
POSTGRESQL_TRUNCATE = """
CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse()"""


def sqlite_triggers() -> Iterator[str]:
    for table in LINES:
        for verb, ids in (
            ("insert", "NEW.version_id"),
            ("update", "OLD.version_id, NEW.version_id"),
            ("delete", "OLD.version_id"),
        ):
            yield SQLITE_LINE.format(table=table, verb=verb, ids=ids, why=FROZEN)
    for verb in ("update", "delete"):
        yield SQLITE_VERSION.format(verb=verb, why=FROZEN)
    for verb in ("insert", "update"):
        yield SQLITE_VERSION_REPLACED.format(verb=verb, why=FROZEN)
    for table in ONLY_ADDED:
        for verb in ("update", "delete"):
            yield SQLITE_KEPT.format(table=table, verb=verb, why=KEPT)
    for table, same in SAME.items():
        yield SQLITE_MEETS.format(table=table, same=same, why=KEPT)
    yield SQLITE_FINDING.format(why=KEPT)
    yield SQLITE_KEPT.format(table="edition_finding", verb="delete", why=KEPT)


def postgresql_triggers() -> Iterator[str]:
    yield POSTGRESQL_FUNCTIONS
    for table in LINES:
        yield POSTGRESQL_LINE.format(table=table)
    yield POSTGRESQL_VERSION
    for table in ONLY_ADDED:
        yield POSTGRESQL_KEPT.format(table=table)
    yield POSTGRESQL_FINDING
    for table in (*LINES, "version", *ONLY_ADDED, "edition_finding"):
        yield POSTGRESQL_TRUNCATE.format(table=table)


def make_triggers() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for sql in sqlite_triggers() if on_sqlite else postgresql_triggers():
        op.get_bind().exec_driver_sql(sql)


def whole(column: str, table: str) -> sa.CheckConstraint:
    """Only SQLite would keep anything but an integer."""
    check = sa.CheckConstraint(
        f"{column} IS NULL OR typeof({column}) = 'integer'",
        name=op.f(f"ck_{table}_{column}_whole"),
    )
    check.ddl_if(dialect="sqlite")
    return check


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("county", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("number", name=op.f("uq_area_number")),
    )
    op.create_table(
        "municipality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "record",
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "n", name=op.f("pk_record")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("ix_record_chain_what", ["chain", "what"], unique=False)

    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sector_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("code", name=op.f("uq_source_code")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "alias",
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_alias_source")),
        sa.PrimaryKeyConstraint("sector", "source", name=op.f("pk_alias")),
    )
    op.create_table(
        "budget_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_budget_year_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_year")),
        sa.UniqueConstraint(
            "municipality_id", "id", name=op.f("uq_budget_year_municipality_id_id")
        ),
        sa.UniqueConstraint(
            "municipality_id", "year", name=op.f("uq_budget_year_municipality_id_year")
        ),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_department_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_department_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "name", name=op.f("uq_department_municipality_id_name")
        ),
    )
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("years", sa.Text(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("gwp", sa.Text(), nullable=True),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.CheckConstraint("owner = coalesce(municipality_id, 0)", name=op.f("ck_edition_owner")),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_edition_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_edition_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint(
            "owner", "content_sha256", name=op.f("uq_edition_owner_content_sha256")
        ),
        sa.UniqueConstraint("owner", "file_sha256", name=op.f("uq_edition_owner_file_sha256")),
        sa.UniqueConstraint("owner", "id", name=op.f("uq_edition_owner_id")),
        sa.UniqueConstraint("owner", "slug", name=op.f("uq_edition_owner_slug")),
    )
    op.create_table(
        "municipality_number",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_municipality_number_municipality"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "number", name=op.f("pk_municipality_number")),
    )
    with op.batch_alter_table("municipality_number", schema=None) as batch_op:
        batch_op.create_index(
            "uq_municipality_number_now",
            ["number"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.create_index(
            "uq_municipality_number_one",
            ["municipality_id"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_person_id"), ["person_id"], unique=False)

    op.create_table(
        "staging",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_staging_municipality")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staging_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staging")),
    )
    with op.batch_alter_table("staging", schema=None) as batch_op:
        batch_op.create_index("ix_staging_expires", ["expires"], unique=False)

    op.create_table(
        "edition_finding",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_edition_finding_edition")
        ),
        sa.PrimaryKeyConstraint("edition_id", "position", name=op.f("pk_edition_finding")),
    )
    op.create_table(
        "emission",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("gas", sa.Text(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        whole("grams", "emission"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_emission_area")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_emission_edition")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_emission_source")),
        sa.PrimaryKeyConstraint(
            "edition_id", "area_id", "year", "source_id", "row", "gas", name=op.f("pk_emission")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id", "department_id"],
            ["department.municipality_id", "department.id"],
            name=op.f("fk_membership_department"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_membership_municipality")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_membership_municipality_id_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_person_id", ["person_id"], unique=False)

    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("budget_year_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("horizon", sa.Integer(), nullable=False),
        sa.Column("edition_owner", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("path_policy", sa.Text(), nullable=True),
        sa.Column("path_cut_off", sa.Date(), nullable=True),
        sa.Column("path_author", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("frozen_at", MOMENT, nullable=True),
        sa.Column("municipality_number", sa.Text(), nullable=True),
        sa.Column("municipality_name", sa.Text(), nullable=True),
        sa.Column("format", sa.Integer(), nullable=True),
        sa.Column("canonical", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("record_head", sa.Text(), nullable=False),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(edition_id IS NULL) = (edition_owner IS NULL)"
            " AND coalesce(edition_owner, 0) IN (0, municipality_id)",
            name=op.f("ck_version_edition_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_owner", "edition_id"],
            ["edition.owner", "edition.id"],
            name=op.f("fk_version_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "budget_year_id"],
            ["budget_year.municipality_id", "budget_year.id"],
            name=op.f("fk_version_budget_year"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint(
            "municipality_id",
            "budget_year_id",
            "slug",
            name=op.f("uq_version_municipality_id_budget_year_id_slug"),
        ),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_version_municipality_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_version_public_id")),
    )
    op.create_table(
        "allowance_figure",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("cites", sa.Text(), nullable=False),
        whole("percent", "allowance_figure"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_allowance_figure_version"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "year", name=op.f("pk_allowance_figure")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "control_total",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cites", sa.Text(), nullable=False),
        whole("grams", "control_total"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_control_total_version"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "year", name=op.f("pk_control_total")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "measure",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("responsible", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("control", sa.String(length=40), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("full", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("size", sa.String(length=40), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("adjusted", sa.Boolean(), nullable=False),
        sa.Column("in_path", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("financing", sa.String(length=40), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("target_value", sa.Text(), nullable=False),
        sa.Column("category_report", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_measure_version"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "public_id", name=op.f("pk_measure")
        ),
        sa.UniqueConstraint(
            "municipality_id",
            "version_id",
            "number",
            name=op.f("uq_measure_municipality_id_version_id_number"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "path_figure",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cites", sa.Text(), nullable=False),
        whole("grams", "path_figure"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_path_figure_version"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "code", "year", name=op.f("pk_path_figure")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "presented",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_presented_version"),
        ),
        sa.PrimaryKeyConstraint("municipality_id", "version_id", name=op.f("pk_presented")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "target",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reference_year", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("cites", sa.Text(), nullable=False),
        whole("percent", "target"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id"],
            ["version.municipality_id", "version.id"],
            name=op.f("fk_target_version"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "position", name=op.f("pk_target")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cost",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("ore", sa.BigInteger(), nullable=False),
        whole("ore", "cost"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "measure_id"],
            ["measure.municipality_id", "measure.version_id", "measure.public_id"],
            name=op.f("fk_cost_measure"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "measure_id", "kind", "year", name=op.f("pk_cost")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Text(), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "measure_id"],
            ["measure.municipality_id", "measure.version_id", "measure.public_id"],
            name=op.f("fk_effect_measure"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id", "version_id", "measure_id", "book", "code", name=op.f("pk_effect")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "effect_figure",
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Text(), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("cites", sa.Text(), nullable=True),
        whole("grams", "effect_figure"),
        whole("high", "effect_figure"),
        whole("low", "effect_figure"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "version_id", "measure_id", "book", "code"],
            [
                "effect.municipality_id",
                "effect.version_id",
                "effect.measure_id",
                "effect.book",
                "effect.code",
            ],
            name=op.f("fk_effect_figure_effect"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_id",
            "version_id",
            "measure_id",
            "book",
            "code",
            "year",
            name=op.f("pk_effect_figure"),
        ),
        sqlite_with_rowid=False,
    )

    make_triggers()


def downgrade() -> None:
    op.drop_table("effect_figure")
    op.drop_table("effect")
    op.drop_table("cost")
    op.drop_table("target")
    op.drop_table("presented")
    op.drop_table("path_figure")
    op.drop_table("measure")
    op.drop_table("control_total")
    op.drop_table("allowance_figure")
    op.drop_table("version")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_person_id")

    op.drop_table("membership")
    op.drop_table("emission")
    op.drop_table("edition_finding")
    with op.batch_alter_table("staging", schema=None) as batch_op:
        batch_op.drop_index("ix_staging_expires")

    op.drop_table("staging")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_person_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("municipality_number", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_municipality_number_one",
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )
        batch_op.drop_index(
            "uq_municipality_number_now",
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )

    op.drop_table("municipality_number")
    op.drop_table("edition")
    op.drop_table("department")
    op.drop_table("budget_year")
    op.drop_table("alias")
    op.drop_table("stored_file")
    op.drop_table("source")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("ix_record_chain_what")

    op.drop_table("record")
    op.drop_table("person")
    op.drop_table("municipality")
    op.drop_table("area")

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "DROP FUNCTION IF EXISTS refuse_frozen_line, refuse_frozen_version, refuse CASCADE"
        )
