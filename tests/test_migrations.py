"""Migrations keep what people have: all of a step or nothing of it, on both databases."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from climatebudget import db
from climatebudget.db import backup
from climatebudget.db import session as open_session
from climatebudget.db import upgrade as migrations
from climatebudget.db.models import Model
from climatebudget.db.verify import verify
from climatebudget.files import is_full
from tests import world
from tests.conftest import ON_SQLITE

STEP = '''"""a step that somebody writes one day"""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {previous!r}


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down}
'''
Steps = Callable[..., None]


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Add one more migration after ours, made of these statements."""

    def step(up: str, down: str = "pass") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrations.MIGRATIONS, folder)
        text = STEP.format(previous=migrations.head(), up=up, down=down)
        (folder / "versions" / "9999_one_day.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(migrations, "MIGRATIONS", folder)

    return step


@pytest.fixture
def settled(engine: sa.Engine) -> sa.Engine:
    world.build(engine)
    return engine


def rows(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {
            name: connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in sorted(names)
        }


def triggers(engine: sa.Engine) -> list[tuple[str, ...]]:
    asked = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
            " WHERE NOT tgisinternal ORDER BY tgname"
        ),
    }
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(asked[engine.dialect.name])]


def holds(engine: sa.Engine) -> bool:
    with open_session(engine, actor="prøve") as session:
        return verify(session) == []


def test_the_models_are_what_the_migrations_make(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_down_and_up_again_leaves_the_same_structure(engine):
    made = triggers(engine)
    assert made
    migrations.downgrade(engine, "base")
    assert set(rows(engine)) <= {"alembic_version"}
    migrations.upgrade(engine)
    assert triggers(engine) == made


def test_upgrading_what_is_newest_changes_nothing(settled):
    before = rows(settled)
    migrations.upgrade(settled)
    assert rows(settled) == before


REBUILD = """with op.batch_alter_table("measure") as measure:
        measure.add_column(sa.Column("one_day", sa.String(), nullable=True))
        measure.alter_column("name", existing_type=sa.String(), nullable=False)"""
REBUILD_BACK = """with op.batch_alter_table("measure") as measure:
        measure.drop_column("one_day")"""


def test_a_rebuilt_parent_keeps_its_children_and_its_triggers(settled, step):
    """On SQLite a batch makes the table anew: cascades and triggers must not go with the old."""
    before, guarded = rows(settled), triggers(settled)
    step(REBUILD, REBUILD_BACK)
    migrations.upgrade(settled)
    assert rows(settled) == before
    assert [name for name, _ in triggers(settled)] == [name for name, _ in guarded]
    assert holds(settled)
    migrations.downgrade(settled, "-1")
    assert rows(settled) == before
    assert holds(settled)


def test_a_step_that_fails_half_way_leaves_nothing(settled, step):
    before, revision = rows(settled), migrations.current(settled)
    step('op.create_table("half", sa.Column("id", sa.Integer()))\n    raise RuntimeError("stop")')
    with pytest.raises(RuntimeError, match="stop"):
        migrations.upgrade(settled)
    assert rows(settled) == before
    assert migrations.current(settled) == revision
    assert holds(settled)


@ON_SQLITE
def test_before_a_step_the_database_is_copied(settled, step):
    """Beside it, as it was, under a name that says when and from which revision."""
    before, revision = contents(settled), migrations.current(settled)
    migrations.upgrade(settled)
    assert copies(settled) == []  # nothing to migrate, nothing to copy
    step('op.create_table("one_day", sa.Column("id", sa.Integer()))')
    migrations.upgrade(settled, clock=lambda: world.NOW)
    [copy] = copies(settled)
    assert copy.name == f"klima-2026-11-23T090000000000Z-from-{revision}.zip"
    older = replace(before, verified=False)  # its sums are for the program that made it
    assert backup.check(copy).contents == older
    restored = settled.url.set(database=str(copy.with_name("igjen.sqlite3")))
    backup.restore(copy, restored, world.NOW)
    again = db.connect(restored)
    assert contents(again) == older
    again.dispose()


@ON_SQLITE
def test_without_room_for_the_copy_no_step_is_begun(settled, step, monkeypatch):
    before, revision = rows(settled), migrations.current(settled)
    step('op.create_table("one_day", sa.Column("id", sa.Integer()))')

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "_pack", full)
    with pytest.raises(OSError) as refused:
        migrations.upgrade(settled)
    assert is_full(refused.value)
    assert (rows(settled), migrations.current(settled)) == (before, revision)
    assert copies(settled) == []


def contents(engine: sa.Engine) -> backup.Contents:
    with engine.connect() as connection:
        return backup.contents(connection)


def copies(engine: sa.Engine) -> list[Path]:
    return sorted((Path(str(engine.url.database)).parent / "backups").glob("*"))


def test_a_step_that_loses_rows_is_refused(settled, step):
    before = rows(settled)
    step('op.execute("DELETE FROM sign_in")\n    op.execute("DELETE FROM membership")')
    with pytest.raises(RuntimeError, match="lost rows"):
        migrations.upgrade(settled)
    assert rows(settled) == before


def test_a_step_that_leaves_orphans_is_refused(settled, step):
    """PostgreSQL refuses by itself; on SQLite foreign keys are off while tables are rebuilt."""
    step('op.execute("UPDATE membership SET person_id = 987654")')
    with pytest.raises((RuntimeError, sa.exc.IntegrityError)):
        migrations.upgrade(settled)
    assert holds(settled)


def test_migrations_import_nothing_of_ours():
    for file in (migrations.MIGRATIONS / "versions").glob("*.py"):
        assert "climatebudget" not in file.read_text(encoding="utf-8"), file


def test_no_column_holds_a_float_or_a_numeric():
    for table in Model.metadata.tables.values():
        for column in table.columns:
            kind = column.type
            assert not isinstance(kind, sa.Float), (table.name, column.name)
            assert not isinstance(kind, sa.Numeric) or isinstance(kind, sa.Integer)
