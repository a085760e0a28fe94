"""No row is lost without a word: the gate's count is held against what was read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from climatebudget.sheets import gate
from climatebudget.sheets.child import MEASURES, Request, read_in_child, read_inventory, read_table
from climatebudget.sheets.filled_rows import FilledRows, blank_strings
from climatebudget.sheets.refusals import Refused

DATA = Path(__file__).parents[1] / "data"
CORPUS = DATA / "corpus"
GOOD = CORPUS / "a00_good.xlsx"
OSLO = DATA / "inventory" / "oslo_2009-2024.xlsx"
SHEET = "xl/worksheets/sheet1.xml"
ACCEPTED = [
    CORPUS / case["file"]
    for case in json.loads((CORPUS / "manifest.json").read_text())
    if case["verdict"] == "accept" and not case["large"] and case["file"].endswith(".xlsx")
]


def rewritten(to: Path, old: bytes, new: bytes, book: Path = GOOD, moved: str = SHEET) -> Path:
    """A copy of the workbook with its first sheet changed, and perhaps moved."""
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == SHEET:
                assert old in content
                content = content.replace(old, new)
            if name.endswith((".rels", "[Content_Types].xml")) and moved != SHEET:
                content = content.replace(SHEET[3:].encode(), moved[3:].encode())
            target.writestr(moved if name == SHEET else name, content)
    return to


@pytest.mark.parametrize("file", [*ACCEPTED, OSLO], ids=lambda file: file.stem)
def test_a_good_file_has_no_more_rows_than_were_read(file: Path):
    """Those that are no inventory are tables to the other reader."""
    assert sum(gate.check(file).filled_rows.values()) > 1
    try:
        assert read_inventory(file, file.name).rows
    except Refused as refused:
        assert refused.code == "E_LAYOUT"
        assert read_table(file, file.name).rows


def test_the_gate_counts_the_rows_of_each_sheet():
    """«Oversikt - detaljert» has 1 346 rows and a heading; the row tags are as many here."""
    found = gate.check(OSLO)
    assert found.filled_rows["xl/worksheets/sheet3.xml"] == 1347
    assert read_inventory(OSLO, OSLO.name).rows == 1346
    # Fifty thousand rows with nothing in them are no loss.
    assert gate.check(CORPUS / "s63_empty_rows_50k.xlsx").filled_rows == {SHEET: 4}


@pytest.mark.parametrize("measures", [False, True])
def test_fewer_rows_than_the_gate_counted_are_refused(measures: bool):
    file = CORPUS / ("d03_merged_header.xlsx" if measures else "a00_good.xlsx")
    counted = gate.check(file).filled_rows
    table = MEASURES if measures else ""
    assert read_in_child(Request(str(file), file.name, table=table, counted=counted))
    more = {SHEET: counted[SHEET] + 1}
    with pytest.raises(Refused) as refused:
        read_in_child(Request(str(file), file.name, table=table, counted=more))
    assert refused.value.code == "E_ROWS_LOST"
    assert refused.value.detail == f"{counted[SHEET]} av {counted[SHEET] + 1}"
    assert "ingenting er lagret" in refused.value.message


@pytest.mark.parametrize("reader", [read_inventory, read_table])
def test_rows_that_the_reader_does_not_see_are_refused(reader, tmp_path: Path):
    """Behind what the reader takes for the end of the rows."""
    table = CORPUS / "d11_number_text.xlsx"
    book = rewritten(
        tmp_path / "book.xlsx",
        b"</sheetData>",
        b'</sheetData><sheetData><row r="99"><c r="A99"><v>1</v></c></row></sheetData>',
        book=table if reader is read_table else GOOD,
    )
    with pytest.raises(Refused) as refused:
        reader(book, "book.xlsx")
    assert refused.value.code == "E_ROWS_LOST"


def test_the_sums_that_the_rows_are_held_against_are_counted_too():
    counted = {**gate.check(OSLO).filled_rows, "xl/worksheets/sheet2.xml": 999}
    with pytest.raises(Refused) as refused:
        read_in_child(Request(str(OSLO), OSLO.name, counted=counted))
    assert (refused.value.code, refused.value.detail) == ("E_ROWS_LOST", "131 av 999")


def test_a_sheet_the_gate_has_not_looked_through_is_refused(tmp_path: Path):
    book = rewritten(tmp_path / "book.xlsx", b"<row", b"<row", moved="xl/elsewhere/sheet1.xml")
    with pytest.raises(Refused) as refused:
        read_inventory(book, "book.xlsx")
    assert refused.value.code == "E_XML_SHAPE"


def test_a_row_with_only_a_hard_space_is_blank_and_no_loss(tmp_path: Path):
    row = '<row r="9"><c r="A9" t="inlineStr"><is><t>\u00a0</t></is></c></row></sheetData>'
    book = rewritten(tmp_path / "book.xlsx", b"</sheetData>", row.encode())
    assert gate.check(book).filled_rows == {SHEET: 5}
    assert read_inventory(book, "book.xlsx").rows == 3


ROWS = (
    b'<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="2"/></row>'  # a number
    b'<row r="2"/><row r="3"><c r="A3" s="1"/></row>'  # nothing
    b'<row r="4"><c r="A4" t="str"><f>""</f><v></v></c></row>'  # a formula that gives ""
    b'<row r="5"><c r="A5" t="inlineStr"><is><t>navn</t></is></c></row>'  # a text
    b'<row r="6"><c r="A6" t="s"><v>0</v></c></row>'  # a shared string that is blank
    b'<row r="7"><c r="A7" t="s"><v>1</v></c></row>'  # one that is not
    b"<x:row><x:c><x:v>2</x:v></x:c></x:row>"
    b"</sheetData><c><v>7</v></c>"  # no row
)


@pytest.mark.parametrize(("blank", "count"), [({b"0"}, 4), (set(), 5), (None, 3)])
def test_rows_are_counted_wherever_the_stream_is_cut(blank: set[bytes] | None, count: int):
    ends = [n + 1 for n, byte in enumerate(ROWS) if byte == ord(">")]
    for cut in ends:
        rows = FilledRows(None if blank is None else frozenset(blank))
        rows.see(ROWS[:cut])
        rows.see(ROWS[cut:])
        assert rows.count == count, ROWS[:cut]


def test_shared_strings_without_text_are_known_by_number():
    strings = (
        b'<sst count="6"><si><t>a</t></si><si/><si><t/></si><si><t xml:space="preserve"> </t></si>'
        b"<si><r><rPr><b/></rPr><t></t></r></si><si><r><t></t></r><r><t>b</t></r></si><si></si></sst>"
    )
    for cut in range(len(strings)):
        assert blank_strings([strings[:cut], strings[cut:]]) == {b"1", b"2", b"3", b"4", b"6"}
    assert blank_strings([b"<si/>" * 2000]) is None
