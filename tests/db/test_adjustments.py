"""The municipality's adjustments are kept with the version, per edition, and frozen with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.adjustments import Adjustment
from climatebudget.core.canonical import canonical, digest
from climatebudget.core.exchange import dumps, loads, to_json
from climatebudget.core.path_rule import Level, PathRule, Rule
from climatebudget.core.paths import ReferencePath
from climatebudget.db import read, write
from climatebudget.db import upgrade as migrations
from climatebudget.db.load import load
from climatebudget.db.verify import verify
from tests.conftest import ON_SQLITE
from tests.db.conftest import BUSES, CARS, at, emissions, reading
from tests.db.conftest import freeze as freeze_draft

MORE_CARS = Adjustment(
    CARS, 2009, Decimal("12.5"), "Nye kjørelengder", "Kommunedirektøren, sak 4/26", "2024-tall"
)
FEWER_BUSES = Adjustment(
    BUSES, 2024, Decimal("-0.1"), "To busser er solgt", "Bystyret, sak 9/26", "2024-tall"
)
ADJUSTMENTS = (FEWER_BUSES, MORE_CARS)
PERCENT = ReferencePath(
    {}, "Vedtatt politikk", rule=PathRule(Rule.HELD, Level.WHOLE, 3, Decimal(0))
)


def edition(session, clock, name: str = "2025-tall", owner: int | None = None) -> None:
    rows = emissions((CARS, 2009, "1010"), (CARS, 2025, "590"), (BUSES, 2009, "0.2"))
    file = f"{name} {owner}".encode()
    write.store_edition(
        session,
        replace(reading(rows, file), suggested_name=name),
        owner=owner,
        file_bytes=file,
        now=clock(),
        by="oppsett",
    )


def stand_on(session, place, slug: str, **more) -> None:
    budget = read.budget(session, place)
    write.set_frame(
        session,
        place,
        edition_slug=slug,
        targets=budget.targets,
        path=more.pop("path", budget.path),
        allowance=budget.allowance,
        horizon=2030,
        **more,
    )


@pytest.fixture
def adjusted(session: db.Session, oslo: read.Place) -> read.Place:
    stand_on(session, oslo, "2024-tall", path=PERCENT)
    write.set_adjustments(session, oslo, ADJUSTMENTS)
    session.commit()
    return at(session)


def frozen(session, place, clock) -> read.Place:
    freeze_draft(session, place, clock)
    return at(session, slug="vedtatt")


def test_what_is_saved_is_read_and_in_the_figures(session, adjusted):
    budget = read.budget(session, adjusted)
    assert budget.adjustments == budget.adjusting == ADJUSTMENTS
    assert budget.published.total[2009] == Decimal("1000.323456")
    assert budget.inventory.total[2009] == Decimal("1012.823456")
    assert budget.inventory.source(BUSES)[2024] == Decimal("0.2")
    assert budget.path.figures[""][2030] == Decimal("600.3")  # held at the adjusted last year


def test_a_gram_is_kept(session, oslo):
    write.set_adjustments(session, oslo, [replace(MORE_CARS, tonnes=Decimal("0.000001"))])
    session.commit()
    [one] = read.budget(session, oslo).adjustments
    assert one.tonnes == Decimal("0.000001")


def test_saving_the_same_again_changes_nothing(session, adjusted):
    lines, lock = len(read.record(session, adjusted.municipality_id)), None
    lock = read.frame_lock(session, adjusted)
    assert write.set_adjustments(session, adjusted, ADJUSTMENTS, lock) == lock
    session.commit()
    assert len(read.record(session, adjusted.municipality_id)) == lines


def test_every_change_is_on_the_record(session, adjusted):
    write.set_adjustments(session, adjusted, [replace(MORE_CARS, tonnes=Decimal(7))])
    session.commit()
    last = read.record(session, adjusted.municipality_id)[0]
    assert last.what == f"version {adjusted.version_id}"
    edition_id = session.connection().scalar(sa.text("SELECT id FROM edition"))
    name = f"adjustment {CARS} 2009 on edition {edition_id} grams"
    assert (last.before[name], last.after[name]) == ("12.5", "7")
    assert any(key.startswith(f"adjustment {BUSES} 2024") for key in last.before)


def test_an_old_page_saves_over_nothing(session, adjusted):
    seen = read.frame_lock(session, adjusted)
    write.set_adjustments(session, adjusted, [MORE_CARS], seen)
    with pytest.raises(write.Stale):
        write.set_adjustments(session, adjusted, ADJUSTMENTS, seen)


def test_an_edition_that_is_not_here_is_refused(session, adjusted):
    with pytest.raises(write.Unknown, match="«2019-tall» finnes ikke"):
        write.set_adjustments(session, adjusted, [replace(MORE_CARS, edition="2019-tall")])


def test_two_on_the_same_figure_are_refused(session, adjusted):
    with pytest.raises(write.Refused, match="Slå dem sammen"):
        write.set_adjustments(session, adjusted, [MORE_CARS, replace(MORE_CARS, reason="Mer")])


def test_on_another_edition_they_rest_and_wake_when_it_comes_back(session, adjusted, clock):
    edition(session, clock)
    stand_on(session, adjusted, "2025-tall")
    budget = read.budget(session, adjusted)
    assert (budget.adjusting, budget.resting) == ((), ADJUSTMENTS)
    assert budget.inventory == budget.published
    stand_on(session, adjusted, "2024-tall")
    assert read.budget(session, adjusted).adjusting == ADJUSTMENTS


def test_our_own_edition_of_the_same_name_is_another_edition(session, adjusted, clock):
    edition(session, clock, "2024-tall", owner=adjusted.municipality_id)
    stand_on(session, adjusted, "2024-tall", own_edition=True)
    budget = read.budget(session, adjusted)
    assert budget.edition.owner == "0301" and budget.resting == ADJUSTMENTS
    here = replace(MORE_CARS, own=True, tonnes=Decimal(1))
    write.set_adjustments(session, adjusted, [*budget.adjustments, here])
    budget = read.budget(session, adjusted)
    assert budget.adjusting == (here,) and budget.resting == ADJUSTMENTS


def test_they_are_frozen_with_the_version_and_the_draft_goes_on(session, adjusted, clock):
    copy = frozen(session, adjusted, clock)
    write.set_adjustments(session, adjusted, [])
    session.commit()
    budget = read.budget(session, copy)
    assert budget.adjustments == ADJUSTMENTS
    assert budget.inventory.total[2009] == Decimal("1012.823456")
    assert digest(canonical(budget, 3)) == budget.version.sha256
    assert verify(session) == []


def test_a_frozen_version_takes_no_adjustment(session, adjusted, clock):
    copy = frozen(session, adjusted, clock)
    with pytest.raises(write.Locked):
        write.set_adjustments(session, copy, [])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE adjustment SET grams = 1 WHERE version_id = :v",
        "DELETE FROM adjustment WHERE version_id = :v",
        "INSERT INTO adjustment SELECT municipality_id, version_id, edition_owner, edition_id,"
        " code, 2010, 1, '', '' FROM adjustment WHERE version_id = :v",
        "UPDATE adjustment SET version_id = :v, year = 2010 WHERE version_id <> :v",
    ],
)
def test_the_database_refuses_what_passes_the_session_by(
    session, adjusted, clock, past_the_guard, sql
):
    copy = frozen(session, adjusted, clock)
    with pytest.raises(sa.exc.DBAPIError, match="the version is frozen"):
        past_the_guard(sql, v=copy.version_id)


@pytest.mark.parametrize("change", ["grams = 0", "edition_owner = 2", "edition_id = 99"])
def test_the_database_keeps_no_zero_and_nobody_elses_edition(
    session, adjusted, past_the_guard, change
):
    with pytest.raises(sa.exc.IntegrityError):
        past_the_guard(f"UPDATE adjustment SET {change}")


@ON_SQLITE
@pytest.mark.parametrize("value", ["1.5", "'mye'"])
def test_sqlite_keeps_whole_grams_only(session, adjusted, past_the_guard, value):
    with pytest.raises(sa.exc.IntegrityError):
        past_the_guard(f"UPDATE adjustment SET grams = {value}")


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE adjustment SET grams = 7 WHERE year = 2009", "adjustments[1].grams"),
        ("UPDATE adjustment SET approved_by = 'x' WHERE year = 2024", "adjustments[0].approved_by"),
        ("DELETE FROM adjustment WHERE year = 2024", "adjustments"),
    ],
)
def test_verify_names_what_was_changed(
    session, adjusted, clock, past_the_guard, without_triggers, sql, named
):
    copy = frozen(session, adjusted, clock)
    without_triggers("adjustment")
    assert past_the_guard(f"{sql} AND version_id = {copy.version_id}") == 1
    [problem] = verify(session)
    assert "0301/2027/vedtatt" in problem and named in problem


def as_before_adjustments(session, adopted, past_the_guard, without_triggers) -> None:
    """The version as a program that knew format 2 left it."""
    budget = read.budget(session, adopted)
    data = canonical(replace(budget, adjustments=()), 2)
    without_triggers("version")
    set_ = "UPDATE version SET format = 2, canonical = :data, sha256 = :sha WHERE id = :v"
    past_the_guard(set_, data=data, sha=digest(data), v=adopted.version_id)


def test_a_version_frozen_before_there_were_adjustments_still_holds(
    session, adopted, past_the_guard, without_triggers
):
    as_before_adjustments(session, adopted, past_the_guard, without_triggers)
    assert verify(session) == []


def test_an_adjustment_slipped_into_an_old_version_is_found(
    session, adjusted, clock, past_the_guard, without_triggers
):
    """Format 2 has no room for them, so its bytes alone would not tell."""
    copy = frozen(session, adjusted, clock)
    as_before_adjustments(session, copy, past_the_guard, without_triggers)
    assert verify(session) == [
        "Versjon 0301/2027/vedtatt har fått justeringer etter at den ble låst."
    ]


def test_a_new_year_begins_with_them(session, adjusted):
    write.open_budget_year(session, adjusted.municipality_id, 2028, 2031, copy_of=adjusted)
    session.commit()
    place = read.place(session, "0301", 2028, "utkast")
    assert read.budget(session, place).adjusting == ADJUSTMENTS


def test_they_go_out_in_a_file_and_in_again(session, adjusted, clock):
    edition(session, clock)
    write.set_adjustments(
        session, adjusted, [*ADJUSTMENTS, replace(MORE_CARS, edition="2025-tall")]
    )
    before = read.budget(session, adjusted)
    write_out = dumps(to_json(before)).encode()
    write.set_adjustments(session, adjusted, [])
    exchange, wrong = loads(write_out, read.sources(session))
    assert exchange and not wrong
    load(session, exchange)
    session.commit()
    after = read.budget(session, adjusted)
    assert after.adjustments == before.adjustments and len(after.resting) == 1


def test_a_file_from_an_installation_with_the_edition_in_other_hands(session, adjusted, clock):
    """There it was the municipality's own; here the installation has it."""
    raw = to_json(read.budget(session, adjusted))
    for one in raw["budget_years"][0]["adjustments"]:
        one["own"] = True
    write.set_adjustments(session, adjusted, [])
    exchange, _ = loads(dumps(raw).encode(), read.sources(session))
    load(session, exchange)
    assert read.budget(session, adjusted).adjusting == ADJUSTMENTS


def test_reading_a_budget_asks_no_more_when_it_is_adjusted(session, adjusted, engine):
    def statements() -> int:
        seen: list[str] = []

        def note(*args):
            seen.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        read.budget(session, adjusted)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    many = statements()
    write.set_adjustments(session, adjusted, [])
    session.flush()
    assert statements() == many


def test_the_step_goes_down_and_up_and_keeps_the_rest(engine, session, oslo):
    """Down takes the adjustments away and nothing else; what was frozen before still holds."""
    before = read.budget(session, oslo)
    session.commit()
    session.close()
    migrations.downgrade(engine, "0004")
    assert not sa.inspect(engine).has_table("adjustment")
    migrations.upgrade(engine)
    with db.session(engine, actor="prøve", writes=True) as again:
        assert read.budget(again, at(again)) == before
        write.set_adjustments(again, at(again), ADJUSTMENTS)
        again.commit()
        assert read.budget(again, at(again)).adjusting == ADJUSTMENTS
