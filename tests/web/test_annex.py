"""The annex downloaded is the annex of the version in sight."""

from __future__ import annotations

import io

from openpyxl import load_workbook

from climatebudget.core.access import Role
from tests.web.conftest import ADOPTED, DRAFT


def text_of(book) -> str:
    return "\n".join(
        str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row
    )


def test_the_annex_has_the_five_sheets_and_says_what_it_is(client):
    answer = client(Role.FINANCE).get(f"{DRAFT}/annex/klimabudsjett.xlsx")
    assert "attachment" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data), data_only=True)
    assert book.sheetnames == [
        "Kort fortalt",
        "Klimatiltak per sektor",
        "Veien til målet",
        "Avstemming",
        "Metode",
    ]
    assert "INTERNT UTKAST" in text_of(book)
    assert "0301" in text_of(book)


def test_what_is_lagt_fram_is_not_called_a_draft(client):
    answer = client(Role.POLITICIAN).get(f"{ADOPTED}/annex/klimabudsjett.xlsx")
    assert "INTERNT UTKAST" not in text_of(load_workbook(io.BytesIO(answer.data)))


def test_the_annex_of_a_frozen_version_is_the_same_file_each_time(client, clock):
    finance = client(Role.FINANCE)
    first = finance.get(f"{ADOPTED}/annex/klimabudsjett.xlsx").data
    clock.forward(minutes=20)
    assert finance.get(f"{ADOPTED}/annex/klimabudsjett.xlsx").data == first


def test_the_page_tells_what_is_in_it(client):
    assert "Klimatiltak per sektor" in client(Role.FINANCE).get(f"{DRAFT}/annex/").text
