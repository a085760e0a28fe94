"""Accepting a finding with a reason: by whom, for which figures, and shown to whom."""

from __future__ import annotations

import csv
import html
import io
import re
from decimal import Decimal

import openpyxl
import pytest

from climatebudget import db
from climatebudget.core.acceptance import fingerprint, place_of
from climatebudget.core.access import Role
from climatebudget.core.budget import Control, Kind, Stage
from climatebudget.core.reconcile import reconcile
from climatebudget.core.statement import statement
from climatebudget.db import read, write
from climatebudget.db.write.budgets import set_controls
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE
from tests.web.test_overview import plain

PAGE = f"{DRAFT}/reconciliation/"
ACCEPT, WITHDRAW = f"{PAGE}accept", f"{PAGE}withdraw"
KEY = {"code": "stated-sum", "place": "version//2027"}
REASON = "Tabellen har en trykkfeil."
CLIMATE = Role.CLIMATE


@pytest.fixture
def stated(app):
    """The source of the measures states a sum for 2027, tonnes; their rows make 120."""

    def stated(tonnes: int, number: str = "0301") -> None:
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            place = world.at(session, number)
            set_controls(session, place, [Control(2027, Decimal(tonnes), "tabell 2")])
            session.commit()

    stated(121)
    return stated


@pytest.fixture
def acceptances(app):
    def acceptances(slug: str = "utkast", number: str = "0301"):
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.budget(session, world.at(session, number, slug)).acceptances

    return acceptances


def form_of(browser, code: str = KEY["code"], place: str = KEY["place"], at: str = ACCEPT):
    return browser.get(at, query_string={"code": code, "place": place})


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(code|place|seen)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def accept(browser, reason: str = REASON, **key: str):
    """Open the form of a finding, write a reason and send it."""
    return browser.send(ACCEPT, **{**hidden(form_of(browser, **key).text), "reason": reason})


def test_the_form_shows_the_finding_with_its_figures_and_what_becomes_of_the_reason(client, stated):
    page = plain(form_of(client(CLIMATE)).text)
    assert "Tabellen oppgir 121 tonn for 2027. Radene gir 120. Forskjellen er 1 tonn." in page
    assert "Begrunnelsen følger saken og blir offentlig." in page


def test_a_finding_is_accepted_with_reason_role_and_time(client, stated, acceptances, clock):
    browser = client(CLIMATE)
    before = plain(browser.get(PAGE).text)
    assert "1 godtatt" not in before and "Godtatte merknader" not in before
    answer = accept(browser)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#merknader")
    [given] = acceptances()
    assert (given.code, given.place) == ("stated-sum", "version//2027")
    assert (given.reason, given.by, given.at) == (REASON, "klimarådgiver", clock())
    page = plain(browser.get(PAGE).text)
    apart = page.split("Godtatte merknader")[1]
    assert "Tabellen oppgir 121 tonn for 2027." in apart and REASON in apart
    assert "Godtatt av klimarådgiver 23.11.2026" in apart
    assert "1 godtatt" in page


def test_everybody_who_reads_sees_the_reason_and_nobodys_name(client, stated):
    accept(client(CLIMATE))
    page = plain(client(Role.AUDITOR).get(PAGE).text)
    assert REASON in page and "klimarådgiver i Oslo" not in page
    assert "Trekk tilbake" not in page and "Godta med begrunnelse" not in page


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in (Role.CLIMATE, Role.FINANCE, Role.POLITICIAN)]
)
def test_nobody_else_accepts(client, stated, acceptances, role):
    browser = client(role)
    assert form_of(browser).status_code == 403
    assert browser.send(ACCEPT, **KEY, reason=REASON).status_code == 403
    assert browser.send(WITHDRAW, **KEY).status_code == 403
    assert acceptances() == ()


def test_economy_accepts_in_its_own_role(client, stated, acceptances):
    accept(client(Role.FINANCE))
    assert acceptances()[0].by == "økonomi"


def test_it_lapses_when_a_figure_changes_and_is_asked_anew(client, stated, acceptances):
    browser = client(CLIMATE)
    accept(browser)
    stated(125)
    page = plain(browser.get(PAGE).text)
    assert f"Tallene er endret siden merknaden ble godtatt. Begrunnelsen da var: {REASON}" in page
    assert "Godtatte merknader" not in page and "1 godtatt" not in page
    form = form_of(browser).text
    assert "Tallene er endret siden merknaden ble godtatt av klimarådgiver" in plain(form)
    assert f">{REASON}</textarea>" in form
    assert accept(browser, "Fortsatt en trykkfeil.").status_code == 303
    assert [a.reason for a in acceptances()] == ["Fortsatt en trykkfeil."]


def test_it_holds_again_when_the_figures_are_back(client, stated):
    browser = client(CLIMATE)
    accept(browser)
    stated(125)
    stated(121)
    assert "1 godtatt" in plain(browser.get(PAGE).text)


def test_figures_that_moved_meanwhile_are_shown_and_nothing_is_stored(client, stated, acceptances):
    browser = client(CLIMATE)
    seen = hidden(form_of(browser).text)
    stated(125)
    answer = browser.send(ACCEPT, **seen, reason=REASON)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    page = plain(answer.text)
    assert "Tallene er endret siden du åpnet siden" in page
    assert "Tabellen oppgir 125 tonn for 2027." in page
    assert f">{REASON}</textarea>" in answer.text
    assert acceptances() == ()
    assert browser.send(ACCEPT, **hidden(answer.text), reason=REASON).status_code == 303


def test_a_reason_somebody_gave_meanwhile_is_not_written_over(client, stated, acceptances):
    adviser, economist = client(CLIMATE), client(Role.FINANCE)
    seen = hidden(form_of(economist).text)
    accept(adviser)
    answer = economist.send(ACCEPT, **seen, reason="En annen grunn.")
    assert answer.status_code == 409
    assert "En annen har svart på merknaden siden du åpnet siden" in answer.text
    assert REASON in answer.text and "En annen grunn." in answer.text
    assert [a.reason for a in acceptances()] == [REASON]


def test_a_finding_that_is_gone_meanwhile_says_so_and_gives_the_text_back(
    client, stated, acceptances
):
    browser = client(CLIMATE)
    seen = hidden(form_of(browser).text)
    stated(120)
    answer = browser.send(ACCEPT, **seen, reason=REASON)
    assert answer.status_code == 409
    assert "merknaden gjelder ikke lenger. Ingenting er lagret." in answer.text
    assert REASON in answer.text
    assert acceptances() == ()


def test_it_is_taken_back(client, stated, acceptances):
    browser = client(CLIMATE)
    accept(browser)
    answer = browser.send(WITHDRAW, **KEY)
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#merknader")
    assert acceptances() == ()
    assert "Godta med begrunnelse" in browser.get(PAGE).text


@pytest.mark.parametrize("reason", ["", "   ", "\u200b\n", "x" * 10_001])
def test_a_reason_is_needed_and_ends(client, stated, acceptances, reason):
    answer = accept(client(CLIMATE), reason)
    assert answer.status_code == 400 and "<title>Feil:" in answer.text
    too_long = "Teksten er for lang: 10\u00a0001 tegn."
    assert (too_long if reason.strip("x") != reason else "Skriv hvorfor") in answer.text
    assert acceptances() == ()


@pytest.mark.parametrize(
    "reason", ["<script>alert(1)</script>", "=1+1", "%(code)s 100 %", "x" * 10_000]
)
def test_a_reason_is_text_wherever_it_is_shown(client, stated, reason):
    browser = client(CLIMATE)
    assert accept(browser, reason).status_code == 303
    assert html.escape(reason, quote=False) in browser.get(PAGE).text
    row = next(r for r in rows(browser) if r["Svar"] == "Godtatt")
    assert row["Begrunnelse"].lstrip("'") == reason
    sheet = openpyxl.load_workbook(
        io.BytesIO(browser.get(f"{PAGE}merknader.xlsx").data)
    ).worksheets[0]
    [cell] = [c for line in sheet.iter_rows() for c in line if c.value == reason]
    assert cell.data_type == "s"


def rows(browser, query: str = "") -> list[dict[str, str]]:
    text = browser.get(f"{PAGE}merknader.csv{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_files_and_the_filter_tell_who_accepted_what(client, stated):
    browser = client(CLIMATE)
    accept(browser)
    [accepted] = rows(browser, "?answer=accepted")
    assert accepted["Merknad"].replace("\u00a0", " ").startswith("Tabellen oppgir 121 tonn")
    assert accepted["Begrunnelse"] == REASON
    assert accepted["Godtatt av"] == "klimarådgiver"
    assert accepted["Dato godtatt"].startswith("23.11.2026")
    waiting = rows(browser, "?answer=open")
    assert waiting and {row["Begrunnelse"] for row in waiting} == {""}
    stated(125)
    assert [row["Svar"] for row in rows(browser, "?answer=lapsed")] == [
        "Godtatt før, men tallene er endret"
    ]


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"code": "finnes-ikke", "place": "version//2027"},
        {"code": "stated-sum", "place": "version//2028"},
        {"code": "stated-sum", "place": ""},
    ],
)
def test_a_finding_that_does_not_exist_is_not_found(client, stated, acceptances, key):
    browser = client(CLIMATE)
    assert browser.get(ACCEPT, query_string=key).status_code == 404
    assert browser.send(ACCEPT, **key, reason=REASON).status_code == 409
    assert browser.send(WITHDRAW, **key).status_code == 404
    assert acceptances() == ()


def test_a_finding_of_another_municipality_is_not_found(client, acceptances, stated):
    """Kragerø has a finding that Oslo lacks: it can be accepted from neither address."""
    stated(120)
    stated(121, "4014")
    browser = client(CLIMATE)
    elsewhere = f"{ELSEWHERE}/reconciliation/accept"
    seen = hidden(form_of(client(CLIMATE, "4014"), at=elsewhere).text)
    assert seen["code"] == "stated-sum"
    assert form_of(browser, at=elsewhere).status_code == 404
    assert browser.send(elsewhere, **seen, reason=REASON).status_code == 404
    assert form_of(browser).status_code == 404
    assert browser.send(ACCEPT, **seen, reason=REASON).status_code == 409
    assert acceptances() == acceptances(number="4014") == ()


def test_what_stops_is_mended_and_what_informs_needs_no_reason(app, client, acceptances):
    browser = client(CLIMATE)
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        budget = read.budget(session, place)
        write.set_frame(
            session,
            place,
            edition_slug=None,
            targets=budget.targets,
            path=budget.path,
            allowance=budget.allowance,
            horizon=2030,
        )
        session.commit()
    page = browser.get(PAGE).text
    assert "Én merknad må rettes før neste steg." in page and "code=no-edition" not in page
    for code, place, why in (
        ("no-edition", "edition", "Den må rettes."),
        ("incomplete", "measure", "Den trenger ingen begrunnelse."),
    ):
        assert why in form_of(browser, code, place).text
        answer = browser.send(ACCEPT, code=code, place=place, reason=REASON)
        assert answer.status_code == 400 and why in answer.text
    assert acceptances() == ()


def test_the_overview_counts_what_waits_and_leads_to_what_is_accepted(client, stated):
    browser = client(CLIMATE)
    assert "Tabellen oppgir 121 tonn" in plain(browser.get(f"{DRAFT}/").text)
    accept(browser)
    page = browser.get(f"{DRAFT}/").text
    assert "Tabellen oppgir" not in page and "Én merknad er godtatt med begrunnelse" in page
    assert REASON in browser.get(f"{PAGE}?answer=accepted").text


# ---- versions ---------------------------------------------------------------------------------


@pytest.fixture
def frozen(app, client, stated, clock) -> str:
    """The draft, with an accepted finding, frozen and lagt fram; its address."""
    accept(client(CLIMATE))
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.move_stage(session, world.at(session), Stage.PROPOSAL)
        version = write.freeze(session, world.at(session), Kind.PROPOSAL, "", clock())
        write.present(session, world.at(session, slug=version.slug), clock())
        session.commit()
    return f"/0301/{world.YEAR}/{version.slug}/reconciliation/"


def test_a_frozen_version_shows_it_to_all_and_nobody_changes_it(client, frozen, acceptances):
    page = plain(client(Role.POLITICIAN).get(frozen).text)
    assert REASON in page.split("Godtatte merknader")[1]
    finance = client(Role.FINANCE)
    assert "Trekk tilbake" not in finance.get(frozen).text
    assert form_of(finance, at=f"{frozen}accept").status_code == 409
    for act in ("accept", "withdraw"):
        assert finance.send(f"{frozen}{act}", **KEY, reason="Nei").status_code == 409
    assert [a.reason for a in acceptances("forslag")] == [REASON]


def test_what_is_taken_back_in_the_draft_stands_in_the_frozen_version(client, frozen, acceptances):
    assert client(Role.FINANCE).send(WITHDRAW, **KEY).status_code == 303
    assert acceptances() == ()
    assert [a.reason for a in acceptances("forslag")] == [REASON]


def test_a_version_frozen_before_has_none(client, stated):
    accept(client(CLIMATE))
    assert (
        "Godtatte merknader" not in client(Role.POLITICIAN).get(f"{ADOPTED}/reconciliation/").text
    )


def test_every_finding_that_may_be_accepted_leads_to_its_form(app, client, stated):
    """The address on the page opens the form of that very finding."""
    browser = client(CLIMATE)
    with db.session(app.extensions["engine"], actor="prøve") as session:
        budget = read.budget(session, world.at(session))
    asked = [f for f in reconcile(budget, statement(budget)) if f.level.name == "EXPLAIN"]
    links = re.findall(r'href="(\S*/reconciliation/accept\?[^"]*)"', browser.get(PAGE).text)
    forms = [hidden(browser.get(html.unescape(link)).text) for link in links]
    assert {(f["code"], f["place"], f["seen"]) for f in forms} == {
        (f.code, place_of(f), fingerprint(f)) for f in asked
    }
