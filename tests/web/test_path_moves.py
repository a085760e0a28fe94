"""A measure that is moved into the reference path, and out again: who, when and why."""

from __future__ import annotations

import re

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.field import NBSP
from climatebudget.core.measure import InPath
from climatebudget.core.statement import statement
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT

MOVE, ONE = f"{DRAFT}/path/measures/1", f"{DRAFT}/measures/1"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


@pytest.fixture
def draft(app):
    """Something of the draft as it is stored now."""

    def draft(find=lambda session, place: read.budget(session, place)):
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return find(session, world.at(session))

    return draft


def acts(session, place):
    lines = read.history_of(session, place, "0301-m1")
    return [line for line in lines if line.action.endswith("path")]


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def move(browser, reason: str, **fields: str):
    return browser.send(MOVE, reason=reason, **{"lock": lock(browser.get(MOVE).text), **fields})


def test_a_measure_moved_in_leaves_the_sum_and_keeps_its_figures(client, draft):
    before = draft()
    assert move(client(Role.CLIMATE), "Bilene er byttet").status_code == 303
    after = draft()
    assert after.measure(1).in_path is InPath.INCLUDED
    assert after.measure(1).effects == before.measure(1).effects
    assert statement(before).counts.counted - statement(after).counts.counted == 1


def test_the_record_has_who_when_why_and_from_which_version(client, draft):
    move(client(Role.CLIMATE), "Bilene er byttet")
    [act] = draft(acts)
    assert act.action == "move into path" and act.actor_name == "klimarådgiver i Oslo"
    assert act.before == {"in_path": "ADDITIONAL"}
    assert act.after == {"in_path": "INCLUDED", "reason": "Bilene er byttet", "version": "utkast"}


def test_the_measure_says_why_it_is_in_the_path(client):
    browser = client(Role.CLIMATE)
    assert "Flytt inn i referansebanen" in browser.get(ONE).text
    move(browser, "Bilene er byttet")
    page = browser.get(ONE).text
    assert "Ta ut av banen igjen" in page and "Bilene er byttet" in page
    assert "Bilene er byttet" in client(Role.AUDITOR).get(ONE).text


def test_it_is_taken_out_as_it_was_before(client, draft, app):
    """It was partly in the path: so it is again, and both acts stand in its history."""
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        one = read.measure(session, place, 1)
        write.save_measure(session, place, world.replace(one, in_path=InPath.PARTLY))
        session.commit()
    browser = client(Role.CLIMATE)
    move(browser, "Bilene er byttet")
    assert move(browser, "Likevel ikke").status_code == 303
    assert draft().measure(1).in_path is InPath.PARTLY
    assert [act.after["reason"] for act in draft(acts)] == ["Likevel ikke", "Bilene er byttet"]
    page = plain(browser.get(MOVE).text)
    assert page.index("Tatt ut") < page.index("Likevel ikke") < page.index("Flyttet inn")


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("", "Skriv hvorfor."),
        ("  \n ", "Skriv hvorfor."),
        ("x" * 10_001, "Teksten er for lang: 10 001 tegn."),
    ],
)
def test_without_a_reason_nothing_is_moved(client, draft, reason, says):
    answer = move(client(Role.CLIMATE), reason)
    assert answer.status_code == 400 and says in plain(answer.text)
    assert "<title>Feil:" in answer.text
    assert draft().measure(1).in_path is InPath.ADDITIONAL and not draft(acts)


def test_the_writer_below_the_web_refuses_a_move_without_reason_or_meaning(app):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        with pytest.raises(write.Refused, match="Skriv hvorfor"):
            write.move_into_path(session, place, "0301-m1", " ")
        with pytest.raises(write.Refused, match="ikke med i banen"):
            write.move_out_of_path(session, place, "0301-m1", "Fordi")
        write.move_into_path(session, place, "0301-m1", "Fordi")
        with pytest.raises(write.Refused, match="fra før"):
            write.move_into_path(session, place, "0301-m1", "Fordi")
        with pytest.raises(write.Unknown):
            write.move_into_path(session, place, "ingen", "Fordi")


def test_a_stale_page_moves_nothing(client, draft):
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(MOVE).text)
    move(browser, "Bilene er byttet")
    answer = move(browser, "Uvitende", lock=opened)
    assert answer.status_code == 409
    assert "Nå står klimatiltaket slik: med i banen." in plain(answer.text)
    assert draft().measure(1).in_path is InPath.INCLUDED and len(draft(acts)) == 1


def test_a_frozen_version_and_those_without_the_right_are_refused(client):
    assert client(Role.CLIMATE).get(f"{ADOPTED}/path/measures/1").status_code in (403, 409)
    assert client(Role.CLIMATE).send(f"{ADOPTED}/path/measures/1").status_code in (403, 409)
    for role in (Role.OWNER, Role.SECTOR_HEAD, Role.AUDITOR):
        browser = client(role)
        assert browser.get(MOVE).status_code == 403
        assert browser.send(MOVE, reason="Fordi", lock="1").status_code == 403
        assert "path/measures" not in browser.get(ONE).text


def test_there_is_no_measure_of_that_number(client):
    assert client(Role.CLIMATE).get(f"{DRAFT}/path/measures/99").status_code == 404


def test_what_people_write_is_shown_as_they_wrote_it(client):
    browser = client(Role.FINANCE)
    move(browser, "<script>alert(1)</script> 100 % {{7*7}}")
    for page in (browser.get(MOVE).text, browser.get(ONE).text):
        assert "&lt;script&gt;alert(1)&lt;/script&gt; 100 % {{7*7}}" in page
