"""A version is read whole, and what is saved is what is read."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.budget import Control, Kind, Stage
from climatebudget.core.measure import (
    Basis,
    Book,
    Category,
    Cost,
    CostKind,
    Decision,
    Effect,
    Financing,
    Measure,
    Size,
)
from climatebudget.core.paths import Allowance, ReferencePath, Target
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.db import read, write
from tests.db.conftest import BUSES, CARS, at, measure

WHOLE = Measure(
    id="hele",
    number=7,
    name="Bygge sykkelveier på Østensjø",
    change="To–tre setninger.",
    department="Bymiljø",
    position="Avdelingsleder",
    contact="Kari Nordmann",
    start=2027,
    full=2029,
    basis=Basis.ESTIMATED,
    size=Size.SMALL,
    code=CARS,
    effects=(
        Effect(
            BUSES,
            tonnes({2027: Decimal("-0.000001"), 2028: Decimal("1.5")}),
            low=tonnes({2028: Decimal(1)}),
            high=tonnes({2030: Decimal(2)}),
            cites={2028: "s. 3", 2029: "ikke oppgitt"},
        ),
        Effect("veitrafikk/ufordelt", tonnes()),
        Effect("ufordelt", tonnes({2027: Decimal(0)}), Book.INDIRECT),
    ),
    decision=Decision.ADOPTED,
    financing=Financing.IN_BUDGET,
    costs=(
        Cost(CostKind.OPERATING, Yearly(Unit.KNOK, {2027: Decimal("-0.00001")})),
        Cost(CostKind.INVESTMENT, Yearly(Unit.KNOK, {2027: Decimal(100), 2028: Decimal(50)})),
    ),
    category=Category("klimakur2030", "T01"),
    group="Transport",
)


@pytest.fixture
def statements(engine):
    """How many statements have been run since it was last cleared."""
    run: list[str] = []

    def count(connection, cursor, statement, *_):
        run.append(statement)

    sa.event.listen(engine, "after_cursor_execute", count)
    yield run
    sa.event.remove(engine, "after_cursor_execute", count)


def test_every_field_of_a_measure_is_kept(session, oslo):
    write.save_measure(session, oslo, WHOLE)
    session.expire_all()
    assert read.measure(session, oslo, 7) == WHOLE
    assert read.measure(session, oslo, "hele") == WHOLE
    assert WHOLE in read.budget(session, oslo).measures


def test_the_frame_is_kept(session, oslo):
    targets = (
        Target(Decimal(55), 2030, 2009, "sak 1", "s. 2"),
        Target(Decimal("90.5"), 2050, 2009),
    )
    path = ReferencePath(
        {CARS: tonnes({2027: Decimal(5)}), BUSES: tonnes({2027: Decimal("0.1")})},
        "CO₂-avgift",
        author="Miljødirektoratet",
        cites={(CARS, 2027): "tabell 3"},
    )
    allowance = Allowance({2027: Decimal("-52.25")}, {2027: "s. 9"})
    controls = (Control(2027, Decimal("125.5"), "s. 1"),)
    write.set_frame(
        session,
        oslo,
        edition_slug=None,
        targets=targets,
        path=path,
        allowance=allowance,
        horizon=2050,
        controls=controls,
        book=Book.OWN,
    )
    budget = read.budget(session, at(session))
    assert (budget.targets, budget.path, budget.allowance) == (targets, path, allowance)
    assert (budget.controls, budget.book, budget.edition) == (controls, Book.OWN, None)
    assert budget.budget_year.horizon == 2050


def test_a_budget_has_its_edition_and_its_own_area(session, oslo):
    budget = read.budget(session, oslo)
    assert budget.edition.slug == "2024-tall"
    assert budget.inventory.area == "0301"
    assert budget.inventory.total[2009] == Decimal("1000.323456")


@pytest.mark.parametrize("number_of_measures", [3, 300])
def test_a_budget_is_twelve_statements_whatever_its_size(
    engine, session, oslo, statements, number_of_measures
):
    ten_years = {f"y{year}": "1.5" for year in range(2026, 2036)}
    many = [
        (measure(n, f"Tiltak {n}", **ten_years), None) for n in range(1, number_of_measures + 1)
    ]
    write.save_measures(session, oslo, many)
    session.commit()
    with db.session(engine, actor=1) as reader:
        place = at(reader)
        statements.clear()
        assert len(read.budget(reader, place).measures) == number_of_measures
    assert len([s for s in statements if s.startswith("SELECT")]) == 12


def test_sums_in_the_database_are_exact_and_whole(session, oslo):
    total = session.connection().scalar(sa.text("SELECT sum(grams) FROM emission"))
    assert int(total) == 1600723456
    assert total == int(total)


def test_measures_and_people_come_in_a_stated_order(session, oslo):
    """The databases sort æ, ø and å each in their way; we sort by what is stated."""
    for name in ("Ålesund", "Ærfugl", "Østfold", "Adal"):
        write.add_department(session, oslo.municipality_id, name)
    assert read.departments(session, oslo.municipality_id) == (
        "Ålesund",
        "Ærfugl",
        "Østfold",
        "Adal",
    )
    assert [m.number for m in read.budget(session, oslo).measures] == [1, 2]


def test_a_second_save_from_the_same_form_is_refused(session, oslo):
    seen = read.measure_lock(session, oslo, "tiltak-1")
    saved = write.save_measure(session, oslo, measure(1, "Den første"), seen)
    assert saved == seen + 1
    with pytest.raises(write.Stale):
        write.save_measure(session, oslo, measure(1, "Den andre"), seen)
    assert read.measure(session, oslo, 1).name == "Den første"


def test_a_changed_figure_alone_moves_the_counter(session, oslo):
    seen = read.measure_lock(session, oslo, "tiltak-1")
    assert write.save_measure(session, oslo, measure(1, y2027="120", y2028="241"), seen) == seen + 1


def test_two_at_once_cannot_both_save(engine, session, oslo, clock):
    """The second waits for the first, and is then told."""
    session.rollback()
    with db.session(engine, 1, writes=True, clock=clock) as first:
        write.save_measure(first, oslo, measure(1, "Den første"), 1)
        first.commit()
    with db.session(engine, 2, writes=True, clock=clock) as second, pytest.raises(write.Stale):
        write.save_measure(second, oslo, measure(1, "Den andre"), 1)


def test_a_removed_measure_is_not_saved_again_by_an_old_form(session, oslo):
    write.remove_measure(session, oslo, "tiltak-1", 1)
    with pytest.raises(write.Stale):
        write.save_measure(session, oslo, measure(1), 1)
    assert read.measure(session, oslo, 1) is None


def test_a_number_is_used_once(session, oslo):
    with pytest.raises(write.Taken, match="Nummer 2"):
        write.save_measure(session, oslo, replace(measure(9), number=2))


@pytest.mark.parametrize("code", ["veitrafikk/romskip", "ukjent/ufordelt", ""])
def test_a_measure_cuts_in_a_source_that_exists(session, oslo, code):
    with pytest.raises(write.Unknown):
        write.save_measure(session, oslo, replace(measure(9), code=code))


def test_a_copy_has_its_own_number_and_identity(session, oslo):
    copy = write.duplicate_measure(session, oslo, "tiltak-1")
    original = read.measure(session, oslo, 1)
    assert (copy.number, copy.id != original.id) == (3, True)
    assert read.measure(session, oslo, 3).effects == original.effects


def test_a_stage_goes_back_only_with_a_reason(session, oslo):
    write.move_stage(session, oslo, Stage.PROPOSAL)
    with pytest.raises(write.Refused):
        write.move_stage(session, oslo, Stage.QUALITY)
    write.move_stage(session, oslo, Stage.QUALITY, "Feil i grunnlaget")
    assert at(session).budget_year.stage is Stage.QUALITY
    assert read.record(session, oslo.municipality_id)[0].after["reason"] == "Feil i grunnlaget"


def test_freezing_leaves_the_draft_open_and_names_nobody(session, oslo, clock):
    first = write.freeze(session, oslo, Kind.ADOPTED, "sak 1/26", clock())
    second = write.freeze(session, oslo, Kind.ADOPTED, "sak 2/26", clock())
    assert [v.slug for v in read.versions(session, oslo.municipality_id, 2027)] == [
        "utkast",
        "vedtatt",
        "vedtatt-2",
    ]
    assert first.frozen and first.frozen_at == clock() and first.sha256 != second.sha256
    frozen = read.budget(session, at(session, slug="vedtatt"))
    assert {m.contact for m in frozen.measures} == {""}
    draft = read.budget(session, oslo)
    assert [replace(m, contact="") for m in draft.measures] == list(frozen.measures)
    assert (frozen.targets, frozen.path, frozen.allowance) == (
        draft.targets,
        draft.path,
        draft.allowance,
    )
    write.save_measure(session, oslo, measure(1, "Endret etterpå"))
    assert read.budget(session, at(session, slug="vedtatt")) == frozen


def test_a_frozen_version_is_presented_once(session, oslo, adopted, clock):
    with pytest.raises(write.Refused):
        write.present(session, oslo, clock())
    write.present(session, adopted, clock())
    assert at(session, slug="vedtatt").version.presented_at == clock()
    with pytest.raises(write.Refused):
        write.present(session, adopted, clock())


@pytest.mark.parametrize("slug", ["utkast", "vedtatt"])
def test_a_frozen_version_is_not_frozen_again_nor_a_draft_as_draft(session, adopted, clock, slug):
    kind = Kind.DRAFT if slug == "utkast" else Kind.ADOPTED
    with pytest.raises(write.Refused):
        write.freeze(session, at(session, slug=slug), kind, "", clock())


def test_a_new_year_may_begin_as_a_copy(session, oslo):
    write.open_budget_year(session, oslo.municipality_id, 2028, 2030, copy_of=oslo)
    copy = read.budget(session, read.place(session, "0301", 2028, "utkast"))
    original = read.budget(session, oslo)
    assert (copy.measures, copy.targets, copy.edition) == (
        original.measures,
        original.targets,
        original.edition,
    )
    with pytest.raises(write.Taken):
        write.open_budget_year(session, oslo.municipality_id, 2028, 2030)


def test_another_address_leads_nowhere(session, oslo, kragero):
    assert read.place(session, "0301", 2026, "utkast") is None
    assert read.place(session, "0301", 2027, "vedtatt") is None
    assert read.place(session, "9999", 2027, "utkast") is None
    assert read.measure(session, kragero, "tiltak-1") is None
