"""Oslo's own table of klimatiltak, read into an empty draft by clicking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from climatebudget import db
from climatebudget.core.field import NBSP
from climatebudget.db import read, write
from tests.browser.pages import ADVISER, TABLE
from tests.browser.pages import OSLO as DRAFT
from tests.browser.site import NARROW, WIDE, Site, serving, visiting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
EMAIL = f"{ADVISER}.example"


@pytest.fixture
def emptied(demo_file: Path, tmp_path: Path) -> Iterator[Site]:
    """The demo, with a draft for Oslo that has no measures."""
    with serving(demo_file, tmp_path) as site:
        engine = site.app.extensions["engine"]
        with db.session(engine, actor="oppsett", writes=True) as session:
            place = read.place(session, "0301", 2023, "utkast")
            assert place is not None
            for measure in read.measures(session, place):
                write.remove_measure(session, place, measure.id)
            session.commit()
        yield site


def walk(page: Page, look: Callable[[], None]) -> None:
    """From the empty list by way of the three steps to the list with 27."""
    page.get_by_role("link", name="Les inn fra Excel eller CSV").click()
    look()
    page.get_by_label("Fil", exact=True).set_input_files(str(TABLE))
    page.get_by_role("button", name="Gå videre til kolonnene").click()
    assert page.locator("h1").inner_text() == TABLE.name
    look()
    page.get_by_role("button", name="Se hva som blir endret").click()
    look()
    for thousands in (f"17{NBSP}200", f"164{NBSP}500"):
        page.get_by_role("radio", name=thousands).check()
    for unit in page.get_by_label("er ikke en enhet i kommunen ennå").all():
        unit.select_option(label="Legg til som ny enhet")
    page.get_by_role("button", name="Oppdater forhåndsvisningen").click()
    differs = page.get_by_role("row", name=f"2023 75{NBSP}300")
    assert "Ulikt" in differs.inner_text()
    look()
    page.get_by_role("button", name="Les inn 27 klimatiltak").click()
    assert "27 lagt til" in page.locator(".flash").inner_text()
    assert "27 klimatiltak, 17 tallfestet." in page.locator("main").inner_text()
    page.get_by_role("link", name="Avstemming").click()
    assert f"74{NBSP}300" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_step_can_be_used_by_everybody(browser: Browser, emptied: Site, width: int):
    with visiting(browser, emptied, EMAIL, width) as person:
        walk(person.goto(f"{DRAFT}/measures/"), person.check)


def test_it_works_without_javascript(browser: Browser, emptied: Site):
    with visiting(browser, emptied, EMAIL, java_script_enabled=False) as person:
        walk(person.goto(f"{DRAFT}/measures/"), lambda: None)
