"""A published file is stored once, whole, and never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from climatebudget.core.findings import Cell, Finding, Question
from climatebudget.core.inventory import Emission
from climatebudget.db import read, write
from tests.db.conftest import BUSES, CARS, FILE, PUBLISHED, emissions, reading


def store(session, clock, found, file=FILE, **more):
    return write.store_edition(
        session, reading(found, file), file_bytes=file, now=clock(), by="Kari", **more
    )


def test_an_edition_is_stored_with_all_its_rows(session, clock):
    stored = store(
        session, clock, PUBLISHED, publisher="Miljødirektoratet", published=date(2026, 2, 2)
    )
    assert stored.new
    assert read.edition_by_slug(session, "2024-tall") == stored.edition
    assert (stored.edition.rows, stored.edition.years) == (4, (2009, 2024))
    inventory = read.inventory(session, "2024-tall", "0301")
    assert inventory.cells[CARS, 2009] == Decimal("1000.123456")
    assert inventory.rows[BUSES, 2024] == (5,)


def test_the_same_bytes_are_recognised(session, clock):
    first = store(session, clock, PUBLISHED)
    again = store(session, clock, PUBLISHED)
    assert (again.edition, again.new) == (first.edition, False)
    assert len(read.editions(session)) == 1


def test_the_same_rows_in_another_order_are_recognised(session, clock):
    first = store(session, clock, PUBLISHED)
    again = store(session, clock, PUBLISHED[::-1], b"sortert annerledes")
    assert (again.edition.slug, again.new) == (first.edition.slug, False)


def test_one_changed_cell_is_another_edition(session, clock):
    store(session, clock, PUBLISHED)
    [*rest, last] = PUBLISHED
    changed = store(session, clock, (*rest, replace(last, tonnes=Decimal("0.300001"))), b"rettet")
    assert changed.new
    assert changed.edition.slug == "2024-tall-2"
    assert read.inventory(session, "2024-tall", "0301").cells[BUSES, 2024] == Decimal("0.3")


def test_repeated_rows_and_gases_are_summed_and_kept(session, clock):
    rows = [
        Emission("0301", CARS, gas, 2024, Decimal("0.1"), n)
        for n, gas in enumerate(["CO2", "CH4", "CO2"])
    ]
    assert store(session, clock, tuple(rows)).edition.rows == 3
    inventory = read.inventory(session, "2024-tall", "0301")
    assert inventory.cells[CARS, 2024] == Decimal("0.3")
    assert inventory.rows[CARS, 2024] == (0, 1, 2)


def test_an_edition_is_the_owners(session, clock, oslo, kragero):
    store(
        session,
        clock,
        emissions((CARS, 2024, "1")),
        b"privat",
        owner=oslo.municipality_id,
        name="Eget",
    )
    assert read.edition_by_slug(session, "eget", kragero.municipality_id) is None
    assert read.edition_by_slug(session, "eget") is None
    assert read.edition_by_slug(session, "eget", oslo.municipality_id).owner == "0301"
    assert [e.slug for e in read.editions(session, kragero.municipality_id)] == ["2024-tall"]


def test_a_budget_cannot_stand_on_anothers_edition(session, clock, oslo, kragero, past_the_guard):
    store(
        session,
        clock,
        emissions((CARS, 2024, "1")),
        b"privat",
        owner=oslo.municipality_id,
        name="Eget",
    )
    take = "UPDATE version SET edition_id = 2, edition_owner = :owner WHERE municipality_id = :m"
    for owner in (0, oslo.municipality_id):
        with pytest.raises(Exception, match=r"(?i)constraint"):
            past_the_guard(take, owner=owner, m=kragero.municipality_id)


@pytest.mark.parametrize("row", [("veitrafikk/romskip", "0301"), (CARS, "9999")])
def test_an_unknown_name_stores_nothing(session, clock, row):
    code, area = row
    session.commit()
    with pytest.raises(write.Unknown):
        store(session, clock, (*PUBLISHED, Emission(area, code, None, 2024, Decimal(1), 9)))
    session.rollback()
    assert read.editions(session) == ()


def test_an_open_question_stores_nothing(session, clock):
    asked = replace(reading(PUBLISHED), questions=(Question("kommune", "Hvilken?", ()),))
    with pytest.raises(write.Refused):
        write.store_edition(session, asked, file_bytes=FILE, now=clock())


def test_a_finding_is_stored_and_accepted_with_a_reason(session, clock):
    finding = Finding("stated-total", "Summen er %(x)s", {"x": "1"}, where=Cell("Ark1", 3, "B"))
    found = replace(reading(PUBLISHED), findings=(finding,))
    stored = write.store_edition(session, found, file_bytes=FILE, now=clock())
    assert stored.edition.findings == (finding,)
    write.accept_finding(
        session, "2024-tall", 0, "Avrundet i kilden", municipality_id=None, now=clock(), by="Kari"
    )
    [accepted] = read.edition_findings(session, "2024-tall")
    assert (accepted.finding, accepted.reason, accepted.at) == (
        finding,
        "Avrundet i kilden",
        clock(),
    )
    assert read.record(session, 0)[0].after["reason"] == "Avrundet i kilden"


def test_the_file_is_kept(session, clock):
    store(session, clock, PUBLISHED)
    name, parts = read.edition_file(session, "2024-tall")
    assert (name, b"".join(parts)) == ("utslipp.xlsx", FILE)


def test_the_catalogue_is_there_and_seeding_again_changes_nothing(engine, session):
    from climatebudget import catalogue
    from climatebudget.db.upgrade import upgrade

    assert read.sources(session) == dict(catalogue.sources())
    head = read.head(session, 0)
    session.commit()
    upgrade(engine)
    assert read.head(session, 0) == head
