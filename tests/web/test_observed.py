"""Hvordan gikk det?: what was planned beside what a later edition says was emitted."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.boundary import Boundary, Facility
from climatebudget.core.inventory import Emission
from climatebudget.core.paths import Allowance, Target
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from tests import world
from tests.tables import measures, rows
from tests.web.conftest import ADOPTED, DRAFT

PAGE = f"{DRAFT}/observed/"
# The plan stands on 1 750.5 tonnes in 2009 and 1 025.5 in 2024; 980 less 120 is planned for 2027.
NEWER = """
    utslippskilde                        | 2009   | 2024 | 2027 | 2028
    veitrafikk/personbiler               | 1000.5 | 610  | 500  | 470
    veitrafikk/busser                    | 500    | 400  | 380  | 380
    oppvarming/fossil-olje               | 250    | 25.5 | 20   | 18
"""
FLUOR = """
    produkter-med-fluorgasser/bruk-av-hfk | 10    | 8    | 7    | 6
"""


def plain(html: str) -> str:
    text = re.sub(r"<(title|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def store(app: Flask, table: str, name: str = "2028-tall", owner: str | None = None) -> None:
    """An edition of these figures, of the installation or of a municipality."""
    head, lines = rows(table)
    emissions = tuple(
        Emission("0301", code, None, int(year), Decimal(cell), n)
        for n, (code, *cells) in enumerate(lines)
        for year, cell in zip(head[1:], cells, strict=True)
    )
    file = name.encode()
    reading = replace(world.reading("0301"), sha256=sha256(file).hexdigest(), emissions=emissions)
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        known = read.municipality(session, owner) if owner else None
        write.store_edition(
            session,
            reading,
            owner=known[0] if known else None,
            name=name,
            publisher="Miljødirektoratet",
            file_bytes=file,
            now=world.NOW,
        )
        session.commit()


def change(app: Flask, **changes: object) -> None:
    """The draft without its path, on no edition, or inside a boundary."""
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        place = world.at(session)
        stored = read.budget(session, place)
        if "boundary" in changes:
            write.set_boundary(session, place, changes["boundary"])
        else:
            write.set_frame(
                session,
                place,
                edition_slug=changes.get("edition_slug", "2024-tall"),
                targets=[Target(Decimal(55), 2030, 2009)],
                path=changes.get("path", stored.path),
                allowance=Allowance(),
                horizon=2030,
            )
        session.commit()


@pytest.fixture
def came(app: Flask) -> Flask:
    store(app, NEWER)
    return app


def page_of(client, query: str = "", role: Role = Role.CLIMATE) -> str:
    answer = client(role).get(PAGE + query)
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


# ---- the answer ----------------------------------------------------------------------------------


def test_the_answer_comes_first(came, client):
    """900 tonnes came in 2027; 860 was planned, and 10 of the 40 is a change of edition."""
    page = page_of(client, "?gone=2027")
    assert "Utslippene i 2027 ble 900 tonn. Klimabudsjettet ventet 860 tonn." in page
    assert (
        "Det er 40 tonn mer enn ventet: 10 kommer av at statistikken er endret, 30 gjør det ikke."
    ) in page
    assert "Utslippene i 2024 var 1 026 tonn i 2024-tall og er 1 036 tonn i 2028-tall." in page


def test_the_last_year_with_a_plan_is_shown_until_another_is_chosen(came, client):
    assert "Hvordan gikk det i 2028?" in page_of(client)
    assert "Hvordan gikk det i 2027?" in page_of(client, "?gone=2027")
    assert "Hvordan gikk det i 2028?" in page_of(client, "?gone=2029"), "the edition lacks 2029"


def test_the_whole_is_planned_where_the_path_is_and_the_rest_is_unknown(came, client):
    page = page_of(client, "?gone=2027")
    assert "I alt 860 900 +40 +10 +30 120 −136" in page
    assert "Veitrafikk ukjent 880 ukjent +10 ukjent 120 −130" in page
    assert "Hva klimabudsjettet ventet av hver utslippssektor, er derfor ukjent." in page
    assert "Personbiler 600 610 +10 500 120 −110" in page


def test_without_a_path_every_source_has_its_plan(came, client):
    """600 less 120 was planned of the cars; nobody cuts in the buses."""
    change(came, path=None)
    page = page_of(client, "?gone=2027")
    assert "Klimabudsjettet har ingen referansebane: utslippene i 2024 står i stedet." in page
    assert "Personbiler 480 500 +20 +10 +10 120 −110" in page
    assert "Busser 400 380 −20 0 −20 – −20" in page
    assert "Utslippssektoren i alt 880 880 0 +10 −10 120 −130" in page


def test_a_cut_without_a_source_stands_on_its_sector(came, client):
    """Five tonnes of the heating in 2028 come at no named source: at most 26 was planned."""
    change(came, path=None)
    page = page_of(client, "?gone=2028")
    assert "Fossil olje høyst 26 18 minst −8 0 minst −8 – −8" in page
    assert "Utslippskutt uten utslippskilde – – – – – 5 –" in page


def test_a_sector_that_nobody_planned_for_is_said_so(app, client):
    store(app, NEWER.rstrip() + FLUOR)
    page = page_of(client, "?gone=2027")
    assert "Det er 47 tonn mer enn ventet: 18 kommer av at statistikken er endret" in page
    assert (
        "Produkter med fluorgasser er ikke med i utgaven klimabudsjettet står på. "
        "Uten det ble utslippene 900 tonn."
    ) in page
    assert "Produkter med fluorgasser ikke i 2024-tall – 7 ukjent +8 ukjent – −1" in page


def test_what_is_weak_in_a_sector_stands_beside_its_numbers(came, client):
    html = client(Role.CLIMATE).get(PAGE).text
    road = html[html.index('id="kilder-veitrafikk"') :]
    assert "Andelen biodrivstoff er den nasjonale innblandingen" in road[: road.index("</details>")]
    assert "Lokale klimatiltak synes derfor bare delvis." in plain(html)


def test_every_number_of_the_chart_is_in_its_table(came, client):
    html = client(Role.CLIMATE).get(PAGE).text
    table = plain(html[html.index('id="ar-tabell"') : html.index("</table>")])
    assert "2024 1 026 1 036 2027 900 860 2028 868 715" in table


def test_who_reads_the_adopted_version_may_read_it(came, client):
    answer = client(Role.POLITICIAN).get(f"{ADOPTED}/observed/?gone=2027")
    assert answer.status_code == 200 and "Klimabudsjettet ventet 860 tonn." in plain(answer.text)
    assert client(Role.POLITICIAN).get(PAGE).status_code == 403


# ---- which edition -------------------------------------------------------------------------------


def test_another_edition_can_be_chosen(came, client):
    store(came, NEWER.replace("| 500  |", "| 520  |"), "2028-tall, rettet")
    first = page_of(client, "?gone=2027")
    other = page_of(client, "?edition=installation/2028-tall&gone=2027")
    assert {"ble 920 tonn" in first, "ble 920 tonn" in other} == {True, False}


@pytest.mark.parametrize(
    "chosen", ["installation/finnes-ikke", "0301/2024-tall", "x", "4014/kragero", "//"]
)
def test_an_edition_that_cannot_be_chosen_is_no_page(came, client, chosen):
    """What it stands on itself, another municipality's, and what is no edition at all."""
    store(came, NEWER, "Kragerø", owner="4014")
    assert client(Role.CLIMATE).get(f"{PAGE}?edition={chosen}").status_code == 404


def test_the_overview_leads_here_when_there_is_something_to_see(app, client):
    link = "Se hva dere ventet, og hva det ble"
    assert link not in plain(client(Role.CLIMATE).get(f"{DRAFT}/").text)
    store(app, NEWER)
    page = plain(client(Role.CLIMATE).get(f"{DRAFT}/").text)
    assert f"2028-tall har tall for år i dette klimabudsjettet. {link}" in page


# ---- nothing to compare, in words ----------------------------------------------------------------


def test_before_any_edition_has_the_years_it_says_what_is_awaited(client):
    page = page_of(client)
    assert "Ingen utgave har tall for årene i klimabudsjettet ennå." in page
    assert "Det første året vi venter på, er 2027." in page
    assert "mellom desember 2028 og april 2029." in page


def test_a_budget_on_no_edition_has_nothing_to_compare_with(came, client):
    change(came, edition_slug=None)
    assert "Klimabudsjettet står ikke på noen utslippstall ennå." in page_of(client)


def test_an_edition_without_the_year_the_plan_was_made_from_is_said_so(app, client):
    store(app, NEWER.replace("2024", "2023"))
    page = page_of(client)
    assert "2028-tall kan ikke sammenlignes med klimabudsjettet." in page
    assert "Den har ikke tall for 2024, året klimabudsjettet er laget fra." in page


def test_a_facility_without_the_year_is_said_so(came, client):
    figures = {2009: Decimal(9), 2024: Decimal(8)}
    port = Facility("Havna", "sjofart/passasjer", tonnes(figures), "Eier halvparten")
    change(came, boundary=Boundary(facilities=(port,)))
    page = page_of(client)
    assert "Avgrensningen legger til Havna, som mangler utslippstall for 2027, 2028." in page


def test_what_is_left_out_of_the_budget_is_left_out_here(came, client):
    change(came, boundary=Boundary({"veitrafikk/busser": "Fylket driver bussene"}))
    page = page_of(client, "?gone=2027")
    assert "Utslippene i 2027 ble 520 tonn." in page and "Busser" not in page


def test_a_budget_without_measures_says_what_was_planned_all_the_same(came, client):
    with db.session(came.extensions["engine"], actor="test", writes=True) as session:
        place = world.at(session)
        for measure in read.measures(session, place):
            write.remove_measure(session, place, measure.id)
        session.commit()
    page = page_of(client, "?gone=2027")
    assert "Klimabudsjettet ventet 980 tonn." in page
    assert "Klimabudsjettet har ingen klimatiltak: det er referansebanen som er ventet." in page
    change(came, path=None)
    page = page_of(client, "?gone=2027")
    assert "Klimabudsjettet har verken referansebane eller klimatiltak" in page
    assert "Fra 2024 til 2027 gikk de ned 140 tonn, regnet i den nye utgaven." in page


# ---- how it is made ------------------------------------------------------------------------------


def statements(app, client) -> int:
    seen: list[str] = []
    browser = client(Role.FINANCE)
    browser.get(PAGE)
    listen = app.extensions["engine"], "before_cursor_execute", lambda *a: seen.append(a[2])
    sa.event.listen(*listen)
    browser.get(PAGE)
    sa.event.remove(*listen)
    return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])


def test_the_number_of_statements_does_not_follow_the_measures(came, client):
    few = statements(came, client)
    with db.session(came.extensions["engine"], actor="test", writes=True) as session:
        (one,) = measures("""
            nr  | klimatiltak | sektor | utslippskilde       | 2027 | 2028
            100 | Bytte biler | Vei    | veitrafikk/ufordelt | 1    | 2
        """)
        many = [(replace(one, id=f"x{n}", number=n), None) for n in range(100, 400)]
        write.save_measures(session, world.at(session), many)
        session.commit()
    assert statements(came, client) == few <= 20
