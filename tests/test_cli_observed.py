"""Years gone by at the command line: Oslo's plan for 2023 against the edition that has the year."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from climatebudget import cli

DEMO = Path(__file__).parents[1] / "climatebudget" / "demo"
ENGLISH = DEMO / "sources" / "oslo_2009-2020_edition_2020-tall_english.csv"
WORKBOOK = DEMO / "sources" / "oslo_2009-2024.xlsx"
OSLO_2023 = ("observed", "--kommune", "0301", "--year", "2023")
NBSP = "\u00a0"
Run = Callable[..., Result]


@pytest.fixture
def oslo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in an empty folder, with Oslo's climate budget 2023 on its edition."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLIMATEBUDGET_DATABASE_URL", f"sqlite:///{tmp_path / 'klima.sqlite3'}")

    def command(*words: object) -> Result:
        return CliRunner().invoke(cli.main, list(map(str, words)))

    for words in (
        ("db", "upgrade"),
        ("inventory", "import", ENGLISH, "--kommune", "0301"),
        ("load", DEMO / "oslo-2023.json"),
    ):
        done = command(*words)
        assert done.exit_code == 0, done.output
    return command


@pytest.fixture
def came(oslo: Run) -> Run:
    read = oslo("inventory", "import", WORKBOOK, "--kommune", "0301", "--name", "2024-tall")
    assert read.exit_code == 0, read.output
    return oslo


def test_the_answer_and_every_source(came: Run):
    told = came(*OSLO_2023).stdout
    assert f"Utslippene i 2023 ble 982{NBSP}400 tonn." in told
    assert f"15{NBSP}700 kommer av at statistikken er endret, 4{NBSP}700 gjør det ikke." in told
    lines = [re_spaced(line) for line in told.splitlines()]
    assert "Sum 962 000 982 428 20 428 15 682 4 746" in lines
    assert "veitrafikk ukjent 385 709 ukjent −124 778 ukjent" in lines
    assert "veitrafikk/ufordelt −42 200 – – – –" in lines
    assert "sjofart/bulkskip ukjent – ukjent −744 ukjent" in lines
    assert "Hva klimabudsjettet ventet, er ukjent: referansebanen mangler for 2024." in told


def re_spaced(line: str) -> str:
    return " ".join(line.split())


def test_json_has_the_exact_figures(came: Run):
    said = json.loads(came(*OSLO_2023, "--edition", "2024-tall", "--json").stdout)
    assert (said["edition"], said["later_edition"]) == ("2020-tall", "2024-tall")
    first, second = said["years"]
    assert (first["year"], first["base"], second["total"]["planned"]["value"]) == (2023, 2020, None)
    total = first["total"]
    assert total["observed"] == "982428.100000" and total["recast"] == "15682.100000"
    assert total["rest"]["value"] == "4746.000000"
    assert first["sectors"]["veitrafikk"]["unplaced"]["value"] == "42200.000000"
    cars = first["sectors"]["veitrafikk"]["sources"]["veitrafikk/personbiler"]
    assert (cars["before"], cars["now"]) == ("272476.900000", "196797.600000")


def test_before_an_edition_has_the_years_it_says_what_is_awaited(oslo: Run):
    said = oslo(*OSLO_2023)
    assert said.exit_code == 1 and said.stdout == ""
    assert "Det første året vi venter på, er 2023." in said.stderr
    assert "mellom desember 2024 og april 2025." in said.stderr


def test_an_edition_that_cannot_be_used_is_said_with_those_that_can(came: Run):
    said = came(*OSLO_2023, "--edition", "2020-tall")
    assert said.exit_code == 1
    assert "«2020-tall» kan ikke holdes opp mot klimabudsjettet" in said.stderr
    assert "Velg en av disse: 2024-tall." in said.stderr
