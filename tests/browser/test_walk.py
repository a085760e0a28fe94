"""One walk through the whole program in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from climatebudget.core.access import Role
from tests import world
from tests.web.conftest import DRAFT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
OSLO = Path(__file__).parents[1] / "data" / "inventory" / "oslo_2009-2024.xlsx"


def test_from_the_published_statistics_to_the_councils_annex(visit, tmp_path):
    """Import, target, klimatiltak, overview, annex, freeze, legg fram: each by its own role."""
    adviser = visit(Role.CLIMATE)
    page = adviser.goto(f"{DRAFT}/imports/")
    page.set_input_files("input[type=file]", str(OSLO))
    page.locator("main button[type=submit]").first.click()
    assert page.locator("h1").inner_text() == OSLO.name
    adviser.check()
    page.get_by_label("Navn", exact=True).fill("2024-tall fra arbeidsboken")
    page.get_by_role("button", name="Les inn 1 346 rader").click()
    assert "2024-tall fra arbeidsboken" in page.locator("main").inner_text()

    page = adviser.goto(f"{DRAFT}/measures/new")
    page.get_by_label("Klimatiltak", exact=False).first.fill("Kjøpe elektriske brøytebiler")
    page.get_by_role("button", name="Lagre").first.click()
    page = adviser.goto(f"{DRAFT}/")
    assert "Kjøpe elektriske brøytebiler" in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="hele vedlegget").click()
    file = tmp_path / "annex.xlsx"
    download.value.save_as(file)
    assert load_workbook(file).sheetnames[0] == "Kort fortalt"

    finance = visit(Role.FINANCE)
    page = finance.goto(f"{DRAFT}/versions/")
    page.get_by_label("Nytt steg").select_option(label="Forslag")
    page.get_by_role("button", name="Flytt").click()
    page.get_by_role("button", name="Frys utkastet").click()
    assert "forslag" in page.locator("main").inner_text()

    director = visit(Role.DIRECTOR)
    page = director.goto(f"/0301/{world.YEAR}/forslag/versions/")
    assert "INTERNT UTKAST" in page.locator("body").inner_text()
    page.get_by_role("link", name="Legg fram").first.click()
    page.get_by_role("button", name="Legg fram").click()
    page = director.goto(f"/0301/{world.YEAR}/forslag/")
    assert "INTERNT UTKAST" not in page.locator("body").inner_text()
    director.check()
