"""Reading in an edition: nothing is stored before it is confirmed, then exactly what was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.paths import Allowance
from climatebudget.db import read, write
from tests import world
from tests.web.conftest import Client

DATA = Path(__file__).parents[1] / "data"
OSLO = DATA / "inventory" / "oslo_2009-2024.xlsx"
ENGLISH = DATA / "inventory" / "oslo_2009-2020_edition_2020-tall_english.csv"
TELEMARK = DATA / "inventory" / "telemark_2024-tall_seen_2026-02-03.csv"
IMPORTS = f"/0301/{world.YEAR}/utkast/imports/"
NO_WORKBOOK = "Filen er ikke en Excel-arbeidsbok"
HEAD = "kommunenr;kommune;sektor;ar;utslipp_tonn\n"
Rows = Callable[[], list[tuple[str, int]]]


def upload(
    browser: Client, name: str, data: bytes, at: str = IMPORTS, area: str = ""
) -> TestResponse:
    answer = browser.send(at, file=(BytesIO(data), name), area=area)
    answer.request.input_stream.close()  # a large one lies in a file
    return answer


def previewed(browser: Client, name: str, data: bytes, at: str = IMPORTS) -> str:
    """The address of the preview of an upload."""
    answer = upload(browser, name, data, at)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def confirm(browser: Client, address: str, **changes: str) -> TestResponse:
    """Press the button of the preview, with the answers it has from before or these."""
    page = browser.get(address).text
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest
    answers = {
        "digest": digest[1],
        "name": "2024-tall",
        "publisher": "Miljødirektoratet",
        "published": "",
        "area": "yes",
    }
    return browser.send(address, **{**answers, **changes})


def csv(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines)).encode()


def editions(app: Flask, number: str = "0301") -> list[str]:
    with db.session(app.extensions["engine"], actor="test") as session:
        found = read.municipality(session, number)
        assert found
        return [edition.slug for edition in read.editions(session, found[0])]


def staged(database: Rows) -> int:
    return dict(database())["staging"]


# ---- a file that is in order -------------------------------------------------------------------


def test_the_form_says_which_files_are_understood(client):
    """The files a person may have, in the words they know them by."""
    page = client(Role.CLIMATE).get(IMPORTS).text
    for words in ("Oversikt - detaljert", "kommunenr", "Emission sector", "opptil 80 MB"):
        assert words in page


def test_a_workbook_is_shown_before_anything_is_stored(app, client, database):
    """The preview of Miljødirektoratet's workbook: rows, sums and what the version says now."""
    before = database()
    browser = client(Role.CLIMATE)
    page = browser.get(previewed(browser, "oslo_2009-2024.xlsx", OSLO.read_bytes())).text
    for words in (
        "Filen går opp: alle 13 årene gir samme sum som arket «Oversikt».",
        "Ingenting er lagret ennå.",
        "Svar på to spørsmål",
        "130 av 130 sektorår stemmer",
        "15 ark:",
        "Er det kommune 0301?",
        "Les inn 1\u00a0346 rader",
        "944\u00a0853,2",  # read in 2024
        "1\u00a0025,5",  # what the version's edition says of 2024 now
        "nytt år",
        "«Oversikt - detaljert», C2",
    ):
        assert words in page, words
    assert editions(app) == ["2024-tall"]
    changed = {
        name for (name, now), (_, then) in zip(database(), before, strict=True) if now != then
    }
    assert changed <= {"staging", "file_part", "record"}  # the file waits, out of sight


def test_a_confirmed_preview_becomes_an_edition_of_the_municipality(app, client, database):
    """All 1 346 rows, with the name and the day that were written, and nothing waits any more."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, "oslo_2009-2024.xlsx", OSLO.read_bytes())
    answer = confirm(browser, address, name="Utgave fra februar", published="03.02.2026")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/inventory/editions/0301/utgave-fra-februar")
    page = browser.get(answer.headers["Location"]).text
    assert "Utgave fra februar er lest inn: 1\u00a0346 rader." in page
    assert "3.2.2026" in page and "klimarådgiver i Oslo" in page
    with db.session(app.extensions["engine"], actor="test") as session:
        place = world.at(session)
        edition = read.edition_by_slug(session, "utgave-fra-februar", place.municipality_id)
        assert edition is not None
        assert (edition.rows, edition.owner, len(edition.years)) == (1346, "0301", 13)
        assert read.budget(session, place).edition.slug == "2024-tall"  # until somebody changes it
    assert staged(database) == 0
    assert browser.get(address).status_code == 404


def test_finance_may_read_in_an_edition_and_a_sector_head_may_not(client):
    """Only those who set the frame of the budget."""
    assert client(Role.FINANCE).get(IMPORTS).status_code == 200
    assert client(Role.SECTOR_HEAD).get(IMPORTS).status_code == 403


def test_sums_that_differ_are_told_and_stored_as_findings(app, client):
    """Oslo's own table does not close: ten of its sums are not what its rows make."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, ENGLISH.name, ENGLISH.read_bytes())
    page = browser.get(address).text
    assert "10 av 81 summer i filen er ulike det radene gir." in page
    assert "10\u00a0729,4" in page  # the differences, none of them counted twice
    assert "Summer per år og utslippssektor: 9 er ulike filens egne" in page
    first = page[page.index("De som er ulike, står først.") :]
    assert first.index("ulik</span>") < first.index("2009 Oppvarming")
    answer = confirm(browser, address, name="2020-tall", answer0="0301")
    page = browser.get(answer.headers["Location"]).text
    assert "3\u00a0984,9" in page and "D14" in page
    assert "Summer per år og utslippssektor: 9 er ulike filens egne" in page
    assert page.count('<span class="tag tag--explain">ulik</span>') == 9


def test_a_file_with_several_municipalities_shows_ones_own_part(client):
    """Two of the municipalities of Telemark, read in by one of them."""
    head, *lines = TELEMARK.read_text(encoding="utf-8").splitlines()
    two = [head, *(line for line in lines if line.startswith(("Kragerø", "Bamble")))]
    browser = client(Role.CLIMATE, "4014")
    at = f"/4014/{world.YEAR}/utkast/imports/"
    page = browser.get(previewed(browser, TELEMARK.name, "\n".join(two).encode(), at)).text
    assert "«Egne» er Kragerø" in page
    assert "Filen har ingen egne summer å kontrollere mot." in page
    assert "<summary>Summer per år og utslippssektor</summary>" in page


# ---- files that are refused --------------------------------------------------------------------


def without_details() -> bytes:
    book = load_workbook(OSLO)
    del book["Oversikt - detaljert"]
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def number(text: str) -> bytes:
    return csv(f"0301;Oslo;Veitrafikk;2024;{text}")


def corpus(name: str) -> bytes:
    return (DATA / "corpus" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("bilde.xlsx", lambda: corpus("s04_png.xlsx"), NO_WORKBOOK),
        (
            "nettside.xlsx",
            lambda: corpus("s05_html_table.xls"),
            NO_WORKBOOK,
        ),
        ("låst.xlsx", lambda: corpus("s09_encrypted.xlsx"), "beskyttet med passord"),
        ("halv.xlsx", lambda: corpus("s02_truncated.xlsx"), "ødelagt eller bare delvis lastet ned"),
        ("tom.xlsx", lambda: b"", "Filen er tom"),
        ("uten-ark.xlsx", without_details, "Arket «Oversikt - detaljert» mangler"),
        (
            "kolonne.xlsx",
            lambda: corpus("d18_missing_column.xlsx"),
            "mangler en kolonne",
        ),
        ("cirka.csv", lambda: number("ca. 12"), "«ca. 12» er ikke et tall"),
        ("nan.xlsx", lambda: corpus("d14a_only_nan.xlsx"), "«nan» er ikke et tall"),
        ("annen.csv", lambda: csv("4014;Kragerø;Veitrafikk;2024;1,5"), "ikke tall for Oslo (0301)"),
    ],
)
def test_a_file_that_cannot_be_used_gets_its_sentence(client, database, name, data, sentence):
    """400, what is wrong and what to do; nothing is stored, not even for an hour."""
    browser = client(Role.CLIMATE)
    before = database()
    answer = upload(browser, name, data())
    assert answer.status_code == 400
    assert sentence in answer.text and "Ingenting er lagret" in answer.text
    assert "Les inn" not in re.sub(r"Les inn ny statistikkutgave", "", answer.text)
    assert database() == before


def test_no_file_at_all_is_asked_for(client):
    """The form again, with what to do."""
    answer = client(Role.CLIMATE).send(IMPORTS, area="")
    assert answer.status_code == 400
    assert "Velg en fil." in answer.text and "<title>Feil:" in answer.text


def test_a_file_that_is_too_large_is_refused(app, client):
    """Whatever is in it."""
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = upload(client(Role.CLIMATE), "stor.xlsx", OSLO.read_bytes())
    assert answer.status_code == 413
    assert "Filen er for stor" in answer.text


# ---- the same file again -----------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(client, database):
    """The same bytes under another name, and the same rows in another order, are recognised."""
    browser = client(Role.CLIMATE)
    lines = ["0301;Oslo;Veitrafikk;2023;7,5", "0301;Oslo;Veitrafikk;2024;6,5"]
    confirm(browser, previewed(browser, "en.csv", csv(*lines)), name="Egen")
    before = database()
    for again in (csv(*lines), csv(*reversed(lines))):
        answer = upload(browser, "to.csv", again)
        assert answer.status_code == 200
        assert "Denne utgaven finnes fra før, ingenting er endret" in answer.text
        assert "/inventory/editions/0301/egen" in answer.text
    assert database() == before


# ---- what only a person knows ------------------------------------------------------------------


def test_an_unknown_sector_is_a_question_and_never_a_guess(app, client, database):
    """Unanswered: 400 and nothing stored. Answered: the row stands under what was chosen."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, "ny.csv", csv("0301;Oslo;Romfart;2024;12,5"))
    assert "Utslippssektoren «Romfart» er ukjent." in browser.get(address).text
    before = database()
    answer = confirm(browser, address, name="Romfartsutgaven")
    assert answer.status_code == 400
    assert "Velg ett av svarene." in answer.text and 'value="Romfartsutgaven"' in answer.text
    assert confirm(browser, address, answer0="romfart/ufordelt").status_code == 400
    assert database() == before
    assert confirm(browser, address, name="Ny", answer0="luftfart/ufordelt").status_code == 303
    with db.session(app.extensions["engine"], actor="test") as session:
        key = world.at(session).municipality_id
        inventory = read.inventory(session, "ny", "0301", key)
        assert inventory is not None and list(inventory.sources) == ["luftfart/ufordelt"]


def test_a_file_that_turns_out_to_be_somebody_elses_is_not_stored(app, client):
    """An answer that names another municipality leaves no rows for one's own."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, ENGLISH.name, ENGLISH.read_bytes())
    answer = confirm(browser, address, answer0="4014")
    assert answer.status_code == 400
    assert "ikke tall for Oslo (0301)" in answer.text
    assert editions(app) == ["2024-tall"]


@pytest.mark.parametrize(("mark", "tonnes"), [(",", "1250"), (".", "1.25")])
def test_what_a_mark_means_is_asked_once_and_the_figures_are_shown_anew(app, client, mark, tonnes):
    """«1.250» is twelve hundred to one and one and a quarter to another: both are shown first."""
    browser = client(Role.CLIMATE)
    lines = ["0301;Oslo;Veitrafikk;2023;7", "0301;Oslo;Veitrafikk;2024;1.250"]
    address = previewed(browser, "punktum.csv", csv(*lines))
    page = browser.get(address).text
    assert "Er komma eller punktum desimaltegnet i kolonnen?" in page
    assert "Les filen på nytt" in page
    assert confirm(browser, address).status_code == 400
    again = confirm(browser, address, answer0=mark)
    assert again.status_code == 303 and again.headers["Location"] != address
    assert browser.get(address).status_code == 404
    stored = confirm(browser, again.headers["Location"], name="Ny")
    assert stored.status_code == 303
    with db.session(app.extensions["engine"], actor="test") as session:
        found = read.inventory(session, "ny", "0301", world.at(session).municipality_id)
        assert found is not None and found.total[2024] == Decimal(tonnes)


@pytest.mark.parametrize("written", ["2/2/2026", "2026-02-02", "31.2.2026", "1.12.2026", "i går"])
def test_a_day_that_is_no_day_is_asked_for_again(app, client, written):
    """The form is shown with what was written; a day that has not come is none either."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, "en.csv", csv("0301;Oslo;Veitrafikk;2024;7,5"))
    answer = confirm(browser, address, published=written)
    assert answer.status_code == 400
    assert f'value="{written}"' in answer.text and "<title>Feil:" in answer.text
    assert editions(app) == ["2024-tall"]


@pytest.mark.parametrize("leave", ["cancel", "no"])
def test_leaving_the_preview_stores_nothing(app, client, database, leave):
    """By the button, or by saying that the file is another municipality's."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, "oslo.xlsx", OSLO.read_bytes())
    left = (
        browser.send(f"{address}/cancel")
        if leave == "cancel"
        else confirm(browser, address, area="no")
    )
    assert left.status_code == 303
    assert "Avbrutt. Ingenting er lagret." in browser.get(left.headers["Location"]).text
    assert (editions(app), staged(database)) == (["2024-tall"], 0)


# ---- what was previewed is what is stored ------------------------------------------------------


@pytest.fixture
def waiting(client) -> str:
    """The address of a preview of Oslo's climate adviser."""
    return previewed(client(Role.CLIMATE), "en.csv", csv("0301;Oslo;Veitrafikk;2024;7,5"))


def test_another_digest_is_not_confirmed(app, client, waiting):
    """What is confirmed must be what was shown."""
    answer = confirm(client(Role.CLIMATE), waiting, digest="0" * 64)
    assert answer.status_code == 409
    assert "Forhåndsvisningen gjelder ikke lenger" in answer.text
    assert editions(app) == ["2024-tall"]


def test_a_preview_does_not_outlive_what_it_rests_on(app, client, waiting):
    """The version has moved to another edition: what «Nå» said is no longer so."""
    browser = client(Role.CLIMATE)
    digest = re.search(r'name="digest" value="(\w+)"', browser.get(waiting).text)[1]
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
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
    answer = browser.send(waiting, digest=digest, name="Ny", publisher="M", published="")
    assert answer.status_code == 409
    assert browser.get(waiting).status_code == 409
    assert editions(app) == ["2024-tall"]


def test_a_preview_is_one_persons_in_one_municipality(app, client, waiting):
    """Neither a colleague nor another municipality finds it."""
    digest = re.search(r'name="digest" value="(\w+)"', client(Role.CLIMATE).get(waiting).text)[1]
    answers = {"digest": digest, "name": "Ny", "publisher": "M", "published": ""}
    elsewhere = waiting.replace("/0301/", "/4014/")
    for browser, address in (
        (client(Role.FINANCE), waiting),
        (client(Role.CLIMATE, "4014"), elsewhere),
        (client(Role.CLIMATE, "4014"), waiting),
        (client(Role.CLIMATE), elsewhere),
    ):
        assert browser.get(address).status_code == 404
        assert browser.send(address, **answers).status_code == 404
        assert browser.send(f"{address}/cancel").status_code == 404
    assert client(Role.CLIMATE).get(waiting).status_code == 200


def test_a_preview_lasts_an_hour(app, client, clock, waiting):
    """After that there is nothing to confirm, and the page says what to do."""
    clock.forward(minutes=61)
    answer = client(Role.CLIMATE).get(waiting)
    assert answer.status_code == 404
    assert "En forhåndsvisning varer i en time." in answer.text


# ---- texts of other people's files -------------------------------------------------------------


def test_what_a_file_says_is_shown_as_it_is_written(client):
    """Formulas and markup in cells, in file names and in headings are text on our pages."""
    browser = client(Role.CLIMATE)
    name = "<img src=x onerror='alert(1)'>.csv"
    address = previewed(
        browser, name, csv("0301;Oslo;<script>alert(1)</script>{{ 7*7 }} %s 100 %;2024;12,5")
    )
    page = browser.get(address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }} %s 100 %" in page
    assert "&lt;img src=x onerror=" in page
    assert "<script" not in page and "<img" not in page
    confirmed = confirm(
        browser,
        address,
        name="<b>Ny</b> 100 %",
        publisher="<i>M</i> %(x)s",
        answer0="luftfart/ufordelt",
    )
    page = browser.get(confirmed.headers["Location"]).text
    assert "&lt;b&gt;Ny&lt;/b&gt; 100 %" in page and "<b>" not in page and "<i>" not in page
    refused = upload(browser, "h.csv", b"<script>alert(2)</script>;sektor\n1;2\n")
    assert refused.status_code == 400
    assert "&lt;script&gt;alert(2)" in refused.text and "<script" not in refused.text


@pytest.mark.parametrize("name", ["s70_formula_text.xlsx", "s71_html_text.xlsx"])
def test_hostile_texts_of_a_workbook_are_only_texts(client, name):
    """The files are read as any other; no text of theirs becomes markup."""
    browser = client(Role.CLIMATE)
    address = previewed(browser, name, corpus(name))
    page = browser.get(address).text
    assert "<script" not in page and "<img" not in page
    if name.startswith("s70"):
        assert "=1+1 (B6)" in page
    page = browser.get(confirm(browser, address, name=name).headers["Location"]).text
    assert "<script" not in page and "<img" not in page


def test_a_file_name_is_no_path(client, tmp_path, monkeypatch):
    """Only its last part is kept, and nothing is opened by it."""
    here = tmp_path / "her"
    here.mkdir()
    monkeypatch.chdir(here)
    browser = client(Role.CLIMATE)
    data = csv("0301;Oslo;Veitrafikk;2024;7,5")
    page = browser.get(previewed(browser, "../../etc/oslo.csv", data)).text
    assert re.search(r"<h1[^>]*>oslo\.csv</h1>", page)
    assert list(here.iterdir()) == [] and not (tmp_path / "etc").exists()
