"""Boundary, overlap, accepted findings, path by rule: kept with the version and frozen with it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.boundary import Boundary, Facility
from climatebudget.core.findings import About, Finding, Level
from climatebudget.core.measure import Book
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.path_rule import Level as At
from climatebudget.core.path_rule import PathRule
from climatebudget.core.path_rule import Rule as Ruled
from climatebudget.core.paths import Allowance, ReferencePath, Start
from climatebudget.core.quantity import tonnes
from climatebudget.core.statement import statement
from climatebudget.db import read, write
from climatebudget.db.verify import verify
from tests.db.conftest import BUSES, CARS, at
from tests.db.conftest import freeze as freeze_draft

GROUP = OverlapGroup(
    "",
    "Bilreiser",
    Rule.SHARE,
    (Member("tiltak-1", CARS), Member("tiltak-2", CARS)),
    "Reisevaneundersøkelsen 2024",
    Decimal("12.5"),
)
BOUNDARY = Boundary(
    {BUSES: "Fylket driver bussene"},
    (
        Facility(
            "Flyplassen",
            "luftfart/innenriks-luftfart",
            tonnes({2009: Decimal("40.5"), 2024: Decimal(30)}),
            "37 prosent, etter eierandel",
        ),
    ),
)
FINDING = Finding("stated-sum", "%(a)s mot %(b)s", {"a": "1", "b": "2"}, where=About("version"))
RULED = ReferencePath(
    {}, "Vedtatt politikk", author="Oss", rule=PathRule(Ruled.PERCENT, At.SOURCE, 3, Decimal(-2))
)
STEPS = Allowance(
    {2028: Decimal(-40)}, {2028: "s. 3"}, Start.LAST, whole_percent=True, reasons={2028: "Trinn"}
)


def freeze(session, place, clock) -> read.Place:
    freeze_draft(session, place, clock)
    return at(session, slug="vedtatt")


@pytest.fixture
def decided(session: db.Session, oslo: read.Place, clock) -> read.Place:
    stored = read.budget(session, oslo)
    write.set_frame(
        session,
        oslo,
        edition_slug="2024-tall",
        targets=stored.targets,
        path=RULED,
        allowance=STEPS,
        horizon=2030,
    )
    write.set_boundary(session, oslo, BOUNDARY)
    write.save_overlap(session, oslo, GROUP)
    write.accept(session, oslo, FINDING, "Trykkfeil i kilden.", "klimarådgiver", clock())
    session.commit()
    return at(session)


def test_what_is_decided_is_read_as_it_was_saved(session, decided, clock):
    budget = read.budget(session, decided)
    assert budget.boundary == BOUNDARY
    assert [replace(g, id="") for g in budget.overlaps] == [GROUP]
    assert budget.overlaps[0].id
    assert budget.allowance == STEPS
    assert budget.path.rule == RULED.rule
    (accepted,) = budget.acceptances
    assert (accepted.reason, accepted.by, accepted.at) == (
        "Trykkfeil i kilden.",
        "klimarådgiver",
        clock(),
    )


def test_the_inventory_is_cut_by_the_boundary_and_the_published_one_is_kept(session, decided):
    budget = read.budget(session, decided)
    assert budget.published.total[2024] == Decimal("600.4")
    assert budget.inventory.total[2024] == Decimal("630.1")
    assert BUSES not in budget.inventory.sources


def test_a_path_by_rule_follows_the_edition_until_it_is_frozen(session, decided, clock):
    path = read.budget(session, decided).path
    assert path.figures[CARS][2025] == Decimal("588.098")
    frozen = read.budget(session, freeze(session, decided, clock))
    assert frozen.path == path
    stored = sa.select(sa.func.count()).select_from(sa.table("path_figure"))
    assert session.connection().scalar(stored) == 12  # two sources, 2025 to 2030


def test_saving_the_same_again_changes_nothing(session, decided):
    def lines():
        return len(read.record(session, decided.municipality_id))

    before = lines()
    write.set_boundary(session, decided, BOUNDARY)
    write.save_overlap(session, decided, read.budget(session, decided).overlaps[0])
    session.commit()
    assert lines() == before


def test_a_statement_of_a_copy_is_the_statement_of_the_original(session, decided, clock):
    original = statement(read.budget(session, decided))
    copy = statement(read.budget(session, freeze(session, decided, clock)))
    assert copy == original
    assert verify(session) == []


TABLES = {
    "left_out": "reason = 'x'",
    "facility": "reason = 'x'",
    "facility_figure": "grams = 1",
    "overlap_group": "reason = 'x'",
    "overlap_member": "code = 'ufordelt'",
    "acceptance": "reason = 'x'",
}


@pytest.mark.parametrize("table", TABLES)
def test_what_is_frozen_cannot_be_changed_or_removed(
    session, decided, clock, past_the_guard, table
):
    version = freeze(session, decided, clock).version_id
    session.commit()
    for sql in (f"UPDATE {table} SET {TABLES[table]}", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError, match="the version is frozen"):
            past_the_guard(f"{sql} WHERE version_id = :v", v=version)


def test_a_frozen_version_takes_no_group_no_boundary_and_no_acceptance(session, decided, clock):
    frozen = freeze(session, decided, clock)
    session.commit()
    for change in (
        lambda: write.save_overlap(session, frozen, GROUP),
        lambda: write.set_boundary(session, frozen, Boundary()),
        lambda: write.accept(session, frozen, FINDING, "Likevel", "økonomi", clock()),
    ):
        with pytest.raises(write.Locked):
            change()
        session.rollback()


def test_a_measure_that_goes_leaves_its_groups(session, decided):
    write.remove_measure(session, decided, "tiltak-2")
    session.commit()
    assert read.budget(session, decided).overlaps[0].members == (Member("tiltak-1", CARS),)


def test_a_group_goes_and_its_measures_stay(session, decided):
    (group,) = read.budget(session, decided).overlaps
    write.remove_overlap(session, decided, group.id)
    session.commit()
    budget = read.budget(session, decided)
    assert (budget.overlaps, len(budget.measures)) == ((), 2)


def test_a_stale_group_is_refused(session, decided):
    (group,) = read.budget(session, decided).overlaps
    seen = read.overlap_lock(session, decided, group.id)
    write.save_overlap(session, decided, replace(group, name="Andre reiser"), seen)
    with pytest.raises(write.Stale):
        write.save_overlap(session, decided, replace(group, name="Mine reiser"), seen)


def test_a_stale_boundary_is_refused(session, decided):
    seen = read.frame_lock(session, decided)
    write.set_boundary(session, decided, Boundary(), seen)
    with pytest.raises(write.Stale):
        write.set_boundary(session, decided, BOUNDARY, seen)


def test_the_book_follows_the_boundary_and_stands_where_none_is_named(session, decided):
    before = read.frame_lock(session, decided)
    after = write.set_boundary(session, decided, BOUNDARY, book=Book.OWN)
    assert after == before + 1
    assert write.set_boundary(session, decided, Boundary()) == after + 1
    session.commit()
    budget = read.budget(session, decided)
    assert (budget.book, budget.boundary, budget.allowance) == (Book.OWN, Boundary(), STEPS)


@pytest.mark.parametrize(
    "finding, reason", [(replace(FINDING, level=Level.STOPS), "Fordi"), (FINDING, "  ")]
)
def test_what_stops_and_what_has_no_reason_is_not_accepted(session, oslo, clock, finding, reason):
    with pytest.raises(write.Refused):
        write.accept(session, oslo, finding, reason, "økonomi", clock())


def test_an_acceptance_can_be_taken_back(session, decided):
    write.withdraw(session, decided, "stated-sum", "version")
    session.commit()
    assert read.budget(session, decided).acceptances == ()


def test_a_new_year_begins_with_what_the_old_one_decided(session, decided):
    write.open_budget_year(session, decided.municipality_id, 2028, 2031, copy_of=decided)
    session.commit()
    old = read.budget(session, decided)
    new = read.budget(session, read.place(session, "0301", 2028, "utkast"))
    assert (new.boundary, new.overlaps, new.acceptances) == (
        old.boundary,
        old.overlaps,
        old.acceptances,
    )
    assert (new.path.rule, new.allowance) == (old.path.rule, old.allowance)


def test_everything_that_is_decided_is_on_the_record(session, decided):
    said = [line.what for line in read.record(session, decided.municipality_id)]
    version = decided.version_id
    assert any(what.startswith(f"version {version} overlap ") for what in said)
    assert said.count(f"version {version}") >= 3


def test_a_version_frozen_in_the_old_format_still_holds(session, decided, clock):
    """Format 1 knew nothing of this; its bytes are made of what it knew."""
    from climatebudget.core.canonical import canonical

    budget = read.budget(session, freeze(session, decided, clock))
    assert b"overlaps" not in canonical(budget, 1)
    assert b"overlaps" in canonical(budget, 2)
