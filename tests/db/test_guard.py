"""What the guard refuses, and what it writes down."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.db import read, write
from climatebudget.db.models import (
    EditionRow,
    EffectFigureRow,
    MeasureRow,
    RecordRow,
    VersionRow,
)
from tests.db.conftest import PUBLISHED, frame, measure, reading


def test_a_measure_of_a_frozen_version_cannot_be_saved(session, adopted):
    with pytest.raises(write.Locked, match="«vedtatt» er låst"):
        write.save_measure(session, adopted, measure(1, "Noe annet"))


@pytest.mark.parametrize(
    "act",
    [
        lambda s, place: write.save_measure(s, place, measure(3)),
        lambda s, place: write.remove_measure(s, place, "tiltak-1"),
        lambda s, place: write.duplicate_measure(s, place, "tiltak-1"),
        lambda s, place: frame(s, place, "60"),
    ],
)
def test_nothing_about_a_frozen_version_can_be_changed(session, adopted, act):
    with pytest.raises(write.Locked):
        act(session, adopted)


def test_a_frozen_version_is_not_opened_again(session, adopted):
    session.get_one(VersionRow, adopted.version_id).frozen = False
    with pytest.raises(write.Locked):
        session.flush()


@pytest.mark.parametrize("kind", [EditionRow, RecordRow])
def test_what_is_stored_for_good_is_not_changed_or_removed(session, oslo, kind):
    row = session.scalars(sa.select(kind)).first()
    session.delete(row)
    with pytest.raises(write.Locked):
        session.flush()


@pytest.mark.parametrize("bulk", [sa.update, sa.delete])
def test_bulk_statements_are_refused(session, bulk):
    with pytest.raises(TypeError):
        session.execute(bulk(EffectFigureRow))


def test_a_session_that_only_reads_does_not_write(engine, oslo):
    with db.session(engine, actor=1) as reader, pytest.raises(RuntimeError, match="writes=True"):
        write.add_department(reader, oslo.municipality_id, "Ny")


def test_a_change_is_one_line_with_what_was_and_what_is(session, oslo):
    """Also when several of a measure's figures change at once."""
    before = read.measure(session, oslo, 1)
    write.save_measure(session, oslo, replace(measure(1, "Nytt navn", y2027="99"), contact="Ola"))
    [line, _] = read.history_of(session, oslo, before.id)
    assert (line.actor, line.action) == ("1", "change")
    assert line.before["name"] == "Bytte ut tolv biler"
    assert line.after["name"] == "Nytt navn"
    assert line.before["effect DIRECT veitrafikk/personbiler 2027 grams"] == "120"
    assert line.after["effect DIRECT veitrafikk/personbiler 2027 grams"] == "99"
    assert line.before["effect DIRECT veitrafikk/personbiler 2028 grams"] == "240.5"
    assert line.after["contact"] == "(ikke vist)"


def test_no_name_password_or_token_enters_the_record(session, oslo, clock):
    person = write.add_person(session, "Kari@Oslo.example", "Kari Nordmann")
    write.set_password(session, person, "$argon2id$hemmelig")
    token = write.sign_in(session, person, clock())
    write.stage_upload(session, kind="measures", payload=b"x", now=clock(), person_id=person)
    session.flush()
    lines = session.execute(sa.select(RecordRow.what, RecordRow.before, RecordRow.after)).all()
    said = " ".join(map(str, lines)).casefold()
    for secret in ("kari", "hemmelig", token.casefold(), "nordmann"):
        assert secret not in said


ACTS = {
    "add_department": lambda s, p, now: write.add_department(s, p.municipality_id, "Ny"),
    "add_person": lambda s, p, now: write.add_person(s, "b@b.no", "B"),
    "set_password": lambda s, p, now: write.set_password(s, 1, "$argon2id$annet"),
    "add_membership": lambda s, p, now: write.add_membership(s, p.municipality_id, 1, Role.OWNER),
    "sign_in": lambda s, p, now: write.sign_in(s, 1, now),
    "open_budget_year": lambda s, p, now: write.open_budget_year(s, p.municipality_id, 2028, 2035),
    "move_stage": lambda s, p, now: write.move_stage(s, p, Stage.PROPOSAL),
    "set_frame": lambda s, p, now: frame(s, p, "60"),
    "save_measure": lambda s, p, now: write.save_measure(s, p, measure(3)),
    "remove_measure": lambda s, p, now: write.remove_measure(s, p, "tiltak-1"),
    "duplicate_measure": lambda s, p, now: write.duplicate_measure(s, p, "tiltak-1"),
    "stage_upload": lambda s, p, now: write.stage_upload(s, kind="m", payload=b"1", now=now),
    "store_edition": lambda s, p, now: write.store_edition(
        s, reading(PUBLISHED[1:], b"annen"), file_bytes=b"annen", now=now
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_adds_one_line_to_the_record(session, oslo, clock, act):
    write.add_person(session, "a@a.no", "A")
    session.flush()
    count = sa.select(sa.func.count()).select_from(RecordRow)
    before = session.scalar(count)
    ACTS[act](session, oslo, clock())
    session.flush()
    lines = 2 if act == "open_budget_year" else 1  # the year, and its draft
    assert session.scalar(count) == before + lines


def test_an_edition_and_a_freeze_are_one_line_each(session, adopted):
    [frozen, *_] = read.record(session, adopted.municipality_id)
    assert (frozen.action, frozen.after["slug"]) == ("freeze", "vedtatt")
    imported = [line for line in read.record(session, 0) if line.action == "import"]
    assert [line.after["rows"] for line in imported] == [len(PUBLISHED)]


def test_a_rolled_back_change_leaves_no_line(session, oslo):
    before = read.head(session, oslo.municipality_id)
    write.save_measure(session, oslo, measure(1, "Angret"))
    session.rollback()
    assert read.head(session, oslo.municipality_id) == before


def test_a_measure_without_difference_is_not_a_change(session, oslo):
    before = read.head(session, oslo.municipality_id)
    lock = read.measure_lock(session, oslo, "tiltak-1")
    stored = read.measure(session, oslo, 1)
    assert write.save_measure(session, oslo, stored, lock) == lock
    assert read.head(session, oslo.municipality_id) == before


def test_an_effect_without_figures_is_recorded(session, oslo):
    stored = read.measure(session, oslo, 1)
    place_only = replace(
        stored.effects[0], code="ufordelt", yearly=replace(stored.effects[0].yearly, by_year={})
    )
    write.save_measure(session, oslo, replace(stored, effects=(*stored.effects, place_only)))
    assert read.history_of(session, oslo, stored.id)[0].after == {"effect DIRECT ufordelt": True}
    assert read.measure(session, oslo, 1).effect(2027) is None


def test_rows_are_kept_in_whole_grams(session, oslo):
    grams = session.connection().scalar(
        sa.text("SELECT grams FROM effect_figure WHERE year = 2028")
    )
    assert grams == 240_500_000
    with pytest.raises(sa.exc.StatementError, match="more than 6 decimals"):
        row = session.get_one(MeasureRow, (oslo.municipality_id, oslo.version_id, "tiltak-1"))
        figure = EffectFigureRow(
            municipality_id=row.municipality_id,
            version_id=row.version_id,
            measure_id=row.public_id,
            book="DIRECT",
            code="veitrafikk/personbiler",
            year=2040,
            grams=Decimal("0.0000001"),
        )
        session.add(figure)
        session.flush()
