"""Klimakur-tiltak: what is registered for each, at what price, and what nobody answers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest
import sqlalchemy as sa
from flask import Flask
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.catalogue import municipalities_of
from climatebudget.core.access import Role
from climatebudget.core.inventory import Emission
from climatebudget.core.measure import Category, Cost, CostKind, Decision
from climatebudget.core.quantity import Unit, Yearly
from climatebudget.db import read, write
from tests import world
from tests.tables import measures
from tests.web import test_sources
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

PAGE = f"{DRAFT}/national/"
LATER = f"{PAGE}?report=klimatiltak2025"
PLAN = range(2027, 2031)


def plain(html: str) -> str:
    """What a reader sees, without what only says where a line may break."""
    return test_sources.plain(html).replace("\u2060", "").replace("\xad", "")


@pytest.fixture
def draft(app):
    """Something done to Oslo's draft, behind the page's back."""

    def draft(act):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            act(session, world.at(session))
            session.commit()

    return draft


def couple(number: int, code: str, report: str = "klimakur2030", **changes):
    def act(session, place):
        found = read.measure(session, place, number)
        category = Category(report, code) if code else None
        write.save_measure(session, place, replace(found, category=category, **changes))

    return act


def knok(kind: CostKind, *amounts: int) -> Cost:
    return Cost(kind, Yearly(Unit.KNOK, dict(zip(PLAN, map(Decimal, amounts), strict=True))))


BUYING = (knok(CostKind.OPERATING, 0, 0, -10, -10), knok(CostKind.INVESTMENT, 720, 0, 0, 0))


@pytest.fixture
def coupled(draft):
    """Twelve cars answer T05: 360 tonnes in full from 2029, for 720 000 kr less 10 000 a year."""
    draft(couple(1, "T05", full=2029, costs=BUYING))


def row(html: str, name: str) -> str:
    """A row of the page's tables by what its name begins with, with the measures below it."""
    part = html[html.index('<caption id="tiltakene"') :]
    rows = re.split(r"(?=<tr)", part.partition("</table>")[0])
    at = next(n for n, one in enumerate(rows) if plain(one).strip().startswith(name))
    own = [rows[at]]
    for one in rows[at + 1 :]:
        if 'class="minor"' not in one:
            break
        own.append(one)
    return plain(" ".join(own)).strip()


# ---- what is answered ----------------------------------------------------------------------------


def test_the_page_begins_with_how_much_is_answered(client, coupled):
    """Oslo emits from cars, buses and oil: six of Klimakur's measures cut there."""
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "Klimatiltakene svarer på 1 av 6 Klimakur-tiltak som kommunen har utslipp for." in page
    assert "Størst uten svar er T13 Økt bruk av avansert flytende biodrivstoff" in page
    assert "utslippene der var 1 000 tonn i 2024." in page


def test_where_nothing_is_coupled_the_page_says_so(client):
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "Klimatiltakene svarer på ingen av 6 Klimakur-tiltak" in page
    assert "0 klimatiltak er koblet til denne rapporten, 0 til den andre, og 3 til ingen." in page


def test_four_plan_years_are_four_of_the_ten(client, coupled):
    """120 + 240 + 360 + 480,5 tonnes; the report's own figures are the country's."""
    html = client(Role.CLIMATE).get(PAGE).text
    assert "2021–2030, tonn, 4 av 10 år" in plain(html)
    found = row(html, "T05")
    assert found.startswith("T05 100 % av nye personbiler er elektriske innen utgangen av 2025")
    assert "2 540 500–1 500 Veitrafikk: Personbiler 600 1 1 200" in found
    assert "1 Bytte ut tolv biler , Vei 1 200" in found
    assert f'href="{DRAFT}/measures/1"' in html


def test_the_year_2035_is_never_set_beside_other_years(client, draft):
    """The budget looks no further than 2030: the cut is a dash, not a part of something."""
    draft(couple(1, "T10", "klimatiltak2025"))
    html = client(Role.CLIMATE).get(LATER).text
    assert "Rapporten gjelder 2035. Klimabudsjettet har ikke tall for den tiden" in plain(html)
    assert "2035, tonn, ikke i budsjettet" in plain(html)
    found = row(html, "T10")
    assert found.startswith("T10 Alle nye personbiler er elektriske i 2025 19 høyst 1 500")
    assert "1 Bytte ut tolv biler , Vei –" in found
    klimakur = plain(client(Role.CLIMATE).get(PAGE).text)
    assert (
        "0 klimatiltak er koblet til denne rapporten, 1 til den andre, og 2 til ingen" in klimakur
    )


def test_the_same_code_in_two_reports_is_two_measures(client, coupled):
    html = client(Role.CLIMATE).get(LATER).text
    assert row(html, "T05").endswith("600 ingen –")


def test_what_nobody_answers_is_listed_by_size(client, coupled):
    html = client(Role.CLIMATE).get(PAGE).text
    part = html[html.index('id="ubesvart-tabell"') : html.index("</table>")]
    codes = [plain(th).split()[0] for th in re.findall(r'<th scope="row">.*?</th>', part)]
    assert codes == ["T13", "T01", "T09", "T10", "O01b"]
    assert "1 000" in plain(part) and "25,5" not in plain(part)


def test_no_municipal_source_is_said_with_its_reason(client):
    found = row(client(Role.CLIMATE).get(PAGE).text, "AT03")
    assert "ingen kommunal kilde Jernbane er ingen utslippskilde" in found


def test_the_sources_of_a_sector_are_named_under_it_once(client):
    """«Industri, olje og gass» is a sector and its only source."""
    html = client(Role.CLIMATE).get(PAGE).text
    assert "Veitrafikk: Personbiler, Busser 1 000 ingen" in row(html, "T13")
    assert "under 500 Industri, olje og gass 0 ingen" in row(html, "I01")


def test_an_uncertain_code_and_an_uncertain_mapping_are_marked_where_they_are_seen(client):
    html = client(Role.CLIMATE).get(PAGE).text
    assert "usikker kode" in row(html, "S02?") and "S09 to ganger" in row(html, "S02?")
    assert "usikker Koden er usikker: kilden skriver O01 to ganger" in row(html, "O01b")
    assert "usikker" not in row(html, "T05")


def test_a_plant_elsewhere_is_nothing_to_answer(client):
    found = row(client(Role.CLIMATE).get(PAGE).text, "E02")
    assert "ingen kommunal kilde Gjelder ett anlegg, i Bergen." in found


def test_the_cost_class_is_called_what_it_is(client):
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "Samfunnsøkonomisk kostnad kr/tonn, rapporten" in page
    assert "skal ikke rangeres mot hverandre" in page
    assert "sort=cost" not in page and "sort=unit" not in page


def test_what_was_not_prioritised_answers_nothing(client, draft):
    draft(couple(1, "T05", decision=Decision.NOT_PRIORITISED))
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "svarer på ingen av 6" in page


def test_a_measure_that_is_not_counted_answers_without_a_figure(client, draft):
    draft(couple(3, "T05", why="Ikke regnet på"))
    found = row(client(Role.CLIMATE).get(PAGE).text, "T05")
    assert "600 1 ikke regnet med" in found
    assert "Ikke tallfestet: ikke regnet på" in found


def test_a_category_no_report_has_is_shown_and_is_a_finding(client, draft):
    draft(couple(1, "T99"))
    browser = client(Role.CLIMATE)
    page = plain(browser.get(PAGE).text)
    assert "Koblet til noe som ikke finnes" in page
    assert "1 Bytte ut tolv biler (klimakur2030/T99)" in page
    findings = plain(browser.get(f"{DRAFT}/reconciliation/").text)
    assert "Klimatiltak 1 er koblet til klimakur2030/T99, som ikke står i rapportene" in findings


def test_without_an_edition_the_page_says_what_it_cannot_know(app, client):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.open_budget_year(session, world.at(session).municipality_id, 2031, 2035)
        session.commit()
    page = plain(client(Role.CLIMATE).get("/0301/2031/utkast/national/").text)
    assert "Klimatiltakene svarer på 0 av 62 Klimakur-tiltak." in page
    assert "statistikkutgave er ikke valgt" in page


def test_a_source_outside_the_boundary_is_nothing_to_answer(client, draft):
    from climatebudget.core.boundary import Boundary

    def leave_out(session, place):
        boundary = Boundary({"veitrafikk/busser": "Fylkets ansvar"})
        lock = read.frame_lock(session, place)
        write.set_boundary(session, place, boundary, lock)

    draft(leave_out)
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "svarer på ingen av 4 Klimakur-tiltak" in page
    assert "Utslippene er de innenfor avgrensningen." in page


# ---- kroner per tonne ----------------------------------------------------------------------------


def test_an_investment_asks_for_its_life(client, coupled):
    assert row(client(Role.CLIMATE).get(PAGE).text, "T05").endswith("oppgi levetid")


def test_kroner_per_tonne_with_the_life_and_the_rate_that_were_stated(client, coupled):
    """720 000 kr over 20 years at no rate is 36 000 a year; less 10 000: 26 000 / 360 = 72 kr."""
    html = client(Role.CLIMATE).get(f"{PAGE}?life=20&rate=0").text
    assert row(html, "T05").endswith("72 kutt i 2029")
    assert "Levetid 20 år, rente 0 prosent." in plain(html)


def test_the_usual_rate_is_four_percent_with_its_source(client, coupled):
    """720 · 0,0735818 = 52,979; (52 979 − 10 000) / 360 = 119 kr."""
    html = client(Role.CLIMATE).get(f"{PAGE}?life=20").text
    assert row(html, "T05").endswith("119 kutt i 2029")
    assert "rundskriv R-109; ikke kontrollert her" in html
    assert 'name="rate" type="text" inputmode="decimal" value="4"' in html


def test_operating_costs_alone_have_their_price_at_once(client, draft):
    draft(couple(1, "T05", full=2029, costs=(knok(CostKind.OPERATING, 1, 2, 36, 4),)))
    assert row(client(Role.CLIMATE).get(PAGE).text, "T05").endswith("100 kutt i 2029")


@pytest.mark.parametrize(
    "address, sentence",
    [
        ("life=mange", "«mange» kan ikke være en levetid. Skriv hele år fra 1 til 100."),
        ("life=0", "«0» kan ikke være en levetid."),
        ("life=101", "«101» kan ikke være en levetid."),
        ("life=12,5", "«12,5» kan ikke være en levetid."),
        ("rate=-1", "Renten er −1 prosent. Skriv et tall fra 0 til 20."),
        ("rate=21", "Renten er 21 prosent. Skriv et tall fra 0 til 20."),
        ("rate=lav", "«lav» er ikke et tall."),
        ("rate=1.250", "«1.250» kan bety"),
    ],
)
def test_a_life_or_a_rate_that_cannot_be_used_is_said_in_a_sentence(
    client, coupled, address, sentence
):
    answer = client(Role.CLIMATE).get(f"{PAGE}?{address}")
    assert answer.status_code == 400
    assert "<title>Feil: " in answer.text and sentence in plain(answer.text)
    assert f'value="{address.partition("=")[2]}"' in answer.text  # what was typed is kept
    assert row(answer.text, "T05").endswith("oppgi levetid")


def test_both_fields_may_be_wrong_at_once(client):
    page = client(Role.CLIMATE).get(f"{PAGE}?life=x&rate=y").text
    assert "Rett 2 felt" in plain(page) and 'href="#life"' in page and 'href="#rate"' in page


# ---- the list ------------------------------------------------------------------------------------


def test_the_address_is_the_shortest_and_every_choice_keeps_the_rest(client, coupled):
    browser = client(Role.CLIMATE)
    sent = browser.get(f"{PAGE}?report=klimakur2030&life=&rate=4&search=")
    assert (sent.status_code, sent.location) == (302, f"{PAGE}#tiltakene")
    kept = f"{PAGE}?report=klimatiltak2025&life=20&rate=4,50&answer=answered"
    assert browser.get(kept).location.endswith(
        "?report=klimatiltak2025&life=20&rate=4,5&answer=answered#tiltakene"
    )
    page = browser.get(f"{LATER}&life=20").text
    assert "report=klimatiltak2025&amp;life=20&amp;sort=-emitted" in page
    assert 'type="hidden" name="life" value="20"' in page


@pytest.mark.parametrize(
    "narrowing, count",
    [
        ("answer=answered", "1 av 62"),
        ("answer=unanswered", "5 av 62"),
        ("answer=nowhere", "10 av 62"),
        ("sector=Jordbruk", "5 av 62"),
        ("search=tolv biler", "1 av 62"),
        ("search=landstrøm", "1 av 62"),
        ("search=finnes ikke", "0 av 62"),
    ],
)
def test_the_list_is_narrowed(client, coupled, narrowing, count):
    page = plain(client(Role.CLIMATE).get(f"{PAGE}?{narrowing}").text)
    assert f"Viser {count} Klimakur-tiltak" in page


def test_the_list_is_sorted_across_its_groups(client, coupled):
    html = client(Role.CLIMATE).get(f"{PAGE}?sort=-potential").text
    assert 'class="group"' not in html[html.index('<caption id="tiltakene"') :]
    first = html[html.index("<tbody", html.index('<caption id="tiltakene"')) :]
    assert plain(first).split()[0] == "J01"


@pytest.mark.parametrize(
    "address", ["?report=klimakur2020", "?answer=kanskje", "?sort=finnes-ikke", "?page=2"]
)
def test_what_the_page_does_not_have_is_not_found(client, address):
    assert client(Role.CLIMATE).get(f"{PAGE}{address}").status_code == 404


def test_the_files_hold_what_is_shown(client, coupled):
    """In a file the measures of a row stand in one cell, and each figure says what it is."""
    asked = "?life=20&rate=0&answer=answered"
    browser = client(Role.CLIMATE)
    data = browser.get(f"{PAGE}klimakur-tiltak.csv{asked}").data.decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(data), delimiter=";")
    assert line == {
        "Kode": "T05",
        "Klimakur-tiltak": "100 % av nye personbiler er elektriske innen utgangen av 2025",
        "Potensial i hele landet (kt, 2021–2030)": "2540",
        "Rapportens samfunnsøkonomiske kostnad (kr/tonn)": "500–1\u00a0500",
        "Utslippskilder": "Veitrafikk: Personbiler",
        "Grunnlag for koblingen": "Navnet sier personbiler.",
        "Utslipp 2024 (tonn CO₂e)": "600",
        "Antall klimatiltak": "1",
        "Meldt inn": "1 Bytte ut tolv biler (Vei)",
        "Kutt 2021–2030 (tonn CO₂e) 4 av 10 år": "1200,5",
        "Forbehold": "",
        "Kommunens merutgift (kr/tonn), per klimatiltak": "1: 72",
    }
    book = load_workbook(io.BytesIO(browser.get(f"{PAGE}klimakur-tiltak.xlsx{asked}").data))
    told = {str(r[0].value): str(r[1].value) for r in book.worksheets[1].iter_rows() if r[0].value}
    assert told["Levetid for investeringene, år"] == "20"
    assert told["Kalkulasjonsrente, prosent"] == "0"
    assert told["Rapport"] == "Klimakur 2030"
    assert browser.get(f"{PAGE}klimakur-tiltak.csv?life=x").status_code == 404


# ---- the share -----------------------------------------------------------------------------------


def store_country(app: Flask, areas: Iterable[str], year: int = 2024) -> None:
    """An edition of the installation: each of the areas emits 100 tonnes from passenger cars."""
    file = b"landet"
    emissions = tuple(
        Emission(area, "veitrafikk/personbiler", None, y, Decimal(100), n)
        for n, (area, y) in enumerate((a, y) for a in areas for y in (2009, year))
    )
    reading = replace(world.reading("0301"), sha256=sha256(file).hexdigest(), emissions=emissions)
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.store_edition(
            session, reading, name="Landet", publisher="M", file_bytes=file, now=world.NOW
        )
        session.commit()


def test_no_share_is_offered_without_the_country(client, coupled):
    page = client(Role.CLIMATE).get(PAGE).text
    assert 'name="share"' not in page and "egneeksempel" not in page
    assert client(Role.CLIMATE).get(f"{PAGE}?share=y").location == f"{PAGE}#tiltakene"


@pytest.mark.parametrize("areas, year", [(municipalities_of("0")[1:], 2024), (["0"], 2023)])
def test_a_country_that_lacks_a_municipality_or_is_of_another_release_is_no_country(
    app, client, areas, year
):
    store_country(app, areas, year)
    assert 'name="share"' not in client(Role.CLIMATE).get(PAGE).text


@pytest.mark.parametrize(
    "areas, share", [(["0"], "15 240 000"), (municipalities_of("0"), "42 690")]
)
def test_a_share_is_off_by_default_and_called_a_worked_example(app, client, coupled, areas, share):
    """600 of the country's 100 tonnes would be six times 2 540 kt; of 35 700 it is 42 689 t."""
    store_country(app, areas)
    browser = client(Role.CLIMATE)
    off = browser.get(PAGE).text
    assert 'name="share"' in off and "Regneeksempel, ikke mål" not in off
    on = browser.get(f"{PAGE}?share=y").text
    assert "Regneeksempel, ikke mål tonn 2021–2030" in plain(on)
    assert share in row(on, "T05")
    assert row(on, "AT03").endswith("–")
    file = browser.get(f"{PAGE}klimakur-tiltak.csv?share=y").data.decode()
    assert "Regneeksempel, ikke mål: andel av potensialet" in file


# ---- who, and how much ---------------------------------------------------------------------------


def test_a_politician_reads_what_is_lagt_fram(client):
    page = plain(client(Role.POLITICIAN).get(f"{ADOPTED}/national/").text)
    assert "Klimatiltakene svarer på ingen av 6" in page
    assert client(Role.POLITICIAN).get(PAGE).status_code == 403


def test_another_municipality_is_not_found(client):
    assert client(Role.CLIMATE).get(f"{ELSEWHERE}/national/").status_code == 404


def test_the_overview_leads_here_and_calls_each_by_its_name(client, coupled):
    html = client(Role.CLIMATE).get(f"{DRAFT}/").text
    assert f'href="{PAGE}"' in html
    assert "Klimakur 2030: T05 100 % av nye personbiler" in html and "klimakur2030/T05" not in html


def test_the_pages_of_the_room_stand_beside_each_other(client):
    browser = client(Role.CLIMATE)
    for page in ("reconciliation", "national"):
        html = browser.get(f"{DRAFT}/{page}/").text
        nav = html[html.index('<nav class="beside wrap"') :].partition("</nav>")[0]
        assert f'href="{DRAFT}/{page}/" aria-current="page"' in nav
        assert nav.count("<li>") == 4


def statements(app, browser, address: str) -> int:
    seen: list[str] = []
    engine = app.extensions["engine"]
    browser.get(address)

    def see(*arguments):
        seen.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", see)
    assert browser.get(address).status_code == 200
    sa.event.remove(engine, "before_cursor_execute", see)
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])


def test_the_number_of_statements_does_not_follow_the_measures(app, client, draft):
    """The page, with the country, and both files: as many for three measures as for 300."""
    store_country(app, municipalities_of("0"))
    browser = client(Role.FINANCE)
    asked = [f"{PAGE}?life=20&share=y", *(f"{PAGE}klimakur-tiltak.{s}" for s in ("csv", "xlsx"))]
    few = [statements(app, browser, address) for address in asked]
    (one,) = measures("""
        nr  | klimatiltak | sektor | utslippskilde       | 2027 | 2028 | 2029 | 2030
        100 | Bytte biler | Vei    | veitrafikk/ufordelt | 1    | 2    | 3    | 4
    """)
    codes = ["T05", "T06", "T08", "T13", "O03", ""]
    many = [
        (
            replace(
                one,
                id=f"x{n}",
                number=n,
                full=2029,
                costs=BUYING,
                category=Category("klimakur2030", code) if (code := codes[n % 6]) else None,
            ),
            None,
        )
        for n in range(100, 400)
    ]
    draft(lambda session, place: write.save_measures(session, place, many))
    assert [statements(app, browser, address) for address in asked] == few
    assert max(few) <= 19
