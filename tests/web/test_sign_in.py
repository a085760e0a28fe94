"""Signing in and out: the session lives on the server, and dies there."""

from __future__ import annotations

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.db import passwords, read, write
from climatebudget.web.sign_in import safe_next
from tests import world
from tests.web.conftest import DRAFT

PASSWORD = "et langt passord med æøå"
ADDRESS = world.email(Role.CLIMATE)


@pytest.fixture
def known(app):
    engine = app.extensions["engine"]
    with db.session(engine, actor="oppsett", writes=True) as session:
        person, _ = read.user_by_email(session, ADDRESS)
        write.set_password(session, person.id, passwords.hashed(PASSWORD))
        session.commit()


def test_a_person_signs_in_and_lands_where_they_were_going(known, client):
    browser = client(None)
    target = f"/sign-in?next={DRAFT}/measures/"
    answer = browser.send(target, email=ADDRESS.upper(), password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, f"{DRAFT}/measures/")
    assert browser.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "email, password",
    [
        (ADDRESS, "feil passord helt klart"),
        ("ukjent@oslo.example", PASSWORD),
        (ADDRESS, "x" * 2000),
        ("a\0@b\0", "\0" * 20),
    ],
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    known, client, email, password
):
    answer = client(None).send("/sign-in", email=email, password=password)
    assert answer.status_code == 400
    assert "E-postadressen og passordet passer ikke sammen" in answer.text


def test_empty_fields_say_what_to_write(client):
    answer = client(None).send("/sign-in", email="", password="")
    assert answer.status_code == 400
    assert "Skriv e-postadressen din." in answer.text


def test_a_cookie_from_before_signing_out_is_dead(client):
    browser = client(Role.CLIMATE)
    with browser.session_transaction() as cookie:
        token = cookie["token"]
    assert browser.send("/sign-out").status_code == 302
    with browser.session_transaction() as cookie:
        cookie["token"] = token
    assert browser.get(f"{DRAFT}/").status_code == 302


@pytest.mark.parametrize(
    "minutes, times, alive", [(29, 1, True), (31, 1, False), (25, 28, True), (25, 29, False)]
)
def test_a_session_ends_when_idle_and_at_the_latest_after_twelve_hours(
    client, clock, minutes, times, alive
):
    browser = client(Role.CLIMATE)
    for _ in range(times):
        clock.forward(minutes=minutes)
        status = browser.get(f"{DRAFT}/reconciliation/").status_code
    assert (status == 200) is alive


def test_the_session_is_new_after_signing_in(known, client):
    browser = client(None)
    browser.get("/sign-in")
    with browser.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    browser.send("/sign-in", email=ADDRESS, password=PASSWORD)
    with browser.session_transaction() as cookie:
        assert "planted" not in cookie


def test_the_stored_password_is_argon2id_with_enough_memory(known, app):
    engine = app.extensions["engine"]
    with db.session(engine, actor="oppsett") as session:
        _, stored = read.user_by_email(session, ADDRESS)
    assert stored.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


@pytest.mark.parametrize("length, fits", [(14, False), (15, True), (64, True), (513, False)])
def test_a_password_is_long_and_may_be_very_long(length, fits):
    try:
        assert passwords.fits(passwords.hashed("å" * length), "å" * length)
        taken = True
    except passwords.Unfit:
        taken = False
    assert taken is fits


@pytest.mark.parametrize(
    "target, safe",
    [
        ("/0301/2027/utkast/", True),
        ("/", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https:evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("\t//evil.example", False),
        ("/\n/evil.example", False),
        ("", False),
        ("evil.example", False),
        ("\\\\evil.example", False),
        ("///evil.example", False),
    ],
)
def test_only_paths_of_this_server_are_followed(target, safe):
    assert (safe_next(target) == target) is safe or target == ""
