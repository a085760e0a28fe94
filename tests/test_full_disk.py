"""A disk that is full is told in a sentence; nothing is damaged, and it works again with room."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from climatebudget.files import FULL
from tests import full_disk

Report = dict[str, Any]


@pytest.fixture(scope="module", params=["as the machine allows", "limited"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("disk")
    if request.param == "limited":
        program = [sys.executable, "-m", "tests.full_disk", str(folder), "limited"]
        return full_disk.answer(program)
    return full_disk.report(folder)


def test_an_import_says_that_the_disk_is_full(report: Report):
    assert report["full"]["import"] == [1, FULL]


def test_a_backup_says_that_it_was_not_written(report: Report):
    code, sentence = report["full"]["backup"]
    assert code == 1 and "ngenting er lagret" in sentence and "Traceback" not in sentence
    if report["kind"] == "mounted":  # SQLite has no name for a file that may not grow
        assert sentence == FULL


def test_a_page_says_that_the_disk_is_full(report: Report):
    status, page = report["full"]["save"]
    assert status == 507
    assert "Det er ikke plass til mer" in page and "Ingenting er lagret." in page
    assert "Traceback" not in page and "SQLITE" not in page.upper()


def test_what_is_stored_can_still_be_read(report: Report):
    assert report["full"]["read"] == [200]


def test_nothing_is_damaged_and_nothing_is_half_done(report: Report):
    full = report["full"]
    assert full["damage"] == [] and full["unchanged"]
    assert full["parts"] == [] and not full["backup_file"]


def test_with_room_again_everything_works(report: Report):
    again = report["again"]
    assert again["save"][0] == 303
    assert again["import"][0] == 0, again["import"]
    assert again["backup"] == [0, ""] and again["backup_file"]
