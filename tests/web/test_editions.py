"""Statistikkutgaver as files: the stored rows, and the file as it came."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from climatebudget.core.access import Role
from climatebudget.web import editions
from tests import world
from tests.web.conftest import DRAFT, ELSEWHERE

FILES = f"{DRAFT}/editions/0301/2024-tall"


def test_the_original_file_comes_back_byte_for_byte(client):
    """As an attachment, with the type of its kind, and never guessed at by the browser."""
    answer = client(Role.AUDITOR).get(f"{FILES}/file")
    assert answer.data == world.file_of("0301")
    assert answer.mimetype == editions.XLSX
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == "attachment; filename=utslipp-0301.xlsx"
    answer.close()


@pytest.mark.parametrize("which", ["rows", "edition"])
def test_the_stored_rows_are_a_csv_and_a_workbook(client, which):
    browser = client(Role.POLITICIAN)
    presented = FILES.replace("utkast", "vedtatt")
    answer = browser.get(f"{presented}/{which}.csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 7 and lines[1].startswith("0301;Oslo;2009;")
    assert "0301;Oslo;2009;Veitrafikk;Personbiler;;1000,5" in lines
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    answer.close()
    answer = browser.get(f"{presented}/{which}.xlsx")
    assert load_workbook(io.BytesIO(answer.data)).worksheets[0].max_row == 7
    answer.close()


def test_the_editions_page_leads_to_its_files(client):
    page = client(Role.CLIMATE).get(f"{DRAFT}/inventory/editions/0301/2024-tall").text
    for name in ("rows.xlsx", "rows.csv", "edition.xlsx", "edition.csv", "file"):
        assert f'href="{FILES}/{name}"' in page


def test_an_edition_too_large_for_a_workbook_is_offered_as_csv_only(client, monkeypatch):
    for module in ("editions", "inventory"):
        monkeypatch.setattr(f"climatebudget.web.{module}.MOST_IN_A_WORKBOOK", 5)
    browser = client(Role.CLIMATE)
    page = browser.get(f"{DRAFT}/inventory/editions/0301/2024-tall").text
    assert f"{FILES}/edition.xlsx" not in page and f"{FILES}/edition.csv" in page
    assert browser.get(f"{FILES}/edition.xlsx").status_code == 404
    own = browser.get(f"{FILES}/rows.xlsx")
    assert own.status_code == 200
    own.close()


@pytest.mark.parametrize("edition", ["4014/2024-tall", "installation/2024-tall", "0301/ingen"])
def test_anothers_file_is_not_found(client, edition):
    browser = client(Role.CLIMATE)
    for name in ("rows.csv", "edition.xlsx", "file"):
        assert browser.get(f"{DRAFT}/editions/{edition}/{name}").status_code == 404
    assert browser.get(f"{ELSEWHERE}/editions/4014/2024-tall/file").status_code == 404


def test_an_edition_is_written_in_a_few_statements(app, client):
    counted: list[str] = []
    listen = app.extensions["engine"], "after_cursor_execute", lambda *a: counted.append(a[2])
    sa.event.listen(*listen)
    browser = client(Role.CLIMATE)
    browser.get(f"{FILES}/edition.csv").close()
    counted.clear()
    browser.get(f"{FILES}/edition.csv").close()
    assert len(counted) <= 10
