"""Measures from a table: nothing is stored before it is confirmed, then exactly what was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.field import NBSP
from climatebudget.core.measure import Basis, Measure
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import ADOPTED, DRAFT, Client
from tests.web.hands import Forms, press

ROOT = Path(__file__).parents[2]
OSLO = ROOT / "climatebudget" / "demo" / "sources" / "oslo_2023_measures.csv"
INVENTORY = ROOT / "tests" / "data" / "inventory" / "oslo_2009-2024.xlsx"
LIST, IMPORT = f"{DRAFT}/measures/", f"{DRAFT}/measures/import/"
ON, BACK = "Se hva som blir endret", "Tilbake til kolonnene"
AGAIN, LEAVE = "Oppdater forhåndsvisningen", "Avbryt, lagre ingenting"
HEAD = "nr;klimatiltak;sektor;2027;2028"
Drafted = Callable[[], list[Measure]]


# ---- a browser's hands -------------------------------------------------------------------------


def upload(browser: Client, name: str, data: bytes) -> TestResponse:
    return browser.send(IMPORT, file=(BytesIO(data), name))


def columns(browser: Client, data: bytes, name: str = "tabell.csv") -> TestResponse:
    """The second step of an upload."""
    answer = upload(browser, name, data)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"])


def previewed(browser: Client, data: bytes, name: str = "tabell.csv") -> TestResponse:
    """The third step, with the columns as they were proposed."""
    return press(browser, columns(browser, data, name), ON)


def confirm(browser: Client, page: TestResponse, **changes: str) -> TestResponse:
    [button] = [label for label in Forms(page.text).buttons if re.match("Les inn|Lagre", label)]
    return press(browser, page, button, **changes)


def table(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *lines)).encode()


def plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).replace(NBSP, " ")
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def draft(app: Flask) -> Drafted:
    """The measures of the draft as they are stored now."""

    def draft() -> list[Measure]:
        with db.session(app.extensions["engine"], actor="prøve") as session:
            return list(read.measures(session, world.at(session)))

    return draft


@pytest.fixture
def empty(app: Flask) -> None:
    """The draft without its measures."""
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        for measure in read.measures(session, place):
            write.remove_measure(session, place, measure.id)
        session.commit()


# ---- a table that is in order ------------------------------------------------------------------


def test_the_list_leads_to_the_import_for_those_who_may(client, empty):
    """From the list's empty state too; a sector head reads, and does not import."""
    words = "Les inn fra Excel eller CSV"
    assert words in client(Role.CLIMATE).get(LIST).text
    assert words not in client(Role.SECTOR_HEAD).get(LIST).text
    assert client(Role.SECTOR_HEAD).get(IMPORT).status_code == 403


def test_the_list_with_measures_leads_there_too(client):
    assert IMPORT in client(Role.CLIMATE).get(LIST).text
    assert IMPORT not in client(Role.CLIMATE).get(f"{ADOPTED}/measures/").text


def test_each_column_is_shown_with_an_example_and_a_proposal(client):
    """Oslo's own table: seven columns, of which the program knows the names of some."""
    page = columns(client(Role.CLIMATE), OSLO.read_bytes(), OSLO.name)
    said = plain(page.text)
    assert "7 kolonner og 28 rader under overskriftene" in said
    assert "D measure Establishment of gas boiler for the production of district heating" in said
    fields = Forms(page.text).buttons[ON][1].fields
    assert fields["column_C"] == "number" and fields["column_D"] == "name"
    assert (fields["column_F"], fields["column_G"]) == ("effect-2023", "effect-2030")
    assert "Som sist" not in said


def answered(browser: Client, page: TestResponse, **changes: str) -> TestResponse:
    """The preview with an answer to everything it asks: thousands, else the last choice."""
    forms = Forms(page.text)
    given = {
        name: "." if "." in values else values[-1]
        for name, values in forms.choices.items()
        if name.startswith("answer:") and not forms.buttons[AGAIN][1].fields.get(name)
    }
    return press(browser, page, AGAIN, **{**given, **changes})


def test_oslos_table_is_read_into_an_empty_draft(app, client, empty, draft, database):
    """27 measures and a SUM row that does not close in 2023; stored when confirmed, not before."""
    browser = client(Role.CLIMATE)
    before = database()
    page = previewed(browser, OSLO.read_bytes(), OSLO.name)
    assert page.status_code == 200
    assert "164,500" in page.text and "Les inn 27" not in page.text
    page = answered(browser, page)
    said = plain(page.text)
    assert "Nye 27" in said and "Endret 0" in said
    assert "2023 75 300 74 300 Ulikt 1 000 tonn i forskjell" in said
    assert "2030 336 350 336 350 Likt" in said
    assert "Not calculated" in said and "REG*, EBY" in said
    changed = {n for (n, now), (_, then) in zip(database(), before, strict=True) if now != then}
    assert changed <= {"staging", "record"} and draft() == []
    answer = confirm(browser, page)
    assert answer.status_code == 303 and answer.headers["Location"] == LIST
    said = plain(browser.get(LIST).text)
    assert "Tabellen er lest inn. Klimatiltak: 27 lagt til." in said
    stored = draft()
    assert [m.number for m in stored] == list(range(1, 28))
    assert sum(m.effect(2030) or 0 for m in stored) == 336_350
    assert stored[2].basis is Basis.UNQUANTIFIED and stored[2].why == "Not calculated"
    with db.session(app.extensions["engine"], actor="prøve") as session:
        stated = {c.year: c.tonnes for c in read.budget(session, world.at(session)).controls}
    assert stated == {2023: 74_300, 2030: 336_350}
    assert dict(database())["staging"] == 0


def test_what_waits_for_an_answer_is_not_called_unquantified(client, empty):
    waits = table("1;Bytte busser;Vei;1.250;", "2;Gå mer;Vei;;")
    page = previewed(client(Role.CLIMATE), waits)
    said = plain(page.text)
    assert said.count("venter på svar") == 1 and said.count("Ikke tallfestet Tom celle") == 1


def test_the_same_table_again_is_known_and_changes_nothing(client, empty, draft):
    """Columns and answers are as the last time, and say so."""
    browser = client(Role.CLIMATE)
    confirm(browser, answered(browser, previewed(browser, OSLO.read_bytes())))
    stored = draft()
    page = columns(browser, OSLO.read_bytes())
    assert plain(page.text).count("Som sist") == 7
    page = press(browser, page, ON)
    said = plain(page.text)
    assert "som sist" in said and "Alt i filen står i utkastet fra før." in said
    assert "Like 27" in said and "Det er ingenting å lese inn." in said
    assert not [label for label in Forms(page.text).buttons if label.startswith("Les inn")]
    assert draft() == stored


def test_what_changes_is_shown_before_and_after(client, draft):
    """Only the columns of the file; a measure that is like the file's is not touched."""
    browser = client(Role.CLIMATE)
    lines = "1;Bytte ut tretten biler;Vei;120;240", "2;Kjøpe grønn varme;Bygg;0;5"
    page = previewed(browser, table(*lines))
    said = plain(page.text)
    assert "Nye 0" in said and "Endret 1" in said and "Like 1" in said
    assert "1 Bytte ut tretten biler Klimatiltak Bytte ut tolv biler Bytte ut tretten biler" in said
    assert "Vi fant 2 klimatiltak i filen." in said
    before = draft()
    assert confirm(browser, page).status_code == 303
    after = draft()
    assert [m.name for m in after][:2] == ["Bytte ut tretten biler", "Kjøpe grønn varme"]
    assert after[0].effect(2030) == before[0].effect(2030)  # a year the file does not have
    assert after[1:] == before[1:]


@pytest.mark.parametrize(("tick", "left"), [({}, [1, 2, 3]), ({"remove": "yes"}, [1, 2])])
def test_what_the_file_lacks_stays_unless_it_is_ticked(client, draft, tick, left):
    browser = client(Role.CLIMATE)
    lines = "1;Bytte ut elleve biler;Vei;120;240", "2;Kjøpe grønn varme;Bygg;0;5"
    page = previewed(browser, table(*lines))
    assert "Finnes ikke i filen 1" in plain(page.text)
    assert "3 Gjøre det lett å gå" in plain(page.text)
    assert (
        Forms(page.text).buttons[AGAIN if AGAIN in page.text else LEAVE][1].fields.get("remove")
        is None
    )
    confirm(browser, page, **tick)
    assert [m.number for m in draft()] == left


def test_a_sheet_of_a_workbook_is_chosen(client):
    """The one that looks most like a table of measures is read first; another on request."""
    book = Workbook()
    book.active.title = "Alternativ"
    book.active.append(["Nr", "Klimatiltak"])
    book.active.append([7, "Fra det andre arket"])
    sheet = book.create_sheet("Klimatiltak")
    for row in (["Nr", "Klimatiltak", "Enhet", 2027], [8, "Fra det første arket", "Vei", 12]):
        sheet.append(row)
    data = BytesIO()
    book.save(data)
    browser = client(Role.CLIMATE)
    page = columns(browser, data.getvalue(), "bok.xlsx")
    assert "i arket «Klimatiltak»" in plain(page.text)
    answer = press(browser, page, "Les dette arket", sheet="Alternativ")
    page = browser.get(answer.headers["Location"])
    assert "i arket «Alternativ»" in plain(page.text)
    assert "Fra det andre arket" in plain(press(browser, page, ON).text)
    junk = press(browser, page, "Les dette arket", sheet="Finnes ikke")
    assert "i arket «Alternativ»" in plain(browser.get(junk.headers["Location"]).text)


def test_the_way_back_keeps_what_was_chosen(client):
    """Columns and answers survive a look at the columns."""
    browser = client(Role.CLIMATE)
    page = answered(browser, previewed(browser, OSLO.read_bytes()))
    given = Forms(page.text).buttons[AGAIN][1].fields
    page = press(browser, page, BACK, column_B="")
    assert page.status_code == 200
    fields = Forms(page.text).buttons[ON][1].fields
    assert fields["column_B"] == "" and fields["column_D"] == "name"
    again = Forms(press(browser, page, ON).text).buttons[AGAIN][1].fields
    kept = {name: value for name, value in given.items() if name.startswith("answer:")}
    assert kept and kept.items() <= again.items()


# ---- what cannot be read -----------------------------------------------------------------------

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("tom.csv", b"", "Filen er tom"),
        ("tom.xlsx", b"", "Filen er tom"),
        ("rapport.xlsx", PDF, "Filen er ikke en Excel-arbeidsbok"),
        ("oslo_2009-2024.xlsx", INVENTORY, "Utslipp"),
    ],
)
def test_a_file_that_cannot_be_used_gets_its_sentence(client, database, name, data, sentence):
    """400, what is wrong and what to do; nothing is stored, not even for an hour."""
    browser, before = client(Role.CLIMATE), database()
    answer = upload(browser, name, data if isinstance(data, bytes) else data.read_bytes())
    assert answer.status_code == 400
    assert sentence in plain(answer.text) and "Ingenting er lagret" in answer.text
    assert "<title>Feil:" in answer.text
    assert database() == before


def test_no_file_at_all_is_asked_for(client, database):
    browser, before = client(Role.CLIMATE), database()
    answer = browser.send(IMPORT)
    assert answer.status_code == 400
    assert "Velg en fil." in answer.text and "<title>Feil:" in answer.text
    assert database() == before


def test_a_file_that_is_too_large_is_refused(app, client):
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = upload(client(Role.CLIMATE), "stor.csv", b"x" * 20_000)
    assert answer.status_code == 413 and "Filen er for stor" in answer.text


@pytest.mark.parametrize(
    ("columns_chosen", "letter"), [({"column_B": ""}, "A"), ({"column_C": "name"}, "C")]
)
def test_columns_that_cannot_be_used_are_told_at_the_column(client, columns_chosen, letter):
    """No column for the name; two columns for one field. The error links to the select."""
    browser = client(Role.CLIMATE)
    page = press(browser, columns(browser, table("1;Gå;Vei;1;2")), ON, **columns_chosen)
    assert page.status_code == 400
    assert "Kolonnene kan ikke brukes slik. Ingenting er lagret." in page.text
    assert f'href="#column_{letter}"' in page.text
    assert f'aria-describedby="column_{letter}-feil ' in page.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (table("1;Gå;Vei;1;2", "SUM;;;1;2", "SUM;;;1;2"), "rad 3 og 4"),
        (table("1;Gå;Vei;1;2", "1;Sykle;Vei;1;2"), "rad 2 og 3"),
        (table("1,5;Gå;Vei;1;2"), "1,5"),
        (table("1;;Vei;1;2"), "B2"),
        (table(f"1;{'x' * 10_000};Vei;1;2"), "10\u00a0000"),
        (table("1;Gå;4014", head="nr;klimatiltak;kommunenummer"), "4014"),
    ],
)
def test_a_table_that_must_be_put_right_gets_its_sentence(client, draft, data, sentence):
    """What stops stands first, with its place; no button stores, and no crafted form does."""
    browser, before = client(Role.CLIMATE), draft()
    page = columns(browser, data)
    page = press(browser, page, ON)
    assert page.status_code == 400
    assert "Må rettes" in page.text and "Tabellen kan ikke leses inn slik den er" in page.text
    assert sentence in page.text
    buttons = Forms(page.text).buttons
    assert not [label for label in buttons if label.startswith(("Les inn", "Lagre"))]
    address, form = buttons[BACK]
    assert browser.post(f"{address}/confirm", data=form.fields).status_code == 400
    assert draft() == before


def test_a_heading_that_is_gone_leaves_a_column_to_choose_for(client):
    """The deleted heading is shown as missing; a person says what the column is."""
    browser = client(Role.CLIMATE)
    page = columns(browser, table("9;Gå mer;Vei;1;2", head="nr;;sektor;2027;2028"))
    assert "uten overskrift" in page.text
    assert press(browser, page, ON).status_code == 400
    page = press(browser, page, ON, column_B="name")
    assert page.status_code == 200 and "Gå mer" in page.text


# ---- texts of other people's tables ------------------------------------------------------------

WRITTEN = "=1+1 <script>alert(1)</script> {{7*7}} %s %(x)s 100 %"


def test_what_a_table_says_is_shown_and_kept_as_it_is_written(client, draft):
    """Formulas and markup in cells, headings and file names are text, on every page."""
    browser = client(Role.CLIMATE)
    head = "nr;klimatiltak;<script>alert(2)</script> {{7*7}} %s;2027;2028"
    data = table(f"9;{WRITTEN};{WRITTEN};1;2", head=head)
    page = columns(browser, data, "<img src=x onerror=alert(3)> %s.csv")
    assert "&lt;img src=x onerror" in page.text and "&lt;script&gt;alert(2)" in page.text
    shown = [page.text]
    page = press(browser, page, ON, column_C="department")
    shown.append(page.text)
    if AGAIN in page.text:
        page = answered(browser, page)
        shown.append(page.text)
    assert confirm(browser, page).status_code == 303
    shown += [browser.get(LIST).text, browser.get(f"{LIST}9").text]
    for html in shown:
        assert "<script" not in html and "<img" not in html and "{{7*7}}" in html
    assert next(m for m in draft() if m.number == 9).name == WRITTEN


# ---- what was previewed is what is stored ------------------------------------------------------


@pytest.fixture
def preview(client) -> TestResponse:
    """A preview of the climate adviser, ready to be confirmed."""
    return previewed(client(Role.CLIMATE), table("9;Gå mer;Vei;1;2"))


def test_another_digest_shows_what_would_be_stored_now(client, draft, preview):
    """What is confirmed must be what was shown."""
    before = draft()
    for changes in ({"digest": "0" * 64}, {"column_E": ""}):
        answer = confirm(client(Role.CLIMATE), preview, **changes)
        assert answer.status_code == 409
        assert "Her er det som blir lest inn nå." in answer.text
    assert draft() == before


def test_a_preview_does_not_outlive_the_draft_it_rests_on(app, client, draft, preview):
    """Somebody has saved a measure meanwhile: 409 with a sentence, and nothing is stored."""
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        place = world.at(session)
        write.remove_measure(session, place, read.measures(session, place)[2].id)
        session.commit()
    before = draft()
    answer = confirm(client(Role.CLIMATE), preview)
    assert answer.status_code == 409
    assert "Utkastet er endret siden filen ble lest" in answer.text
    address, _ = Forms(preview.text).buttons[BACK]
    assert client(Role.CLIMATE).get(address).status_code == 409
    assert draft() == before


def test_a_preview_is_one_persons_in_one_municipality(client, preview):
    """Neither a colleague nor another municipality finds it."""
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
    assert client(Role.CLIMATE).get(buttons[BACK][0]).status_code == 200


def test_a_preview_lasts_an_hour_and_is_confirmed_once(client, clock, draft, preview):
    """After that there is nothing to confirm, and the page says what to do."""
    browser = client(Role.CLIMATE)
    assert confirm(browser, preview).status_code == 303
    stored = draft()
    assert confirm(browser, preview).status_code == 404
    late = previewed(browser, table("10;Gå enda mer;Vei;1;2"))
    clock.forward(minutes=61)
    browser = client(Role.CLIMATE)
    answer = browser.post(Forms(late.text).buttons[BACK][0], data={"csrf_token": browser.token()})
    assert answer.status_code == 404
    assert "En forhåndsvisning varer i en time." in answer.text
    assert draft() == stored


def test_leaving_stores_nothing(client, draft, database, preview):
    browser, before = client(Role.CLIMATE), draft()
    answer = press(browser, preview, LEAVE)
    assert answer.headers["Location"] == LIST
    assert "Avbrutt. Ingenting er lagret." in browser.get(LIST).text
    assert draft() == before and dict(database())["staging"] == 0


@pytest.mark.parametrize("junk", ["tull", "name'--", "effect-99999", "a\0b", "🌍" * 300, "%s"])
def test_junk_in_the_form_is_a_sentence_and_no_fault(client, draft, preview, junk):
    """Unknown columns, fields, answers and tokens; the draft stays as it was."""
    browser, before = client(Role.CLIMATE), draft()
    assert press(browser, preview, BACK, column_B=junk).status_code == 200
    answer = confirm(browser, preview, column_B=junk)
    assert answer.status_code == 400 and "Velg et av alternativene." in answer.text
    fields = {"column_ZZZ": junk, "answer:tull": junk, junk: junk}
    assert press(browser, preview, LEAVE.replace(LEAVE, BACK), **fields).status_code == 200
    assert confirm(browser, preview, digest=junk).status_code == 409
    assert browser.send(f"{IMPORT}tull/confirm", digest=junk).status_code == 404
    assert draft() == before


def test_a_version_that_is_frozen_takes_no_table(client):
    """409 with a sentence, also for one who may change drafts."""
    answer = client(Role.CLIMATE).get(f"{ADOPTED}/measures/import/")
    assert answer.status_code == 409
