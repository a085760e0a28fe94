"""The main tasks in the empty municipality: by keyboard alone, and where no script runs."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from tests.browser.hands import Keyboard, Mouse
from tests.browser.pages import WORKBOOK
from tests.browser.site import visiting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(params=[Keyboard, Mouse], ids=["keyboard", "no-script"])
def person(request, own_demo, browser):
    """Give somebody the keyboard, or a browser without script, at the sign-in page."""
    opened = []

    def person(email):
        visit = visiting(browser, own_demo, java_script_enabled=request.param.javascript)
        opened.append(visit)
        hands = request.param(visit.__enter__())
        hands.visit.goto("/sign-in")
        hands.write("E-post", email)
        hands.write("Passord", own_demo.password)
        hands.push("Logg inn")
        return hands

    yield person
    for visit in opened:
        visit.__exit__(None, None, None)


def says(hands) -> str:
    text: str = hands.page.locator("main").inner_text()
    return text


def test_from_an_empty_municipality_to_a_version_that_stands(person, tmp_path):
    """Target, klimatiltak, statistics, annex: the adviser. Freeze: finance."""
    adviser = person("klimaradgiver@kragero.example")
    adviser.skip()
    adviser.follow("Sett mål")
    adviser.skip()
    adviser.write("Prosent lavere", "55")
    adviser.write("Målår", "2030")
    adviser.write("Referanseår", "2009")
    adviser.push("Lagre rammene")
    assert "Målet er 55 prosent lavere utslipp i 2030 enn i 2009." in says(adviser)

    adviser.follow("Meld inn det første klimatiltaket")
    adviser.skip()
    adviser.write("Klimatiltak", "Bytte ut tolv dieselvarebiler")
    adviser.choose("Enhet", "Tekniske tjenester (demo)")
    adviser.write("Oppstart", "snart")
    adviser.push("Lagre")
    assert "Skjemaet er ikke lagret" in says(adviser)
    summary = adviser.page.locator(".ds-error-summary")
    if isinstance(adviser, Keyboard):
        assert summary.evaluate("e => e === document.activeElement")
        adviser.press("Tab")
        adviser.press("Enter")  # the first link of the summary leads to the field
        assert adviser.focused()["id"] == "start"
        adviser.press("Control+a")
        adviser.page.keyboard.type("2027")
    else:
        adviser.write("Oppstart", "2027")
    adviser.push("Lagre")
    assert adviser.page.locator("h1").inner_text() == "Bytte ut tolv dieselvarebiler"

    adviser.follow("Utslipp")
    adviser.follow("Les inn ny statistikkutgave")
    adviser.give("Fil", WORKBOOK)
    adviser.push("Se hva filen inneholder")
    adviser.write("Utgiver", "Miljødirektoratet")
    adviser.push("Les inn 20\u00a0066 rader")
    assert "2023-tall" in says(adviser)

    adviser.follow("Vedlegg")
    file = tmp_path / "annex.xlsx"
    adviser.fetch("Last ned klimabudsjett 2027 (Excel)", file)
    assert "Bytte ut tolv dieselvarebiler" in str(
        list(load_workbook(file)["Klimatiltak per sektor"].values)
    )
    assert adviser.visit.faults == []

    finance = person("okonomi@kragero.example")
    finance.follow("Versjoner")
    finance.choose("Nytt steg", "Forslag")
    finance.push("Flytt")
    finance.push("Frys utkastet")
    assert "Forslag" in finance.page.locator("table.versions").inner_text()
    assert finance.visit.faults == []
