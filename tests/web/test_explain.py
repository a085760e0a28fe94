"""Forklar tallet: every figure of the overview opens, down to files and people."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.boundary import Boundary
from climatebudget.core.budget import Kind
from climatebudget.core.explain import figure as explanations
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from tests import world
from tests.tables import measures
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE
from tests.web.test_overview import statements

GAP, CUT = f"{DRAFT}/explain/gap/2030/", f"{DRAFT}/explain/cut/2030/"
CARS = "scope=source&name=veitrafikk/personbiler"


def plain(html: str) -> str:
    body = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def rows(html: str) -> list[list[str]]:
    """The cells of the table of parts."""
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    return [
        [
            re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cell))).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)
        ]
        for line in re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    ]


@pytest.fixture
def change(app):
    def change(do, actor: str = "oppsett"):
        engine = app.extensions["engine"]
        with db.session(engine, actor=actor, writes=True, clock=app.config["CLOCK"]) as session:
            do(session, world.at(session))
            session.commit()

    return change


def person(app, role: Role) -> str:
    with db.session(app.extensions["engine"], actor="") as session:
        return str(read.user_by_email(session, world.email(role))[0].id)


def test_the_figure_comes_first_exact_with_its_unit(client):
    page = client(Role.SECTOR_HEAD).get(GAP).text
    assert "Gjenstående kutt i 2030 −368,225 tonn" in plain(page)
    assert "Skrives −370 i tabeller og −400 i setninger." in plain(page)
    assert "419,5 − 787,725 = −368,225" in plain(page)
    assert "Delene blir til sammen tallet, på grammet." in plain(page)


def test_its_parts_lead_on_and_the_trail_leads_back(client):
    browser = client(Role.FINANCE)
    page = browser.get(GAP).text
    assert [row[:3] for row in rows(page)] == [
        ["419,5", "Utslipp etter klimatiltakene", "Regnet ut"],
        ["−787,725", "Utslippsramme", "Regnet ut"],
    ]
    assert f'href="{DRAFT}/explain/after/2030/"' in page
    cut = browser.get(CUT).text
    trail = cut[cut.index("<ol") : cut.index("</ol>")]
    assert re.findall(r'href="([^"]+)"', trail) == [
        f"{DRAFT}/",
        GAP,
        f"{DRAFT}/explain/after/2030/",
        f"{DRAFT}/explain/effect/2030/",
    ]


def test_a_cut_leads_to_its_measures(client):
    page = client(Role.FINANCE).get(CUT).text
    first, second = rows(page)
    assert first[:3] == ["480,5", "1 Bytte ut tolv biler", "tabell 2.2, linje 1, 2030"]
    assert second[:2] == ["20", "2 Kjøpe grønn varme"]
    assert f'href="{DRAFT}/measures/1"' in page
    assert "1 klimatiltak er ikke med, fordi det ikke regnes med i noen sum." in plain(page)


def test_a_source_names_edition_publisher_file_and_rows(client):
    browser = client(Role.POLITICIAN)
    page = browser.get(f"{ADOPTED}/explain/inventory/2009/?{CARS}").text
    assert "Utslipp i 2009, Personbiler, Veitrafikk 1 000,5 tonn" in plain(page)
    (row,) = rows(page)
    assert row[1:3] == [
        "Utslipp i statistikkutgaven Rad 2 i filen.",
        "utslipp-0301.xlsx Utslippsregnskapet",
    ]
    assert "Statistikkutgaven 2024-tall fra Miljødirektoratet, filen utslipp-0301.xlsx." in plain(
        page
    )
    trail = page[page.index("<ol") : page.index("</ol>")]
    assert re.findall(r">([^<]+)</a>", trail) == ["Oversikt", "Utslipp", "Veitrafikk"]


def test_who_last_changed_a_part_is_named_in_what_is_internal(app, client, change):
    def cut_more(session, place):
        own = read.measure(session, place, 1)
        lock = read.measure_lock(session, place, own.id)
        more = replace(own.effects[0], yearly=tonnes({2030: Decimal(500)}))
        write.save_measure(session, place, replace(own, effects=(more,)), lock)

    change(cut_more, person(app, Role.CLIMATE))
    changed = [row[3] for row in rows(client(Role.FINANCE).get(CUT).text)]
    assert changed == ["klimarådgiver i Oslo, klimarådgiver, 23.11.2026", "oppsett, 23.11.2026"]
    after = [row[3] for row in rows(client(Role.FINANCE).get(GAP).text)]
    assert after[0] == "klimarådgiver i Oslo, klimarådgiver, 23.11.2026"


def presented(app, change) -> str:
    """A proposal that the adviser has typed and somebody without a role has mended, lagt fram."""

    def save(number: int, decimals: str):
        def do(session, place):
            own = read.measure(session, place, number)
            lock = read.measure_lock(session, place, own.id)
            more = replace(own.effects[0], yearly=tonnes({2030: Decimal(decimals)}))
            write.save_measure(session, place, replace(own, effects=(more,)), lock)

        return do

    gone = person(app, Role.OWNER)
    change(save(1, "500"), person(app, Role.CLIMATE))
    change(save(2, "25"), gone)

    def lay(session, place):
        write.remove_membership(session, place.municipality_id, int(gone))
        frozen = write.freeze(session, place, Kind.PROPOSAL, "", world.NOW)
        write.present(session, world.at(session, slug=frozen.slug), world.NOW)

    change(lay)
    return f"/0301/{world.YEAR}/forslag/explain/cut/2030/"


def test_what_is_lagt_fram_names_nobody(app, client, change):
    address = presented(app, change)
    for role in (Role.POLITICIAN, Role.FINANCE):
        page = client(role).get(address).text
        assert [row[3] for row in rows(page)] == [
            "klimarådgiver, 23.11.2026",
            "en i kommunen, 23.11.2026",
        ]
        assert "i Oslo" not in page[page.index("<main") :]


def test_who_reads_the_record_sees_names_there_too(app, client, change):
    page = client(Role.AUDITOR).get(presented(app, change)).text
    assert [row[3] for row in rows(page)] == [
        "klimarådgiver i Oslo, klimarådgiver, 23.11.2026",
        "tiltaksansvarlig i Oslo, 23.11.2026",
    ]


def test_an_unknown_figure_is_a_word_and_says_why(client, change):
    def without(session, place):
        write.set_path(session, place, replace(read.budget(session, place).path, figures={}))

    change(without)
    page = client(Role.FINANCE).get(GAP).text
    assert "Gjenstående kutt i 2030 ukjent" in plain(page)
    assert [row[0] for row in rows(page)] == ["ukjent", "−787,725"]
    assert "Tallet er ukjent så lenge en del det trenger, er ukjent." in plain(page)


def test_what_lacks_a_part_says_at_least(client, change):
    def add(session, place):
        (one,) = measures("""
            nr | klimatiltak | sektor | utslippskilde     | 2027
            9  | Bytte buss  | Vei    | veitrafikk/busser | 3
        """)
        write.save_measure(session, place, one)

    change(add)
    page = plain(client(Role.FINANCE).get(CUT).text)
    assert "minst 500,5 tonn" in page
    assert "1 klimatiltak som regnes med, mangler tall for året." in page
    assert "Delene som er kjent, blir til sammen tallet, på grammet." in page


def test_what_is_left_out_is_shown_beside_the_sum(client, change):
    change(lambda s, p: write.set_boundary(s, p, Boundary({"veitrafikk/busser": "Fylkets ansvar"})))
    page = (
        client(Role.FINANCE)
        .get(f"{DRAFT}/explain/inventory/2024/?scope=sector&name=veitrafikk")
        .text
    )
    assert rows(page)[1][:3] == ["400", "Holdt utenfor: Busser Fylkets ansvar", "Avgrensning"]


def test_parts_that_do_not_make_the_figure_are_told(client, monkeypatch):
    monkeypatch.setattr(explanations.Explanation, "made", Decimal("-368.224"))
    page = client(Role.FINANCE).get(GAP).text
    assert "Regnet ut på nytt blir tallet −368,224 tonn, ikke −368,225." in plain(page)
    assert 'class="gap-top notice notice--explain"' in page


# ---- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "figure",
    [
        "gap/1999/",
        "gap/2030/?scope=sector&name=veitrafikk",
        "måne/2030/",
        "cut/2030/?scope=måne",
        "cut/2030/?scope=sector&name=måne",
        "cut/2030/?scope=department&name=Ingen",
        "cut/2030/?name=veitrafikk",
        "cut/999999999999/",
    ],
)
def test_what_is_no_figure_is_not_there(client, figure):
    assert client(Role.FINANCE).get(f"{DRAFT}/explain/{figure}").status_code == 404


def test_a_draft_is_not_explained_to_who_may_not_read_it(client):
    assert client(Role.POLITICIAN).get(GAP).status_code == 403
    assert client(Role.FINANCE).get(f"{ELSEWHERE}/explain/gap/2030/").status_code == 404


FIGURE = re.compile(r'<a class="fig" href="([^"]+)" aria-label="([^"]+)">(.*?)</a>', re.DOTALL)


def links(page: str) -> list[tuple[str, str, str]]:
    return [tuple(map(unescape, found)) for found in FIGURE.findall(page)]


@pytest.mark.parametrize("page", [f"{DRAFT}/", f"{ADOPTED}/", f"{ADOPTED}/sources/veitrafikk/"])
def test_every_figure_that_is_underlined_opens_and_closes(client, page):
    browser = client(Role.AUDITOR)
    found = links(browser.get(page).text)
    assert len(found) > 1
    for href in dict.fromkeys(href for href, _, _ in found):
        answer = browser.get(href)
        assert answer.status_code == 200, href
        assert "Forskjellen er" not in answer.text, href


def test_every_column_of_the_overview_is_underlined(client, change):
    def raise_emissions(session, place):
        (one,) = measures("""
            nr | klimatiltak  | sektor | utslippskilde     | 2027 | 2028 | 2029 | 2030
            9  | Bygge en vei | Vei    | veitrafikk/busser | -3   | -3   | -3   | -3
        """)
        write.save_measure(session, place, one)

    change(raise_emissions)
    found = links(client(Role.FINANCE).get(f"{DRAFT}/").text)
    columns = {re.search(r"/explain/(\w+)/", href)[1] for href, _, _ in found}
    assert columns == {c.value for c in explanations.Column} - {"effect"}
    scopes = {tuple(re.findall(r"scope=(\w+)", href)) for href, _, _ in found}
    assert scopes == {(), ("sector",), ("department",)}


def test_a_link_is_the_number_and_says_what_it_is_of(client):
    found = links(client(Role.FINANCE).get(f"{DRAFT}/").text)
    called = {label for _, label, _ in found}
    assert "−370. Forklar tallet: Gjenstående kutt i 2030" in called
    assert "480. Forklar tallet: Utslippskutt hvert for seg i 2030, Veitrafikk" in called
    assert "1\u00a0501. Forklar tallet: Utslipp i 2009, Veitrafikk" in called
    for _, label, shown in found:
        assert label.startswith(re.sub(r"<[^>]+>", "", shown))


def test_the_number_of_statements_does_not_follow_the_measures(app, client):
    asked = {page: statements(app, client, page) for page in (GAP, CUT)}
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        (one,) = measures("""
            nr  | klimatiltak | sektor | utslippskilde       | 2030
            100 | Bytte biler | Vei    | veitrafikk/ufordelt | 1
        """)
        many = [(replace(one, id=f"x{n}", number=n), None) for n in range(100, 400)]
        write.save_measures(session, world.at(session), many)
        session.commit()
    for page, few in asked.items():
        assert statements(app, client, page) == few <= 16
