"""A stored edition as a file of ours: our own reader reads the very same rows out of it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from climatebudget.core.inventory import Emission
from climatebudget.sheets import editions
from climatebudget.sheets.inventories import read
from tests.tables import edition

DATA = Path(__file__).parents[1] / "data" / "inventory"
CARS = "veitrafikk/personbiler"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "name",
    [
        "oslo_2009-2024.xlsx",
        "telemark_2024-tall_seen_2026-02-03.csv",
        "oslo_2009-2020_edition_2020-tall_english.csv",
    ],
)
def test_what_is_written_is_read_again_to_the_gram(tmp_path, name, suffix):
    original = read(DATA / name, name, area="0301" if "oslo" in name else None)
    file = tmp_path / f"utgave.{suffix}"
    editions.write(file, suffix, edition(), original.emissions)
    again = read(file, file.name)
    assert again.content_sha256 == original.content_sha256
    assert again.rows == len(original.emissions) and again.may_store


def test_the_csv_opens_rightly_in_a_norwegian_excel(tmp_path):
    """BOM, semicolons, decimal comma, CRLF; and no text that would be a formula."""
    file = tmp_path / "utgave.csv"
    rows = [Emission("0301", CARS, "=CO2", 2024, Decimal("1250.500000"), 2)]
    editions.write(file, "csv", edition(), rows)
    data = file.read_bytes()
    assert data.startswith("\ufeffKommunenummer;Kommune;År;".encode())
    assert data.endswith(b"0301;Oslo;2024;Veitrafikk;Personbiler;'=CO2;1250,5\r\n")


def test_the_workbook_says_which_edition_it_is(tmp_path):
    file = tmp_path / "utgave.xlsx"
    rows = [Emission("0301", CARS, "=1+1", 2024, Decimal("1250.123456"), 2)]
    editions.write(file, "xlsx", edition(), rows)
    book = load_workbook(file)
    assert book.sheetnames == ["Oversikt - detaljert", "Om utgaven"]
    cells = [cell.value for cell in book.worksheets[0][2]]
    assert cells == ["0301", "Oslo", 2024, "Veitrafikk", "Personbiler", "=1+1", 1250.123456]
    assert book.worksheets[0]["F2"].data_type == "s"
    about = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows()}
    assert about["Utgave"] == "2024-tall" and about["Filens sha256"] == "e" * 64
    assert about["Publisert"] == "2026-02-02" and "NLOD" in about["Lisens"]
