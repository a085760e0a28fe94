"""A municipality that writes nynorsk: nothing on its pages passes the translator by."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from csv import reader
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Kind, Stage
from climatebudget.core.inventory import Emission
from climatebudget.core.national import NAMES
from climatebudget.core.overlap import Member, OverlapGroup, Rule
from climatebudget.db import read, write
from climatebudget.db.models import Model
from climatebudget.translations import catalogue
from climatebudget.web import context
from tests import world
from tests.language import bokmal_in, marking, unmarked
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE, Client
from tests.web.test_differences import store
from tests.web.test_imports import ENGLISH, OSLO, csv, number, upload
from tests.web.test_measure_imports import confirm, previewed, table

pytestmark = pytest.mark.parametrize("settled", ["sqlite"], indirect=True)

SHOWN = ("aria-label", "title", "alt", "placeholder")
QUIET = {"script", "style", "textarea"}  # what is typed is no sentence of ours
WORD = re.compile(r"[^\W\d_]{2,}")
FILES = (".xlsx", ".csv")
CATALOGUE = Path(__file__).parents[2] / "climatebudget" / "catalogue"
SHEETS = ("Oversikt - detaljert", "Oversikt", "Info")  # Miljødirektoratet's own
# Names and units, which are the same in both languages, and how a place in a file is written.
SAME = {
    *("klimabudsjett", "co", "co₂", "co₂e", "tonn", "kr", "kl", "rad", "og", "som", "sha", "xlsx"),
    *("csv", "nynorsk", "bokmål", "nlod", "by", "cc"),
}
OUTSIDE = {"home.start", "home.accessibility", "sign_in.form"}


# ---- a municipality, a reader --------------------------------------------------------------------


def speak_nynorsk(app: Flask, number: str = "0301") -> None:
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        found = read.municipality(session, number)
        assert found
        write.set_language(session, found[0], "nn")
        session.commit()


@pytest.fixture
def marked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Oslo in nynorsk, by a translator that marks what it has seen."""
    speak_nynorsk(app)
    monkeypatch.setattr(context, "translator", marking)
    return app


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)  # the fields that a person writes in


class Reader(HTMLParser):
    """All that a page says, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.said += [own[name] for name in SHOWN if own.get(name)]
        if tag in QUIET:
            self._inside.append(tag)
        if tag == "a" and "href" in own:
            self.links.append(own["href"])
        if tag == "form":
            self.forms.append(Form(own.get("action", "")))
            self.forms[-1].action += "" if own.get("method") == "post" else "?"
        if self.forms and own.get("name") and tag in ("input", "select", "textarea"):
            self._field(tag, own)

    def _field(self, tag: str, own: dict[str, str]) -> None:
        form, kind = self.forms[-1], own.get("type", "text")
        if kind in ("radio", "checkbox") and "checked" not in own:
            return
        form.fields[own["name"]] = own.get("value", "")
        if tag == "textarea" or (tag == "input" and kind in ("text", "email", "password")):
            form.typed.add(own["name"])

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.said.append(data)


class Known:
    """What is no sentence of ours, by its first word; ``clean`` are lines looked at already."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.clean: set[str] = set()
        self.by_word: dict[str, list[str]] = {}
        for text in texts:
            if word := WORD.search(text):
                self.by_word.setdefault(word[0], []).append(text)

    def in_line(self, line: str) -> list[str]:
        """Those that may stand in the line, the longest first."""
        found = {text for word in WORD.findall(line) for text in self.by_word.get(word, ())}
        return sorted(found, key=len, reverse=True)


@pytest.fixture
def known(app: Flask) -> Callable[[], Known]:
    """What people and statistics have written: the texts of the database and the catalogue."""

    def texts() -> Known:
        found = set(in_catalogue())
        with app.extensions["engine"].connect() as connection:
            for table in Model.metadata.sorted_tables:
                for row in connection.execute(table.select()):
                    found.update(value for value in row if isinstance(value, str))
        # A word of ours is translated, wherever it is kept.
        return Known(found - set(catalogue("nn")))

    return texts


@cache
def in_catalogue() -> frozenset[str]:
    found = {*NAMES.values(), *SHEETS}
    for file in CATALOGUE.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as source:
            found.update(cell for row in [*reader(source)][1:] for cell in row)
    # The published star of «*Estimat sjøfart» is left out where people choose a source.
    return frozenset(found | {cell.lstrip("*") for cell in found})


def untranslated(page: Reader, known: Known) -> set[str]:
    """What a page says that no translator has seen and nobody typed, line by line."""
    return {
        line
        for line in map(str.strip, unmarked("\n".join(page.said)).splitlines())
        if foreign(line, known)
    }


def foreign(text: str, known: Known) -> list[str]:
    """The words that are neither names in the database nor the same in all languages."""
    if text in known.clean or not WORD.search(text):
        return []
    line = text
    text = re.sub(r"· [a-z-]+(?= ·|$)", " ", text)  # the code of a finding
    for name in known.in_line(text):
        if name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    text = re.sub(r"\b[0-9a-f]{8,}\b|\S+@\S+|\S+\.(?:xlsx|csv|json)\b|&[LRPN]", " ", text)
    found = [word for word in WORD.findall(text) if word.lower() not in SAME]
    if not found:
        known.clean.add(line)
    return found


def look(answer: TestResponse, known: Known, at: str) -> Reader:
    page = Reader(answer.text)
    assert untranslated(page, known) == set(), at
    return page


# ---- every page ----------------------------------------------------------------------------------


def texts_of(file: TestResponse) -> Iterator[str]:
    """All that a person sees: sheets, cells, the words of formats, margins, charts."""
    if file.mimetype == "text/csv":
        yield from re.split(r"[;\n]", file.data.decode("utf-8-sig"))
        return
    book = load_workbook(io.BytesIO(file.data))
    for sheet in book:
        yield sheet.title
        for margin in (sheet.oddHeader, sheet.oddFooter):
            yield from (str(part.text or "") for part in (margin.left, margin.right))
        for chart in sheet._charts:
            yield from (str(one.tx.v or "") for one in chart.series if one.tx and one.tx.v)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type != "f":
                    yield cell.value
                yield from re.findall(r'"([^"]+)"', cell.number_format)
    yield str(book.properties.title)
    yield str(book.properties.subject)


def crawl(
    browser: Client, known: Known, starts: Iterable[str], files: set[str]
) -> Iterator[tuple[str, Reader]]:
    """Every page that can be reached, each kind of question to a list once; each file once."""
    ahead, seen = [*starts, "/accessibility"], set()
    while ahead:
        address = ahead.pop(0)
        parts = urlsplit(address)
        path = re.sub(r"(/explain/\w+)/\d+/$", r"\1/", parts.path)  # the years say the same
        key = path, tuple(sorted(re.findall(r"(\w+)=", parts.query)))
        if key in seen or parts.netloc or parts.path in files:
            continue
        seen.add(key)
        answer = browser.get(address)
        assert answer.status_code in (200, 302), address
        if answer.location:
            ahead.append(answer.location)
            yield address, Reader("")
            continue
        if re.search(r"/editions/.*/(file|(edition|rows)\.\w+)$", parts.path):
            files.add(parts.path)  # data, in the publisher's own words: it is read again
            continue
        if parts.path.endswith(FILES):
            files.add(parts.path)
            text = unmarked("\n".join(texts_of(answer)))
            assert {line for line in text.splitlines() if foreign(line, known)} == set(), address
            continue
        page = look(answer, known, address)
        ahead += [urljoin(address, link) for link in page.links]
        yield address, page


def endpoints(app: Flask, addresses: list[str]) -> set[str]:
    at = app.url_map.bind("localhost")
    return {at.match(urlsplit(address).path)[0] for address in addresses}


@pytest.fixture
def full(marked: Flask) -> Flask:
    """With what some pages take: a newer edition, a version that waits, a person in two places."""
    figures = [("0301", 2024, "595.5"), ("0301", 2025, "580"), ("4014", 2024, "600")]
    emissions = [
        Emission(area, "veitrafikk/personbiler", None, year, Decimal(tonnes), row)
        for row, (area, year, tonnes) in enumerate(figures, start=2)
    ]
    store(marked, None, "Ny", emissions)
    with db.session(marked.extensions["engine"], actor="oppsett", writes=True) as session:
        write.freeze(session, world.at(session), Kind.PROPOSAL, "", world.NOW)
        elsewhere, person = world.at(session, "4014"), world.email(Role.AUDITOR)
        known = read.user_by_email(session, person)
        assert known
        write.add_membership(session, elsewhere.municipality_id, known[0].id, Role.AUDITOR)
        write.add_person(session, world.email(Role.FINANCE, "drift"), "XX", operator=True)
        measures = read.measures(session, world.at(session))
        both = [Member(m.id, e.code) for m in measures for e in m.effects][:2]
        group = OverlapGroup("xx", "XX", Rule.LARGEST, tuple(both), "XX")
        write.save_overlap(session, world.at(session), group)
        session.commit()
    return marked


def test_no_page_says_anything_that_is_not_translated(full, client, known):
    """Every page that a link leads to, in the hands of those who see different things."""
    texts, visited, files = known(), set(), set()
    starts = ["/", f"{ADOPTED}/", f"{ADOPTED}/sources/", f"{ADOPTED}/differences/"]
    for role in READERS:
        found = crawl(client(role), texts, starts, files)
        visited |= endpoints(full, [address for address, _ in found])
    look(client(None).get("/sign-in"), texts, "/sign-in")
    look(client(Role.FINANCE, "drift").get("/names/"), texts, "/names/")
    visited.add("names.page")
    with db.session(full.extensions["engine"], actor="oppsett", writes=True) as session:
        write.move_stage(session, world.at(session), Stage.PROPOSAL)
        session.commit()
    waiting = f"/0301/{world.YEAR}/forslag/versions/present"
    look(client(Role.DIRECTOR).get(waiting), texts, waiting)
    visited |= endpoints(full, [waiting])
    pages = {
        rule.endpoint
        for rule in full.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.endswith(FILES)
    }
    # The others are seen below, or are no pages.
    assert pages - visited <= {"sign_in.form", *PREVIEWS, *DOWNLOADS}


PREVIEWS = {"imports.preview", "measure_imports.columns", "measure_imports.preview"}
PREVIEWS |= {"path_imports.preview", "measure_undo.confirm", "differences.municipalities"}
# Who edits all, who moves and freezes, who edits some, who reads what is lagt fram, who audits.
READERS = (Role.CLIMATE, Role.FINANCE, Role.SECTOR_HEAD, Role.POLITICIAN, Role.AUDITOR)
DOWNLOADS = {"static", "editions.rows", "editions.whole", "editions.original"}


def test_no_answer_to_a_form_says_anything_that_is_not_translated(marked, client, known):
    """Each form is sent as it is, empty, with nonsense, and as it was once more (now stale)."""
    files: set[str] = set()
    for role in (Role.CLIMATE, Role.FINANCE):
        browser, texts = client(role), known()
        forms = {
            (form.action, tuple(form.fields)): form
            for address, page in crawl(browser, texts, [f"{DRAFT}/"], files)
            for form in page.forms
            if form.action and not form.action.endswith(("?", "/sign-out"))
        }
        for form in forms.values():
            for fields in sendings(form):
                answer = browser.send(form.action, **fields)
                if answer.location:
                    answer = browser.get(answer.location)
                look(answer, known(), f"{form.action} {fields}")


def sendings(form: Form) -> Iterator[dict[str, str]]:
    own = {k: v for k, v in form.fields.items() if k != "csrf_token"}
    yield {**own, **{k: f"{v} X" for k, v in own.items() if k in ("name", "policy", "reason")}}
    yield {k: "" if k in form.typed else v for k, v in own.items()}
    for nonsense in ("1.250", "XX", "-1", "0,0000001"):
        yield {k: nonsense if k in form.typed else v for k, v in own.items()}
    yield {k: v if k in form.typed or k == "lock" else "XX" for k, v in own.items()}
    yield {**own, **{k: f"{v} XX" for k, v in own.items() if k in ("name", "policy", "reason")}}


@pytest.mark.parametrize(
    "file, data",
    [
        ("oslo.xlsx", lambda: OSLO.read_bytes()),
        ("english.csv", lambda: ENGLISH.read_bytes()),
        ("ny.csv", lambda: csv("0301;Oslo;Romfart;2024;12,5", "0301;Oslo;Luftfart;2010;-1")),
        ("tall.csv", lambda: number("1.250")),
        ("XX.csv", lambda: csv("4014;Kragerø;Veitrafikk;2024;1,5")),
        ("tom.csv", lambda: b""),
        ("ikke.xlsx", lambda: b"XX"),
        ("sitat.csv", lambda: b'Kommune,"XX'),
        ("mangler.csv", lambda: b"Kommune,Sektor,Utslipp\nXX,XX,1\n"),
        ("ingen.csv", lambda: b"XX,XX\n1,2\n"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_import_says_anything_that_is_not_translated(marked, client, known, file, data):
    """What the file itself calls a thing stands among the values of a sentence, or is in quotes."""
    browser = client(Role.CLIMATE)
    answer = upload(browser, file, data())
    if answer.location:
        answer = browser.get(answer.location)
    look(answer, known(), file)


def test_a_path_from_a_file_is_previewed_in_nynorsk(marked, client, known):
    browser = client(Role.CLIMATE)
    for text in ("XX;2027;2030\nI alt;950;1.250\n", "År;Tonn\n2027;950\n2030;900\n"):
        file = io.BytesIO(text.encode()), "XX.csv"
        answer = browser.send(f"{DRAFT}/path/import/", file=file)
        answer = browser.get(answer.location) if answer.location else answer
        assert answer.status_code in (200, 400)
        look(answer, known(), text)


def test_what_an_undo_would_take_back_is_told_in_nynorsk(app, client):
    browser = client(Role.CLIMATE)
    page = previewed(browser, table("2;Kjøpe grønn varme;Bygg;7;9"))
    browser.get(confirm(browser, page).location)  # what was done is told, once
    speak_nynorsk(app)
    answer = browser.get(f"{DRAFT}/measures/undo/")
    assert answer.status_code == 200
    said = "\n".join(Reader(answer.text).said).replace("klimarådgiver i Oslo", "")  # a name
    assert bokmal_in(said) == []


@pytest.mark.parametrize(
    "method, address, status",
    [
        ("GET", f"{DRAFT}/differences/", 200),
        ("GET", f"{DRAFT}/measures/99", 404),
        ("GET", f"{ELSEWHERE}/", 404),
        ("GET", "/XX", 404),
        ("GET", f"{DRAFT}/imports/XX", 404),
        ("POST", f"{DRAFT}/measures/1", 400),
        ("POST", f"{DRAFT}/reconciliation/", 405),
        ("POST", f"{ADOPTED}/measures/1", 409),
        ("POST", f"{DRAFT}/versions/freeze", 403),
    ],
)
def test_no_other_answer_says_anything_that_is_not_translated(
    marked, client, known, method, address, status
):
    browser = client(Role.CLIMATE)
    sent = {} if status in (400, 405) else {"csrf_token": browser.token()}
    answer = browser.open(address, method=method, data=sent if method == "POST" else None)
    assert answer.status_code == status
    assert 'lang="nn"' in answer.text
    look(answer, known(), address)


def test_an_unforeseen_failure_is_told_in_the_language_of_the_page(marked, client, known):
    def fail() -> None:
        raise RuntimeError("XX")

    marked.view_functions["overview.page"] = lambda **at: fail()
    answer = client(Role.CLIMATE).get(f"{DRAFT}/")
    assert (answer.status_code, 'lang="nn"' in answer.text) == (403, True)


# ---- the annex -----------------------------------------------------------------------------------


def test_the_annex_of_a_nynorsk_municipality_is_nynorsk(app, client, known):
    speak_nynorsk(app)
    workbook = client(Role.CLIMATE).get(f"{DRAFT}/annex/klimabudsjett.xlsx")
    titles = [sheet.title for sheet in load_workbook(io.BytesIO(workbook.data))]
    assert titles == [
        *("Kort fortalt", "Klimatiltak per sektor", "Vegen til målet", "Avstemming", "Metode")
    ]
    text, named = "\n".join(texts_of(workbook)), known()
    for name in named.in_line(text):
        text = text.replace(name, " ")
    assert bokmal_in(text) == []
    assert "utsleppsramme" in text.lower() and "Attståande kutt" in text


# ---- whose language ------------------------------------------------------------------------------


def test_a_page_is_in_the_language_of_its_municipality(app, client):
    speak_nynorsk(app)
    page = client(Role.CLIMATE).get(f"{DRAFT}/").text
    assert '<html lang="nn"' in page and "Utsleppsramme" in page and "Utslippsramme" not in page
    page = client(Role.CLIMATE, "4014").get(f"{ELSEWHERE}/").text
    assert '<html lang="nb"' in page and "Utslippsramme" in page


def test_outside_a_municipality_the_language_is_that_of_ones_only_one(app, client):
    speak_nynorsk(app)
    page = client(Role.CLIMATE).get("/accessibility").text
    assert '<html lang="nn"' in page and "Tilgjenge" in page
    assert '<html lang="nb"' in client(Role.CLIMATE, "4014").get("/accessibility").text


def test_who_belongs_to_two_that_differ_reads_bokmal_outside_them(app, client):
    speak_nynorsk(app)
    with db.session(app.extensions["engine"], actor="oppsett", writes=True) as session:
        elsewhere = read.municipality(session, "4014")
        person = read.user_by_email(session, world.email(Role.CLIMATE))
        assert elsewhere and person
        write.add_membership(session, elsewhere[0], person[0].id, Role.AUDITOR)
        session.commit()
    browser = client(Role.CLIMATE)
    assert '<html lang="nb"' in browser.get("/accessibility").text
    assert '<html lang="nn"' in browser.get(f"{DRAFT}/").text
    assert '<html lang="nb"' in browser.get(f"{ELSEWHERE}/").text


def test_a_stranger_reads_what_all_municipalities_write(app, client):
    """Bokmål as long as they differ."""
    speak_nynorsk(app)
    assert '<html lang="nb"' in client(None).get("/sign-in").text
    speak_nynorsk(app, "4014")
    refused = client(None).send("/sign-in", email="", password="")
    assert '<html lang="nn"' in refused.text and "Skriv e-postadressa di." in refused.text


@pytest.mark.parametrize(
    "field_name, typed, sentence",
    [
        ("cut_0_2027", "1.250", "«1.250» kan bety 1\u00a0250 eller 1,25. Skriv 1250 eller 1,25."),
        ("cut_0_2027", "ca. 12", "«ca. 12» er ikkje eit tal. Skriv berre talet"),
        ("cut_0_2027", "0,0000001", "er finere enn eit gram. Skriv høgst seks desimalar."),
        ("start", "27", "«27» er ikkje eit årstal. Skriv fire siffer, til dømes 2027."),
        ("number", "sju", "«sju» er ikkje eit nummer."),
        ("name", "", "Skriv kva klimatiltaket heiter."),
    ],
)
def test_what_cannot_be_read_is_told_in_nynorsk(app, client, field_name, typed, sentence):
    speak_nynorsk(app)
    browser = client(Role.CLIMATE)
    page = Reader(browser.get(f"{DRAFT}/measures/1").text)
    form = next(form for form in page.forms if form.action.endswith("/measures/1"))
    assert field_name in form.fields
    fields = {**form.fields, field_name: typed}
    del fields["csrf_token"]
    answer = browser.send(form.action, **fields)
    assert answer.status_code == 400 and sentence in answer.text


def test_numbers_and_dates_are_written_alike_in_both_languages(app, client):
    """Hard spaces, a decimal comma, a real minus; day.month.year without leading zeros."""
    figures = re.compile(r"[−\d][\d\u00a0.,]*\d(?:\u00a0%)?")

    def shown() -> list[str]:
        browser = client(Role.CLIMATE)
        pages = [browser.get(f"{ADOPTED}/{page}/").text for page in ("inventory", "versions")]
        return figures.findall("\n".join(text for html in pages for text in Reader(html).said))

    before = shown()
    speak_nynorsk(app)
    assert shown() == before
    assert {"23.11.2026", "1\u00a0751", "−41\u00a0%"} <= set(before)
