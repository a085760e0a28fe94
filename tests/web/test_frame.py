"""The frame: edition, targets, allowance, horizon."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.core.measure import Book
from climatebudget.core.path_rule import Level, PathRule, Rule
from climatebudget.core.paths import Allowance, ReferencePath, Start, Target
from climatebudget.core.quantity import tonnes
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


def row(page: str, year: int) -> str:
    """Percent and tonnes of the year in the table of the allowance."""
    table = page[page.index('id="rammetabell"') :]
    found = re.search(rf'<th scope="row">{year}\b.*?</tr>', table)
    assert found
    return " | ".join(plain(cell).strip() for cell in re.findall(r"<td.*?</td>", found[0]))


def save(browser, **fields: str):
    return browser.send(FRAME, **{"lock": lock(browser.get(FRAME).text), **fields})


def test_the_page_says_what_the_target_is_in_tonnes(client):
    page = plain(client(Role.CLIMATE).get(FRAME).text)
    assert "Målet er 55 prosent lavere utslipp i 2030 enn i 2009. Det er høyst 788 tonn." in page
    assert "2024-tall ukjent dato, kommunens egen 1 751 788" in page
    assert "Utgaven har tall for 2009 og 2024." in page


def test_a_target_says_who_decided_it_when_and_in_which_case(client):
    """The form asks for it; the overview shows it, and says so where it is not stated."""
    browser = client(Role.FINANCE)
    page = plain(browser.get(FRAME).text)
    assert "Vedtak: organ, dato og saksnummer" in page
    assert "for eksempel «Kommunestyret 10.12.2026, sak 98/26»" in page
    told = "Målet for 2030 er 55 prosent lavere utslipp enn i 2009. Vedtak:"
    assert f"{told} Kommunestyret 2025" in plain(browser.get(f"{DRAFT}/").text)
    opened = lock(browser.get(FRAME).text)
    assert browser.send(FRAME, lock=opened, target_0_decision="").status_code == 303
    assert f"{told} ikke oppgitt" in plain(browser.get(f"{DRAFT}/").text)


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


def test_saving_the_frame_leaves_the_path_as_it_was(client, budget, change):
    """Figures per source with their cites, policy, date and author: another page has them."""
    figures = {"veitrafikk/busser": tonnes({2027: Decimal("381.5"), 2029: Decimal(350)})}
    cites = {("veitrafikk/busser", 2027): "tabell 1"}
    path = ReferencePath(figures, "Vedtatt", date(2025, 10, 1), "Oslo Economics", cites)
    change(path=path)
    assert save(client(Role.CLIMATE), horizon="2031").status_code == 303
    assert (budget().path, budget().budget_year.horizon) == (path, 2031)


def test_the_path_stands_in_one_line_with_a_link_to_its_page(client):
    for role in (Role.CLIMATE, Role.AUDITOR):
        page = client(role).get(FRAME).text
        assert "Referansebanen er oppgitt i tonn, kommunen samlet, for 2027–2030." in plain(page)
        assert f'href="{DRAFT}/path/"' in page[page.index("<h1>") :]


def test_a_changed_figure_loses_its_source_and_the_others_keep_theirs(client, budget, change):
    now = budget()
    targets = tuple(replace(t, cites="vedtaket") for t in now.targets)
    stated = {2027: Decimal(-50), 2028: Decimal(-52)}
    allowance = Allowance(stated, {2027: "a", 2028: "b"}, Start.STATED)
    change(targets=targets, allowance=allowance)
    fields = {"target_0_percent": "60", "percent_2028": "53"}
    assert save(client(Role.CLIMATE), **fields).status_code == 303
    after = budget()
    assert after.targets[0].cites == ""
    stated = {2027: Decimal(-50), 2028: Decimal(-53)}
    assert after.allowance == Allowance(stated, {2027: "a"}, Start.STATED)


def test_the_allowance_is_stated_year_by_year_and_then_has_no_line(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, start="STATED", percent_2027="48", percent_2030="55").status_code == 303
    assert budget().allowance == Allowance({2027: -48, 2030: -55}, start=Start.STATED)
    assert row(browser.get(FRAME).text, 2028) == "ukjent | ukjent"


def test_the_line_starts_in_the_reference_year_or_in_the_last_year_of_the_inventory(client):
    """55 percent lower in 2030: 2027 is 6/7 of the way from 2009, and half of it from 2024."""
    browser = client(Role.CLIMATE)
    assert row(browser.get(FRAME).text, 2027) == "−47,1 % | 925"
    assert save(browser, start="LAST").status_code == 303
    assert row(browser.get(FRAME).text, 2027) == "−48,2 % | 907"
    assert row(browser.get(FRAME).text, 2030) == "−55,0 % | 788"


def test_the_line_goes_through_each_target(client):
    browser = client(Role.CLIMATE)
    nearer = {"target_1_percent": "50", "target_1_year": "2027", "target_1_reference": "2009"}
    assert save(browser, **nearer).status_code == 303
    page = browser.get(FRAME).text
    assert row(page, 2027) == "−50,0 % | 875"
    assert row(page, 2028) == "−51,7 % | 846"


def test_a_year_is_restated_by_hand_with_a_reason_and_the_rest_follow_the_line(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, percent_2028="45", reason_2028="Byggeår").status_code == 303
    assert budget().allowance == Allowance({2028: Decimal(-45)}, reasons={2028: "Byggeår"})
    page = browser.get(FRAME).text
    assert "2028 oppgitt −45,0 % 963 Byggeår" in plain(page)
    assert row(page, 2027) == "−47,1 % | 925"
    assert "45 Byggeår" in plain(client(Role.AUDITOR).get(FRAME).text)
    assert save(browser, percent_2028="", reason_2028="").status_code == 303
    assert budget().allowance == Allowance()


def test_a_year_that_stands_without_a_reason_may_stay_and_may_go(client, budget, change):
    """It was read from a file or stored before reasons were asked for."""
    change(allowance=Allowance({2028: Decimal(-45)}, {2028: "side 4"}))
    browser = client(Role.CLIMATE)
    assert save(browser, horizon="2031").status_code == 303
    assert budget().allowance.cites == {2028: "side 4"}
    assert save(browser, percent_2028="46").status_code == 400
    assert save(browser, percent_2028="").status_code == 303
    assert budget().allowance == Allowance()


def test_percent_is_rounded_before_tonnes_when_asked_and_is_not_by_itself(client, budget):
    browser = client(Role.CLIMATE)
    assert not re.search(r'id="whole_percent"[^>]* checked', browser.get(FRAME).text)
    assert save(browser, whole_percent="y").status_code == 303
    assert budget().allowance == Allowance(whole_percent=True)
    page = browser.get(FRAME).text
    assert re.search(r'id="whole_percent"[^>]* checked', page)
    assert row(page, 2027) == "−47,0 % | 928"
    assert "Rund av prosent før tonn Ja" in plain(client(Role.AUDITOR).get(FRAME).text)


def test_the_allowance_is_shown_as_it_will_be_and_nothing_is_stored(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    answer = save(browser, start="LAST", target_0_percent="60", show="y")
    assert answer.status_code == 200
    assert "Utslippsrammen slik du har skrevet den. Ingenting er lagret ennå." in plain(answer.text)
    assert row(answer.text, 2030) == "−60,0 % | 700"
    assert budget() == before


def test_saving_another_field_loses_nothing_of_the_frame(client, budget, change):
    """Path by rule, start, rounding, reasons and the book stand when only the horizon changes."""
    rule = PathRule(Rule.TREND, Level.WHOLE)
    allowance = Allowance(
        {2028: Decimal(-45)}, {2028: "sak 12"}, Start.LAST, True, {2028: "Byggeår"}
    )
    change(path=ReferencePath({}, "Vedtatt", None, "Vi", {}, rule), allowance=allowance)
    change(book=Book.OWN)
    before, browser = budget(), client(Role.CLIMATE)
    assert save(browser, horizon="2035", whole_percent="y").status_code == 303
    after = budget()
    assert after.budget_year.horizon == 2035
    assert (after.allowance, after.book) == (allowance, Book.OWN)
    assert after.path.rule == rule and after.path.policy == "Vedtatt"
    assert after.targets == before.targets


def test_of_two_editions_with_one_slug_the_chosen_one_is_taken(app, client, budget):
    """Slugs are unique for each owner: the installation may have a «2024-tall» too."""
    national = replace(world.reading("0301"), sha256=sha256(b"en annen fil").hexdigest())
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.store_edition(
            session,
            national,
            owner=None,
            name="2024-tall",
            publisher="Miljødirektoratet",
            file_bytes=b"en annen fil",
            now=world.NOW,
            by="oppsett",
        )
        session.commit()
    browser = client(Role.CLIMATE)
    assert budget().edition.owner == "0301"
    assert save(browser, horizon="2031").status_code == 303
    assert budget().edition.owner == "0301"
    national = "installation/2024-tall"
    assert save(browser, edition=national, seen=national).status_code == 303
    assert budget().edition.owner is None
    assert save(browser, horizon="2032").status_code == 303
    assert budget().edition.owner is None


NEW = "target_1_"
NEARER = {f"{NEW}percent": "50", f"{NEW}year": "2027"}


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
        ({"edition": "2030-tall"}, "edition", "Velg en av utgavene."),
        ({"start": "STATED"}, "start", "Skriv prosent for minst ett år, eller velg rett linje."),
        ({"start": "ELSEWHERE"}, "start", "Velg rett linje eller oppgitt prosent."),
        ({"start": "STATED", "percent_2027": "101"}, "percent_2027", "fra −100 til 100"),
        ({"percent_2027": "1.250"}, "percent_2027", "kan bety 1 250 eller 1,25"),
        ({"percent_2027": "45"}, "reason_2027", "Skriv hvorfor 2027 ikke følger linjen"),
        ({"reason_2027": "Fordi"}, "percent_2027", "Skriv prosenten, eller tøm begrunnelsen."),
        ({"percent_2027": "4", "reason_2027": "x" * 10_001}, "reason_2027", "10 001 tegn"),
        ({**NEARER, f"{NEW}reference": "2024"}, f"{NEW}reference", "samme referanseår"),
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
    assert save(browser, target_0_decision=text).status_code == 303
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


def test_the_number_of_statements_follows_neither_targets_nor_stated_years(app, client, change):
    browser, engine = client(Role.CLIMATE), app.extensions["engine"]

    def statements() -> int:
        seen: list[str] = []

        def note(*args):
            seen.append(args[2])

        browser.get(FRAME)
        sa.event.listen(engine, "before_cursor_execute", note)
        browser.get(FRAME)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])

    few = statements()
    targets = [Target(Decimal(year - 1980), year, 2009) for year in range(2030, 2045)]
    stated = {year: Decimal(-40) for year in range(2025, 2045)}
    change(targets=targets, allowance=Allowance(stated), horizon=2045)
    assert statements() == few <= 20


def test_years_that_follow_each_other_are_drawn_together():
    assert runs([2009, 2011, 2013, 2015, 2016, 2017]) == "2009, 2011, 2013 og 2015–2017"
    assert runs([2024]) == "2024"
