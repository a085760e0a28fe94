"""Files with a reference path, through the gate and the child as they are uploaded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from climatebudget.core.path_import import imported
from climatebudget.core.path_table import shape
from climatebudget.core.quantity import tonnes
from climatebudget.core.table import Table
from climatebudget.demo import HERE
from climatebudget.sheets.path_tables import names, read_path_table
from climatebudget.sheets.refusals import Refused
from tests import tables

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
SOURCES = HERE / "sources"
BASELINE = "place-historical emission cuts and baseline trajectory"


def workbook(path: Path, rows: Iterable[Iterable[Any]], percent: str = "", **sheets: Any) -> Path:
    """An .xlsx with the rows on «Bane»; numbers below 1 are shown with the format ``percent``."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Bane"
    for row in rows:
        sheet.append(list(row))
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if percent and isinstance(cell.value, float):
            cell.number_format = percent
    for title, its in sheets.items():
        other = book.create_sheet(title)
        for row in its:
            other.append(list(row))
    book.save(path)
    return path


def read(path: Path, sheet: str | None = None) -> Table:
    return read_path_table(path, path.name, sheet)


def oslo(edition: str = "1442878") -> Any:
    """Oslo's budget for 2023 on an inventory to 2020."""
    history = f"utslippskilde | 2009 | 2020\nveitrafikk/personbiler | {edition} | 1084233"
    return tables.budget(year=2023, inventory=tables.history(history))


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("oslo_2023_statement_2030_published.csv", {2023: "1038872.16", 2030: "880155.58"}),
        ("oslo_2023_statement_published.csv", {2023: "1038872.16", 2026: "981157.04"}),
    ],
)
def test_oslos_published_statement_gives_the_path_in_percent(file, path):
    """−28 % in 2023 and −39 % in 2030 (−32 % in 2026) of the 1 442 878 tonnes of 2009."""
    found = read(SOURCES / file)
    asked = imported(found, {}, oslo(), names()).questions
    first = asked[0].code
    answers = {q.code: "-" for q in asked} | {first: "utslipp-i-alt"}
    done = imported(found, answers, oslo(), names())
    assert len(asked) == 5 and done.may_store
    assert done.figures == {"": tonnes({y: Decimal(v) for y, v in path.items()})}
    assert done.cites["", 2023] == f"{file}, rad 2, kolonne D: −28 prosent mot 2009, 2024-tall"


def test_oslos_path_in_tonnes_is_as_it_is_written(tmp_path):
    rows = (["Tonn CO2-ekv.", 2023, 2030], ["Referansebane", 1_037_300, 884_650])
    done = imported(read(workbook(tmp_path / "bane.xlsx", rows)), {}, oslo(), names())
    assert done.may_store
    assert done.figures == {"": tonnes({2023: Decimal(1_037_300), 2030: Decimal(884_650)})}
    assert done.cites["", 2030] == "bane.xlsx, ark «Bane», rad 2, kolonne C"


@pytest.mark.parametrize("shown", ["0%", "0.00%", "0.0 %", '+0.0%;-0.0%;"ingen"'])
def test_what_excel_shows_in_percent_is_percent(tmp_path, shown):
    """−0.28 in a cell that shows −28 %: nobody is asked what it is."""
    rows = (["", 2023, 2030], ["Referansebane", -0.28, -0.39125])
    found = read(workbook(tmp_path / "bane.xlsx", rows, percent=shown))
    assert dict(found.rows[0].cells) == {"A": "Referansebane", "B": "-28 %", "C": "-39,1250 %"}
    done = imported(found, {}, oslo(), names())
    assert done.may_store and done.figures[""][2023] == Decimal("1038872.16")


def test_a_fraction_without_a_percent_format_is_asked_of(tmp_path):
    rows = (["Prosent", 2023], ["Referansebane", -0.28])
    done = imported(read(workbook(tmp_path / "bane.xlsx", rows)), {}, oslo(), names())
    assert [question.code for question in done.questions] == ["scale"]


def test_the_sheet_with_years_is_read_and_another_may_be_chosen(tmp_path):
    rows = (["Om filen"], ["Laget av", "Oslo"])
    other = (["Tonn", 2023], ["Referansebane", 5])
    file = workbook(tmp_path / "bane.xlsx", rows, Banen=other, Gammel=other)
    found = read(file)
    assert found.sheet == "Banen" and found.sheets == ("Bane", "Banen", "Gammel")
    assert read(file, "Gammel").sheet == "Gammel"
    with pytest.raises(Refused) as refused:
        read(file, "Finnes ikke")
    assert refused.value.code == "E_SHEET_MISSING"


def test_a_title_above_the_table_is_remembered_and_not_taken_for_headings(tmp_path):
    rows = (["Referansebane 2023–2030, tonn"], [], ["", 2023, 2030], ["Sum", 5, 4])
    found = read(workbook(tmp_path / "bane.xlsx", rows))
    assert found.above == ("Referansebane 2023–2030, tonn",)
    assert imported(found, {}, oslo(), names()).figures[""][2023] == 5


def test_a_formula_counts_with_the_value_that_excel_has_kept():
    """Without one the file is refused, and says what to do."""
    with pytest.raises(Refused) as refused:
        read(CORPUS / "d04_formula_no_cache.xlsx")
    assert refused.value.code == "E_FORMULA_NO_VALUE"
    assert "Åpne filen i Excel, lagre den" in refused.value.message


def test_a_formula_of_ours_without_a_value_is_refused(tmp_path):
    rows = (["Tonn", 2023], ["Referansebane", "=1+1"])
    with pytest.raises(Refused) as refused:
        read(workbook(tmp_path / "bane.xlsx", rows))
    assert refused.value.code == "E_FORMULA_NO_VALUE"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("tom.csv", b"", "E_EMPTY"),
        ("tom.xlsx", b"", "E_EMPTY"),
        ("hei.csv", b"hei\n", "E_NO_PATH"),
        ("hei.csv", b"a;b\nc;d\n", "E_NO_PATH"),
        ("bare-hode.csv", b"Tonn;2025;2026\n", "E_NO_PATH"),
        ("bilde.csv", b"\x89PNG\0\0", "E_CSV"),
        ("lang.csv", b"Tonn;2025;2026\n" + b"a;1;2\n" * 5_001, "E_PATH_TOO_LONG"),
    ],
)
def test_a_file_that_is_no_table_of_a_path_is_refused(tmp_path, name, data, code):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read(file)
    assert refused.value.code == code and refused.value.message.endswith(".")


def test_garbage_is_refused():
    with pytest.raises(Refused) as refused:
        read(CORPUS / "s03_garbage.xlsx")
    assert refused.value.code == "E_NOT_XLSX"


def test_an_inventory_belongs_elsewhere():
    with pytest.raises(Refused) as refused:
        read(SOURCES / "oslo_2009-2024.xlsx")
    assert refused.value.code == "E_INVENTORY_NOT_PATH"


def test_a_cell_of_ten_thousand_characters_is_no_name_and_no_number(tmp_path):
    rows = (["Tonn", 2023, 2030], ["x" * 10_000, 5, 4], ["Veitrafikk", "y" * 10_000, 4])
    done = imported(read(workbook(tmp_path / "bane.xlsx", rows)), {}, oslo(), names())
    assert not done.may_store
    assert all(len(finding.message) < 250 for finding in done.findings)


def test_text_that_begins_like_a_formula_is_text(tmp_path):
    file = tmp_path / "bane.csv"
    file.write_text("Tonn;2023;2030\nReferansebane;=1+1;884650\n", encoding="utf-8")
    done = imported(read(file), {}, oslo(), names())
    assert done.figures == {"": tonnes({2030: Decimal(884_650)})}
    assert any("«=1+1»" in finding.message for finding in done.findings)


def test_cells_shown_in_kt_are_told(tmp_path):
    rows = (["Tonn", 2023], ["Referansebane", 412.5])
    file = workbook(tmp_path / "bane.xlsx", rows, percent='0 "kt"')
    found = read(file)
    assert [finding.code for finding in found.findings] == ["unit-suspect"]


def test_what_was_read_can_wait_and_come_back(tmp_path):
    rows = (["Bane, tonn"], ["", 2023, 2030], ["Sum", 5, 4.25])
    found = read(workbook(tmp_path / "bane.xlsx", rows))
    assert Table.from_bytes(found.to_bytes()) == found
    assert len(shape(found, {}, oslo().municipality).series) == 1
