"""Avgrensning: what is left out with a reason, what is added, and what becomes of the emissions."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.boundary import Boundary, Facility
from climatebudget.core.budget import Stage
from climatebudget.core.field import NBSP
from climatebudget.core.measure import Book
from climatebudget.core.paths import Allowance, Start
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

BOUNDARY = f"{DRAFT}/boundary/"
BUSES, CARS, ROADS = "veitrafikk/busser", "veitrafikk/personbiler", "veitrafikk/ufordelt"
BURNER = "energiforsyning/avfallsforbrenning"
OUT = {"out_0_code": BUSES, "out_0_reason": "Fylkeskommunen kjører bussene"}
ADDED = {
    "facility_0_name": "Forbrenningsanlegget",
    "facility_0_code": BURNER,
    "facility_0_2009": "40",
    "facility_0_2024": "30,5",
    "facility_0_reason": "37 prosent, etter eierandel",
}
PLANT = Facility(
    "Forbrenningsanlegget",
    BURNER,
    tonnes({2009: Decimal(40), 2024: Decimal("30.5")}),
    "37 prosent, etter eierandel",
)


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace(NBSP, " ")
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def budget(app):
    def budget():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.budget(session, world.at(session))

    return budget


@pytest.fixture
def bound(app):
    """Set the draft's boundary behind the back of whoever has the page open."""

    def bound(*facilities: Facility, **fields):
        left_out = fields.pop("left_out", {})
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            write.set_boundary(session, world.at(session), Boundary(left_out, facilities), **fields)
            session.commit()

    return bound


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def save(browser, **fields: str):
    return browser.send(BOUNDARY, **{"lock": lock(browser.get(BOUNDARY).text), **fields})


def row(page: str, heading: str) -> str:
    """The cells of the first table row with this heading."""
    found = re.search(rf'<th scope="row">{heading}</th>(.*?)</tr>', page)
    assert found, heading
    return " | ".join(plain(cell).strip() for cell in re.findall(r"<td.*?</td>", found[1]))


def test_the_page_says_what_the_budget_is_about(client):
    page = plain(client(Role.CLIMATE).get(BOUNDARY).text)
    assert "Klimabudsjettet gjelder direkte utslipp i kommunen." in page
    assert "Alle utslipp i statistikkutgaven er med." in page
    assert "Tall fra ulike regnskap legges aldri sammen" in page


def test_saving_what_is_shown_changes_nothing(client, budget, bound):
    bound(PLANT, left_out={BUSES: "Fylkeskommunen"}, book=Book.OWN)
    before, browser = budget(), client(Role.CLIMATE)
    assert save(browser).status_code == 303
    assert budget() == before
    assert "Ingenting var endret" in browser.get(BOUNDARY).text


def test_a_source_is_left_out_with_a_reason(client, budget):
    assert save(client(Role.CLIMATE), **OUT).status_code == 303
    after = budget()
    assert after.boundary == Boundary({BUSES: "Fylkeskommunen kjører bussene"})
    assert after.inventory.total[2024] == Decimal("625.5")
    assert after.published.total[2024] == Decimal("1025.5")


def test_a_sector_is_left_out_whole(client, budget):
    fields = {"out_0_code": ROADS, "out_0_reason": "Riksveien er statens"}
    assert save(client(Role.CLIMATE), **fields).status_code == 303
    assert list(budget().inventory.sectors) == ["oppvarming"]


def test_emptying_a_row_takes_the_emissions_in_again(client, budget, bound):
    bound(left_out={BUSES: "Fylkeskommunen", CARS: "Innbyggerne"})
    browser = client(Role.CLIMATE)
    assert save(browser, out_0_code="", out_0_reason="").status_code == 303
    assert list(budget().boundary.left_out) == [CARS]


def test_our_share_of_a_facility_elsewhere_is_added(client, budget):
    assert save(client(Role.CLIMATE), **ADDED).status_code == 303
    after = budget()
    assert after.boundary.facilities == (PLANT,)
    assert after.inventory.total[2009] == Decimal("1790.5")


def test_a_second_facility_stands_beside_the_first_and_one_is_removed_by_emptying_it(
    client, budget, bound
):
    bound(PLANT)
    browser = client(Role.CLIMATE)
    second = {k.replace("_0_", "_1_"): v for k, v in ADDED.items()}
    assert save(browser, **{**second, "facility_1_name": "Havna"}).status_code == 303
    assert [f.name for f in budget().boundary.facilities] == ["Forbrenningsanlegget", "Havna"]
    assert save(browser, **dict.fromkeys(ADDED, "")).status_code == 303
    assert [f.name for f in budget().boundary.facilities] == ["Havna"]


def test_a_year_without_a_figure_is_unknown_and_the_page_says_so(client, budget):
    answer = save(client(Role.CLIMATE), **{**ADDED, "facility_0_2009": ""})
    assert answer.status_code == 303
    assert budget().inventory.total[2009] is None
    page = client(Role.CLIMATE).get(BOUNDARY).text
    assert "Forbrenningsanlegget mangler tonn for 2009." in plain(page)
    assert row(page, "I alt").startswith("1 751 | 0 | ukjent | ukjent |")


def test_the_table_shows_each_sector_before_and_after(client, bound):
    bound(PLANT, left_out={BUSES: "Fylkeskommunen"})
    page = client(Role.CLIMATE).get(BOUNDARY).text
    assert row(page, "Veitrafikk") == "1 501 | −500 | 0 | 1 001 | 1 000 | −400 | 0 | 600"
    assert row(page, "Energiforsyning") == "0 | 0 | 40 | 40 | 0 | 0 | 31 | 31"
    assert row(page, "I alt") == "1 751 | −500 | 40 | 1 291 | 1 026 | −400 | 31 | 656"
    said = "Av 1 026 tonn i 2024 er 400 tonn holdt utenfor. 31 tonn fra anlegg utenfor kommunen"
    assert said in plain(page)


def test_the_book_is_chosen_and_the_rest_of_the_frame_stands(app, client, budget):
    frame = {"start": Start.LAST, "whole_percent": True, "reasons": {2028: "Vedtaket sier det"}}
    allowance = Allowance({2028: Decimal(-40)}, **frame)
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        now = read.budget(session, place)
        write.set_frame(
            session,
            place,
            edition_slug="2024-tall",
            targets=now.targets,
            path=now.path,
            allowance=allowance,
            horizon=2030,
        )
        session.commit()
    before = budget()
    assert save(client(Role.CLIMATE), book="OWN").status_code == 303
    assert budget() == replace(before, book=Book.OWN)
    page = plain(client(Role.CLIMATE).get(BOUNDARY).text)
    assert "2 klimatiltak har utslippskutt bare i et annet regnskap" in page


def test_a_measure_in_what_is_left_out_is_told_with_a_link(client):
    browser = client(Role.CLIMATE)
    warmth = {"out_1_code": "oppvarming/ufordelt", "out_1_reason": "Lite"}
    save(browser, out_0_code=CARS, out_0_reason="Innbyggernes biler", **warmth)
    page = browser.get(BOUNDARY).text
    assert "Klimatiltak 1 og 2 kutter i utslipp som er holdt utenfor avgrensningen." in plain(page)
    for number, name in ((1, "Bytte ut tolv biler"), (2, "Kjøpe grønn varme")):
        assert f'<a href="{DRAFT}/measures/{number}">{number} {name}</a>' in page


def test_a_path_in_what_is_left_out_is_told_with_a_link(app, client):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        now = read.budget(session, place)
        figures = {BUSES: tonnes({2027: Decimal(400)}), CARS: tonnes({2027: Decimal(600)})}
        write.set_frame(
            session,
            place,
            edition_slug="2024-tall",
            targets=now.targets,
            path=replace(now.path, figures=figures),
            allowance=now.allowance,
            horizon=2030,
        )
        session.commit()
    browser = client(Role.CLIMATE)
    save(browser, **OUT)
    page = browser.get(BOUNDARY).text
    assert f"Referansebanen har tall for {BUSES}, som er holdt utenfor" in plain(page)
    assert re.search(rf'<p class="where"><a href="{DRAFT}/(path|frame)/">', page)


TWICE = {**OUT, "out_1_code": BUSES, "out_1_reason": "En gang til"}
SECTOR_TOO = {**OUT, "out_1_code": ROADS, "out_1_reason": "Hele"}
SECOND = {k.replace("_0_", "_1_"): v for k, v in ADDED.items()}
ALL_OUT = {
    **{"out_0_code": ROADS, "out_0_reason": "Alt"},
    **{"out_1_code": "oppvarming/ufordelt", "out_1_reason": "Alt"},
}
APART = {"facility_0_2009": "", "facility_1_2024": "", "facility_1_name": "Havna"}


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"out_0_code": BUSES}, "out_0_reason", "Skriv hvorfor utslippene holdes utenfor."),
        ({"out_0_reason": "Bare derfor"}, "out_0_code", "Velg hva som holdes utenfor"),
        ({**OUT, "out_0_code": "luftfart/romferge"}, "out_0_code", "Velg et av alternativene."),
        (TWICE, "out_1_code", "Utslippene er holdt utenfor fra før."),
        (SECTOR_TOO, "out_1_code", "Både hele utslippssektoren og en kilde i den står her."),
        ({**OUT, "out_0_reason": "x" * 10_001}, "out_0_reason", "for lang: 10 001 tegn"),
        (ALL_OUT, "out_0_code", "Avgrensningen holder alle utslipp utenfor."),
        ({**ADDED, "facility_0_name": ""}, "facility_0_name", "Skriv hva anlegget heter"),
        ({**ADDED, "facility_0_name": "x" * 201}, "facility_0_name", "for lang: 201 tegn"),
        ({**ADDED, "facility_0_code": ""}, "facility_0_code", "Velg utslippskilden"),
        ({**ADDED, "facility_0_code": "tull"}, "facility_0_code", "Velg et av alternativene."),
        ({**ADDED, "facility_0_reason": ""}, "facility_0_reason", "Skriv hvor stor andelen er"),
        ({**ADDED, "facility_0_2024": "1.250"}, "facility_0_2024", "kan bety 1 250 eller 1,25"),
        ({**ADDED, "facility_0_2024": "=1+1"}, "facility_0_2024", "er ikke et tall."),
        ({**ADDED, "facility_0_2024": "-5"}, "facility_0_2024", "kan ikke være under null"),
        (
            {**ADDED, "facility_0_2009": "", "facility_0_2024": ""},
            "facility_0_2009",
            "Skriv tonn for minst ett år.",
        ),
        ({**ADDED, **SECOND}, "facility_1_name", "Anlegget står her fra før."),
        (
            {**OUT, **ADDED, "facility_0_code": BUSES},
            "facility_0_code",
            "Utslippskilden er holdt utenfor.",
        ),
        ({**ADDED, **SECOND, **APART}, "facility_0_name", "minst ett felles år"),
        ({"book": "ALLE"}, "book", "Velg et av alternativene."),
    ],
)
def test_bad_input_gets_a_sentence_and_is_not_stored(client, budget, fields, field, says):
    before = budget()
    answer = save(client(Role.CLIMATE), **fields)
    assert answer.status_code == 400
    assert "<title>Feil:" in answer.text and f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert says in plain(answer.text)
    assert budget() == before


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % sikkert"])
def test_what_people_write_is_shown_as_they_wrote_it(client, text):
    browser = client(Role.CLIMATE)
    fields = {**OUT, **ADDED, "out_0_reason": text, "facility_0_name": text}
    assert save(browser, **{**fields, "facility_0_2009": text}).status_code == 400
    assert save(browser, **{**fields, "facility_0_reason": text}).status_code == 303
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    for role in (Role.CLIMATE, Role.AUDITOR):
        page = client(role).get(BOUNDARY).text
        assert page.count(shown) >= 3 and "<script>" not in page


def test_a_reason_of_ten_thousand_characters_is_kept(client, budget):
    assert save(client(Role.CLIMATE), **{**OUT, "out_0_reason": "å" * 10_000}).status_code == 303
    assert budget().boundary.left_out == {BUSES: "å" * 10_000}


def test_a_stale_form_shows_both_and_stores_neither_in_silence(client, budget, bound):
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(BOUNDARY).text)
    bound(left_out={BUSES: "Det andre skrev"})
    answer = browser.send(BOUNDARY, lock=opened, **OUT)
    assert answer.status_code == 409
    both = "Holdt utenfor: Veitrafikk: Busser Det andre skrev Fylkeskommunen kjører bussene"
    assert both in plain(answer.text)
    assert budget().boundary.left_out == {BUSES: "Det andre skrev"}
    assert browser.send(BOUNDARY, lock=lock(answer.text), **OUT).status_code == 303
    assert budget().boundary.left_out == {BUSES: "Fylkeskommunen kjører bussene"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECTOR_HEAD, Role.SECRETARIAT, Role.DIRECTOR])
def test_readers_see_text_and_change_nothing(client, budget, bound, role):
    bound(PLANT, left_out={BUSES: "Fylkeskommunen"})
    before, browser = budget(), client(role)
    page = browser.get(BOUNDARY).text
    assert 'name="book"' not in page and "disabled" not in page
    told = plain(page)
    assert "Holdt utenfor: Veitrafikk: Busser Fylkeskommunen" in told
    assert "Tonn: 2009: 40; 2024: 30,5" in told and "37 prosent, etter eierandel" in told
    assert browser.send(BOUNDARY, lock="1", **OUT).status_code == 403
    assert budget() == before


def test_in_prioritering_the_boundary_stands(client, app):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.move_stage(session, world.at(session), Stage.PRIORITY)
        session.commit()
    page = client(Role.FINANCE).get(BOUNDARY).text
    assert "ikke endre den i dette steget" in page and 'name="book"' not in page


def test_another_municipalitys_boundary_is_not_found(client):
    browser = client(Role.CLIMATE)
    assert browser.get(f"{ELSEWHERE}/boundary/").status_code == 404
    assert browser.send(f"{ELSEWHERE}/boundary/", **OUT).status_code == 404


def test_a_frozen_boundary_is_read_and_never_changed(client, database):
    browser, before = client(Role.CLIMATE), database()
    assert "Versjonen er låst" in browser.get(f"{ADOPTED}/boundary/").text
    assert browser.send(f"{ADOPTED}/boundary/", lock="1", **OUT).status_code == 409
    assert database() == before


def test_without_an_edition_there_is_no_facility_to_add(app, client, budget):
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.set_frame(
            session,
            world.at(session),
            edition_slug=None,
            targets=(),
            path=None,
            allowance=Allowance(),
            horizon=2030,
        )
        session.commit()
    browser = client(Role.CLIMATE)
    assert "Velg en statistikkutgave først." in browser.get(BOUNDARY).text
    assert save(browser, **OUT, **ADDED).status_code == 303
    assert budget().boundary == Boundary({BUSES: OUT["out_0_reason"]})


def test_every_page_opens_with_a_facility_that_no_year_has_a_figure_for(client, bound):
    """Such a boundary comes with a file or with another edition; the form stores none."""
    bound(Facility("Havna", BURNER, tonnes(), "Halvparten"))
    browser = client(Role.CLIMATE)
    for page in ("", "measures/", "inventory/", "reconciliation/", "annex/", "frame/", "boundary/"):
        assert browser.get(f"{DRAFT}/{page}").status_code == 200, page


def test_the_number_of_statements_follows_neither_facilities_nor_what_is_left_out(
    app, client, bound
):
    browser = client(Role.CLIMATE)

    def statements() -> int:
        seen: list[str] = []
        browser.get(BOUNDARY)
        engine = app.extensions["engine"]

        def note(*args):
            seen.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        browser.get(BOUNDARY)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])

    few = statements()
    many = [replace(PLANT, name=f"Anlegg {n}") for n in range(10)]
    bound(*many, left_out={BUSES: "Fylkeskommunen", CARS: "Innbyggerne"})
    assert statements() == few <= 17
