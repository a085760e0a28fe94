"""Small municipalities: without path, without tonnes, or with sizes only, every page is useful."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.budget import Stage
from climatebudget.core.measure import Measure, Size
from climatebudget.core.paths import Allowance, Target
from climatebudget.db import read, write
from tests.tables import measures, path

TONNES = """
    nr | klimatiltak           | sektor | utslippskilde          | 2026 | 2027 | 2028 | 2029 | 2032
    1  | Bytte ut tolv biler   | Vei    | veitrafikk/personbiler | 20   | 30   | 40   | 50   | 60
    2  | Kjøpe grønn varme     | Bygg   | oppvarming/ufordelt    | 1    | 2    | 3    | 4    | 4
"""
NO_TONNES = """
    nr | klimatiltak           | sektor | utslippskilde          | 2028
    1  | Bytte ut tolv biler   | Vei    | veitrafikk/personbiler |
    2  | Gjøre det lett å gå   | Vei    | veitrafikk/personbiler |
    3  | Kjøpe grønn varme     | Bygg   | oppvarming/ufordelt    |
    4  | Følge opp byggene     | Bygg   |                        |
    5  | Holde kurs            |        |                        |
"""
SIZES = Size.LARGE, Size.SMALL, Size.MEDIUM, Size.UNKNOWN, Size.SMALL
HORIZON = 2032
TARGET = Target(Decimal(55), HORIZON, 2009, "Kommunestyret, sak 3/26")
# Each kind of small budget has a budget year of its own.
YEARS = {
    "no path, no target": 2025,
    "no tonnes": 2026,
    "sizes": 2028,
    "no edition": 2029,
    "whole path": 2030,
    "nothing": 2031,
}
PAGES = (
    *("", "measures/", "measures/new", "measures/import/", "reconciliation/", "observed/"),
    *("boundary/", "path/", "frame/", "inventory/", "annex/", "versions/", "imports/"),
)


def own(kind: str) -> tuple[Measure, ...]:
    if kind == "nothing":
        return ()
    if kind == "sizes":
        sized = zip(measures(NO_TONNES), SIZES, strict=True)
        return tuple(replace(m, size=s, why="Vi har ikke regnet på det") for m, s in sized)
    return measures(NO_TONNES if kind == "no tonnes" else TONNES)


def open_year(session: db.Session, number: str, kind: str, edition: str) -> None:
    """A draft of this kind in a budget year of its own, open for registration."""
    found = read.municipality(session, number)
    assert found
    year = YEARS[kind]
    write.open_budget_year(session, found[0], year, max(HORIZON, year + 3))
    for department in {"Vei", "Bygg"} - set(read.departments(session, found[0])):
        write.add_department(session, found[0], department)
    place = read.place(session, number, year, "utkast")
    assert place
    emitted = {y: 40000 for y in place.budget_year.columns}
    write.set_frame(
        session,
        place,
        edition_slug=None if kind in ("no edition", "nothing") else edition,
        targets=() if kind in ("no path, no target", "nothing") else (TARGET,),
        path=path(emitted) if kind == "whole path" else None,
        allowance=Allowance(),
        horizon=place.budget_year.horizon,
    )
    for measure in own(kind):
        write.save_measure(session, place, replace(measure, id=f"{number}-{year}-{measure.id}"))
    write.move_stage(session, place, Stage.REGISTRATION)


@pytest.fixture(scope="module")
def small_file(settled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small installation, and in Kragerø a budget year of each kind on its three sources."""
    file = Path(shutil.copy(settled_file, tmp_path_factory.mktemp("small") / "small.sqlite3"))
    engine = db.connect(f"sqlite:///{file}")
    with db.session(engine, actor="test", writes=True) as session:
        for kind in YEARS:
            open_year(session, "4014", kind, "2024-tall")
        session.commit()
    engine.dispose()
    return file


@pytest.fixture
def settled(small_file: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    made = db.connect(f"sqlite:///{shutil.copy(small_file, tmp_path / 'klima.sqlite3')}")
    yield made
    made.dispose()


@pytest.fixture(params=YEARS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def plain(html: str) -> str:
    text = html[html.index("<main") : html.index("</main>")]
    text = re.sub(r"<(title|svg).*?</\1>", " ", text, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00ad", "")
    return re.sub(r"\s+", " ", text)


def at(kind: str, page: str = "") -> str:
    return f"/4014/{YEARS[kind]}/utkast/{page}"


def shown(client, kind: str, page: str = "") -> str:
    answer = client(Role.CLIMATE, "4014").get(at(kind, page))
    assert answer.status_code == 200, (page, answer.status_code)
    return plain(answer.text)


# ---- every page of every kind --------------------------------------------------------------------


def test_every_page_answers_in_words(client, kind):
    """Nothing of the program's own shows, and what is not known is not nothing."""
    browser = client(Role.CLIMATE, "4014")
    numbers = [f"measures/{measure.number}" for measure in own(kind)[:1]]
    for page in (*PAGES, *numbers):
        answer = browser.get(at(kind, page))
        assert answer.status_code == 200, (page, answer.status_code)
        html = re.sub(r"<svg.*?</svg>", "", answer.text, flags=re.DOTALL)
        assert not re.search(r"\b(None|nan|NaN|inf|Infinity|Undefined)\b", html), page
        assert not re.search(r"\b0 tonn", plain(html)) or page == "reconciliation/", page
        assert "Ufordelt" not in plain(html), page


@pytest.mark.parametrize("address", ["sources/", "sources/veitrafikk/"])
def test_without_an_edition_the_sources_lead_to_where_one_is_chosen(client, address):
    browser = client(Role.CLIMATE, "4014")
    for kind in ("no edition", "nothing"):
        answer = browser.get(at(kind, address))
        assert (answer.status_code, answer.location) == (302, at(kind, "inventory/"))
    assert browser.get(at("sizes", address)).status_code == 200


def annex(client, kind: str) -> dict[str, list[str]]:
    """Every sheet as the words and numbers of its cells, row by row."""
    data = client(Role.CLIMATE, "4014").get(at(kind, "annex/klimabudsjett.xlsx")).data
    book = load_workbook(BytesIO(data), data_only=True)
    return {
        sheet.title: [
            " ".join(str(v) for v in row if v is not None)
            for row in sheet.iter_rows(values_only=True)
        ]
        for sheet in book
    }


def test_the_annex_can_be_written_of_every_kind(client, kind):
    for title, lines in annex(client, kind).items():
        text = "\n".join(lines)
        assert lines and not re.search(r"\b(None|nan|#REF!|#DIV/0!)", text), title
        assert title == "Avstemming" or "veitrafikk" not in text, "a code is no name"


# ---- what each of them says ----------------------------------------------------------------------


def test_without_a_target_the_cuts_are_told_all_the_same(client):
    page = shown(client, "no path, no target")
    assert "2 klimatiltak er meldt inn. Sett et mål, så kan vi si om de er nok." in page
    assert "ukjent Målet er ikke satt. Klimatiltakene kutter 64 tonn" in page
    assert "Utslipp i 2024, uten referansebane" in page


def test_a_small_cut_is_not_rounded_to_nothing(client):
    """Two tonnes of heating in 2027 are two tonnes, where a city would print 0."""
    page = shown(client, "no path, no target")
    assert "Bygg ukjent 1 2 3 4 1 av 1" in page and "Oppvarming 26 ukjent 1 2 3 4" in page


def test_without_a_single_tonne_it_says_so_and_what_can_be_said(client):
    page = shown(client, "no tonnes")
    assert "Vi kan ikke si om kommunen når målet for 2032. 5 av 5 klimatiltak er ikke tall" in page
    assert "Ingen av dem har fått en størrelse ennå." in page
    assert "Sektor Stor Middels Liten Vet ikke Vei – – – 2 Bygg – – – 2" in page
    assert "Per sektor i kommunen" not in page, "a chart of nothing but «ukjent»"


def test_sizes_are_counted_by_department_and_never_summed(client):
    page = shown(client, "sizes")
    assert (
        "Sektor Stor Middels Liten Vet ikke Vei 1 – 1 – Bygg – 1 – 1 Ikke oppgitt – – 1 – "
        "I alt 1 1 2 1"
    ) in page
    assert "størrelsene blir aldri lagt sammen til tonn" in page
    assert "Ikke tallfestet, stor: Vi har ikke regnet på det" in page
    assert "Stor. Vi har ikke regnet på det" in shown(client, "sizes", "measures/")


def test_the_annex_counts_sizes_too(client):
    lines = annex(client, "sizes")["Kort fortalt"]
    found = [line for line in lines if line.startswith("Ikke tallfestet")]
    assert found == [
        "Ikke tallfestet 5",
        "Ikke tallfestet, virkning: stor 1",
        "Ikke tallfestet, virkning: middels 1",
        "Ikke tallfestet, virkning: liten 2",
        "Ikke tallfestet, virkning: vet ikke 1",
    ]
    assert not any("virkning:" in line for line in annex(client, "no tonnes")["Kort fortalt"])


def test_without_an_edition_the_cuts_stand_and_the_rest_is_unknown(client):
    page = shown(client, "no edition")
    assert "Klimabudsjettet har ingen utslippstall ennå. Begynn med å velge en statistikk" in page
    assert "Utslippene i referanseåret er ukjent. Klimatiltakene kutter 54 tonn" in page
    assert "Veitrafikk ukjent 50" in page and "Oppvarming ukjent 4" in page
    assert "Referansebane ukjent" in page and "Utslippskutt, 2 klimatiltak −54" in page
    assert "Velg statistikkutgave" in page and "Veien til målet" not in page, "nothing to draw"
    measures_sheet = annex(client, "no edition")["Klimatiltak per sektor"]
    assert any("Personbiler (Veitrafikk)" in line for line in measures_sheet)


def test_a_path_for_the_whole_gives_an_answer_for_the_whole(client):
    page = shown(client, "whole path")
    assert "Det gjenstår å kutte" in page
    assert "kan derfor ikke vises per utslippssektor" in page


def test_a_path_that_ends_before_the_target_says_which_year_it_lacks(app, client):
    with db.session(app.extensions["engine"], actor="test", writes=True) as session:
        place = read.place(session, "4014", YEARS["whole path"], "utkast")
        assert place
        write.set_path(session, place, path({2030: 900}), read.frame_lock(session, place))
        session.commit()
    page = shown(client, "whole path")
    assert "Vi kan ikke si om kommunen når målet for 2032. Referansebanen har ikke tall for" in page


def test_an_empty_budget_says_what_comes_first(client):
    assert "Klimabudsjettet har ingen utslippstall ennå." in shown(client, "nothing")
    page = shown(client, "nothing", "reconciliation/")
    assert "Det er ingen summer å avstemme ennå." in page and "0 av 0" not in page
    assert "0 tonn" not in page and "Summer som stemmer ingen ennå" in page
