"""What may be used up: files in a day, readings at a time, files made in a minute, the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from werkzeug.test import TestResponse

from climatebudget import db
from climatebudget.core.access import Role
from climatebudget.sheets import child
from climatebudget.web import create_app, quotas
from tests.conftest import Clock
from tests.web.conftest import DRAFT, ELSEWHERE, Client

GOOD = (Path(__file__).parents[1] / "data" / "corpus" / "a00_good.xlsx").read_bytes()
GARBAGE = b"dette er ikke en arbeidsbok"
IMPORTS, MEASURES = f"{DRAFT}/imports/", f"{DRAFT}/measures/import/"
USED_UP = "Kommunen har lastet opp 20 filer i dag"
QUEUE = "Andre filer blir lest akkurat nå."
NO_ROOM = "Disken har for lite ledig plass til å lese filen."
Hand = Callable[..., Client]


@pytest.fixture(autouse=True)
def limits(app: Flask) -> None:
    """As they are until somebody has set them."""
    app.config.update(quotas.DEFAULTS)
    app.extensions["exports"] = quotas.Exports()


def send(browser: Client, at: str, data: bytes = GARBAGE, name: str = "fil.xlsx") -> TestResponse:
    return browser.send(at, file=(BytesIO(data), name))


def today_is_used_up(browser: Client) -> None:
    for n in range(20):
        assert send(browser, MEASURES if n % 2 else IMPORTS).status_code == 400


# ---- in a day ------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [IMPORTS, MEASURES])
def test_the_21st_file_of_a_day_waits_until_tomorrow(at: str, client: Hand, clock: Clock):
    """Inventories and measures together, those that are refused too. 10.00 in Oslo: 14 hours."""
    browser = client(Role.CLIMATE)
    today_is_used_up(browser)
    answer = send(browser, at, GOOD)
    assert answer.status_code == 429
    assert USED_UP in answer.text and "Last opp filen i morgen" in answer.text
    assert answer.headers["Retry-After"] == str(14 * 3600)
    clock.forward(hours=13.9)
    fresh = client(Role.CLIMATE)
    assert send(fresh, at, GARBAGE).status_code == 429
    clock.forward(hours=0.2)
    assert send(fresh, IMPORTS, GOOD).status_code == 303


def test_the_file_that_is_one_too_many_stores_nothing(
    client: Hand, database: Callable[[], list[tuple[str, int]]]
):
    browser = client(Role.CLIMATE)
    today_is_used_up(browser)
    before = database()
    assert send(browser, IMPORTS, GOOD).status_code == 429
    assert database() == before


def test_one_municipality_does_not_use_up_another_s_day(client: Hand):
    today_is_used_up(client(Role.CLIMATE))
    other = client(Role.CLIMATE, "4014")
    assert send(other, f"{ELSEWHERE}/imports/").status_code == 400


def test_a_form_without_a_file_is_no_file(client: Hand, app: Flask):
    app.config["UPLOADS_PER_DAY"] = 1
    browser = client(Role.CLIMATE)
    assert browser.send(IMPORTS).status_code == 400
    assert send(browser, IMPORTS, GOOD).status_code == 303


# ---- at a time -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [IMPORTS, MEASURES])
def test_a_third_reading_at_a_time_is_asked_to_come_back(at: str, client: Hand, app: Flask):
    """And it is none of the day's files."""
    app.config.update(READING_WAIT=0, UPLOADS_PER_DAY=1)
    browser = client(Role.CLIMATE)
    engine = app.extensions["engine"]
    with db.turn(engine, 2, 0) as first, db.turn(engine, 2, 0) as second:
        assert first and second
        answer = send(browser, at, GOOD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert QUEUE in answer.text and "prøv igjen" in answer.text
    assert send(browser, IMPORTS, GOOD).status_code == 303


def test_another_sheet_is_a_reading_and_no_upload(client: Hand, app: Flask):
    app.config.update(READING_WAIT=0, UPLOADS_PER_DAY=1)
    browser = client(Role.CLIMATE)
    book, file = Workbook(), BytesIO()
    for sheet in (book.active, book.create_sheet("Alternativ")):
        sheet.append(["Klimatiltak", "Ansvarlig"])
        sheet.append(["Elbiler", "Bymiljøetaten"])
    book.save(file)
    address = str(send(browser, MEASURES, file.getvalue()).headers["Location"])
    engine = app.extensions["engine"]
    with db.turn(engine, 2, 0), db.turn(engine, 2, 0):
        busy = browser.send(f"{address}/sheet", sheet="Alternativ")
        assert busy.status_code == 503 and QUEUE in busy.text
    assert browser.send(f"{address}/sheet", sheet="Alternativ").status_code == 303


# ---- the disk ------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [IMPORTS, MEASURES])
def test_a_file_the_disk_has_no_room_for_is_not_read(
    at: str, client: Hand, monkeypatch: pytest.MonkeyPatch
):
    """There must be twice the file and 500 MB."""
    needed = 2 * len(GOOD) + 500_000_000
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(child, "read_in_child", lambda request: pytest.fail("it was read"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed - 1))
    answer = send(client(Role.CLIMATE), at, GOOD)
    assert answer.status_code == 507
    assert NO_ROOM in answer.text and "Ingenting er lagret." in answer.text


def test_a_file_the_disk_has_just_room_for_is_read(client: Hand, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage("/")._replace(free=2 * len(GOOD) + 500_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert send(client(Role.CLIMATE), IMPORTS, GOOD).status_code == 303


# ---- files that are made -------------------------------------------------------------------------


def test_the_11th_file_made_in_a_minute_waits_for_the_first_to_be_a_minute_old(
    client: Hand, clock: Clock
):
    """The annex and the lists together."""
    browser = client(Role.CLIMATE)
    annex, listed = f"{DRAFT}/annex/klimabudsjett.xlsx", f"{DRAFT}/measures/klimatiltak.xlsx"
    for n in range(10):
        assert browser.get(annex if n % 5 == 0 else listed).status_code == 200
        clock.forward(seconds=2)
    for address in (annex, listed):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
        assert "Du har hentet 10 filer på ett minutt." in answer.text
    assert browser.get(f"{DRAFT}/measures/").status_code == 200
    assert client(Role.FINANCE).get(listed).status_code == 200
    clock.forward(seconds=40)
    assert browser.get(listed).status_code == 200
    assert browser.get(listed).status_code == 429


# ---- the settings --------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["tjue", "-1", "2.5", "true"])
def test_a_limit_that_is_no_whole_number_is_told_at_the_start(
    wrong: str, monkeypatch: pytest.MonkeyPatch, app: Flask
):
    monkeypatch.setenv("CLIMATEBUDGET_UPLOADS_PER_DAY", wrong)
    with pytest.raises(ValueError, match="CLIMATEBUDGET_UPLOADS_PER_DAY må være et helt tall"):
        create_app({"SECRET_KEY": "x" * 40, "ENGINE": app.extensions["engine"]})


def test_a_limit_can_be_set_in_the_environment(monkeypatch: pytest.MonkeyPatch, app: Flask):
    monkeypatch.setenv("CLIMATEBUDGET_UPLOADS_PER_DAY", "3")
    made = create_app({"SECRET_KEY": "x" * 40, "ENGINE": app.extensions["engine"]})
    assert made.config["UPLOADS_PER_DAY"] == 3
    assert made.config["READINGS_AT_ONCE"] == 2
