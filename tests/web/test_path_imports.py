"""A reference path from a file: nothing is stored before it is agreed to, then what was shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import Workbook
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.boundary import Boundary
from climatebudget.core.field import NBSP
from climatebudget.core.path_rule import PathRule, Rule
from climatebudget.core.paths import ReferencePath
from climatebudget.core.quantity import tonnes
from climatebudget.db import read, write
from climatebudget.demo import HERE
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, Client
from tests.web.hands import Forms, press

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
PATH, IMPORT = f"{DRAFT}/path/", f"{DRAFT}/path/import/"
USE, AGAIN, LEAVE = "Bruk denne banen", "Oppdater forhåndsvisningen", "Avbryt, lagre ingenting"
SECTORS = "Tonn;2025;2026;2030\nVeitrafikk;990;980;940\nOppvarming;25;24;20\nSum;1015;1004;1000\n"
TOLD = {"policy": "Vedtatt politikk\ni 2025", "cut_off": "1.10.2025", "author": "NILU"}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace(NBSP, " "))


def upload(browser: Client, data: bytes | str, name: str = "bane.csv") -> TestResponse:
    sent = data.encode() if isinstance(data, str) else data
    return browser.send(IMPORT, file=(BytesIO(sent), name))


def previewed(browser: Client, data: bytes | str, name: str = "bane.csv") -> TestResponse:
    answer = upload(browser, data, name)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"])


def xlsx(*rows: list[object], title: str = "Bane") -> bytes:
    book, out = Workbook(), BytesIO()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.create_sheet("Annet").append(["Tonn", 2027])
    book["Annet"].append(["Utslipp i alt", 7])
    book.save(out)
    return out.getvalue()


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


def row(page: str, heading: str) -> str:
    """The cells of the row in the table of the path."""
    found = re.search(rf'<th scope="row">{heading}</th>(.*?)</tr>', page)
    assert found, heading
    return " | ".join(plain(cell).strip() for cell in re.findall(r"<td.*?</td>", found[1]))


# ---- a file that is in order -------------------------------------------------------------------


def test_the_page_of_the_path_leads_to_the_import_for_those_who_may(client):
    assert IMPORT in client(Role.CLIMATE).get(PATH).text
    assert IMPORT not in client(Role.SECTOR_HEAD).get(PATH).text
    assert client(Role.SECTOR_HEAD).get(IMPORT).status_code == 403


def test_a_path_by_sector_is_shown_and_then_stored_as_it_was_shown(client, budget, database):
    browser, before, kept = client(Role.CLIMATE), database(), budget()
    page = previewed(browser, SECTORS)
    text = plain(page.text)
    assert page.status_code == 200
    assert "i tonn, per utslippssektor, for 2025–2026 og 2030." in text
    assert "Rader lest 2 av 3 under overskriftene" in text and "Enhet i filen Tonn" in text
    assert row(page.text, "Veitrafikk") == (
        "1 501 | 1 000 | 990 | 980 | ukjent | ukjent | ukjent | 940"
    )
    assert "lagret nå , Utslipp i alt ukjent ukjent 980 960 940 920" in text
    assert "2025 1 015 1 015 Likt" in text and "2030 960 1 000 Ulikt 40 tonn i forskjell" in text
    changed = {n for (n, now), (_, then) in zip(database(), before, strict=True) if now != then}
    assert changed <= {"staging", "record"} and budget() == kept

    answer = press(browser, page, USE, **TOLD)
    assert answer.status_code == 303 and answer.headers["Location"] == PATH
    assert "Referansebanen er lagret." in browser.get(PATH).text
    path = budget().path
    years = {2025: Decimal(990), 2026: Decimal(980), 2030: Decimal(940)}
    assert set(path.figures) == {"veitrafikk", "oppvarming"}
    assert path.figures["veitrafikk"] == tonnes(years)
    assert (path.policy, path.cut_off, path.author) == (
        TOLD["policy"],
        date(2025, 10, 1),
        "NILU",
    )
    assert path.cites["veitrafikk", 2026] == "bane.csv, rad 2, kolonne C"
    assert budget() == replace(kept, path=path)
    assert dict(database())["staging"] == 0
    assert "Veitrafikk, 2026: bane.csv, rad 2, kolonne C" in plain(browser.get(PATH).text)


def test_oslos_published_statement_is_read_by_answering_which_row_it_is(client, budget):
    """−28 % in 2023 is before this budget's path; −32 % in 2026 of 1 750.5 tonnes is 1 190.34."""
    browser = client(Role.CLIMATE)
    file = HERE / "sources" / "oslo_2023_statement_published.csv"
    page = previewed(browser, file.read_bytes(), file.name)
    forms = Forms(page.text)
    assert "Svar på fem spørsmål" in plain(page.text) and USE not in forms.buttons
    names = [name for name in forms.choices if name.startswith("answer:")]
    answers = {name: "utslipp-i-alt" if "referansebane" in name else "-" for name in names}
    page = press(browser, page, AGAIN, **answers)
    assert "i prosent, kommunen samlet, for 2026." in plain(page.text)
    assert "Tall for 2009, 2020 og 2023 er ikke lest inn." in plain(page.text)
    assert press(browser, page, USE).status_code == 303
    path = budget().path
    assert path.figures == {"": tonnes({2026: Decimal("1190.34")})}
    assert path.cites["", 2026] == (
        "oslo_2023_statement_published.csv, rad 2, kolonne E: −32 prosent mot 2009, 2024-tall"
    )


def test_a_workbook_is_read_and_another_of_its_sheets_can_be_chosen(client, budget):
    browser = client(Role.CLIMATE)
    page = previewed(browser, xlsx(["Tonn", 2027, 2030], ["Utslipp i alt", 980.5, 900]), "b.xlsx")
    assert "Ark Bane" in plain(page.text)
    answer = press(browser, page, "Les dette arket", sheet="Annet")
    page = browser.get(answer.headers["Location"])
    assert "Ark Annet" in plain(page.text)
    assert press(browser, page, USE).status_code == 303
    assert budget().path.figures == {"": tonnes({2027: Decimal(7)})}
    assert budget().path.cites["", 2027] == "b.xlsx, ark «Annet», rad 2, kolonne B"


def test_a_sheet_without_a_path_says_so(client):
    browser = client(Role.CLIMATE)
    data = xlsx(["Utslipp i alt"], title="Om")
    page = previewed(browser, data, "b.xlsx")
    assert "Ark Annet" in plain(page.text)
    answer = press(browser, page, "Les dette arket", sheet="Om")
    assert answer.status_code == 400 and "ingen årstall" in plain(answer.text)
    assert press(browser, page, "Les dette arket", sheet="Tull").status_code == 303


def test_what_is_stored_about_the_path_stands_in_the_form(client, change, budget):
    change(lambda s, p: write.set_path(s, p, replace(budget().path, policy="Før", author="Vi")))
    browser = client(Role.CLIMATE)
    page = previewed(browser, SECTORS)
    fields = Forms(page.text).buttons[USE][1].fields
    assert (fields["policy"], fields["author"]) == ("Før", "Vi")
    assert press(browser, page, USE).status_code == 303
    assert (budget().path.policy, budget().path.author) == ("Før", "Vi")


def test_it_replaces_a_path_by_rule(client, change, budget):
    change(lambda s, p: write.set_path(s, p, ReferencePath({}, rule=PathRule(Rule.HELD))))
    browser = client(Role.CLIMATE)
    page = previewed(browser, SECTORS)
    assert "Nå: Referansebanen er regnet ut av utslippsregnskapet" in plain(page.text)
    assert press(browser, page, USE).status_code == 303
    assert budget().path.rule is None


def test_the_same_file_again_changes_nothing(client, budget):
    browser = client(Role.CLIMATE)
    assert press(browser, previewed(browser, SECTORS), USE).status_code == 303
    stored = budget()
    page = previewed(browser, SECTORS)
    assert "lagret nå" not in page.text
    assert press(browser, page, USE).status_code == 303
    assert budget() == stored and "Ingenting var endret." in browser.get(PATH).text


# ---- questions ---------------------------------------------------------------------------------


def test_an_open_question_is_asked_once_and_nothing_is_stored_before_it_is_answered(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    page = previewed(browser, ";2027\nVeitrafikk;1.250\nOppvarming;1.100\n")
    text = plain(page.text)
    assert "Filen sier ikke om tallene er tonn eller prosent." in text
    assert "Det står tall som «1.250», i alt 2. Hvilket tall er det?" in text
    address, form = Forms(page.text).buttons[AGAIN]
    answer = browser.send(f"{address}/confirm", **form.fields)
    assert answer.status_code == 400 and "Velg ett av svarene." in answer.text
    assert "<title>Feil:" in answer.text and 'href="#answer-1"' in answer.text
    page = press(browser, page, AGAIN, **{"answer:unit": "tonnes", "answer:mark": ","})
    assert "2 svar. Se eller endre dem" in plain(page.text)
    assert budget() == before
    assert press(browser, page, USE).status_code == 303
    assert budget().path.figures["veitrafikk"] == tonnes({2027: Decimal(1250)})


def test_what_percent_means_is_asked_when_it_is_not_certain(client):
    browser = client(Role.CLIMATE)
    page = previewed(browser, "Prosent;2027\nUtslipp i alt;28\n")
    assert "Hva betyr prosentene i filen?" in plain(page.text)
    for answer, value in (("change", "2 241"), ("lower", "1 260"), ("share", "490")):
        page = press(browser, page, AGAIN, **{"answer:percent": answer})
        assert f"| {value} |" in row(page.text, "Utslipp i alt")


def test_typed_texts_are_kept_while_questions_are_answered(client):
    browser = client(Role.CLIMATE)
    page = previewed(browser, ";2027\nVeitrafikk;1250\n")
    page = press(browser, page, AGAIN, **{**TOLD, "answer:unit": "tonnes"})
    fields = Forms(page.text).buttons[USE][1].fields
    assert {name: fields[name] for name in TOLD} == TOLD


# ---- what cannot be used -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("tom.csv", b"", "Filen er tom."),
        ("tom.xlsx", CORPUS / "s01_empty.xlsx", "Filen er tom."),
        ("rot.xlsx", CORPUS / "s03_garbage.xlsx", "ikke en Excel-arbeidsbok"),
        ("formel.xlsx", CORPUS / "d04_formula_no_cache.xlsx", "formler uten beregnet verdi"),
        ("tekst.csv", b"hei\n", "ingen årstall"),
        ("utslipp.xlsx", HERE / "sources" / "oslo_2009-2024.xlsx", "er et utslippsregnskap"),
    ],
)
def test_a_file_that_is_no_path_gets_its_sentence(client, database, name, data, says):
    browser, before = client(Role.CLIMATE), database()
    answer = upload(browser, data if isinstance(data, bytes) else data.read_bytes(), name)
    assert answer.status_code == 400
    assert says in plain(answer.text) and "Ingenting er lagret" in answer.text
    assert "<title>Feil:" in answer.text
    assert database() == before


def test_no_file_at_all_is_asked_for(client, database):
    browser, before = client(Role.CLIMATE), database()
    answer = browser.send(IMPORT)
    assert answer.status_code == 400 and "Velg en fil." in answer.text
    assert database() == before


def test_a_file_that_is_too_large_is_refused(app, client):
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = upload(client(Role.CLIMATE), b"x" * 20_000)
    assert answer.status_code == 413 and "Filen er for stor" in answer.text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("Tonn;2027\nUtslipp i alt;-4\n", "utslippene kan ikke være under null"),
        ("Tonn;1990;2027\nUtslipp i alt;4;5\n", "1990 er utenfor årene fra 2009 til 2100"),
        ("Tonn;2027;2027\nUtslipp i alt;4;5\n", "Året 2027 står i kolonne B og C"),
        ("Tonn;2027\nVeitrafikk;4\nVeitrafikk;5\n", "har to tall for 2027, i B2 og B3"),
        ("Tonn;2027\nVeitrafikk;4\nOppvarming: Fossil olje;5\n", "En bane gjelder ett nivå."),
        ("1000 tonn;2027\nVeitrafikk;4\n", "er en annen enhet enn tonn"),
        ("Prosent;2027\nLuftfart;-4\n", "har ikke utslipp for Luftfart i 2009"),
        ("Tonn;2009;2024\nUtslipp i alt;4;5\n", "ingen tall for 2025 eller senere"),
        (f"Tonn;2027\n{'x' * 10_000};4\n", "er ikke navnet på en utslippssektor"),
        ("Kommune;År;Tonn\n4014;2027;4\n", "Tabellen gjelder «4014»"),
    ],
)
def test_what_must_be_put_right_is_told_and_cannot_be_stored(client, budget, data, says):
    before, browser = budget(), client(Role.CLIMATE)
    answer = upload(browser, data)
    address = answer.headers["Location"]
    page = browser.get(address)
    assert page.status_code == 400 and "<title>Feil:" in page.text
    assert says in plain(page.text) and "Må rettes" in page.text
    assert USE not in Forms(page.text).buttons
    fields = Forms(page.text).buttons[LEAVE][1].fields
    assert browser.send(f"{address}/confirm", **fields).status_code == 400
    assert budget() == before


def test_a_path_for_what_is_outside_the_boundary_is_refused(client, budget, change):
    out = Boundary({"oppvarming/ufordelt": "Er borte"})
    change(lambda session, place: write.set_boundary(session, place, out))
    browser = client(Role.CLIMATE)
    page = previewed(browser, SECTORS)
    assert page.status_code == 400
    assert "en bane for Oppvarming, som er holdt utenfor avgrensningen" in plain(page.text)


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"policy": "x" * 10_001}, "policy", "Teksten er for lang: 10 001 tegn."),
        ({"author": "x" * 201}, "author", "Teksten er for lang: 201 tegn."),
        ({"cut_off": "i fjor"}, "cut_off", "«i fjor» er ikke en dato."),
    ],
)
def test_bad_input_below_the_preview_gets_a_sentence(client, budget, fields, field, says):
    before, browser = budget(), client(Role.CLIMATE)
    page = previewed(browser, SECTORS)
    answer = press(browser, page, USE, **fields)
    assert answer.status_code == 400 and "<title>Feil:" in answer.text
    assert f'<a href="#{field}">' in answer.text and says in plain(answer.text)
    assert Forms(answer.text).buttons[USE][1].fields[field] == fields[field]
    assert budget() == before


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{7*7}}", "=1+1", "100 % %(x)s"])
def test_what_a_file_says_is_shown_as_it_is_written(client, budget, text):
    """As a name, as a word in place of a number, as a file's name, and below the preview."""
    browser = client(Role.CLIMATE)
    page = previewed(browser, f"Tonn;2027;2028\n{text};5;4\nVeitrafikk;{text};4\n", f"{text}.csv")
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    assert shown in page.text and "<script>alert" not in page.text
    [name] = [n for n in Forms(page.text).choices if n.startswith("answer:place-")]
    page = press(browser, page, AGAIN, **{name: "oppvarming"})
    if "answer:unit" in Forms(page.text).choices:  # «100 %» may be what the figures count
        page = press(browser, page, AGAIN, **{"answer:unit": "tonnes"})
    assert press(browser, page, USE, policy=text, author=text).status_code == 303
    page = browser.get(PATH)
    assert shown in page.text and "<script>alert" not in page.text
    assert (budget().path.policy, budget().path.author) == (text, text)


# ---- what was previewed is what is stored ------------------------------------------------------


@pytest.fixture
def preview(client) -> TestResponse:
    """A preview of the climate adviser, ready to be agreed to."""
    return previewed(client(Role.CLIMATE), SECTORS)


def test_another_digest_shows_what_would_be_stored_now(client, budget, preview):
    before = budget()
    answer = press(client(Role.CLIMATE), preview, USE, digest="0" * 64)
    assert answer.status_code == 409
    assert "Banen er en annen enn da forhåndsvisningen ble laget." in answer.text
    assert budget() == before


def test_an_answer_that_is_changed_with_the_confirmation_is_shown_first(client, budget):
    before, browser = budget(), client(Role.CLIMATE)
    page = previewed(browser, "Prosent;2027\nUtslipp i alt;28\n")
    page = press(browser, page, AGAIN, **{"answer:percent": "lower"})
    answer = press(browser, page, USE, **{"answer:percent": "share"})
    assert answer.status_code == 409 and budget() == before
    assert press(browser, answer, USE).status_code == 303
    assert budget().path.figures[""][2027] == Decimal("490.14")


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda s, p: write.set_path(s, p, None),
        lambda s, p: write.set_boundary(s, p, Boundary({"oppvarming/fossil-olje": "Borte"})),
    ],
)
def test_a_preview_does_not_outlive_the_frame_it_rests_on(
    client, budget, change, preview, meanwhile
):
    change(meanwhile)
    before, browser = budget(), client(Role.CLIMATE)
    answer = press(browser, preview, USE)
    assert answer.status_code == 409
    assert "Rammene er endret siden filen ble lest" in answer.text
    assert budget() == before


def test_a_preview_is_one_persons_in_one_municipality(client, preview):
    buttons = Forms(preview.text).buttons
    for browser, moved in (
        (client(Role.FINANCE), False),
        (client(Role.CLIMATE, "4014"), True),
        (client(Role.CLIMATE, "4014"), False),
        (client(Role.CLIMATE), True),
    ):
        token = {"csrf_token": browser.token()}
        for address, form in buttons.values():
            at = address.replace("/0301/", "/4014/") if moved else address
            if "import" in at:
                status = browser.post(at, data={**form.fields, **token}).status_code
                assert status in {403, 404}, at
    address, _ = buttons[USE]
    assert client(Role.CLIMATE).get(address.removesuffix("/confirm")).status_code == 200


def test_a_preview_lasts_an_hour_and_is_agreed_to_once(client, clock, budget, preview):
    browser = client(Role.CLIMATE)
    late = previewed(browser, SECTORS)
    assert press(browser, preview, USE).status_code == 303
    assert press(browser, preview, USE).status_code == 404
    stored = budget()
    clock.forward(minutes=61)
    answer = press(client(Role.CLIMATE), late, USE)
    assert answer.status_code == 404 and "En forhåndsvisning varer i en time." in answer.text
    assert budget() == stored


def test_leaving_stores_nothing(client, budget, database, preview):
    browser, before = client(Role.CLIMATE), budget()
    answer = press(browser, preview, LEAVE)
    assert answer.headers["Location"] == PATH
    assert "Avbrutt. Ingenting er lagret." in browser.get(PATH).text
    assert budget() == before and dict(database())["staging"] == 0


def test_a_frozen_version_takes_no_path(client):
    answer = client(Role.CLIMATE).get(f"{ADOPTED}/path/import/")
    assert answer.status_code == 409
    assert client(Role.CLIMATE).send(f"{ADOPTED}/path/import/").status_code == 409


@pytest.mark.parametrize("junk", ["tull", "name'--", "a\0b", "🌍" * 300, "%s"])
def test_junk_in_the_form_is_a_sentence_and_no_fault(client, budget, preview, junk):
    browser, before = client(Role.CLIMATE), budget()
    fields = {"answer:unit": junk, "answer:tull": junk, junk: junk, "sheet": junk}
    address = Forms(preview.text).buttons[USE][0].removesuffix("/confirm")
    assert browser.send(address, **fields).status_code == 200
    assert browser.send(f"{address}/sheet", **fields).status_code == 303
    assert press(browser, preview, USE, digest=junk).status_code == 409
    assert browser.send(f"{IMPORT}tull/confirm", digest=junk).status_code == 404
    assert budget() == before


def test_the_statements_do_not_grow_with_the_rows(app, client):
    def counted(data: str) -> int:
        address = upload(browser, data).headers["Location"]
        count, engine = 0, app.extensions["engine"]

        def see(*_: object) -> None:
            nonlocal count
            count += 1

        sa.event.listen(engine, "before_cursor_execute", see)
        assert browser.get(address).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", see)
        return count

    browser = client(Role.CLIMATE)
    browser.get(PATH)
    years = "Tonn;" + ";".join(map(str, range(2025, 2051))) + "\n"
    many = years + "".join(f"{name}{';5' * 26}\n" for name in ("Veitrafikk", "Oppvarming"))
    assert counted(many) == counted("Tonn;2027\nUtslipp i alt;5\n")
