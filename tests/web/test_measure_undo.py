"""Taking a table of measures back: the draft is as it was, or nothing is taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.measure import Cost, CostKind, Effect, effect_in
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.core.quantity import Unit, Yearly, tonnes
from climatebudget.db import read, write
from climatebudget.db.verify import verify
from tests import world
from tests.web.conftest import ADOPTED, DRAFT
from tests.web.test_measure_imports import confirm, plain, press, previewed, table

LIST, UNDO = f"{DRAFT}/measures/", f"{DRAFT}/measures/undo/"
AGAIN = "Oppdater forhåndsvisningen"
CARS = "veitrafikk/personbiler"
# Number 1 with other figures, 2 as it is, 3 gone; 9 is new and has a new department.
TABLE = table("1;Bytte ut tolv biler;Vei;130;", "2;Kjøpe grønn varme;Bygg;0;5", "9;Gå mer;Havn;1;2")


@pytest.fixture
def change(app):
    """Something done to the draft behind the page's back."""

    def change(act):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            act(session, world.at(session))
            session.commit()

    return change


@pytest.fixture
def stored(app):
    """The whole draft, the departments, and the acts on the record, as they are stored now."""

    def stored():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            place = world.at(session)
            budget = read.budget(session, place)
            lines = read.record(session, place.municipality_id)
            acts = [(x.action, x.actor_name) for x in lines if x.what.endswith(" measures")]
            return (
                {m.number: m for m in budget.measures},
                (budget.overlaps, budget.controls, budget.departments),
                acts,
            )

    return stored


@pytest.fixture
def full(change):
    """Measures with all that one can have: several places, ends, sources, costs, a group."""

    def fill(session, place):
        one, three = (read.measure(session, place, n) for n in (1, 3))
        ends = Yearly(Unit.TONNES, {2027: Decimal("99.5")}), tonnes({2028: Decimal(400)})
        effect = replace(one.effects[0], low=ends[0], high=ends[1], cites={2027: "tabell 2.2"})
        cost = Cost(CostKind.OPERATING, Yearly(Unit.KNOK, {2027: Decimal("-12.5")}))
        full = replace(one, effects=(effect,), costs=(cost,), method="Kjørelengde\nog alder")
        write.save_measure(session, place, replace(full, contact="Kari Nordmann", adjusted=True))
        places = effect_in(CARS, {2030: Decimal("-3.25")}), Effect("veitrafikk/busser", tonnes())
        write.save_measure(
            session, place, replace(three, effects=places, costs=(cost,), start=2027)
        )
        members = Member(one.id, CARS), Member(three.id, CARS)
        group = OverlapGroup("", "Biler", Rule.LARGEST, members, "Samme biler")
        write.save_overlap(session, place, group)

    change(fill)


def read_in(browser, data=TABLE, remove="yes"):
    """The table in the draft, and what it lacks out of it."""
    page = previewed(browser, data)
    if "Velg ett av svarene" in page.text or AGAIN in page.text:
        field = re.search(r'name="(answer:department-[^"]+)"', page.text)
        assert field
        page = press(browser, page, AGAIN, **{field[1]: "+"})
    assert confirm(browser, page, remove=remove).status_code == 303


def seen(browser) -> str:
    found = re.search(r'name="seen" value="(\d+)"', browser.get(UNDO).text)
    assert found
    return found[1]


def test_the_list_says_what_was_read_in_last_and_leads_back(client, full, stored):
    browser, before = client(Role.CLIMATE), stored()
    assert "Sist lest inn" not in browser.get(LIST).text
    read_in(browser)
    changed, (overlaps, _, departments), _ = stored()
    assert set(changed) == {1, 2, 9} and "Havn" in departments
    assert changed[1].effect(2027) == 130 and len(overlaps[0].members) == 1
    said = plain(browser.get(LIST).text)
    assert "Sist lest inn: tabell.csv, " in said and ", 3 klimatiltak. Angre innlesingen" in said
    said = plain(browser.get(UNDO).text)
    assert "Angre innlesingen av tabell.csv?" in said and "av klimarådgiver i Oslo" in said
    for part in (
        "Ett klimatiltak blir fjernet.",
        "Ett klimatiltak blir satt tilbake til slik det var.",
        "Ett klimatiltak som ble fjernet, kommer tilbake.",
        "blir fjernet hvis ingen bruker dem: Havn.",
    ):
        assert part in said
    assert stored()[0] == changed  # to ask changes nothing

    answer = browser.send(UNDO, seen=seen(browser))
    assert (answer.status_code, answer.location) == (303, LIST)
    said = plain(browser.get(LIST).text)
    assert "tabell.csv er angret: 1 fjernet, 1 satt tilbake, 1 kom tilbake." in said
    assert "Sist lest inn" not in said
    assert stored()[:2] == before[:2]


def test_it_is_one_act_on_the_record_and_the_record_holds(app, client, full, stored):
    read_in(client(Role.CLIMATE))
    browser = client(Role.CLIMATE)
    browser.send(UNDO, seen=seen(browser))
    by = "klimarådgiver i Oslo"
    assert stored()[2] == [("undo import", by), ("import measures", by)]
    with db.session(app.extensions["engine"], actor="prøve") as session:
        assert not verify(session)


def test_the_contact_of_a_measure_that_comes_back_is_told_to_be_lost(client, change, stored):
    def name(session, place):
        three = read.measure(session, place, 3)
        write.save_measure(session, place, replace(three, contact="Kari Nordmann"))

    change(name)
    browser = client(Role.CLIMATE)
    read_in(browser)
    assert "kommer tilbake uten kontaktperson" in browser.get(UNDO).text
    assert browser.send(UNDO, seen=seen(browser)).status_code == 303
    assert stored()[0][3].contact == ""


def test_the_sums_that_the_file_states_go_with_it(client, stored):
    browser, before = client(Role.CLIMATE), stored()
    read_in(browser, table("1;Bytte ut tolv biler;Vei;120;240", ";Sum;;120;240"), remove="")
    assert [c.year for c in stored()[1][1]] == [2027, 2028]
    assert browser.send(UNDO, seen=seen(browser)).status_code == 303
    assert stored()[:2] == before[:2]


def test_a_table_that_changed_nothing_is_no_act(client, stored):
    browser = client(Role.CLIMATE)
    read_in(browser)
    acts = stored()[2]
    assert "Det er ingenting å lese inn." in previewed(browser, TABLE).text
    assert stored()[2] == acts


# ---- what stands in the way --------------------------------------------------------------------


def rename(number):
    def act(session, place):
        found = read.measure(session, place, number)
        write.save_measure(session, place, replace(found, name="Noe annet"))

    return act


def take_number(session, place):
    two = read.measure(session, place, 2)
    write.save_measure(session, place, replace(two, id="ny", number=3))


def join(session, place):
    nine = read.measure(session, place, 9)
    group = OverlapGroup("", "Gåing", Rule.SUM, (Member(nine.id, nine.code),), "Prøve")
    write.save_overlap(session, place, group)


def without_group(session, place):
    [group] = read.budget(session, place).overlaps
    write.remove_overlap(session, place, group.id)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (rename(1), "Klimatiltak 1, «Bytte ut tolv biler», er endret etter innlesingen."),
        (rename(9), "Klimatiltak 9, «Gå mer», er endret etter innlesingen."),
        (take_number, "Klimatiltak 3, «Gjøre det lett å gå», har et nummer som et annet"),
        (join, "Klimatiltak 9, «Gå mer», er tatt med i en overlappgruppe."),
        (without_group, "Klimatiltak 3, «Gjøre det lett å gå», var i en overlappgruppe som er"),
    ],
)
def test_what_has_changed_since_is_named_and_nothing_is_taken_back(
    client, full, change, stored, act, says
):
    browser = client(Role.CLIMATE)
    read_in(browser)
    old = seen(browser)
    change(act)
    before = stored()
    answer = browser.send(UNDO, seen=old)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert says in plain(answer.text) and "Ingenting er angret." in answer.text
    assert stored() == before
    assert "Sist lest inn" not in browser.get(LIST).text
    page = browser.get(UNDO)
    assert page.status_code == 409 and "<form method" not in page.text.partition("<main")[2]


def test_another_measure_may_change_meanwhile(client, full, change, stored):
    browser = client(Role.CLIMATE)
    read_in(browser)
    change(rename(2))
    assert browser.send(UNDO, seen=seen(browser)).status_code == 303
    assert {n: m.name for n, m in stored()[0].items()}[2] == "Noe annet"


@pytest.mark.parametrize("typed", ["", "0", "tull", "-1", "9" * 40])
def test_an_old_page_takes_back_nothing(client, stored, typed):
    browser = client(Role.CLIMATE)
    read_in(browser)
    before = stored()
    answer = browser.send(UNDO, seen=typed)
    assert answer.status_code == 409 and "Utkastet er endret siden du" in answer.text
    assert stored() == before


def test_it_is_taken_back_once(client, stored):
    browser = client(Role.CLIMATE)
    read_in(browser)
    old = seen(browser)
    assert browser.send(UNDO, seen=old).status_code == 303
    before = stored()
    answer = browser.send(UNDO, seen=old)
    assert answer.status_code == 409 and "Det er ingen innlesing å angre" in answer.text
    assert stored() == before


def test_a_department_that_is_used_stays(client, change, stored):
    def use(session, place):
        two = read.measure(session, place, 2)
        write.save_measure(session, place, replace(two, department="Havn"))

    browser = client(Role.CLIMATE)
    read_in(browser)
    change(use)
    assert browser.send(UNDO, seen=seen(browser)).status_code == 303
    assert "Havn" in stored()[1][2]


def test_only_those_who_import_may_and_only_in_a_draft(client, change):
    read_in(client(Role.CLIMATE))
    for role in (Role.SECTOR_HEAD, Role.AUDITOR):
        assert "Sist lest inn" not in client(role).get(LIST).text
        assert client(role).send(UNDO, seen="1").status_code == 403
    assert client(Role.CLIMATE).send(f"{ADOPTED}/measures/undo/", seen="1").status_code == 409
    change(lambda session, place: write.move_stage(session, place, Stage.PROPOSAL))
    assert "Sist lest inn" not in client(Role.CLIMATE).get(LIST).text
    assert client(Role.CLIMATE).send(UNDO, seen="1").status_code == 403


def test_what_is_frozen_meanwhile_keeps_the_table(client, change, app):
    browser = client(Role.CLIMATE)
    read_in(browser)
    change(lambda s, place: write.freeze(s, place, Kind.ALTERNATIVE, "", world.NOW))
    assert browser.send(UNDO, seen=seen(browser)).status_code == 303
    with db.session(app.extensions["engine"], actor="prøve") as session:
        place = world.at(session)
        slugs = [v.slug for v in read.versions(session, place.municipality_id, world.YEAR)]
        frozen = world.at(session, slug=slugs[-1])
        assert {m.number for m in read.measures(session, frozen)} == {1, 2, 9}
        assert "Havn" in read.departments(session, place.municipality_id)
