"""The reference path: none, by rule or given; at one level, and never more than is known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.boundary import Boundary
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.core.measure import InPath
from climatebudget.core.path_rule import Level, PathRule, Rule
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

PATH = f"{DRAFT}/path/"
CARS, BUSES, OIL = "veitrafikk/personbiler", "veitrafikk/busser", "oppvarming/fossil-olje"
TOLD = ("Vedtatt politikk\ni 2025", date(2025, 10, 1), "Oslo Economics")
SAID = {"policy": TOLD[0], "cut_off": "1.10.2025", "author": TOLD[2]}


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
    """Do something to the draft behind the back of whoever has the page open."""

    def change(do):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            do(session, world.at(session))
            session.commit()

    return change


def stored(path: ReferencePath | None):
    return lambda session, place: write.set_path(session, place, path)


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def save(browser, **fields: str):
    return browser.send(PATH, **{"lock": lock(browser.get(PATH).text), **fields})


def row(page: str, heading: str) -> str:
    """The cells of the row in the table of the path."""
    found = re.search(rf'<th scope="row">{heading}</th>(.*?)</tr>', page)
    assert found, heading
    return " | ".join(plain(cell).strip() for cell in re.findall(r"<td.*?</td>", found[1]))


def test_the_page_shows_the_path_beside_the_last_years_of_the_inventory(client):
    """2009 and 2024 are all the years there are; 2025 and 2026 are not known."""
    page = client(Role.CLIMATE).get(PATH).text
    assert "Referansebanen er oppgitt i tonn, kommunen samlet, for 2027–2030." in plain(page)
    assert row(page, "Utslipp i alt") == "1 751 | 1 026 | 980 | 960 | 940 | 920"


def test_saving_what_is_shown_changes_nothing(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    assert save(browser).status_code == 303
    assert budget() == before
    assert "Ingenting var endret" in browser.get(PATH).text


def test_without_a_path_the_last_inventory_year_stands_in(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, kind="none").status_code == 303
    assert budget().path is None
    page = browser.get(PATH).text
    assert "Uten referansebane sammenligner vi med utslippene i 2024." in plain(page)
    assert row(page, "Utslipp i alt").endswith("| 1 026 | 1 026 | 1 026 | 1 026 | 1 026 | 1 026")


def test_tonnes_are_given_year_by_year_and_blank_is_unknown(client, budget):
    fields = {"path_0_2028": "", "path_0_2029": "941,5", **SAID}
    assert save(client(Role.CLIMATE), **fields).status_code == 303
    path = budget().path
    assert (path.whole[2028], path.whole[2029]) == (None, Decimal("941.5"))
    assert (path.policy, path.cut_off, path.author) == TOLD


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"rule": "HELD"}, PathRule(Rule.HELD)),
        ({"rule": "MEAN", "years": "2"}, PathRule(Rule.MEAN, years=2)),
        (
            {"rule": "TREND", "years": "2", "rule_level": "SOURCE"},
            PathRule(Rule.TREND, Level.SOURCE, 2),
        ),
        (
            {"rule": "PERCENT", "percent": "−2,5", "rule_level": "SECTOR"},
            PathRule(Rule.PERCENT, Level.SECTOR, percent=Decimal("-2.5")),
        ),
    ],
)
def test_a_rule_is_stored_as_a_rule_and_reckoned_from_the_inventory(client, budget, fields, rule):
    assert save(client(Role.CLIMATE), kind="rule", **fields, **SAID).status_code == 303
    path = budget().path
    assert (path.rule, path.policy, path.cut_off, path.author) == (rule, *TOLD)
    assert sorted(path.whole.by_year) == list(range(2025, 2031))


def test_a_yearly_percentage_goes_on_from_the_last_year(client):
    browser = client(Role.CLIMATE)
    fields = {"kind": "rule", "rule": "PERCENT", "percent": "-10", "rule_level": "SECTOR"}
    assert save(browser, **fields).status_code == 303
    page = browser.get(PATH).text
    assert row(page, "Veitrafikk").startswith("1 501 | 1 000 | 900 | 810 | 729")
    assert row(page, "Utslipp i alt").startswith("1 751 | 1 026 | 923 | 831")


def test_a_rule_is_shown_before_it_is_stored(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    answer = save(browser, kind="rule", rule="HELD", show="y")
    assert answer.status_code == 200
    assert "Slik ville banen blitt" in answer.text and "Ingenting er lagret ennå." in answer.text
    assert row(answer.text, "Utslipp i alt").endswith("1 026 | 1 026")
    assert re.search(r'value="rule" checked', answer.text)
    assert budget() == before


def test_figures_per_source_are_asked_for_before_anything_is_stored(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    answer = save(browser, kind="given", given_level="SOURCE", as_level="WHOLE")
    assert answer.status_code == 200
    assert "Fyll ut tallene på dette nivået. Ingenting er lagret ennå." in plain(answer.text)
    assert f'aria-label="{"Veitrafikk: Busser"} 2027"' in answer.text
    assert budget() == before
    index = list(before.inventory.sources).index(BUSES)
    figures = {f"path_{index}_2027": "381,5", f"path_{index}_2028": "0"}
    sent = {"kind": "given", "given_level": "SOURCE", "as_level": "SOURCE", **figures}
    assert save(browser, **sent).status_code == 303
    assert budget().path.figures == {BUSES: tonnes({2027: Decimal("381.5"), 2028: Decimal(0)})}


def test_a_changed_figure_loses_its_source_and_the_others_keep_theirs(client, budget, change):
    cites = {("", 2027): "tabell 1", ("", 2028): "tabell 1"}
    change(stored(replace(budget().path, cites=cites)))
    browser = client(Role.CLIMATE)
    assert "2027 og 2028: tabell 1" in plain(browser.get(PATH).text)
    assert save(browser, path_0_2027="981").status_code == 303
    assert budget().path.cites == {("", 2028): "tabell 1"}


def test_saving_the_path_leaves_the_rest_of_the_frame(client, budget):
    before = budget()
    assert save(client(Role.CLIMATE), kind="none").status_code == 303
    assert budget() == replace(before, path=None)


def test_a_date_that_is_still_to_come_is_stored_and_told(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, cut_off="1.1.2030").status_code == 303
    assert budget().path.cut_off == date(2030, 1, 1)
    assert "som ikke er kommet ennå" in browser.get(PATH).text
    assert save(browser, cut_off="1.1.2025").status_code == 303
    assert "som ikke er kommet ennå" not in browser.get(PATH).text


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "rule", "rule": "HELD"},
        {"kind": "rule", "rule": "PERCENT", "percent": "-2"},
        {"kind": "none"},
        {"kind": "given", "path_0_2027": "981"},
    ],
)
def test_a_number_of_years_that_nothing_asks_for_may_be_empty(client, budget, fields):
    before, browser = budget().path, client(Role.CLIMATE)
    assert save(browser, years="", **fields).status_code == 303
    assert budget().path != before


RULE = {"kind": "rule"}


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"path_0_2028": "ca. 12"}, "path_0_2028", "«ca. 12» er ikke et tall."),
        ({"path_0_2028": "=1+1"}, "path_0_2028", "«=1+1» er ikke et tall."),
        ({"path_0_2028": "<script>"}, "path_0_2028", "er ikke et tall."),
        ({"path_0_2028": "1.250"}, "path_0_2028", "kan bety 1 250 eller 1,25"),
        ({"path_0_2028": "-4"}, "path_0_2028", "Utslippene kan ikke være under null."),
        ({"policy": "x" * 10_001}, "policy", "Teksten er for lang: 10 001 tegn."),
        ({"cut_off": "i fjor"}, "cut_off", "«i fjor» er ikke en dato."),
        ({"kind": "magic"}, "kind", "Velg et av alternativene."),
        ({"rule": "MAGIC"}, "rule", "Velg et av alternativene."),
        ({**RULE, "rule": "TREND", "years": "1"}, "years", "Skriv hvor mange år, fra 2 til 2."),
        ({**RULE, "rule": "TREND", "years": "3"}, "years", "Utgaven har 2 år."),
        ({**RULE, "rule": "MEAN", "years": ""}, "years", "Skriv hvor mange år, fra 1 til 2."),
        ({**RULE, "rule": "HELD", "years": "mange"}, "years", "«mange» er ikke et nummer."),
        ({**RULE, "rule": "PERCENT", "percent": ""}, "percent", "Skriv hvor mange prosent"),
        ({**RULE, "rule": "PERCENT", "percent": "-101"}, "percent", "fra −100 til 100"),
        ({**RULE, "rule": "PERCENT", "percent": "0,0001"}, "percent", "tusendels prosent"),
        (
            {f"path_0_{year}": "" for year in range(2025, 2031)},
            "kind",
            "Skriv tonn for minst ett år, eller velg ingen bane.",
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


def test_a_rule_needs_an_inventory(client, change):
    def without(session, place):
        now = read.budget(session, place)
        write.set_frame(
            session,
            place,
            edition_slug=None,
            targets=(),
            path=None,
            allowance=now.allowance,
            horizon=2030,
        )

    change(without)
    browser = client(Role.CLIMATE)
    assert "Klimabudsjettet har ingen referansebane." in browser.get(PATH).text
    answer = save(browser, kind="rule", rule="HELD")
    assert answer.status_code == 400 and "Velg en statistikkutgave først." in answer.text


def test_a_path_for_what_the_boundary_leaves_out_is_told_and_can_be_emptied(client, budget, change):
    change(stored(ReferencePath({OIL: tonnes({2027: 20}), BUSES: tonnes({2027: 380})})))
    change(lambda session, place: write.set_boundary(session, place, Boundary({OIL: "Er borte"})))
    browser = client(Role.CLIMATE)
    page = browser.get(PATH).text
    assert "som er holdt utenfor avgrensningen" in plain(page)
    assert "utenfor avgrensningen</span>" in page
    assert save(browser, **{field_of(page, "Oppvarming.*?Fossil olje.*?"): ""}).status_code == 303
    assert list(budget().path.figures) == [BUSES]


def field_of(page: str, label: str) -> str:
    found = re.search(rf'name="(path_\d+_2027)"[^>]*aria-label="{label} 2027"', page)
    assert found, label
    return found[1]


def test_a_stale_form_gets_both_texts_and_nothing_is_stored(client, budget, change):
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(PATH).text)
    change(stored(replace(budget().path, author="En annen")))
    answer = save(browser, lock=opened, author="Jeg", path_0_2027="981")
    assert answer.status_code == 409
    text = plain(answer.text)
    assert "Laget av En annen Jeg" in text and "Utslipp i alt i 2027, tonn 980 981" in text
    assert budget().path.author == "En annen"
    assert save(browser, lock=lock(answer.text), author="Jeg").status_code == 303
    assert budget().path.author == "Jeg"


def test_a_frozen_version_shows_the_path_and_refuses_to_change_it(client):
    browser = client(Role.CLIMATE)
    page = browser.get(f"{ADOPTED}/path/").text
    assert "Versjonen er låst. Referansebanen kan leses, ikke endres." in page
    assert '<form class="fields' not in page
    assert browser.send(f"{ADOPTED}/path/", lock="1", kind="none").status_code in (403, 409)


@pytest.mark.parametrize("role", [Role.SECTOR_HEAD, Role.OWNER, Role.AUDITOR])
def test_those_who_may_only_read_see_the_path_as_text(client, role):
    browser = client(role)
    page = browser.get(PATH).text
    assert "ikke endre den i dette steget" in page and '<form class="fields' not in page
    assert browser.send(PATH, lock="1", kind="none").status_code == 403


def test_nobody_elsewhere_sees_it(client):
    assert client(Role.CLIMATE).get(f"{ELSEWHERE}/path/").status_code in (403, 404)


def test_in_a_later_stage_the_adviser_reads(client, change):
    def move(session, place):
        for stage in (Stage.QUALITY, Stage.PRIORITY):
            write.move_stage(session, world.at(session), stage)

    change(move)
    assert client(Role.CLIMATE).get(PATH).status_code == 200


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % sikkert"])
def test_what_people_write_is_shown_as_they_wrote_it(client, text):
    browser = client(Role.CLIMATE)
    assert save(browser, policy=text, author=text).status_code == 303
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    for page in (browser.get(PATH).text, client(Role.AUDITOR).get(PATH).text):
        assert shown in page and "<script>alert" not in page


def test_the_measures_in_the_path_are_listed(client, change):
    def into(session, place):
        one = read.measure(session, place, 1)
        write.save_measure(session, place, replace(one, in_path=InPath.INCLUDED))

    assert "Klimatiltak som er med i banen" not in client(Role.CLIMATE).get(PATH).text
    change(into)
    page = client(Role.CLIMATE).get(PATH).text
    assert "1 Bytte ut tolv biler" in plain(page[page.index("Klimatiltak som er med i banen") :])


def test_the_statements_do_not_grow_with_the_places(app, client, change):
    def counted() -> int:
        count, engine = 0, app.extensions["engine"]

        def see(*_: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(engine, "before_cursor_execute", see)
        assert browser.get(PATH).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", see)
        return count

    browser = client(Role.CLIMATE)
    browser.get(PATH)
    before = counted()
    years = {year: Decimal(10) for year in range(2025, 2031)}
    change(stored(ReferencePath({code: tonnes(years) for code in (CARS, BUSES, OIL)})))
    assert counted() == before
