"""Lists on pages: narrowed, sorted and taken along as files; the address says all of it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.core.measure import Basis, Category, Cost, CostKind, Decision, InPath
from climatebudget.core.quantity import Unit, Yearly
from climatebudget.db import read, write
from climatebudget.web.measure_list import shown_effect
from tests import world
from tests.tables import measures
from tests.web.conftest import ADOPTED, DRAFT, ELSEWHERE

LIST, INVENTORY, FINDINGS = (f"{DRAFT}/{p}/" for p in ("measures", "inventory", "reconciliation"))
FILES = ["measures/klimatiltak", "inventory/utslipp", "reconciliation/merknader"]
CONTACT = "Kari Kontakt"
NAMES = ["Ås skole uten olje", "Ørret i elva", "Ærlig merking", "Aa-prosjektet", "Äpplehage"]


@pytest.fixture
def draft(app):
    """Something done to the draft, or to the version of a slug, behind the page's back."""

    def draft(act):
        with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
            act(session, world.at(session))
            session.commit()

    return draft


def store(*found):
    return lambda session, place: write.save_measures(session, place, [(m, None) for m in found])


@pytest.fixture
def varied(draft):
    """Oslo's three measures, and six that differ in what a list can be narrowed by."""
    one, *others = measures("""
        nr | klimatiltak            | sektor | utslippskilde        | 2027    | 2028 | 2029 | 2030
        4  | Ås skole uten olje     | Bygg   | oppvarming/ufordelt  | 1234.56 | 5    | 6    | 7000
        5  | Ørret i elva           |        | ufordelt             | -3      |      |      | -40
        6  | Ærlig merking          | Havn   | veitrafikk/busser    | 11      | 12   | 13   | 14
        7  | Aa-prosjektet          | Vei    | veitrafikk/busser    | 0       | 0    | 0    | 0
        8  | Äpplehage              | Vei    | ufordelt             |         |      |      |
        9  | =HYPERLINK("x";"y")    | Vei    | veitrafikk/busser    | 1       | 1    | 1    | 0.25
    """)
    costs = (Cost(CostKind.OPERATING, Yearly(Unit.KNOK, {2027: Decimal("-12.5")})),)
    found = (
        replace(one, change="Bytter ut oljekjelen", basis=Basis.ESTIMATED, contact=CONTACT),
        replace(others[0], in_path=InPath.INCLUDED, costs=costs),
        replace(others[1], decision=Decision.IDENTIFIED, category=Category("klimakur2030", "T01")),
        replace(others[2], decision=Decision.NOT_PRIORITISED),
        replace(others[3], why="Ikke beregnet"),
        others[4],
    )
    draft(store(*(replace(m, id=f"varied-{m.number}") for m in found)))


def table(html: str, name: str = "liste") -> tuple[list[str], list[list[str]]]:
    """The headings and the rows of a list on a page, as a reader sees them."""
    part = html[html.index(f'<caption id="{name}"') :]
    part = part[: part.index("</table>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part.partition("<tfoot>")[0], re.DOTALL)
    head, *body = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [text(cell) for cell in head], [[text(cell) for cell in row] for row in body]


def text(html: str) -> str:
    lines = re.sub(r"<[^>]+>", "", html.replace("<br>", "\n")).strip().splitlines()
    return "\n".join(unescape(line).strip() for line in lines if line.strip())


def numbers(page: str) -> list[int]:
    return [int(row[0]) for row in table(page)[1]]


def csv_of(answer) -> list[list[str]]:
    content = io.StringIO(answer.data.decode("utf-8-sig"), newline="")
    return list(csv.reader(content, delimiter=";"))


def book_of(answer):
    return load_workbook(io.BytesIO(answer.data))


# ---- narrowing and sorting ----------------------------------------------------------------------


def test_the_plain_list_shows_all_by_number(client, varied):
    page = client(Role.CLIMATE).get(LIST).text
    head, rows = table(page)
    years = ["2027", "2028", "2029", "2030"]
    facts = ["Nr", "Klimatiltak", "Sektor i kommunen", "Utslippssektor", "Tallgrunnlag"]
    assert head == [*facts, *years]
    assert numbers(page) == [*range(1, 10)]
    assert rows[3] == [
        *("4", "Ås skole uten olje", "Bygg", "Oppvarming", "Anslått"),
        *("1\u00a0230", "5", "6", "7\u00a0000"),
    ]
    assert "Viser 9 av 9 klimatiltak" in page
    assert "Nullstill" not in page


@pytest.mark.parametrize(
    "asked, found",
    [
        ("search=olje", [4]),
        ("search=OLJEKJELEN", [4]),
        ("search=ås+bygg", [4]),
        ("search=finnes+ikke", []),
        (f"search={CONTACT.replace(' ', '+')}", []),
        ("department=Vei", [1, 3, 7, 8, 9]),
        ("department=-", [5]),
        ("department=Havn", [6]),
        ("basis=estimated", [4]),
        ("basis=unquantified", [3, 8]),
        ("basis=quantified", [1, 2, 4, 5, 6, 7, 9]),
        ("sector=oppvarming", [2, 4]),
        ("sector=-", [5, 8]),
        ("decision=identified", [6]),
        ("decision=not-prioritised", [7]),
        ("counted=yes", [1, 2, 4, 9]),
        ("counted=no", [3, 5, 6, 7, 8]),
        ("missing=nothing", []),
        ("missing=something", [*range(1, 10)]),
        ("missing=department", [5]),
        ("missing=code", [5, 8]),
        ("search=hage&department=Vei&counted=no", [8]),
        ("sort=-number", [9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ("sort=name", [9, 7, 1, 3, 2, 8, 6, 5, 4]),
        ("sort=-name", [4, 5, 6, 8, 2, 3, 1, 7, 9]),
        ("sort=department", [2, 4, 6, 1, 3, 7, 8, 9, 5]),
        ("sort=2030", [5, 7, 9, 6, 2, 1, 4, 3, 8]),
        ("sort=-2030", [4, 1, 2, 6, 9, 7, 5, 3, 8]),
        ("sort=-operating-2027", [5, 1, 2, 3, 4, 6, 7, 8, 9]),
        ("sort=category", [6, 1, 2, 3, 4, 5, 7, 8, 9]),
    ],
)
def test_the_address_says_what_the_list_shows(client, varied, asked, found):
    """The same on both databases; the unknown last both ways; a contact person is never found."""
    page = client(Role.CLIMATE).get(f"{LIST}?{asked}").text
    assert (numbers(page) if found else []) == found
    assert f"Viser {len(found)} av 9 klimatiltak" in page
    if not found:
        assert "Ingenting passer med det du har valgt." in page
        assert "<caption" not in page


def test_every_column_can_be_shown_and_sorted_by(client, varied):
    browser = client(Role.CLIMATE)
    keys = re.findall(r'name="column" id="[^"]+" value="([^"]+)"', browser.get(LIST).text)
    assert len(keys) == 33
    for key in ["number", "name", *keys]:
        for way in ("", "-"):
            page = browser.get(f"{LIST}?sort={way}{key}&column={keys[0]}&column={keys[-1]}")
            if (way, key) == ("", "number"):
                assert page.status_code == 302
                continue
            assert page.status_code == 200, key
            assert sorted(numbers(page.text)) == [*range(1, 10)]
    wide = browser.get(f"{LIST}?" + "&".join(f"column={key}" for key in keys)).text
    assert len(table(wide)[0]) == 35
    assert all(len(row) == 35 for row in table(wide)[1])
    assert CONTACT not in wide


def test_what_narrows_the_list_is_said_and_can_be_taken_away(client, varied):
    browser = client(Role.CLIMATE)
    page = browser.get(f"{LIST}?search=e&department=Vei&counted=yes&sort=-2030").text
    links = re.findall(r'<a class="chip" href="([^"]+)">(.*?)</a>', page)
    assert [text(label) for _, label in links] == [
        "Fjern Søk: «e»",
        "Fjern Sektor i kommunen: Vei",
        "Fjern Regnet med i summene: Ja",
    ]
    without_department = unescape(links[1][0])
    assert "department" not in without_department and "sort=-2030" in without_department
    assert numbers(browser.get(without_department).text) != numbers(page)
    plain = re.search(r'href="([^"]+)">Nullstill', page)
    assert plain and unescape(plain[1]) == f"{LIST}?sort=-2030"


def test_the_form_keeps_what_was_chosen_and_the_order(client, varied):
    page = client(Role.CLIMATE).get(f"{LIST}?search=e&decision=proposed&sort=-2030").text
    assert 'name="search" type="search" value="e"' in page
    assert '<option value="proposed" selected>' in page
    assert '<input type="hidden" name="sort" value="-2030">' in page
    assert re.search(r"<details class=\"more\" open>\s*<summary>Flere avgrensninger", page)


def test_a_sort_link_turns_the_order_and_says_which_it_is(client, varied):
    browser = client(Role.CLIMATE)
    plain = browser.get(LIST).text
    assert re.findall(r'aria-sort="(\w+)"[^>]*><a class="sort"[^>]*>(\w+)', plain) == [
        ("ascending", "Nr")
    ]
    assert f'href="{LIST}?sort=-2030">2030' in plain  # the largest first
    assert f'href="{LIST}?sort=name">Klimatiltak' in plain
    falling = browser.get(f"{LIST}?sort=-2030").text
    assert re.findall(r'aria-sort="(\w+)"[^>]*><a class="sort"[^>]*>(\w+)', falling) == [
        ("descending", "2030")
    ]
    assert f'href="{LIST}?sort=2030">2030' in falling
    assert f'href="{LIST}">Nr' in falling


def test_what_a_form_sends_becomes_the_shortest_address(client, varied):
    browser = client(Role.CLIMATE)
    keys = ["department", "sector", "basis", "2027", "2028", "2029", "2030"]
    usual = "&".join(f"column={key}" for key in keys)
    answer = browser.get(f"{LIST}?search=&department=Vei&basis=&{usual}")
    assert (answer.status_code, answer.location) == (302, f"{LIST}?department=Vei")
    assert browser.get(f"{LIST}?department=Vei").status_code == 200
    assert browser.get(f"{LIST}?search={quote('blå å=&#')}").status_code == 200


def test_the_sum_of_a_part_is_never_taken_for_the_budgets(client, varied):
    browser = client(Role.CLIMATE)
    whole = browser.get(LIST).text
    foot = text(whole[whole.index("<tfoot>") : whole.index("</tfoot>")])
    assert "Sum av 4 klimatiltak som er regnet med" in foot and "av de viste" not in foot
    part = browser.get(f"{LIST}?department=Vei").text
    foot = text(part[part.index("<tfoot>") : part.index("</tfoot>")])
    assert foot.splitlines()[0] == "Sum av de viste: 2 av 5 klimatiltak er regnet med"
    assert "120" in foot or "121" in foot


JUNK = ["x", "-", "--2030", "=1+1", "9" * 40, "%s %(x)s", "a\0b", "<script>", "🌍", "contact", "0"]
NAMED = [
    "sort",
    "column",
    "page",
    "department",
    "basis",
    "sector",
    "decision",
    "counted",
    "missing",
]


def test_junk_in_the_address_of_a_list_is_a_page_that_does_not_exist(client):
    browser = client(Role.CLIMATE)
    fits = {("department", "-"), ("sector", "-")}
    for name in NAMED:
        for junk in JUNK:
            status = browser.get(f"{LIST}?{name}={quote(junk)}").status_code
            assert status == (200 if (name, junk) in fits else 404), (name, junk)


@pytest.mark.parametrize("file", FILES)
def test_junk_in_the_address_of_a_file_is_no_fault(client, file):
    """What the list knows is asked of it, what it does not have is 404, and the rest is dropped."""
    browser = client(Role.CLIMATE)
    for name in NAMED:
        for junk in ("-", "a\0b", "9" * 40):
            status = browser.get(f"{DRAFT}/{file}.csv?{name}={quote(junk)}").status_code
            assert status in (200, 404), (name, junk)


@pytest.mark.parametrize("junk", [*JUNK, "x" * 5000, "{{7*7}}", '"><b>'])
def test_whatever_is_searched_for_is_an_answer(client, junk):
    browser = client(Role.CLIMATE)
    page = browser.get(f"{LIST}?search={quote(junk)}", follow_redirects=True)
    assert page.status_code == 200
    assert "<script>" not in page.text and "<b>" not in page.text


def test_names_that_mean_nothing_are_dropped_from_the_address(client):
    assert client(Role.CLIMATE).get(f"{LIST}?utm=1&contact=x").location == LIST


# ---- pages --------------------------------------------------------------------------------------


def many(count: int, first: int = 100):
    (one,) = measures("""
        nr  | klimatiltak | sektor | utslippskilde       | 2027 | 2028 | 2029 | 2030
        100 | Bytte biler | Vei    | veitrafikk/ufordelt | 1    | 2    | 3    | 4
    """)
    return [replace(one, id=f"x{n}", number=n) for n in range(first, first + count)]


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


def test_a_thousand_measures_are_ten_pages_and_no_more_statements(app, client, draft):
    """The list, sorted and narrowed, and both files: as many statements as for ten."""
    browser = client(Role.FINANCE)
    draft(store(*many(7)))
    asked = [
        LIST,
        f"{LIST}?counted=yes&sort=-2030",
        *(f"{LIST}klimatiltak.{s}" for s in ("xlsx", "csv")),
    ]
    few = [statements(app, browser, address) for address in asked]
    draft(store(*many(990, first=107)))
    assert [statements(app, browser, address) for address in asked] == few
    assert max(few) <= 16

    page = browser.get(LIST).text
    assert "Viser 1\u00a0000 av 1\u00a0000 klimatiltak, 1–100 på denne siden" in page
    links = re.findall(
        r'<a href="([^"]+)"( aria-current="page")?><span[^>]*>Side </span>(\d+)', page
    )
    assert [n for _, _, n in links] == [str(n) for n in range(1, 11)]
    assert [n for _, now, n in links if now] == ["1"]
    seen = [n for href, _, _ in links for n in numbers(browser.get(unescape(href)).text)]
    assert seen == [1, 2, 3, *range(100, 1097)]
    assert len(numbers(page)) == 100
    assert browser.get(f"{LIST}?page=11").status_code == 404
    assert len(csv_of(browser.get(f"{LIST}klimatiltak.csv?page=3"))) == 1001
    last = browser.get(f"{LIST}?department=Vei&page=10").text
    assert "Sum av de viste: 998 av 999 klimatiltak er regnet med" in last


# ---- files --------------------------------------------------------------------------------------


ASKED = [
    "",
    "?sort=-2030",
    "?department=Vei&sort=name",
    "?search=e&column=change&column=source&column=start&column=2030&column=operating-2027",
    "?missing=code",
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_files_have_what_the_list_shows_cell_by_cell(client, varied, asked):
    """The same rows in the same order and columns; figures exact, unknown empty."""
    browser = client(Role.CLIMATE)
    page = browser.get(f"{LIST}{asked}").text
    links = re.findall(r'href="([^"]+\.(?:xlsx|csv)[^"]*)"', page)
    xlsx, plain = (browser.get(unescape(link)) for link in links)
    sheet = [[c.value for c in row] for row in book_of(xlsx)["Klimatiltak"].iter_rows(min_row=5)]
    lines = csv_of(plain)
    assert [["" if v is None else as_csv(v) for v in row] for row in sheet] == [
        [cell.removeprefix("'") for cell in line] for line in lines
    ]
    keys, rows = table(page)
    note = lines[0].index("Merknad") if "Merknad" in lines[0] else None
    for line, row in zip(lines[1:], rows, strict=True):
        small = line.pop(note) if note is not None else ""
        assert [
            as_shown(cell, key) + (f"\n{small}" if small and key == "Tallgrunnlag" else "")
            for cell, key in zip(line, keys, strict=True)
        ] == row


def as_csv(value: object) -> str:
    if isinstance(value, (int, float)):
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    return str(value)


def as_shown(cell: str, heading: str) -> str:
    """What the page writes for a cell of the file."""
    if heading.isdecimal():
        return shown_effect(Decimal(cell.replace(",", "."))) if cell else "ukjent"
    if heading == "Sektor i kommunen":
        return cell or "Mangler ansvarlig"
    if heading in ("Utslippssektor", "Utslippskilde", "Oppstart") or heading.startswith("Drift"):
        return cell.replace("-", "\u2212") or "ukjent"
    return cell.removeprefix("'") or "ikke oppgitt"


def test_the_headings_of_a_file_can_stand_alone(client, varied):
    head = csv_of(
        client(Role.CLIMATE).get(
            f"{LIST}klimatiltak.csv?column=change&column=department"
            "&column=source&column=2030&column=investment-2028"
        )
    )[0]
    assert head == [
        "Nummer",
        "Klimatiltak",
        "Hva endres?",
        "Sektor",
        "Utslippskilde",
        "Utslippskutt 2030 (tonn CO₂e)",
        "Investering 2028 (1\u00a0000 kr)",
    ]


def test_a_measure_that_looks_like_a_formula_is_text_in_both_files(client, varied):
    browser = client(Role.CLIMATE)
    assert csv_of(browser.get(f"{LIST}klimatiltak.csv?search=hyperlink"))[1][1] == (
        '\'=HYPERLINK("x";"y")'
    )
    found = book_of(browser.get(f"{LIST}klimatiltak.xlsx?search=hyperlink"))["Klimatiltak"]["B6"]
    assert (found.data_type, found.value) == ("s", '=HYPERLINK("x";"y")')


def test_a_file_says_which_budget_it_is_from_and_what_was_asked(client, varied):
    answer = client(Role.CLIMATE).get(f"{LIST}klimatiltak.xlsx?department=Vei&search=e&sort=-2030")
    named = answer.headers["Content-Disposition"]
    assert "attachment" in named and "klimatiltak-0301-2027-utkast-internt-utkast.xlsx" in named
    book = book_of(answer)
    assert book.sheetnames == ["Klimatiltak", "Om"]
    for page in book:
        assert page["A2"].value == "INTERNT UTKAST · Oslo · Klimabudsjett 2027 · Versjon: utkast"
    facts = {row[0].value: row[1].value for row in book["Om"].iter_rows(min_row=5)}
    assert facts["Kommunenummer"] == "0301"
    assert facts["Lagt fram"] == "nei: INTERNT UTKAST"
    assert facts["Avgrenset til"] == "Søk: «e»; Sektor i kommunen: Vei"
    assert facts["Sortert etter"] == "2030, synkende"
    assert facts["Hentet"] == "23.11.2026 kl. 10.00"
    assert facts["Summer, tonn"].startswith("Sum av de viste: ")
    assert facts["2030"] == "480,75"  # 480,5 and 0,25; the third is not quantified


def test_a_file_of_what_is_lagt_fram_is_no_draft(client):
    answer = client(Role.POLITICIAN).get(f"{ADOPTED}/measures/klimatiltak.xlsx")
    assert "klimatiltak-0301-2027-vedtatt.xlsx" in answer.headers["Content-Disposition"]
    book = book_of(answer)
    facts = {row[0].value: row[1].value for row in book["Om"].iter_rows(min_row=5)}
    assert facts["Lagt fram"] == "23.11.2026"
    assert book["Klimatiltak"]["A2"].value == "Oslo · Klimabudsjett 2027 · Versjon: vedtatt"


@pytest.mark.parametrize("file", FILES)
def test_no_file_names_a_contact_person(app, client, varied, file):
    """Not for those who may edit either."""
    for role in (Role.CLIMATE, Role.AUDITOR):
        browser = client(role)
        for suffix in ("xlsx", "csv"):
            answer = browser.get(f"{DRAFT}/{file}.{suffix}")
            assert answer.status_code == 200
            if suffix == "csv":
                assert CONTACT not in answer.text
            else:
                cells = [c.value for page in book_of(answer) for row in page for c in row]
                assert not [c for c in cells if CONTACT in str(c)]


def test_what_was_not_prioritised_is_in_no_file_of_what_is_lagt_fram(app, client, draft, varied):
    """Frozen it is there for those inside; laid before all it is not."""
    from climatebudget.core.budget import Kind, Stage

    def freeze(session, place):
        write.move_stage(session, place, Stage.PROPOSAL)
        write.freeze(session, world.at(session), Kind.PROPOSAL, "", world.NOW)

    draft(freeze)
    address = f"/0301/{world.YEAR}/forslag/measures/"
    assert 7 in numbers(client(Role.FINANCE).get(address).text)
    with db.session(app.extensions["engine"], actor="prøve", writes=True) as session:
        write.present(session, world.at(session, slug="forslag"), world.NOW)
        session.commit()
    browser = client(Role.FINANCE)
    assert numbers(browser.get(address).text) == [1, 2, 3, 4, 5, 6, 8, 9]
    assert [line[0] for line in csv_of(browser.get(f"{address}klimatiltak.csv"))[1:]] == list(
        "12345689"
    )
    assert browser.get(f"{address}?decision=not-prioritised").status_code == 404


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_file_is_for_those_who_may_read_the_version(client, file, suffix):
    assert client(Role.POLITICIAN).get(f"{DRAFT}/{file}.{suffix}").status_code == 403
    assert client(Role.POLITICIAN).get(f"{ADOPTED}/{file}.{suffix}").status_code == 200
    assert client(Role.FINANCE).get(f"{ELSEWHERE}/{file}.{suffix}").status_code == 404
    assert client(None).get(f"{DRAFT}/{file}.{suffix}").status_code == 302


# ---- the inventory's sources, and the findings --------------------------------------------------


def test_sources_stand_under_their_sectors_until_they_are_sorted(client):
    browser = client(Role.CLIMATE)
    names = [row[0] for row in table(browser.get(INVENTORY).text, "kilder-tabell")[1]]
    assert names == ["Veitrafikk", "Personbiler", "Busser", "Oppvarming", "Fossil olje", "I alt"]
    page = browser.get(f"{INVENTORY}?sort=2009").text
    rows = [row[0] for row in table(page, "kilder-tabell")[1]]
    assert rows == [
        "Fossil olje\nOppvarming",
        "Busser\nVeitrafikk",
        "Personbiler\nVeitrafikk",
        "I alt",
    ]
    assert f'href="{INVENTORY}?sort=-2009#kilder"' in page


def test_sources_of_one_sector_have_no_line_for_all(client):
    page = client(Role.CLIMATE).get(f"{INVENTORY}?sector=veitrafikk").text
    names = [row[0] for row in table(page, "kilder-tabell")[1]]
    assert names == ["Veitrafikk", "Personbiler", "Busser"]
    assert "Viser 2 av 3 utslippskilder" in page


def test_the_sources_are_taken_along_exactly(client):
    browser = client(Role.CLIMATE)
    assert csv_of(browser.get(f"{INVENTORY}utslipp.csv?sort=-change")) == [
        [
            "Utslippssektor",
            "Utslippskilde",
            "Utslipp 2009 (tonn CO₂e)",
            "Utslipp 2024 (tonn CO₂e)",
            "Andel av 2024 (prosent)",
            "Endring fra 2009 til 2024 (prosent)",
        ],
        ["Veitrafikk", "Busser", "500", "400", "39,005363", "-20"],
        ["Veitrafikk", "Personbiler", "1000,5", "600", "58,508045", "-40,029985"],
        ["Oppvarming", "Fossil olje", "250", "25,5", "2,486592", "-89,8"],
    ]
    facts = book_of(browser.get(f"{INVENTORY}utslipp.xlsx"))["Om"]
    found = {row[0].value: row[1].value for row in facts.iter_rows(min_row=5)}
    assert found["Statistikkutgave"] == "2024-tall" and found["Utgiver"] == "Miljødirektoratet"


def test_there_is_no_file_of_sources_without_an_edition(client, draft):
    def without(session, place):
        budget = read.budget(session, place)
        frame = {"path": budget.path, "allowance": budget.allowance, "horizon": 2030}
        write.set_frame(session, place, edition_slug=None, targets=budget.targets, **frame)

    draft(without)
    browser = client(Role.CLIMATE)
    assert browser.get(f"{INVENTORY}utslipp.csv").status_code == 404
    assert browser.get(INVENTORY).status_code == 200


def test_findings_are_narrowed_by_how_much_they_matter_and_what_they_are_about(client, varied):
    browser = client(Role.CLIMATE)
    plain = browser.get(FINDINGS).text
    everything = csv_of(browser.get(f"{FINDINGS}merknader.csv"))
    what = ["Alvor", "Merknad", "Gjelder", "Nummer eller kode", "År"]
    assert everything[0] == [*what, "Svar", "Begrunnelse", "Godtatt av", "Dato godtatt"]
    assert len(everything) - 1 == plain.count('<p class="where">')
    assert [
        "Bør forklares",
        "Klimatiltak 5 har ingen ansvarlig sektor.",
        "Klimatiltak",
        "5",
        "",
        "Venter på svar",
        *[""] * 3,
    ] in (everything)
    narrowed = csv_of(browser.get(f"{FINDINGS}merknader.csv?level=explain&about=measures"))
    assert narrowed[1:] == [
        line for line in everything if line[0] == "Bør forklares" and line[2] == "Klimatiltak"
    ]
    page = browser.get(f"{FINDINGS}?level=explain&about=measures").text
    assert f"Viser {len(narrowed) - 1} av {len(everything) - 1} merknader" in page
    nothing = browser.get(f"{FINDINGS}?level=stops&answer=accepted").text
    assert "Ingenting passer med det du har valgt." in nothing
    assert f'href="{FINDINGS}#merknader">Nullstill' in nothing
