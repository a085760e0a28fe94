"""Every file of the corpus gets its verdict, by the form and by the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask

from climatebudget import cli
from climatebudget.core.access import Role
from climatebudget.core.reading import OPEN, Reading
from climatebudget.sheets import child
from climatebudget.sheets.refusals import TEXTS, Refused
from climatebudget.web import imports
from tests.web.conftest import Client
from tests.web.test_imports import confirm, upload

CORPUS = Path(__file__).parents[1] / "data" / "corpus"
CASES = [m for m in json.loads((CORPUS / "manifest.json").read_text()) if not m["large"]]
# Files that are no inventory at all: what is in their cells is tested with the readers.
OTHER_TABLES = {
    "d01_date_serials",
    "d11_number_text",
    "d12_number_ambiguous",
    "d31_richtext_phonetic",
    "d34_csv_formula",
}
SECONDS = 10
Outcome = Reading | Refused


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What the reader said, whoever asked it."""
    said: list[Outcome] = []
    real = child.read_inventory

    def listening(*args: Any, **more: Any) -> Reading:
        try:
            said.append(real(*args, **more))
        except Refused as refused:
            said.append(refused)
            raise
        found = said[-1]
        assert isinstance(found, Reading)
        return found

    monkeypatch.setattr(child, "read_inventory", listening)
    monkeypatch.setattr(imports, "read_inventory", listening)
    return said


def verdict(outcome: Outcome) -> tuple[str, set[str]]:
    """The verdict as the manifest puts it, and the codes that go with it."""
    if isinstance(outcome, Refused):
        return "reject", {outcome.code}
    if stops := {f.code for f in outcome.findings if f.stops}:
        return "reject", stops
    if outcome.questions:
        return "ask", {q.code.partition(":")[2] for q in outcome.questions}
    return "accept", {f.code for f in outcome.findings}


def editions(app: Flask) -> int:
    with app.extensions["engine"].connect() as connection:
        return connection.scalar(sa.text("SELECT count(*) FROM edition")) or 0


@pytest.mark.parametrize("settled", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_each_file_of_the_corpus_meets_its_verdict(
    case: dict[str, Any],
    app: Flask,
    client: Callable[..., Client],
    database: Callable[[], list[tuple[str, int]]],
    outcomes: list[Outcome],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the form and at the command line, in a moment, and nothing stored that was refused."""
    url = app.extensions["engine"].url.render_as_string(hide_password=False)
    monkeypatch.setenv("CLIMATEBUDGET_DATABASE_URL", url)
    browser = client(Role.CLIMATE)
    browser.token()
    for through in (by_the_form, by_the_command_line):
        before, stored = database(), editions(app)
        start = time.monotonic()
        shown = through(case, browser)
        assert time.monotonic() - start < SECONDS
        found, codes = verdict(outcomes[-1])
        is_stored = found == "accept" and not elsewhere(outcomes[-1], through)
        assert editions(app) == stored + is_stored
        if found == "reject":
            assert sentence(outcomes[-1]) in shown
            assert database() == before
        if case["id"] in OTHER_TABLES:
            assert found != "accept"
            continue
        assert found == case["verdict"]
        assert not case["code"] or codes & set(case["code"].split("|"))
        as_expected(outcomes[-1], case["expect"])


def by_the_form(case: dict[str, Any], browser: Client) -> str:
    """The page that answers, or the preview behind it; what leaves nothing open is confirmed."""
    answer = upload(browser, case["file"], (CORPUS / case["file"]).read_bytes())
    assert answer.status_code in (303, 400)
    if answer.status_code == 400:
        return answer.text
    address = str(answer.headers["Location"])
    page = browser.get(address)
    assert page.status_code == 200
    if case["verdict"] == "accept":
        assert confirm(browser, address, name=case["id"]).status_code in (303, 400)
    return page.text


def by_the_command_line(case: dict[str, Any], _: Client) -> str:
    """What is printed; exit code 0 for what is stored, and 1 with a sentence for anything else."""
    result = CliRunner().invoke(cli.main, ["inventory", "import", str(CORPUS / case["file"])])
    assert result.exit_code == (0 if "er lest inn som" in result.output else 1)
    assert result.output
    return result.output


def elsewhere(outcome: Outcome, through: object) -> bool:
    """The form is Oslo's, and a file without Oslo has nothing to give it."""
    if through is by_the_command_line or isinstance(outcome, Refused):
        return False
    return not any(area == "0301" or area.startswith(OPEN) for area in outcome.areas)


def sentence(outcome: Outcome) -> str:
    """The beginning of what a person is told, as far as it has neither quotes nor figures."""
    if isinstance(outcome, Refused):
        return TEXTS[outcome.code][0].partition("%(")[0].split("«")[0].split("'")[0]
    return next(f.message for f in outcome.findings if f.stops).partition("»")[2].strip()[:30]


def as_expected(outcome: Outcome, expect: dict[str, Any]) -> None:
    if isinstance(outcome, Refused):
        return
    rows = len({e.row for e in outcome.emissions})
    skipped = sum(1 for _ in outcome.skipped)
    assert outcome.rows == rows + skipped
    if "rows" in expect:
        assert expect["rows"] in (rows, outcome.rows)
    if "skipped" in expect:
        assert skipped == expect["skipped"]
    if "kg_total" in expect:
        assert sum(e.tonnes for e in outcome.emissions) * 1000 == expect["kg_total"]
