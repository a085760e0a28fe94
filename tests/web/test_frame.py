"""The frame: edition, targets, reference path, allowance, horizon."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.core.paths import Allowance
from climatebudget.db import read, write
from climatebudget.web.frame_form import runs
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

FRAME = f"{DRAFT}/frame/"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


@pytest.fixture
def budget(app):
    def budget():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.budget(session, world.at(session))

    return budget


@pytest.fixture
def change(app):
    def change(**fields):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            place = world.at(session)
            now = read.budget(session, place)
            frame = {
                "edition_slug": now.edition.slug if now.edition else None,
                "targets": now.targets,
                "path": now.path,
                "allowance": now.allowance,
                "horizon": now.budget_year.horizon,
            }
            write.set_frame(session, place, **{**frame, **fields})
            session.commit()

    return change


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def save(browser, **fields: str):
    return browser.send(FRAME, **{"lock": lock(browser.get(FRAME).text), **fields})


def test_the_page_says_what_the_target_is_in_tonnes(client):
    page = plain(client(Role.CLIMATE).get(FRAME).text)
    assert "Målet er 55 prosent lavere utslipp i 2030 enn i 2009. Det er høyst 788 tonn." in page
    assert "2024-tall ukjent dato, kommunens egen 1 751 788" in page
    assert "Utgaven har tall for 2009 og 2024." in page


def test_saving_what_is_shown_changes_nothing(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    assert save(browser).status_code == 303
    assert budget() == before
    assert "Ingenting var endret" in browser.get(FRAME).text


def test_targets_stand_side_by_side_and_one_is_removed_by_emptying_it(client, budget):
    browser = client(Role.CLIMATE)
    new = {"target_1_percent": "90,5", "target_1_year": "2050", "target_1_reference": "2009"}
    assert save(browser, horizon="2050", **new).status_code == 303
    assert [(t.percent, t.year) for t in budget().targets] == [
        (55, 2030),
        (Decimal("90.5"), 2050),
    ]
    empty = {f"target_0_{key}": "" for key in ("percent", "year", "reference", "decision")}
    assert save(browser, **empty).status_code == 303
    assert [t.year for t in budget().targets] == [2050]


def test_the_path_is_given_year_by_year_and_blank_is_unknown(client, budget):
    fields = {"path_2028": "", "path_2029": "941,5", "policy": "Vedtatt politikk\ni 2025"}
    answer = save(client(Role.CLIMATE), **fields, cut_off="1.10.2025", author="Oslo Economics")
    assert answer.status_code == 303
    path = budget().path
    assert (path.whole[2028], path.whole[2029]) == (None, Decimal("941.5"))
    assert path.policy == "Vedtatt politikk\ni 2025"
    assert (path.cut_off, path.author) == (date(2025, 10, 1), "Oslo Economics")


def test_without_figures_and_texts_there_is_no_path(client, budget):
    empty = {f"path_{year}": "" for year in range(2025, 2031)}
    assert save(client(Role.CLIMATE), **empty).status_code == 303
    assert budget().path is None


def test_a_changed_figure_loses_its_source_and_the_others_keep_theirs(client, budget, change):
    now = budget()
    cites = {("", 2027): "tabell 1", ("", 2028): "tabell 1"}
    targets = tuple(replace(t, cites="vedtaket") for t in now.targets)
    allowance = Allowance({2027: Decimal(-50), 2028: Decimal(-52)}, {2027: "a", 2028: "b"})
    change(path=replace(now.path, cites=cites), targets=targets, allowance=allowance)
    fields = {"path_2027": "981", "target_0_percent": "60", "percent_2028": "53"}
    assert save(client(Role.CLIMATE), **fields).status_code == 303
    after = budget()
    assert after.path.cites == {("", 2028): "tabell 1"}
    assert after.targets[0].cites == ""
    assert after.allowance == Allowance({2027: Decimal(-50), 2028: Decimal(-53)}, {2027: "a"})


def test_the_allowance_is_a_line_or_stated(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, rule="stated", percent_2027="48", percent_2030="55").status_code == 303
    assert budget().allowance.stated == {2027: -48, 2030: -55}
    assert save(browser, rule="line").status_code == 303
    assert budget().allowance.stated == {}


NEW = "target_1_"


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"target_0_percent": "155"}, "target_0_percent", "Prosenten må være fra 0 til 100."),
        ({"target_0_percent": "-5"}, "target_0_percent", "Prosenten må være fra 0 til 100."),
        ({"target_0_percent": "1.250"}, "target_0_percent", "kan bety 1 250 eller 1,25"),
        ({"target_0_percent": "NaN"}, "target_0_percent", "«NaN» er ikke et tall."),
        ({"target_0_percent": "0,0001"}, "target_0_percent", "tusendels prosent"),
        ({"target_0_year": "2009"}, "target_0_year", "Målåret må komme etter referanseåret."),
        (
            {"target_0_reference": "2010"},
            "target_0_reference",
            "Statistikkutgaven har ikke tall for 2010. Den har 2009 og 2024.",
        ),
        ({"target_0_reference": ""}, "target_0_reference", "Fyll ut prosent, målår og referanseår"),
        ({f"{NEW}decision": "Bare sak"}, f"{NEW}percent", "eller tøm hele raden."),
        (
            {f"{NEW}percent": "60", f"{NEW}year": "2030", f"{NEW}reference": "2009"},
            f"{NEW}year",
            "Det står to mål for 2030.",
        ),
        ({"horizon": "2026"}, "horizon", "Siste år kan ikke komme før budsjettåret."),
        ({"horizon": ""}, "horizon", "Skriv det siste året dere ser på."),
        ({"horizon": "2500"}, "horizon", "er ikke et årstall"),
        ({"path_2028": "ca. 12"}, "path_2028", "«ca. 12» er ikke et tall."),
        ({"path_2028": "<script>"}, "path_2028", "er ikke et tall."),
        ({"policy": "x" * 10_001}, "policy", "Teksten er for lang: 10 001 tegn."),
        ({"cut_off": "i fjor"}, "cut_off", "«i fjor» er ikke en dato."),
        ({"edition": "2030-tall"}, "edition", "Velg en av utgavene."),
        ({"rule": "stated"}, "rule", "Skriv prosent for minst ett år, eller velg rett linje."),
        ({"rule": "stated", "percent_2027": "101"}, "percent_2027", "fra −100 til 100"),
        (
            {"author": "Noen", **{f"path_{y}": "" for y in range(2025, 2031)}},
            "policy",
            "Referansebanen har ingen tall.",
        ),
    ],
)
def test_bad_input_gets_a_sentence_and_is_not_stored(client, budget, fields, field, says):
    before = budget()
    answer = save(client(Role.CLIMATE), **fields)
    assert answer.status_code == 400
    assert "<title>Feil:" in answer.text and f'<a href="#{field}">' in answer.text
    assert says in plain(answer.text)
    assert "<script>" not in answer.text
    assert budget() == before


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % sikkert"])
def test_what_people_write_is_shown_as_they_wrote_it(client, text):
    browser = client(Role.CLIMATE)
    assert save(browser, policy=text, author=text, target_0_decision=text).status_code == 303
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    for page in (browser.get(FRAME).text, client(Role.AUDITOR).get(FRAME).text):
        assert shown in page and "<script>" not in page


def test_a_stale_form_shows_both_and_stores_neither_in_silence(client, budget, change):
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(FRAME).text)
    change(allowance=Allowance({2027: Decimal(-40)}))
    answer = browser.send(FRAME, lock=opened, target_0_percent="60")
    assert answer.status_code == 409
    page = plain(answer.text)
    assert "55 prosent lavere enn i 2009. Kommunestyret 2025 60 prosent lavere enn i 2009." in page
    assert budget().targets[0].percent == 55
    again = browser.send(FRAME, lock=lock(answer.text), target_0_percent="60")
    assert again.status_code == 303
    assert budget().targets[0].percent == 60


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECTOR_HEAD, Role.SECRETARIAT, Role.DIRECTOR])
def test_readers_see_text_and_change_nothing(client, budget, role):
    before, browser = budget(), client(role)
    page = browser.get(FRAME)
    assert page.status_code == 200 and 'name="horizon"' not in page.text
    assert browser.send(FRAME, horizon="2040", lock="1").status_code == 403
    assert budget() == before


def test_in_prioritering_the_frame_stands(client, app):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.move_stage(session, world.at(session), Stage.PRIORITY)
        session.commit()
    assert "ikke endre dem i dette steget" in client(Role.FINANCE).get(FRAME).text


def test_another_municipalitys_frame_is_not_found(client):
    browser = client(Role.CLIMATE)
    assert browser.get(f"{ELSEWHERE}/frame/").status_code == 404
    assert browser.send(f"{ELSEWHERE}/frame/", horizon="2040").status_code == 404


def test_a_frozen_frame_is_read_and_never_changed(client, database):
    browser, before = client(Role.CLIMATE), database()
    assert "Versjonen er låst" in browser.get(f"{ADOPTED}/frame/").text
    assert browser.send(f"{ADOPTED}/frame/", horizon="2040", lock="1").status_code == 409
    assert database() == before


def test_years_that_follow_each_other_are_drawn_together():
    assert runs([2009, 2011, 2013, 2015, 2016, 2017]) == "2009, 2011, 2013 og 2015–2017"
    assert runs([2024]) == "2024"
