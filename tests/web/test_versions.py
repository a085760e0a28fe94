"""Versions: the stage, freezing the draft, and laying a version before all."""

from __future__ import annotations

import re

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.field import NBSP
from climatebudget.core.paths import Allowance
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

VERSIONS = f"{DRAFT}/versions/"
STAGE, FREEZE = f"{VERSIONS}stage", f"{VERSIONS}freeze"
DECISION = "Kommunestyret 10.12.2026, sak 98/26"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


def submit(browser, url: str, **fields: str):
    """Send one of the page's forms with what stands hidden in it."""
    form = re.search(rf'action="{url}".*?</form>', browser.get(VERSIONS).text, re.DOTALL)
    hidden = dict(
        re.findall(r'type="hidden" name="(seen)" value="([^"]*)"', form[0] if form else "")
    )
    return browser.send(url, **{**hidden, **fields})


@pytest.fixture
def stage(app):
    """Move the budget year, or ask where it is."""

    def stage(to: Stage | None = None) -> Stage:
        with db.session(app.extensions["engine"], actor="prøve", writes=to is not None) as session:
            if to is not None:
                write.move_stage(session, world.at(session), to, "prøve")
                session.commit()
            return world.at(session).budget_year.stage

    return stage


@pytest.fixture
def versions(app):
    def versions():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return {
                v.slug: v
                for v in read.versions(session, world.at(session).municipality_id, world.YEAR)
            }

    return versions


def test_each_version_says_what_it_is(client, versions):
    page = client(Role.CLIMATE).get(VERSIONS).text
    adopted = versions()["vedtatt"]
    assert "Utkast den du ser på nå åpen" in plain(page)
    assert "Vedtatt 23.11.2026 kl. 10.00 23.11.2026 kl. 10.00 Kommunestyret, sak 1/26" in plain(
        page
    )
    assert adopted.sha256[:12] in page and adopted.sha256 in page and adopted.record_head in page
    assert f'href="{ADOPTED}/"' in page


def test_a_politician_sees_what_is_lagt_fram_only(client):
    page = plain(client(Role.POLITICIAN).get(f"{ADOPTED}/versions/").text)
    assert "Vedtatt" in page and "Utkast" not in page
    assert client(Role.POLITICIAN).get(VERSIONS).status_code == 403


# ---- the stage --------------------------------------------------------------------------------


def test_finance_moves_the_stage_on(client, stage):
    browser = client(Role.FINANCE)
    assert submit(browser, STAGE, stage="QUALITY").status_code == 303
    assert stage() is Stage.QUALITY
    assert "er nå i steget kvalitetssikring" in browser.get(VERSIONS).text


def test_back_only_with_a_reason(client, stage):
    browser = client(Role.FINANCE)
    for nothing in ("", "   ", "\u200b"):
        answer = submit(browser, STAGE, stage="PREPARATION", reason=nothing)
        assert answer.status_code == 400 and "<title>Feil:" in answer.text
        assert "går tilbake fra innmelding til forberedelse." in answer.text
    assert stage() is Stage.REGISTRATION
    assert submit(browser, STAGE, stage="PREPARATION", reason="Ny utgave").status_code == 303
    assert stage() is Stage.PREPARATION


@pytest.mark.parametrize("fields", [{"stage": "UKJENT"}, {"stage": "<script>"}])
def test_a_stage_is_one_of_nine(client, stage, fields):
    answer = submit(client(Role.FINANCE), STAGE, **fields)
    assert answer.status_code == 400 and "<script>" not in answer.text
    assert stage() is Stage.REGISTRATION


def test_a_reason_that_is_too_long_is_refused(client, stage):
    answer = submit(client(Role.FINANCE), STAGE, stage="PREPARATION", reason="x" * 1_001)
    assert answer.status_code == 400 and "Teksten er for lang" in answer.text
    assert stage() is Stage.REGISTRATION


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.FINANCE, Role.POLITICIAN)])
def test_nobody_else_moves_it_or_sees_how(client, stage, role):
    browser = client(role)
    assert "Flytt budsjettåret" not in browser.get(VERSIONS).text
    assert submit(browser, STAGE, stage="QUALITY").status_code == 403
    assert stage() is Stage.REGISTRATION


@pytest.fixture
def without_edition(app):
    """The draft stands on no edition: a finding that stops."""
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        frame = {"targets": (), "path": None, "allowance": Allowance(), "horizon": 2030}
        write.set_frame(session, world.at(session), edition_slug=None, **frame)
        session.commit()


def test_what_stops_keeps_the_budget_year_from_going_on(client, stage, without_edition):
    browser = client(Role.FINANCE)
    assert "Én merknad må rettes før budsjettåret kan gå videre." in browser.get(VERSIONS).text
    answer = submit(browser, STAGE, stage="QUALITY")
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert "Klimabudsjettet står ikke på noen statistikkutgave." in answer.text
    link = f"{DRAFT}/reconciliation/?level=stops"
    assert f'href="{link}#merknader"' in answer.text
    assert "Klimabudsjettet står ikke på noen statistikkutgave." in browser.get(link).text
    assert stage() is Stage.REGISTRATION


def test_it_goes_back_whatever_stops(client, stage, without_edition):
    answer = submit(client(Role.FINANCE), STAGE, stage="PREPARATION", reason="Ny utgave")
    assert (answer.status_code, stage()) == (303, Stage.PREPARATION)


def test_it_is_the_draft_that_must_be_mended(client, stage, without_edition):
    """Also when it is moved from the page of a frozen version, which has nothing to mend."""
    browser = client(Role.FINANCE)
    adopted = f"{ADOPTED}/versions/"
    assert "må rettes før budsjettåret" in browser.get(adopted).text
    answer = browser.send(f"{adopted}stage", stage="QUALITY", seen="REGISTRATION")
    assert (answer.status_code, stage()) == (409, Stage.REGISTRATION)


# ---- freezing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "role", "kind", "slug"),
    [
        (Stage.PROPOSAL, Role.FINANCE, Kind.PROPOSAL, "forslag"),
        (Stage.RECOMMENDATION, Role.SECRETARIAT, Kind.RECOMMENDATION, "innstilling"),
        (Stage.DECISION, Role.SECRETARIAT, Kind.ADOPTED, "vedtatt-2"),
    ],
)
def test_the_draft_is_frozen_as_it_is(client, stage, versions, at, role, kind, slug):
    stage(at)
    browser = client(role)
    assert "Frys utkastet" in browser.get(VERSIONS).text
    answer = submit(browser, FREEZE, kind=kind.name, decision=DECISION)
    assert (answer.status_code, answer.location) == (303, f"/0301/{world.YEAR}/{slug}/versions/")
    frozen = versions()[slug]
    assert (frozen.frozen, frozen.internal, frozen.decision) == (True, True, DECISION)
    assert not versions()["utkast"].frozen
    assert f"Versjonen «{slug}» er låst." in browser.get(answer.location).text


def test_what_is_adopted_says_by_whom(client, stage, database):
    stage(Stage.DECISION)
    browser, before = client(Role.SECRETARIAT), database()
    answer = submit(browser, FREEZE, kind="ADOPTED", decision="")
    assert answer.status_code == 400 and "<title>Feil:" in answer.text
    assert "Skriv vedtaket, for eksempel" in answer.text
    assert database() == before


@pytest.mark.parametrize("kind", ["ADOPTED", "DRAFT", "", "<script>"])
def test_the_kind_follows_the_stage(client, stage, database, kind):
    stage(Stage.PROPOSAL)
    browser, before = client(Role.FINANCE), database()
    answer = submit(browser, FREEZE, kind=kind, decision=DECISION)
    assert answer.status_code == 400 and "<script>" not in answer.text
    assert database() == before


def test_a_finding_that_stops_is_shown_and_refuses(client, stage, database, without_edition):
    stage(Stage.PROPOSAL)
    browser, before = client(Role.FINANCE), database()
    page = plain(browser.get(VERSIONS).text)
    assert "Én merknad må rettes før utkastet kan fryses" in page
    assert "Klimabudsjettet står ikke på noen statistikkutgave." in page
    answer = submit(browser, FREEZE, kind="PROPOSAL")
    assert answer.status_code == 409 and "Versjonen er ikke frosset" in answer.text
    assert database() == before


def test_a_decision_is_a_line_and_no_minutes_of_a_meeting(client, stage, database):
    """What is frozen can never be shortened; the longest that is taken breaks in its cell."""
    stage(Stage.PROPOSAL)
    browser, before = client(Role.FINANCE), database()
    answer = submit(browser, FREEZE, kind="PROPOSAL", decision="x" * 301)
    assert answer.status_code == 400 and "<title>Feil:" in answer.text
    assert "Vedtaket er på 301 tegn. Skriv bare organ, dato og sak, høyst 300" in answer.text
    assert "x" * 301 in answer.text and database() == before
    assert submit(browser, FREEZE, kind="PROPOSAL", decision="x" * 300).status_code == 303
    assert f'<td class="typed">{"x" * 300}</td>' in browser.get(VERSIONS).text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % enige"])
def test_a_decision_is_shown_as_it_was_written(client, stage, text):
    stage(Stage.PROPOSAL)
    browser = client(Role.FINANCE)
    assert submit(browser, FREEZE, kind="PROPOSAL", decision=text).status_code == 303
    page = browser.get(VERSIONS).text
    assert text.replace("<", "&lt;").replace(">", "&gt;") in page and "<script>" not in page


def test_those_who_may_not_freeze_do_not_see_how(client, stage, versions):
    for role in (Role.FINANCE, Role.CLIMATE, Role.SECRETARIAT):  # in innmelding nobody freezes
        browser = client(role)
        assert "Frys utkastet" not in browser.get(VERSIONS).text
        assert submit(browser, FREEZE, kind="PROPOSAL").status_code == 403
    stage(Stage.PROPOSAL)
    for role in (Role.CLIMATE, Role.SECRETARIAT, Role.DIRECTOR, Role.AUDITOR):
        browser = client(role)
        assert "Frys utkastet" not in browser.get(VERSIONS).text
        assert submit(browser, FREEZE, kind="PROPOSAL").status_code == 403
    assert set(versions()) == {"utkast", "vedtatt"}


def test_what_is_frozen_is_not_frozen_again(client, stage, database):
    stage(Stage.DECISION)
    browser, before = client(Role.SECRETARIAT), database()
    page = browser.get(f"{ADOPTED}/versions/").text
    assert "Frys utkastet" not in page
    answer = browser.send(f"{ADOPTED}/versions/freeze", kind="ADOPTED", decision=DECISION)
    assert answer.status_code == 409
    assert database() == before


# ---- legge fram -------------------------------------------------------------------------------


@pytest.fixture
def proposal(client, stage) -> str:
    stage(Stage.PROPOSAL)
    submit(client(Role.FINANCE), FREEZE, kind="PROPOSAL")
    return f"/0301/{world.YEAR}/forslag"


def test_legge_fram_asks_first_and_says_what_it_means(client, versions, proposal):
    browser = client(Role.DIRECTOR)
    assert f'href="{proposal}/versions/present"' in browser.get(VERSIONS).text
    page = browser.get(f"{proposal}/versions/present").text
    assert "Versjonen blir synlig for alle i kommunen og kan ikke trekkes tilbake." in page
    assert versions()["forslag"].internal
    assert client(Role.POLITICIAN).get(f"{proposal}/").status_code == 403

    assert browser.send(f"{proposal}/versions/present").status_code == 303
    assert not versions()["forslag"].internal
    assert client(Role.POLITICIAN).get(f"{proposal}/").status_code == 200


@pytest.mark.parametrize("role", [Role.FINANCE, Role.CLIMATE, Role.SECRETARIAT, Role.AUDITOR])
def test_who_does_not_lay_it_before_all_does_not_see_how(client, versions, proposal, role):
    browser = client(role)
    assert "versions/present" not in browser.get(VERSIONS).text
    assert browser.get(f"{proposal}/versions/present").status_code == 403
    assert browser.send(f"{proposal}/versions/present").status_code == 403
    assert versions()["forslag"].internal


def test_a_draft_is_not_lagt_fram_and_nothing_twice(client, stage, database):
    stage(Stage.DECISION)
    browser, before = client(Role.SECRETARIAT), database()
    for place, status in ((DRAFT, 400), (ADOPTED, 409)):
        assert browser.get(f"{place}/versions/present").status_code == status
        assert browser.send(f"{place}/versions/present").status_code == status
    assert "Bare en låst versjon kan legges fram." in browser.get(f"{DRAFT}/versions/present").text
    assert database() == before


def test_another_municipalitys_versions_are_not_found(client):
    browser = client(Role.FINANCE)
    assert browser.get(f"{ELSEWHERE}/versions/").status_code == 404
    for act in ("stage", "freeze", "present"):
        assert browser.send(f"{ELSEWHERE}/versions/{act}").status_code == 404
    assert browser.get(f"/0301/{world.YEAR}/finnes-ikke/versions/").status_code == 404
