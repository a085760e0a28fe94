"""Kommunens justeringer: added with a reason, shown apart, and what they do is seen beforehand."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import openpyxl
import pytest
import sqlalchemy as sa

from climatebudget import catalogue, db
from climatebudget.core.access import Role
from climatebudget.core.adjustments import Adjustment
from climatebudget.core.boundary import Boundary
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.field import NBSP
from climatebudget.core.paths import Allowance
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

PAGE = f"{DRAFT}/adjustments/"
CARS, BUSES = "veitrafikk/personbiler", "veitrafikk/busser"
ROW = {
    "adjustment_0_code": CARS,
    "adjustment_0_year": "2009",
    "adjustment_0_tonnes": "249,5",
    "adjustment_0_reason": "Kjørelengdene er målt på nytt",
    "adjustment_0_approved_by": "Kommunedirektøren, sak 4/26",
}
NEXT = {
    **{key.replace("_0_", "_1_"): value for key, value in ROW.items()},
    "adjustment_1_code": BUSES,
    "adjustment_1_year": "2024",
    "adjustment_1_tonnes": "−100",
}
MORE_CARS = Adjustment(
    CARS,
    2009,
    Decimal("249.5"),
    "Kjørelengdene er målt på nytt",
    "Kommunedirektøren, sak 4/26",
    "2024-tall",
    own=True,
)
FEWER_BUSES = replace(MORE_CARS, code=BUSES, year=2024, tonnes=Decimal(-100))
OTHER = replace(MORE_CARS, edition="2023-tall")


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html).replace(NBSP, " ").replace("\u00ad", "")
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def change(app):
    """Something that is done to the draft behind the back of whoever has the page open."""

    def change(act):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            act(session, world.at(session))
            session.commit()

    return change


@pytest.fixture
def budget(app):
    def budget():
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return read.budget(session, world.at(session))

    return budget


@pytest.fixture
def adjust(change):
    return lambda *its: change(lambda session, here: write.set_adjustments(session, here, its))


@pytest.fixture
def older(change):
    """An edition of last year, that adjustments may rest on: its buses stand at 90 in 2024."""

    def store(session, here):
        reading = world.reading("0301")
        figures = tuple(
            replace(e, tonnes=Decimal(90)) if (e.code, e.year) == (BUSES, 2024) else e
            for e in reading.emissions
        )
        file = b"eldre"
        write.store_edition(
            session,
            replace(reading, emissions=figures, sha256=sha256(file).hexdigest()),
            owner=here.municipality_id,
            name="2023-tall",
            publisher="Miljødirektoratet",
            file_bytes=file,
            now=world.NOW,
            by="oppsett",
        )

    change(store)


def stand_on(slug: str | None):
    def move(session, here):
        now = read.budget(session, here)
        write.set_frame(
            session,
            here,
            edition_slug=slug,
            targets=now.targets,
            path=now.path,
            allowance=Allowance(),
            horizon=2030,
        )

    return move


def lock(page: str) -> str:
    found = re.search(r'name="lock" value="([^"]*)"', page)
    assert found
    return found[1]


def save(browser, **fields: str):
    return browser.send(PAGE, **{"lock": lock(browser.get(PAGE).text), **fields})


def row(page: str, heading: str, nth: int = 0) -> str:
    """The cells of a table row with this heading."""
    heads = rf'<th scope="row">(?:<a [^>]*>)?{heading}(?:</a>)?(?:<br>.*?)?</th>(.*?)</tr>'
    found = re.findall(heads, page, re.DOTALL)
    assert found, heading
    return " | ".join(plain(cell).strip() for cell in re.findall(r"<td.*?</td>", found[nth]))


def test_without_adjustments_the_page_says_that_the_figures_are_as_published(client):
    page = plain(client(Role.CLIMATE).get(PAGE).text)
    assert "Kommunen har ingen justeringer. Utslippene er slik de er publisert." in page
    assert "En justering endrer aldri statistikkutgaven." in page


def test_an_adjustment_is_saved_and_moves_the_reference_year_and_the_target(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, **ROW).status_code == 303
    after = budget()
    assert after.adjusting == (MORE_CARS,)
    assert (after.published.total[2009], after.reference) == (Decimal("1750.5"), Decimal(2000))
    page = browser.get(PAGE).text
    assert "Justeringene er lagret." in page
    assert row(page, "Veitrafikk: Personbiler") == (
        "2009 | 1 000,5 | +249,5 | 1 250 | "
        "Kjørelengdene er målt på nytt Kommunedirektøren, sak 4/26"
    )
    assert row(page, "Utslipp i 2009, referanseåret") == "1 751 | 2 000 | +250"
    assert row(page, "Målet i 2030") == "788 | 900 | +112"


def test_saving_what_is_shown_changes_nothing(client, budget, adjust, older):
    adjust(MORE_CARS, FEWER_BUSES, OTHER)
    before, browser = budget(), client(Role.CLIMATE)
    assert save(browser).status_code == 303
    assert budget() == before
    assert "Ingenting var endret" in browser.get(PAGE).text


def test_one_more_is_added_and_one_is_removed_by_emptying_its_row(client, budget):
    browser = client(Role.CLIMATE)
    assert save(browser, **ROW).status_code == 303
    assert save(browser, **NEXT).status_code == 303
    assert budget().adjusting == (FEWER_BUSES, MORE_CARS)
    assert save(browser, **dict.fromkeys(ROW, "")).status_code == 303
    assert budget().adjusting == (MORE_CARS,)


def test_a_source_that_the_edition_has_nothing_for_can_be_adjusted(client, budget):
    port = next(code for code in catalogue.sources() if code.startswith("sjofart/"))
    assert save(client(Role.CLIMATE), **{**ROW, "adjustment_0_code": port}).status_code == 303
    assert budget().inventory.source(port).by_year == {2009: Decimal("249.5"), 2024: 0}


def test_what_it_does_is_seen_before_it_is_saved(client, budget, database):
    browser = client(Role.CLIMATE)
    before = database()
    answer = save(browser, **ROW, show="y")
    assert answer.status_code == 200 and "Ingenting er lagret ennå" in plain(answer.text)
    assert row(answer.text, "Utslipp i 2009, referanseåret") == "1 751 | 2 000 | +250"
    assert row(answer.text, "Gjenstår å kutte i 2030").endswith("| −110")
    assert 'value="249,5"' in answer.text
    assert budget().adjustments == () and database() == before


BAD = [
    ({"adjustment_0_code": ""}, "adjustment_0_code", "Velg utslippskilden, eller tøm hele raden."),
    ({"adjustment_0_code": "luftfart/romferge"}, "adjustment_0_code", "Velg et av alternativene."),
    ({"adjustment_0_year": ""}, "adjustment_0_year", "Skriv året justeringen gjelder."),
    (
        {"adjustment_0_year": "2010"},
        "adjustment_0_year",
        "Statistikkutgaven har ikke tall for 2010. Den har 2009 og 2024.",
    ),
    ({"adjustment_0_year": "i fjor"}, "adjustment_0_year", "«i fjor»"),
    ({"adjustment_0_tonnes": ""}, "adjustment_0_tonnes", "Skriv hvor mange tonn."),
    ({"adjustment_0_tonnes": "0"}, "adjustment_0_tonnes", "0 tonn endrer ingenting."),
    ({"adjustment_0_tonnes": "1.250"}, "adjustment_0_tonnes", "kan bety 1 250 eller 1,25"),
    ({"adjustment_0_tonnes": "=1+1"}, "adjustment_0_tonnes", "er ikke et tall."),
    ({"adjustment_0_tonnes": "0,0000001"}, "adjustment_0_tonnes", "finere enn et gram"),
    (
        {"adjustment_0_tonnes": "-1000,6"},
        "adjustment_0_tonnes",
        "Utslippskilden har 1 000,5 tonn i 2009. Det kan ikke trekkes fra mer enn det.",
    ),
    ({"adjustment_0_reason": " "}, "adjustment_0_reason", "Skriv hvorfor tallet justeres."),
    ({"adjustment_0_reason": "x" * 10_001}, "adjustment_0_reason", "for lang: 10 001 tegn"),
    ({"adjustment_0_approved_by": ""}, "adjustment_0_approved_by", "en stilling eller et organ."),
    ({"adjustment_0_approved_by": "x" * 201}, "adjustment_0_approved_by", "for lang: 201 tegn"),
    (
        {**NEXT, "adjustment_1_code": CARS, "adjustment_1_year": "2009"},
        "adjustment_1_code",
        "Utslippskilden er justert for 2009 fra før.",
    ),
]


@pytest.mark.parametrize(("fields", "field", "says"), BAD)
@pytest.mark.parametrize("button", [{}, {"show": "y"}], ids=["save", "show"])
def test_bad_input_gets_a_sentence_and_is_not_stored(client, budget, fields, field, says, button):
    answer = save(client(Role.CLIMATE), **{**ROW, **fields, **button})
    assert answer.status_code == 400
    assert "<title>Feil:" in answer.text and f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text and says in plain(answer.text)
    assert budget().adjustments == ()


def test_all_of_a_source_may_be_taken_away(client, budget):
    assert (
        save(client(Role.CLIMATE), **{**ROW, "adjustment_0_tonnes": "−1000,5"}).status_code == 303
    )
    assert budget().inventory.source(CARS)[2009] == 0


def test_a_reason_of_ten_thousand_characters_is_kept(client, budget):
    assert (
        save(client(Role.CLIMATE), **{**ROW, "adjustment_0_reason": "å" * 10_000}).status_code
        == 303
    )
    assert budget().adjusting[0].reason == "å" * 10_000


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % sikkert"])
def test_what_people_write_is_shown_as_they_wrote_it(client, text):
    browser = client(Role.CLIMATE)
    fields = {**ROW, "adjustment_0_reason": text, "adjustment_0_approved_by": text}
    assert save(browser, **{**fields, "adjustment_0_tonnes": text}).status_code == 400
    assert save(browser, **fields).status_code == 303
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    for role in (Role.CLIMATE, Role.AUDITOR):
        page = client(role).get(PAGE).text
        assert page.count(shown) >= 2 and "<script>" not in page


def test_a_stale_form_shows_both_and_stores_neither_in_silence(client, budget, adjust):
    browser = client(Role.CLIMATE)
    opened = lock(browser.get(PAGE).text)
    adjust(replace(MORE_CARS, tonnes=Decimal(7)))
    answer = browser.send(PAGE, lock=opened, **ROW)
    assert answer.status_code == 409 and "<title>Feil:" in answer.text
    assert (
        "Veitrafikk: Personbiler i 2009 +7 tonn Kjørelengdene er målt på nytt Godkjent av: "
        "Kommunedirektøren, sak 4/26 +249,5 tonn"
    ) in plain(answer.text)
    assert budget().adjusting[0].tonnes == 7
    assert browser.send(PAGE, lock=lock(answer.text), **ROW).status_code == 303
    assert budget().adjusting == (MORE_CARS,)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECTOR_HEAD, Role.SECRETARIAT, Role.DIRECTOR])
def test_readers_see_what_is_adjusted_and_change_nothing(client, budget, adjust, older, role):
    adjust(MORE_CARS, OTHER)
    before, browser = budget(), client(role)
    page = browser.get(PAGE).text
    assert "adjustment_0_code" not in page and "disabled" not in page
    assert "Kommunedirektøren, sak 4/26" in page
    assert "Veitrafikk: Personbiler i 2009, utgaven 2023-tall (kommunens egen)" in plain(page)
    assert browser.send(PAGE, lock="1", **ROW).status_code == 403
    assert budget() == before


def test_in_prioritering_they_stand(client, change):
    change(lambda session, here: write.move_stage(session, here, Stage.PRIORITY))
    page = client(Role.FINANCE).get(PAGE).text
    assert "ikke endre dem i dette steget" in page and "adjustment_0_code" not in page


def test_another_municipalitys_adjustments_are_not_found(client):
    browser = client(Role.CLIMATE)
    assert browser.get(f"{ELSEWHERE}/adjustments/").status_code == 404
    assert browser.send(f"{ELSEWHERE}/adjustments/", **ROW).status_code == 404


def test_what_is_frozen_is_read_with_its_adjustments_and_never_changed(
    client, change, adjust, database
):
    adjust(MORE_CARS)
    change(lambda s, here: write.freeze(s, here, Kind.RECOMMENDATION, "Sak 2/26", world.NOW))
    frozen = f"/0301/{world.YEAR}/innstilling"
    browser, before = client(Role.CLIMATE), database()
    page = browser.get(f"{frozen}/adjustments/").text
    assert "Versjonen er låst. Justeringene kan leses, ikke endres." in page
    assert row(page, "Veitrafikk: Personbiler").startswith("2009 | 1 000,5 | +249,5 | 1 250")
    assert "har ingen justeringer" in browser.get(f"{ADOPTED}/adjustments/").text
    assert browser.send(f"{frozen}/adjustments/", lock="1", **ROW).status_code == 409
    assert database() == before


# ---- another edition -----------------------------------------------------------------------------


def resting(code: str, year: int, edition: str = "2024-tall") -> str:
    return f"resting_own_{edition}_{year}_{code}"


def test_on_another_edition_they_are_kept_and_said_not_to_count(client, change, adjust, older):
    adjust(MORE_CARS, FEWER_BUSES)
    change(stand_on("2023-tall"))
    browser = client(Role.CLIMATE)
    said = "2 justeringer gjelder utgaven 2024-tall (kommunens egen) og er ikke med."
    page = plain(browser.get(PAGE).text)
    assert said in page and "Før dem over, eller slett dem." in page
    for address in ("", "inventory/", "reconciliation/", "sources/", "boundary/", "frame/"):
        assert said in plain(browser.get(f"{DRAFT}/{address}").text), address


def test_the_move_to_another_edition_says_what_is_left_behind(client, change, adjust, older):
    adjust(MORE_CARS)
    browser = client(Role.CLIMATE)
    page = browser.get(f"{DRAFT}/frame/").text
    answer = browser.send(
        f"{DRAFT}/frame/",
        lock=lock(page),
        edition="0301/2023-tall",
        horizon="2030",
        start="REFERENCE",
    )
    told = "1 justering gjelder utgaven 2024-tall (kommunens egen) og er ikke med."
    assert answer.status_code == 200 and told in plain(answer.text)


def test_they_are_carried_over_or_dropped_one_by_one(client, budget, change, adjust, older):
    adjust(MORE_CARS, replace(FEWER_BUSES, tonnes=Decimal(-80)))
    change(stand_on("2023-tall"))
    browser = client(Role.CLIMATE)
    assert save(browser, **{resting(CARS, 2009): "carry"}).status_code == 303
    after = budget()
    assert after.adjusting == (OTHER,)
    assert [a.code for a in after.resting] == [BUSES]
    assert save(browser, **{resting(BUSES, 2024): "drop"}).status_code == 303
    assert budget().adjustments == (OTHER,)


@pytest.mark.parametrize(
    ("acts", "fields", "field", "says"),
    [
        (
            {resting(BUSES, 2024): "carry"},
            {},
            resting(BUSES, 2024),
            "Utslippskilden har 90 tonn i 2024. Det kan ikke trekkes fra mer enn det.",
        ),
        (
            {resting(CARS, 2009): "carry"},
            ROW,
            resting(CARS, 2009),
            "Utslippskilden er justert for 2009 fra før.",
        ),
        ({resting(CARS, 2009): "gjem"}, {}, resting(CARS, 2009), "Velg et av alternativene."),
    ],
)
def test_what_does_not_fit_is_not_carried_over(
    client, budget, change, adjust, older, acts, fields, field, says
):
    adjust(MORE_CARS, FEWER_BUSES)
    change(stand_on("2023-tall"))
    before = budget()
    answer = save(client(Role.CLIMATE), **acts, **fields)
    assert answer.status_code == 400
    assert f'<a href="#{field}">' in answer.text and f'id="{field}"' in answer.text
    assert says in plain(answer.text)
    assert budget() == before


def test_without_an_edition_they_rest_and_can_be_dropped(client, budget, change, adjust):
    adjust(MORE_CARS)
    change(stand_on(None))
    browser = client(Role.CLIMATE)
    page = browser.get(PAGE).text
    assert "Velg en statistikkutgave med tall for kommunen først." in page
    assert 'value="carry"' not in page
    assert save(browser, **{resting(CARS, 2009): "drop"}).status_code == 303
    assert budget().adjustments == ()


# ---- a column of their own -----------------------------------------------------------------------


def heads(page: str, caption: str) -> list[str]:
    """What stands over the columns of the table with this caption."""
    table = page[page.index(f'<caption id="{caption}"') :]
    head = table[table.index("<thead>") : table.index("</thead>")]
    return [plain(cell).strip() for cell in re.findall(r"<th.*?</th>", head, re.DOTALL)]


@pytest.fixture
def pages(client, adjust):
    """Pages of a draft that is adjusted, and of the same draft before."""
    browser = client(Role.CLIMATE)
    addresses = ("", "inventory/", f"sources/{CARS}/", "sources/veitrafikk/", "path/")
    more = ("boundary/", "frame/", "reconciliation/", "measures/1")
    before = {a: browser.get(f"{DRAFT}/{a}").text for a in (*addresses, *more)}
    adjust(MORE_CARS, FEWER_BUSES)
    return before, {a: browser.get(f"{DRAFT}/{a}").text for a in before}


def test_every_page_with_emissions_says_that_they_are_adjusted(pages):
    before, after = pages
    told = "Utslippene er publiserte tall med 2 justeringer fra kommunen."
    for address in before:
        if address != "measures/1":  # whose table has the columns
            assert told in plain(after[address]), address
        assert "justering" not in plain(before[address]).lower().replace(
            "legg til en justering", ""
        ), address


def test_the_list_of_sources_has_published_and_adjustment_in_columns_of_their_own(pages):
    _, after = pages
    page = after["inventory/"]
    assert heads(page, "kilder-tabell") == [
        "Utslippskilde",
        *("2009 før justering", "Justering 2009", "2009 referanseår"),
        *("2024 før justering", "Justering 2024", "2024 siste år"),
        *("Andel av 2024", "Endring fra 2009"),
    ]
    assert row(page, "Personbiler").startswith("1 001 | +249,5 | 1 250 | 600 | – | 600 |")
    assert row(page, "I alt", 1).startswith("1 751 | +249,5 | 2 000 | 1 026 | −100 | 926 |")
    assert row(page, "Kommunens justeringer") == "+249,5 | −100"


def test_the_files_of_the_list_have_the_same_columns(client, adjust):
    adjust(MORE_CARS, FEWER_BUSES)
    browser = client(Role.CLIMATE)
    text = browser.get(f"{DRAFT}/inventory/utslipp.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    cars = next(line for line in lines if line["Utslippskilde"] == "Personbiler")
    assert cars["Utslipp 2009 før justering (tonn CO₂e)"] == "1000,5"
    assert cars["Kommunens justering 2009 (tonn CO₂e)"] == "249,5"
    assert cars["Utslipp 2009 (tonn CO₂e)"] in ("1250", "1250,0")
    book = openpyxl.load_workbook(
        io.BytesIO(browser.get(f"{DRAFT}/inventory/utslipp.xlsx").data), read_only=True
    )
    told = [str(c.value) for sheet in book for line in sheet.iter_rows() for c in line]
    assert "Utslippene er publiserte tall med 2 justeringer fra kommunen." in told


def test_the_editions_own_page_and_files_stay_as_published(client, adjust):
    browser = client(Role.CLIMATE)
    files = f"{DRAFT}/editions/0301/2024-tall"
    page = f"{DRAFT}/inventory/editions/0301/2024-tall"
    asked = (f"{files}/rows.csv", f"{files}/edition.csv", f"{files}/file")
    seen = row(browser.get(page).text, "2009"), [browser.get(a).data for a in asked]
    adjust(MORE_CARS, FEWER_BUSES)
    answers = [browser.get(a) for a in asked]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert (row(browser.get(page).text, "2009"), [a.data for a in answers]) == seen
    assert seen[0] == "1 750,5" and b"1000,5" in seen[1][0]


def test_a_sources_history_shows_before_adjustment_and_sum(pages):
    _, after = pages
    assert heads(after[f"sources/{CARS}/"], "ar-tabell")[:4] == [
        *("År", "Før justering", "Justering", "Tonn")
    ]
    assert row(after[f"sources/{CARS}/"], "2009").startswith("1 001 | +249,5 | 1 250 |")
    assert row(after[f"sources/{CARS}/"], "2024").startswith("600 | – | 600 |")
    assert row(after["sources/veitrafikk/"], "Busser").startswith("300 | −100 |")


def test_the_overview_has_a_line_and_columns_for_them(pages):
    _, after = pages
    assert row(after[""], "Utslipp før justering").startswith("1 751 | 1 026 |")
    assert row(after[""], "Kommunens justeringer").startswith("+249,5 | −100 |")
    assert row(after[""], "Utslipp").startswith("2 000 | 926 |")
    assert row(after[""], "2009").startswith("1 751 | +249,5 | 2 000 |")
    assert row(after[""], "Veitrafikk", 1).startswith("1 750 | +249,5 | 900 | −100 |")


def test_the_path_the_boundary_and_the_measure_tell_them_apart(client, pages, change):
    _, after = pages
    assert row(after["path/"], "Herav kommunens justeringer").startswith("+249,5 | −100")
    assert row(after["measures/1"], "2009") == "1 001 | +249,5 | 1 250"
    boundary = Boundary({BUSES: "Fylkeskommunen kjører bussene"})
    change(lambda session, here: write.set_boundary(session, here, boundary))
    page = client(Role.CLIMATE).get(f"{DRAFT}/boundary/").text
    assert row(page, "I alt") == (
        "1 751 | +249,5 | −500 | 0 | 1 500 | 1 026 | −100 | −300 | 0 | 626"
    )
    told = client(Role.CLIMATE).get(PAGE).text
    assert "Veitrafikk: Busser utenfor avgrensningen, ikke regnet med" in plain(told)


def test_the_sums_are_reckoned_from_published_and_adjustments(pages):
    _, after = pages
    page = plain(after["reconciliation/"])
    assert "Publisert + kommunens justeringer = kommunen samlet 2009 2 000,0 2 000,0 0,0" in page


def test_the_difference_of_editions_is_of_what_is_published(client, adjust, older):
    adjust(MORE_CARS)
    pair = f"{DRAFT}/differences/0301/2024-tall/0301/2023-tall/"
    page = client(Role.CLIMATE).get(pair).text
    assert "Utgavene er sammenlignet slik de er publisert." in plain(page)
    assert row(page, "2024").startswith("1 025,5 | 715,5 | −310,0")
    assert row(page, "Utslipp i 2009, referanseåret") == "2 000 | 1 751 | −250"


def test_the_number_of_statements_follows_no_adjustments(app, client, adjust):
    browser = client(Role.CLIMATE)

    def statements(address: str) -> int:
        seen: list[str] = []
        browser.get(address)
        engine = app.extensions["engine"]

        def note(*args):
            seen.append(args[2])

        sa.event.listen(engine, "before_cursor_execute", note)
        browser.get(address)
        sa.event.remove(engine, "before_cursor_execute", note)
        return len([s for s in seen if not s.startswith(("BEGIN", "PRAGMA"))])

    few = {address: statements(address) for address in (PAGE, f"{DRAFT}/", f"{DRAFT}/inventory/")}
    adjust(MORE_CARS, FEWER_BUSES, replace(MORE_CARS, year=2024))
    assert {address: statements(address) for address in few} == few
    assert few[f"{DRAFT}/"] <= 16 and few[PAGE] <= 17
