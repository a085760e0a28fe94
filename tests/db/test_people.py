"""Signing in, and how sessions end."""

from __future__ import annotations

import pytest

from climatebudget.core.access import Membership, Role
from climatebudget.db import read, write


@pytest.fixture
def kari(session, oslo):
    person = write.add_person(session, "Kari@Oslo.Example", "Kari Nordmann")
    write.add_department(session, oslo.municipality_id, "Bymiljø")
    write.add_membership(session, oslo.municipality_id, person, Role.SECTOR_HEAD, "Bymiljø")
    write.add_membership(session, oslo.municipality_id, person, Role.AUDITOR)
    return person


@pytest.fixture
def token(session, kari, clock):
    return write.sign_in(session, kari, clock())


def test_a_token_leads_to_its_person_with_roles(session, token, clock):
    user = read.user_for_session(session, token, clock())
    assert (user.email, user.name) == ("kari@oslo.example", "Kari Nordmann")
    assert user.memberships == (
        Membership("0301", Role.SECTOR_HEAD, "Bymiljø"),
        Membership("0301", Role.AUDITOR),
    )


def test_a_token_is_dead_after_signing_out(session, token, clock):
    write.sign_out(session, token)
    assert read.user_for_session(session, token, clock()) is None


def test_a_session_idle_for_half_an_hour_is_over(session, token, clock):
    clock.forward(minutes=29)
    assert read.user_for_session(session, token, clock())
    clock.forward(minutes=1)
    assert read.user_for_session(session, token, clock()) is None


def test_a_session_in_use_lasts_twelve_hours_and_no_more(session, token, clock):
    for _ in range(29):
        clock.forward(minutes=24.5)
        write.touch_session(session, token, clock())
    assert read.user_for_session(session, token, clock())
    clock.forward(minutes=20)
    assert read.user_for_session(session, token, clock()) is None


def test_being_there_is_noted_at_most_once_a_minute(session, token, clock):
    assert not read.session_is_due(session, token, clock())
    clock.forward(seconds=59)
    assert not read.session_is_due(session, token, clock())
    clock.forward(seconds=1)
    assert read.session_is_due(session, token, clock())
    write.touch_session(session, token, clock())
    assert not read.session_is_due(session, token, clock())


@pytest.mark.parametrize(
    "end",
    [
        lambda s, person: write.set_password(s, person, "$argon2id$ny"),
        lambda s, person: write.set_active(s, person, False),
    ],
)
def test_a_new_password_or_a_closed_account_ends_what_is_open(session, kari, token, clock, end):
    end(session, kari)
    assert read.user_for_session(session, token, clock()) is None


def test_a_closed_account_is_not_signed_in(session, kari, clock):
    write.set_active(session, kari, False)
    assert read.user_by_email(session, "kari@oslo.example") is None
    with pytest.raises(write.Refused):
        write.sign_in(session, kari, clock())


def test_an_address_is_one_person_however_it_is_written(session, kari):
    user, password_hash = read.user_by_email(session, " KARI@oslo.example ")
    assert (user.id, password_hash) == (kari, "")
    with pytest.raises(write.Taken):
        write.add_person(session, "kari@OSLO.example", "En annen")


def test_a_password_is_never_stored_as_it_is(session, kari):
    with pytest.raises(ValueError):
        write.set_password(session, kari, "hemmelig")


def test_a_department_belongs_to_its_municipality(session, kari, kragero):
    with pytest.raises(write.Unknown, match="Bymiljø"):
        write.add_membership(session, kragero.municipality_id, kari, Role.OWNER, "Bymiljø")


def test_people_are_told_with_their_roles_here_only(session, kari, oslo, kragero):
    write.add_membership(session, kragero.municipality_id, kari, Role.FINANCE)
    [person] = read.people(session, kragero.municipality_id)
    assert [m.role for m in person.user.memberships] == [Role.FINANCE]


def test_what_is_staged_is_taken_once_by_whom_it_belongs_to(session, kari, clock):
    token = write.stage_upload(
        session, kind="measures", payload=b"lest", now=clock(), person_id=kari, base="3"
    )
    assert read.staged(session, token, clock(), person_id=kari).payload == b"lest"
    assert write.take_staged(session, token, clock(), person_id=kari + 1) is None
    assert write.take_staged(session, token, clock(), person_id=kari).base == "3"
    assert write.take_staged(session, token, clock(), person_id=kari) is None


def test_what_is_staged_expires(session, kari, clock):
    token = write.stage_upload(session, kind="m", payload=b"x", now=clock(), person_id=kari)
    clock.forward(hours=1)
    assert read.staged(session, token, clock(), person_id=kari) is None
    assert write.take_staged(session, token, clock(), person_id=kari) is None


def test_an_old_number_leads_to_the_municipality(session, oslo):
    from datetime import date

    write.renumber(session, oslo.municipality_id, "9901", date(2030, 1, 1))
    for number in ("0301", "9901"):
        key, municipality = read.municipality(session, number)
        assert (key, municipality.number) == (oslo.municipality_id, "9901")
    assert read.place(session, "0301", 2027, "utkast").municipality.number == "9901"
