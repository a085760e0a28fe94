"""A list as a file: the same rows as in the list, exact, and never a formula."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from climatebudget.core.listing import Column, Found, Kind
from climatebudget.core.measure import Measure
from climatebudget.sheets.lists import About, as_csv, as_workbook
from tests.tables import measures

ROWS = measures("""
    nr | klimatiltak           | sektor | utslippskilde          | 2027     | 2030
    1  | Bytte ut tolv biler   | Vei    | veitrafikk/personbiler | 1234.567 | 480.5
    2  | Kjøpe grønn varme     | Bygg   | oppvarming/olje        | 0        | -20
    3  | Gjøre det lett å gå   |        | veitrafikk/personbiler |          |
""")
NOTE: Column[Measure] = Column("note", "Merknad", lambda m: "" if m.quantified else "Ikke regnet")
COLUMNS: tuple[Column[Measure], ...] = (
    Column("number", "Nr", lambda m: m.number, Kind.WHOLE, heading="Nummer", fixed=True),
    Column("name", "Klimatiltak", lambda m: m.name, fixed=True),
    Column("department", "Sektor", lambda m: m.department, note=NOTE),
    Column("2027", "2027", lambda m: m.effect(2027), Kind.TONNES, heading="Utslippskutt 2027"),
    Column("2030", "2030", lambda m: m.effect(2030), Kind.TONNES, heading="Utslippskutt 2030"),
)
HEADINGS = ["Nummer", "Klimatiltak", "Sektor", "Merknad", "Utslippskutt 2027", "Utslippskutt 2030"]
ABOUT = About(
    title="Klimatiltak",
    which="Oslo · Klimabudsjett 2027 · Versjon: utkast",
    stamp="INTERNT UTKAST",
    narrowed="Viser 3 av 3 klimatiltak",
    facts=[("Kommunenummer", "0301"), ("Avgrenset til", "=1+1")],
    sheet="Om",
    pages="Side %(page)s av %(pages)s",
    now=datetime(2026, 11, 23, tzinfo=UTC),
)
# Texts that a spreadsheet could take for a formula.
VECTORS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    '=HYPERLINK("http://x.example";"x")',
    "＝1+1",
    "{=1+1}",
    "=cmd|' /C calc'!A0",
]


def listed(rows=ROWS) -> Found[Measure]:
    return Found(tuple(rows), COLUMNS, 1)


def lines(file: bytes) -> list[list[str]]:
    text = io.StringIO(file.decode("utf-8-sig"), newline="")
    return list(csv.reader(text, delimiter=";"))


def sheet(file: bytes, name: str = "Klimatiltak"):
    return load_workbook(io.BytesIO(file))[name]


def test_the_csv_file_opens_rightly_in_a_norwegian_excel():
    """Semicolons, decimal comma, CRLF, a BOM; exact figures; unknown is empty and zero is 0."""
    assert (
        as_csv(listed())
        == (
            "\ufeffNummer;Klimatiltak;Sektor;Merknad;Utslippskutt 2027;Utslippskutt 2030\r\n"
            "1;Bytte ut tolv biler;Vei;;1234,567;480,5\r\n"
            "2;Kjøpe grønn varme;Bygg;;0;-20\r\n"
            "3;Gjøre det lett å gå;;Ikke regnet;;\r\n"
        ).encode()
    )


def test_the_workbook_has_the_same_cells_with_numbers_as_numbers():
    page = sheet(as_workbook(listed(), ABOUT))
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=5)]
    assert rows == [
        HEADINGS,
        [1, "Bytte ut tolv biler", "Vei", None, 1234.567, 480.5],
        [2, "Kjøpe grønn varme", "Bygg", None, 0, -20],
        [3, "Gjøre det lett å gå", None, "Ikke regnet", None, None],
    ]
    assert (page["A6"].number_format, page["E6"].number_format, page["F6"].number_format) == (
        "0",
        "#,##0.000",
        "#,##0.0",
    )


def test_the_workbook_says_what_it_is_a_list_of():
    file = as_workbook(listed(), ABOUT)
    for name in ("Klimatiltak", "Om"):
        page = sheet(file, name)
        assert "INTERNT UTKAST" in page["A2"].value and "Oslo" in page["A2"].value
        assert page["A3"].value == "Viser 3 av 3 klimatiltak"
        assert "INTERNT UTKAST" in str(page.oddHeader.right.text)
    facts = [[cell.value for cell in row] for row in sheet(file, "Om").iter_rows(min_row=5)]
    assert facts == [["Kommunenummer", "0301"], ["Avgrenset til", "=1+1"]]


def test_headings_stay_in_sight_and_can_be_filtered():
    page = sheet(as_workbook(listed(), ABOUT))
    assert page.freeze_panes == "C6"
    assert page.auto_filter.ref == "A5:F8"


@pytest.mark.parametrize("text", VECTORS)
def test_no_text_becomes_a_formula_in_either_file(text):
    rows = [replace(ROWS[0], name=text, department=text)]
    cell = lines(as_csv(listed(rows)))[1][1]
    assert cell == "'" + text if text[0] != "{" else cell == text
    file = as_workbook(listed(rows), replace(ABOUT, which=text, narrowed=text))
    book = zipfile.ZipFile(io.BytesIO(file))
    assert not [n for n in book.namelist() if b"<f>" in book.read(n) or b"<f " in book.read(n)]
    found = sheet(file)["B6"]
    assert found.data_type == "s"
    assert found.value.replace("_x000D_", "\r") == text


@pytest.mark.parametrize("text", ["a;b", 'si "ja"', "to\nlinjer", "{{7*7}}", "<script>", "æøå 🌍"])
def test_text_comes_back_from_a_csv_file_as_it_was(text):
    rows = [replace(ROWS[0], name=text)]
    assert lines(as_csv(listed(rows)))[1][1] == text


def test_a_negative_number_is_a_number_and_gets_no_apostrophe():
    assert lines(as_csv(listed()))[2][-1] == "-20"


def test_large_and_small_numbers_are_written_out():
    one = measures("""
        nr | klimatiltak | sektor | utslippskilde | 2027         | 2030
        7  | Stort       | Vei    | ufordelt      | 123456789000 | 0.000001
    """)
    assert lines(as_csv(listed(one)))[1][-2:] == ["123456789000", "0,000001"]


def test_a_quotient_that_does_not_end_is_cut_at_a_millionth_of_a_percent():
    third: Column[Measure] = Column("x", "Andel", lambda m: Decimal(100) / 3, Kind.PERCENT)
    assert lines(as_csv(Found(ROWS[:1], (third,), 1))) == [["Andel"], ["33,333333"]]


def test_a_list_without_rows_is_a_file_with_headings():
    assert lines(as_csv(listed(()))) == [HEADINGS]
    page = sheet(as_workbook(listed(()), ABOUT))
    assert [[c.value for c in row] for row in page.iter_rows(min_row=5)] == [HEADINGS]
